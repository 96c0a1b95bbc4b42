/** Errors of providers and of ours, in the envelope of the wire. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '../../base/json.ts'
import { Failure, type Reason } from '../../canonical/failure.ts'
import { failureOf, readError, writeError, writeErrorFrame } from './error.ts'

const saying = (type: string, message = 'secret words'): JsonObject => ({ type: 'error', error: { type, message } })

test('Every type of error has its reason.', () => {
  const reasons: { readonly [type: string]: Reason | undefined } = {
    authentication_error: 'upstream_auth_error',
    permission_error: 'upstream_auth_error',
    billing_error: 'upstream_quota_exceeded',
    not_found_error: 'model_not_found',
    request_too_large: 'request_too_large',
    rate_limit_error: 'rate_limit_exceeded',
    api_error: 'upstream_error',
    timeout_error: 'upstream_timeout',
    overloaded_error: 'overloaded',
    invalid_request_error: 'upstream_refused_request',
    tomorrow_error: undefined,
  }
  for (const [type, reason] of Object.entries(reasons)) assert.equal(readError(saying(type)).reason, reason, type)
})

test('[183] The words of a refused request tell what it was refused for, where they are known.', () => {
  assert.equal(readError(saying('invalid_request_error', 'prompt is too long: 210000 tokens > 200000 maximum')).reason, 'context_length_exceeded')
  assert.equal(readError(saying('invalid_request_error', 'Your credit balance is too low to access the API.')).reason, 'upstream_quota_exceeded')
})

test('Who serves the wire and did not invent it is understood in the words of Chat Completions, with its code.', () => {
  const told = readError({ type: 'error', error: { code: '1308', message: 'Insufficient balance, please recharge.' } })
  assert.deepEqual(told, { reason: 'upstream_quota_exceeded', message: 'Insufficient balance, please recharge.', code: '1308' })
  assert.equal(readError(saying('permission_error', 'Your organization may not use this model: ask for access.')).reason, 'model_not_found')
  assert.equal(readError(saying('rate_limit_error', 'You have reached your spend limit.')).reason, 'upstream_quota_exceeded')
})

test('The field that the provider blames is told where it is one of the wire’s.', () => {
  assert.equal(readError(saying('invalid_request_error', 'messages.2.content.0.text: Field required')).param, 'messages[2].content[0].text')
  assert.equal(readError(saying('invalid_request_error', 'sk-secret.1: Field required')).param, undefined)
})

test('Errors of other shapes are read, and none of their words are in the failure.', () => {
  for (const body of [{ error: 'secret words' }, { detail: 'secret words' }, { message: 'secret words' }, saying('api_error')] as JsonObject[]) {
    assert.equal(readError(body).message, 'secret words')
    assert.equal(failureOf(body).message.includes('secret'), false)
  }
  assert.deepEqual(readError({}), { message: '' })
})

test('[102] A failure is said in the envelope of the wire.', () => {
  const failure = new Failure('rate_limit_exceeded', 'Too many requests.')
  const said = { type: 'error', error: { type: 'rate_limit_error', message: 'Too many requests.' }, request_id: 'req_1' }
  assert.deepEqual(writeError(failure, 'req_1'), said)
  assert.partialDeepStrictEqual(writeError(new Failure('overloaded', 'x'), 'r'), { error: { type: 'overloaded_error' } })
  assert.equal(writeErrorFrame(failure, 'req_1'), `event: error\ndata: ${JSON.stringify(said)}\n\n`)
})
