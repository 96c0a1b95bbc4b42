/** Errors of Chat Completions. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '../../base/json.ts'
import { Failure, type Reason } from '../../canonical/failure.ts'
import { failureIn, readError, writeError, writeErrorFrame } from './error.ts'

test('an error says why by its code, else by its words, else by its type or status', () => {
  const told: readonly [JsonObject, Reason | undefined][] = [
    [{ error: { message: 'x', type: 'invalid_request_error', code: 'context_length_exceeded' } }, 'context_length_exceeded'],
    [{ object: 'error', message: "This model's maximum context length is 4096 tokens.", type: 'BadRequestError', code: 400 }, 'context_length_exceeded'],
    [{ error: { message: 'x', type: 'insufficient_quota', code: 'insufficient_quota' } }, 'upstream_quota_exceeded'],
    [{ error: { message: 'x', type: 'invalid_request_error', code: 'invalid_api_key' } }, 'upstream_auth_error'],
    [{ error: { message: 'x', type: 'invalid_request_error', code: 'model_not_found' } }, 'model_not_found'],
    [{ error: { message: 'x', type: 'tokens', code: 'rate_limit_exceeded' } }, 'rate_limit_exceeded'],
    [{ error: { message: 'x', code: 429, status: 'RESOURCE_EXHAUSTED' } }, 'rate_limit_exceeded'],
    [{ error: { message: 'x', code: 'content_filter', status: 400 } }, 'content_filter'],
    [{ error: { message: 'x', type: 'invalid_request_error' } }, 'upstream_refused_request'],
    [{ error: { message: 'x', code: 502, metadata: { raw: 'y' } } }, 'upstream_error'],
    [{ error: { message: 'x', code: 'constructor' } }, undefined],
    [{ error: 'model "a" not found, try pulling it first' }, 'model_not_found'],
    [{ detail: 'x' }, undefined],
    [{}, undefined],
  ]
  for (const [body, reason] of told) assert.equal(readError(body).reason, reason, JSON.stringify(body))
})

test('the words of an error are found wherever a server puts them', () => {
  const bodies: readonly JsonObject[] = [
    { error: { message: 'why' } },
    { error: 'why' },
    { message: 'why' },
    { detail: 'why' },
    { detail: [{ loc: ['body'], msg: 'why' }] },
  ]
  for (const body of bodies) assert.equal(readError(body).message, 'why')
  assert.equal(readError([{ error: { message: 'why' } }] as unknown as JsonObject).message, 'why')
})

test('(routing 4) an error says when to come back, in fields of its own, in details, and in the headers of who stands behind a reseller', () => {
  const headers = { 'X-RateLimit-Reset': '30', 'X-RateLimit-Remaining': '0' }
  assert.deepEqual(readError({ error: { type: 'usage_limit_reached', resets_in_seconds: 60 } }).resets, [{ ms: 60_000, from: 'now', isWindow: true }])
  assert.deepEqual(readError({ error: { code: 429, metadata: { headers } } }).resets, [{ ms: 30_000, from: 'now', isWindow: false }])
  assert.deepEqual(readError([{ error: { details: [{ retryDelay: '1.5s' }] } }] as unknown as JsonObject).resets, [{ ms: 1500, from: 'now', isWindow: false }])
  for (const error of [{}, { resets_at: 'soon', metadata: { headers: 7 }, details: 'none' }, { metadata: { headers: { '': {} } }, details: [null, 7] }]) {
    assert.equal(readError({ error } as JsonObject).resets, undefined)
  }
})

test('an error in the place of an answer is found where the status says nothing of it', () => {
  const base = (code: number, choices: null | []) => ({ choices, base_resp: { status_code: code, status_msg: 'insufficient balance' } })
  assert.equal(failureIn(base(1008, null))?.reason, 'upstream_quota_exceeded')
  assert.equal(failureIn(base(1008, null))?.upstream?.code, '1008')
  assert.equal(failureIn(base(0, [])), undefined)
  assert.equal(failureIn({ choices: [], error: null }), undefined)
})

test('a blamed field is told if it is a path and nothing else', () => {
  assert.equal(readError({ error: { message: 'x', param: 'messages[0].content' } }).param, 'messages[0].content')
  assert.equal(readError({ error: { message: 'x', param: 'see <b>' } }).param, undefined)
})

test('[102] an error has the envelope of this wire, by the table of reasons', () => {
  assert.deepEqual(writeError(new Failure('rate_limit_exceeded', 'Slow down.')), {
    error: { message: 'Slow down.', type: 'rate_limit_error', param: null, code: 'rate_limit_exceeded' },
  })
  assert.deepEqual(writeError(new Failure('invalid_type', 'No.', { param: 'n' })), {
    error: { message: 'No.', type: 'invalid_request_error', param: 'n', code: 'invalid_type' },
  })
})

test('[90] a stream that fails ends with its error, which is not a good end', () => {
  assert.equal(
    writeErrorFrame(new Failure('upstream_error', 'It broke.')),
    'data: {"error":{"message":"It broke.","type":"server_error","param":null,"code":"upstream_error"}}\n\n',
  )
})
