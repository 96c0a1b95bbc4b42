/** Numbers for Prometheus are counted from closed receipts, and no client can make them more than they are. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { openRecord } from '../receipts/opening.ts'
import type { ReceiptRecord } from '../receipts/signals.ts'
import { Buckets, writeFamily, writeHistogram } from './exposition.ts'
import { Metrics } from './metrics.ts'

const gauges = {
  outboxDepth: () => 3,
  outboxDropped: () => 0,
  receiptsAreAway: () => true,
  intentsLost: () => 0,
  indexBehind: () => 5,
  logDropped: () => 7,
  configIsStale: () => true,
}

function record(fields: Partial<ReceiptRecord> = {}): ReceiptRecord {
  return {
    ...openRecord({
      instance: 'i',
      version: '1',
      build: '0'.repeat(16),
      config: '1'.repeat(16),
      requestId: 'r',
      traceId: null,
      client: 'other',
      surface: 'openai-chat',
      operation: 'chat',
    }),
    status: 200,
    duration: 2e9,
    overhead: 1e6,
    ...fields,
  }
}

const attempt = (provider: string, reason: string) => ({ provider, account: null, model: 'm', region: null, status: 200, reason, at: 0, ms: 1 })

/** Samples by name and labels, as written. */
function samples(text: string): ReadonlyMap<string, number> {
  return new Map(
    text
      .split('\n')
      .filter((one) => one !== '' && !one.startsWith('#'))
      .map((one) => [one.slice(0, one.lastIndexOf(' ')), Number(one.slice(one.lastIndexOf(' ') + 1))]),
  )
}

test('calls, attempts, tokens and cost are counted by what they were', () => {
  const metrics = new Metrics(gauges)
  const answered = {
    provider: 'east',
    attempts: [attempt('west', 'overloaded'), attempt('east', 'answered')],
    prompt_tokens: 10,
    completion_tokens: 5,
    cost: 1500,
    first_token_after: 4e8,
  }
  metrics.observe(record(answered))
  metrics.observe(record(answered))
  metrics.observe(record({ status: 404, outcome: 'refused' }))
  metrics.refuse('invalid_api_key')
  const told = samples(metrics.text())
  const expected: readonly [string, number][] = [
    ['omni_requests_total{surface="openai-chat",outcome="completed",status="200"}', 2],
    ['omni_requests_total{surface="openai-chat",outcome="refused",status="404"}', 1],
    ['omni_upstream_attempts_total{provider="west",reason="overloaded"}', 2],
    ['omni_upstream_attempts_total{provider="east",reason="answered"}', 2],
    ['omni_tokens_total{provider="east",kind="prompt"}', 20],
    ['omni_tokens_total{provider="east",kind="completion"}', 10],
    ['omni_tokens_total{provider="west",kind="prompt"}', 0],
    ['omni_cost_nano_usd_total{provider="east"}', 3000],
    ['omni_unauthorized_total{reason="invalid_api_key"}', 1],
    ['omni_request_duration_seconds_count{surface="openai-chat"}', 3],
    ['omni_request_duration_seconds_sum{surface="openai-chat"}', 6],
    ['omni_first_token_seconds_count{surface="openai-chat"}', 2],
    ['omni_first_token_seconds_bucket{surface="openai-chat",le="0.25"}', 0],
    ['omni_first_token_seconds_bucket{surface="openai-chat",le="0.5"}', 2],
    ['omni_overhead_seconds_bucket{surface="openai-chat",le="0.001"}', 3],
    ['omni_receipts_waiting', 3],
    ['omni_receipts_unavailable', 1],
    ['omni_log_lines_dropped', 7],
    ['omni_config_stale', 1],
  ]
  for (const [name, value] of expected) assert.equal(told.get(name), value, name)
})

test('before the first call the families are there, and empty', () => {
  const text = new Metrics(gauges).text()
  assert.match(text, /^# HELP omni_requests_total .+\n# TYPE omni_requests_total counter\n# HELP/)
  assert.equal(
    [...samples(text).keys()].every((name) => !name.includes('{')),
    true,
  )
})

test('[C64] of a declared label so many values are counted as the bound says, and the rest as `other`', () => {
  const metrics = new Metrics(gauges, { metricLabels: ['cost-centre'], mostValues: 2 })
  for (const value of ['a', 'b', 'a', 'c', 'd', 'a']) metrics.observe(record({ metadata: { 'cost-centre': value, team: 'secret' } }))
  metrics.observe(record({ metadata: { team: 'x' } }))
  const text = metrics.text()
  const counted = [...samples(text)].filter(([name]) => name.startsWith('omni_requests_by_'))
  assert.deepEqual(counted, [
    ['omni_requests_by_cost_centre_total{value="a"}', 3],
    ['omni_requests_by_cost_centre_total{value="b"}', 1],
    ['omni_requests_by_cost_centre_total{value="other"}', 2],
  ])
  assert.equal(text.includes('secret'), false)
})

test('a histogram’s buckets add up, whatever was measured', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 20, noNaN: true })), (values) => {
      const buckets = new Buckets([0.1, 1, 10])
      for (const value of values) buckets.add(value)
      const told = samples(writeHistogram('h', 'H.', [{ labels: {}, buckets }]))
      for (const bound of [0.1, 1, 10, Infinity])
        assert.equal(told.get(`h_bucket{le="${bound === Infinity ? '+Inf' : bound}"}`), values.filter((value) => value <= bound).length)
      assert.equal(told.get('h_count'), values.length)
    }),
  )
})

test('a label’s value is escaped, so that a sample stays a line', () => {
  assert.equal(writeFamily('a', 'counter', 'A.', [{ labels: { b: 'x"y\\z\nw' }, value: 1 }]), '# HELP a A.\n# TYPE a counter\na{b="x\\"y\\\\z\\nw"} 1\n')
})
