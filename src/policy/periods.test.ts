/** Days, weeks and months as people in a time zone see them, whatever their clocks do. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Period } from './limit.ts'
import { periodOf } from './periods.ts'

const hour = 3_600_000

function told(period: Period, zone: string, at: string): readonly (string | null)[] {
  const { before, from, to } = periodOf(period, zone, Date.parse(at))
  return [before, from, to].map((time) => (time === null ? null : new Date(time).toISOString().replace(':00.000Z', 'Z')))
}

test('[B23] (routing 38) a day begins at midnight there, and has 23 or 25 hours where clocks are set', () => {
  assert.deepEqual(told('day', 'Europe/Berlin', '2026-03-29T12:00Z'), ['2026-03-27T23:00Z', '2026-03-28T23:00Z', '2026-03-29T22:00Z'])
  assert.deepEqual(told('day', 'Europe/Berlin', '2026-10-25T12:00Z'), ['2026-10-23T22:00Z', '2026-10-24T22:00Z', '2026-10-25T23:00Z'])
  assert.deepEqual(told('day', 'Asia/Kolkata', '2026-01-01T18:29:59Z'), ['2025-12-30T18:30Z', '2025-12-31T18:30Z', '2026-01-01T18:30Z'])
})

test('(routing 38) a midnight that never comes, or comes twice, begins its day all the same', () => {
  // Beirut sets its clocks from 0:00 to 1:00, Havana from 1:00 to 0:00, and Amman from 1:00 to 0:00 as well.
  assert.deepEqual(told('day', 'Asia/Beirut', '2026-03-29T12:00Z').slice(1), ['2026-03-28T22:00Z', '2026-03-29T21:00Z'])
  assert.deepEqual(told('day', 'America/Havana', '2026-11-01T12:00Z').slice(1), ['2026-11-01T04:00Z', '2026-11-02T05:00Z'])
  assert.deepEqual(told('day', 'Asia/Amman', '2021-10-29T12:00Z').slice(1), ['2021-10-28T21:00Z', '2021-10-29T22:00Z'])
  // Samoa had no 30th of December.
  assert.deepEqual(told('day', 'Pacific/Apia', '2011-12-30T09:00Z'), ['2011-12-28T10:00Z', '2011-12-29T10:00Z', '2011-12-30T10:00Z'])
  assert.deepEqual(told('day', 'Pacific/Apia', '2011-12-30T11:00Z'), ['2011-12-29T10:00Z', '2011-12-30T10:00Z', '2011-12-31T10:00Z'])
})

test('(routing 38) weeks begin on Mondays, and go over the ends of years', () => {
  assert.deepEqual(told('week', 'UTC', '2026-01-01T00:00Z'), ['2025-12-22T00:00Z', '2025-12-29T00:00Z', '2026-01-05T00:00Z'])
  assert.deepEqual(told('week', 'America/New_York', '2026-03-09T03:59:59Z'), ['2026-02-23T05:00Z', '2026-03-02T05:00Z', '2026-03-09T04:00Z'])
})

test('[B23] (routing 38) months are as long as they are, also in leap years', () => {
  assert.deepEqual(told('month', 'UTC', '2028-02-29T23:59:59.999Z'), ['2028-01-01T00:00Z', '2028-02-01T00:00Z', '2028-03-01T00:00Z'])
  assert.deepEqual(told('month', 'UTC', '2100-02-28T23:59:59.999Z'), ['2100-01-01T00:00Z', '2100-02-01T00:00Z', '2100-03-01T00:00Z'])
  assert.deepEqual(told('month', 'Pacific/Auckland', '2026-12-31T10:59:59Z'), ['2026-10-31T11:00Z', '2026-11-30T11:00Z', '2026-12-31T11:00Z'])
})

test('a total begins once and never ends', () => {
  assert.deepEqual(periodOf('total', 'UTC', Date.now()), { from: 0, to: null, before: null })
})

test('(routing 38) periods follow each other without a gap, and every moment is in its own, in every zone', () => {
  const zones = Intl.supportedValuesOf('timeZone')
  const times = fc.integer({ min: Date.UTC(1980, 0), max: Date.UTC(2040, 0) })
  fc.assert(
    fc.property(fc.constantFrom('day', 'week', 'month'), fc.constantFrom(...zones), times, (period: Period, zone, at) => {
      const { before, from, to } = periodOf(period, zone, at)
      assert.ok(from <= at && at < to!)
      const last = periodOf(period, zone, from - 1)
      assert.deepEqual([last.from, last.to], [before, from])
      assert.equal(periodOf(period, zone, to!).from, to)
      assert.ok(to! - from >= 23 * hour && to! - from <= 31 * 25 * hour)
    }),
    { numRuns: 1000, seed: 20261121 },
  )
})

test('a zone that does not exist has no periods', () => {
  assert.throws(() => periodOf('day', 'Europe/Atlantis', 0), RangeError)
})
