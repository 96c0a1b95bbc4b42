/** The table of failures: what follows from each reason, and that nothing follows by accident. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Failure, reasonOfRefusal, reasons, toFailure, upstreamSentence, type Reason, type ReasonRow } from './failure.ts'

const rows = Object.entries(reasons) as [Reason, ReasonRow][]

/** Statuses that the vendors' packages retry by themselves, unless they are told not to. https://github.com/openai/openai-node */
const retriedByClients = (status: number): boolean => [408, 409, 429].includes(status) || status >= 500

test('every reason has a status of an error, and words for every surface', () => {
  for (const [reason, { status, messagesStatus, openai, messages, gemini }] of rows) {
    assert.match(reason, /^[a-z]+(_[a-z]+)*$/)
    assert.ok(Number.isInteger(status) && status >= 400 && status < 600, reason)
    assert.ok(messagesStatus === undefined || messagesStatus >= 400, reason)
    for (const word of [openai, messages]) assert.match(word, /^[a-z]+(_[a-z]+)*$/, reason)
    assert.match(gemini, /^[A-Z]+(_[A-Z]+)*$/, reason)
  }
})

test('the caller’s mistakes are never tried elsewhere, and nobody’s health suffers from them', () => {
  for (const [reason, { blame, next, again, status }] of rows) {
    if (blame === 'caller') assert.deepEqual([next, again], [false, false], reason)
    if (again) assert.equal(next, true, `${reason}: what may be asked again may be asked elsewhere`)
    if (next) assert.ok(retriedByClients(status), reason)
    if (blame === 'target' || blame === 'credential') assert.equal(next, true, reason)
  }
})

test('[B09] our credential’s trouble is never shown as the client’s', () => {
  for (const [reason, { blame, status }] of rows) {
    if (blame === 'credential' || blame === 'target') assert.ok(![401, 402, 403].includes(status), reason)
  }
  for (const status of [401, 402, 403]) assert.equal(reasons[reasonOfRefusal(status)].status, 502)
})

test('health suffers where the provider or our account is to blame, and nowhere else', () => {
  for (const [reason, { blame, health }] of rows) {
    if (health === undefined) assert.ok(blame === 'caller' || blame === 'gateway' || reason === 'upstream_malformed_tool_call', reason)
    else assert.ok(blame === 'target' || blame === 'credential', reason)
    if (blame === 'credential') assert.equal(health?.does, 'eject', reason)
    assert.equal(health?.does === 'eject', health?.ms !== undefined, `${reason}: who is put out comes back at a time`)
  }
})

test('[B07] [B09] a rate limit puts out the quota, a refused or empty account the account, and a provider that cannot be reached is counted whole', () => {
  const harms = Object.fromEntries(rows.flatMap(([reason, { health }]) => (health ? [[reason, `${health.does} ${health.at} ${health.ms ?? ''}`.trim()]] : [])))
  assert.deepEqual(harms, {
    rate_limit_exceeded: 'eject quota 1000',
    upstream_error: 'count target',
    upstream_unreachable: 'count provider',
    upstream_invalid_response: 'count target',
    upstream_truncated: 'count target',
    upstream_auth_error: 'eject account 60000',
    upstream_quota_exceeded: 'eject account 600000',
    overloaded: 'count target',
    upstream_timeout: 'count target',
  })
})

/** What is the caller's doing, and over a moment later. */
const passing: ReadonlySet<string> = new Set(['request_timeout', 'key_queue_full', 'limit_reached', 'too_many_wrong_keys'])

test('[I9] a client’s own retry is allowed only where it can help', () => {
  for (const [reason, { retry, blame }] of rows) {
    if (retry) assert.ok(blame !== 'caller' || passing.has(reason), reason)
    if (blame === 'target') assert.equal(retry, true, reason)
  }
})

test('any status of a provider that is no success has a reason, and a sentence that is ours', () => {
  for (let status = 100; status < 1000; status += 1) {
    const reason = reasonOfRefusal(status)
    assert.ok(reason in reasons, `${status}`)
    assert.match(upstreamSentence(reason), /^The .*\.$/)
    if (status < 400) assert.equal(reason, 'upstream_invalid_response', `${status}`)
    else if (status >= 500 && status < 600) assert.equal(reasons[reason].next, true, `${status}`)
  }
})

test('(case 181) (case 182) what another moment or another provider may mend goes on, and what the client must mend does not', () => {
  const goesOn = (status: number): boolean => reasons[reasonOfRefusal(status, 'upstream_refused_request')].next
  for (const status of [408, 409, 429, 500, 502, 503, 504, 529]) assert.ok(goesOn(status), `${status}`)
  for (const status of [400, 404, 413, 422]) assert.ok(!goesOn(status), `${status}`)
})

test('what a provider tells of its refusal comes before the status, but for the words that it uses for everything', () => {
  assert.equal(reasonOfRefusal(400, 'context_length_exceeded'), 'context_length_exceeded')
  assert.equal(reasonOfRefusal(429, 'upstream_refused_request'), 'rate_limit_exceeded')
  assert.equal(reasonOfRefusal(404, 'upstream_error'), 'model_not_found')
})

test('what is thrown becomes a failure once, and what was none keeps its cause to itself', () => {
  const failure = new Failure('overloaded', 'Busy.', { retryAfterMs: 5, param: 'a', upstream: { status: 529, message: 'theirs' } })
  assert.equal(toFailure(failure), failure)
  assert.deepEqual([failure.row.status, failure.row.messagesStatus, failure.retryAfterMs, failure.param, failure.upstream?.status], [503, 529, 5, 'a', 529])
  for (const thrown of [new Error('a secret'), 'a secret', undefined, { message: 'a secret' }]) {
    const { reason, message, cause } = toFailure(thrown)
    assert.deepEqual([reason, cause], ['internal_error', thrown])
    assert.doesNotMatch(message, /secret/)
  }
})
