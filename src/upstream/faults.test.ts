/** Errors of the network are told in our words, by what they mean. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Failure } from '../canonical/failure.ts'
import { toUpstreamFailure } from './faults.ts'

const coded = (code: string, name = 'Error'): Error => Object.assign(new Error('words of another'), { code, name })

test('an error means what its code says, wherever the code stands', () => {
  const refused = coded('ECONNREFUSED')
  for (const error of [refused, new TypeError('fetch failed', { cause: refused }), new AggregateError([refused, coded('ETIMEDOUT')])]) {
    assert.equal(toUpstreamFailure(error, false).message, 'The provider refused the connection.')
  }
})

test('what is not known is a lost connection: before the answer or in the middle of it', () => {
  for (const error of [
    coded('ECONNRESET'),
    coded('UND_ERR_SOCKET'),
    new Error('no code'),
    'a string',
    null,
    undefined,
    { code: 7 },
    { cause: { cause: {} } },
  ]) {
    assert.equal(toUpstreamFailure(error, false).reason, 'upstream_unreachable')
    assert.equal(toUpstreamFailure(error, true).reason, 'upstream_truncated')
  }
})

test('[B02] [B03] names that cannot be looked up and TLS that cannot be agreed on are told apart, and only silence is a timeout', () => {
  const told = (code: string) => toUpstreamFailure(coded(code), false)
  assert.equal(told('ETIMEOUT').reason, 'upstream_timeout')
  for (const code of ['ESERVFAIL', 'EREFUSED', 'ENODATA', 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION']) {
    assert.equal(told(code).reason, 'upstream_unreachable')
    assert.doesNotMatch(told(code).message, /was lost/)
  }
})

test('what is no HTTP is an answer that breaks its promise', () => {
  for (const error of [coded('HPE_INVALID_CONSTANT'), coded('UND_ERR_RESPONSE'), coded('x', 'HTTPParserError')])
    assert.equal(toUpstreamFailure(error, false).reason, 'upstream_invalid_response')
})

test('a request that cannot be written is our fault, and no target is tried with it again', () => {
  const { reason, row } = toUpstreamFailure(coded('UND_ERR_INVALID_ARG'), false)
  assert.deepEqual([reason, row.next, row.again], ['internal_error', false, false])
})

test('a failure of ours stays itself, and no word of another gets into a message', () => {
  const ours = new Failure('upstream_timeout', 'Late.')
  assert.equal(toUpstreamFailure(ours, true), ours)
  for (const code of ['ENOTFOUND', 'CERT_HAS_EXPIRED', 'HPE_X', 'nobody knows'])
    assert.doesNotMatch(toUpstreamFailure(coded(code), false).message, /words of another/)
})
