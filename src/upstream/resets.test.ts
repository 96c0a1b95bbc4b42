/** Waits that providers ask for are read in all their forms, and never believed beyond the limit. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { now } from '../base/clock.ts'
import { Failure } from '../canonical/failure.ts'
import { withResets } from './resets.ts'

const retryAfterOf = (headers: Readonly<Record<string, string>>) => withResets(new Failure('upstream_error', 'x', { upstream: {} }), headers, {}).retryAfterMs

test('[B08] seconds and milliseconds are read, the exact one first', () => {
  const rows: readonly [Readonly<Record<string, string>>, number][] = [
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
  for (const told of ['1000000000', '9'.repeat(400), 'Wed, 21 Oct 2099 07:28:00 GMT']) assert.equal(retryAfterOf({ 'retry-after': told }), 3_600_000, told)
  assert.equal(retryAfterOf({ 'retry-after-ms': '1e9', 'retry-after': '7200' }), 3_600_000)
})

test('[B08] nonsense, the past, this very moment and nothing at all are no answer', () => {
  for (const told of ['0', '0.0', '-1', '', ' ', '1e9', 'garbage', 'in 49', '0x10', '5, 5', 'NaN', 'Infinity', 'Fri, 31 Dec 1999 23:59:59 GMT']) {
    assert.equal(retryAfterOf({ 'retry-after': told }), undefined, told)
    assert.equal(retryAfterOf({ 'retry-after-ms': told }), undefined, told)
  }
  assert.equal(retryAfterOf({}), undefined)
})
