/** Waits that providers ask for are read in all their forms, and never believed beyond the limit. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { now } from '../base/clock.ts'
import { Failure } from '../canonical/failure.ts'
import { providers } from '../providers/index.ts'
import { withResets } from './resets.ts'

type Headers = Readonly<Record<string, string>>

const hour = 3_600_000
const day = 24 * hour

const retryAfterOf = (headers: Headers) => withResets(new Failure('upstream_error', 'x', { upstream: {} }), headers, {}).retryAfterMs

test('[B08] seconds and milliseconds are read, the exact one first', () => {
  const rows: readonly [Headers, number][] = [
    [{ 'retry-after': '30' }, 30_000],
    [{ 'retry-after': ' 1.5 ' }, 1500],
    [{ 'retry-after-ms': '250', 'retry-after': '30' }, 250],
    [{ 'retry-after-ms': 'soon', 'retry-after': '30' }, 30_000],
  ]
  for (const [headers, expected] of rows) assert.equal(retryAfterOf(headers), expected, JSON.stringify(headers))
})

test('[B08] a date is the time until then', () => {
  const ms = retryAfterOf({ 'retry-after': new Date(now() + 60_000).toUTCString() })
  assert.ok(ms !== undefined && ms > 58_000 && ms <= 60_000, `${ms}`)
})

test('[B08] longer than an hour is an hour', () => {
  for (const told of ['1000000000', '9'.repeat(400), 'Wed, 21 Oct 2099 07:28:00 GMT']) assert.equal(retryAfterOf({ 'retry-after': told }), hour, told)
  assert.equal(retryAfterOf({ 'retry-after-ms': '1e9', 'retry-after': '7200' }), hour)
})

test('[B08] nonsense, the past, this very moment and nothing at all are no answer', () => {
  for (const told of ['0', '0.0', '-1', '', ' ', '1e9', 'garbage', 'in 49', '0x10', '5, 5', 'NaN', 'Infinity', 'Fri, 31 Dec 1999 23:59:59 GMT']) {
    assert.equal(retryAfterOf({ 'retry-after': told }), undefined, told)
    assert.equal(retryAfterOf({ 'retry-after-ms': told }), undefined, told)
  }
  assert.equal(retryAfterOf({}), undefined)
})

test('limits beside a failure that is about no limit tell nothing, and `retry-after` tells all the same', () => {
  const limits = { 'x-ratelimit-reset': '600', 'x-ratelimit-remaining': '0' }
  for (const reason of ['upstream_error', 'upstream_auth_error', 'upstream_refused_request'] as const) {
    const failure = new Failure(reason, 'x', { upstream: { message: 'try again in 10m' } })
    assert.equal(withResets(failure, limits, {}), failure)
    assert.equal(withResets(failure, { ...limits, 'retry-after': '7' }, {}).retryAfterMs, 7000)
  }
})

test('what the provider did not say itself is left as it is, and what it said is kept', () => {
  const ours = new Failure('upstream_truncated', 'x')
  assert.equal(withResets(ours, { 'retry-after': '7' }, {}), ours)
  const cause = new Error('x')
  const theirs = new Failure('rate_limit_exceeded', 'x', { param: 'model', cause, upstream: { status: 429, message: 'theirs' } })
  const told = withResets(theirs, { 'retry-after': '7' }, {})
  assert.deepEqual([told.reason, told.message, told.param, told.cause, told.upstream], ['rate_limit_exceeded', 'x', 'model', cause, theirs.upstream])
})

test('[B08] no header of any provider leads to a time that is none, is past, or is beyond the longest window', () => {
  const usual = ['retry-after', 'retry-after-ms', 'x-ratelimit-reset', 'x-ratelimit-remaining', 'x-ratelimit-reset-tokens', 'x-ratelimit-remaining-tokens']
  const names = [...usual, ...providers.flatMap(({ limits = [] }) => limits.flatMap(({ reset, reached: [header] }) => [reset, header]))]
  const values = fc.oneof(fc.constantFrom('0', '100', 'rejected'), fc.string(), fc.double().map(String), fc.date({ noInvalidDate: true }).map(String))
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...names), values), fc.constantFrom(...providers), fc.string(), (headers, provider, message) => {
      const { retryAfterMs: ms } = withResets(new Failure('rate_limit_exceeded', 'x', { upstream: { message } }), headers, provider)
      assert.ok(ms === undefined || (Number.isInteger(ms) && ms > 0 && ms <= 7 * day + hour), `${ms}`)
    }),
    { numRuns: 2000 },
  )
})
