/** Times to come back are read in every form that is in use, and none of them leads beyond the clamp. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { msUntil, resetsAt, resetsIn, resetsInWords, retryAfterIn, type Reset } from './resets.ts'

const now = Date.parse('2026-11-21T08:00:00Z')
const hour = 3_600_000
const week = 7 * 24 * hour

test('(routing 4) seconds, seconds and milliseconds since 1970, durations and dates are told apart by how they look', () => {
  const rows: readonly (readonly [told: string | number, ms: number | undefined])[] = [
    ['12', 12_000],
    [12.5, 12_500],
    ['0.25', 250],
    [String(now / 1000 + 30), 30_000],
    [now / 1000 + 30.5, 30_500],
    [String(now + 1234), 1234],
    ['1s', 1000],
    ['6m0s', 360_000],
    ['20ms', 20],
    ['7m12.5s', 432_500],
    ['1h2m3s', 3_600_000],
    ['39.7s', 39_700],
    ['2 hours', 3_600_000],
    ['90 seconds', 90_000],
    ['2026-11-21T08:00:30Z', 30_000],
    ['2026-11-21T08:00:30.250Z', 30_250],
    ['2026-11-21T09:00:30+01:00', 30_000],
    ['2026-11-21 16:00:30', 30_000],
    ['Sat, 21 Nov 2026 08:01:00 GMT', 60_000],
    ['Saturday, 21-Nov-26 08:01:00 GMT', 60_000],
    ['Sat Nov 21 08:01:00 2026', 60_000],
    ['0', undefined],
    ['-1', undefined],
    ['1e9', undefined],
    ['NaN', undefined],
    ['soon', undefined],
    ['in 49', undefined],
    ['7x', undefined],
    ['2026-13-45T99:99:99Z', undefined],
    ['2026-11-21', undefined],
    ['Fri, 31 Dec 1999 23:59:59 GMT', undefined],
    ['1700000000', undefined],
    ['', undefined],
  ]
  for (const [told, ms] of rows) assert.equal(msUntil(resetsAt(told), now), ms, String(told))
  for (const told of [undefined, null, true, {}, []]) assert.equal(msUntil(resetsAt(told), now), undefined, JSON.stringify(told))
})

test('the latest counts, and what is past or never counts nothing', () => {
  const told = (ms: number, from: Reset['from'] = 'now'): Reset => ({ ms, from, isWindow: false })
  assert.equal(msUntil([told(500), told(now + 2000, '1970'), told(1000)], now), 2000)
  assert.equal(msUntil([told(-5), told(0), told(Number.NaN), told(now - 1, '1970')], now), undefined)
  assert.equal(msUntil([], now), undefined)
})

test('[B08] a plain wait is an hour at most, and that of a plan’s window a week and an hour', () => {
  assert.equal(msUntil(resetsAt('3600000'), now), hour)
  assert.equal(msUntil(resetsAt('2099-01-01T00:00:00Z'), now), hour)
  assert.equal(msUntil(resetsAt('529498', true), now), 529_498_000)
  assert.equal(msUntil(resetsAt('2099-01-01T00:00:00Z', true), now), week + hour)
})

test('limits of which something is left tell nothing', () => {
  const rows: readonly (readonly [headers: Readonly<Record<string, string>>, ms: number | undefined])[] = [
    [
      { 'x-ratelimit-reset-requests': '1s', 'x-ratelimit-remaining-requests': '59', 'x-ratelimit-reset-tokens': '6m0s', 'x-ratelimit-remaining-tokens': '0' },
      360_000,
    ],
    [
      { 'x-ratelimit-reset-requests': '1s', 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-tokens': '6m0s', 'x-ratelimit-remaining-tokens': '0' },
      360_000,
    ],
    [
      { 'x-ratelimit-reset-requests': '1s', 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-tokens': '6m0s', 'x-ratelimit-remaining-tokens': '12' },
      1000,
    ],
    [{ 'x-ratelimit-reset-requests': '1s', 'x-ratelimit-remaining-requests': '59' }, undefined],
    [{ 'x-ratelimit-reset-requests': '1s' }, undefined],
    [{ 'x-ratelimit-reset-tokens': '0', 'x-ratelimit-remaining-tokens': '-1' }, undefined],
    [{ 'x-ratelimit-reset': '17' }, 17_000],
    [{ 'x-ratelimit-reset': '17', 'x-ratelimit-remaining': '3' }, undefined],
    [{ 'ratelimit-reset': '17', 'ratelimit-remaining': '0' }, 17_000],
    [{ 'x-ratelimit-reset-requests-day': '33011.38', 'x-ratelimit-remaining-requests-day': '0' }, 33_011_380],
    [{ 'retry-after': '0', 'x-ratelimit-reset': '17' }, 17_000],
    [{ 'retry-after': '2', 'x-ratelimit-reset-tokens': '6m0s', 'x-ratelimit-remaining-tokens': '0' }, 2000],
  ]
  for (const [headers, ms] of rows) assert.equal(msUntil(resetsIn(headers), now), ms, JSON.stringify(headers))
})

test('words say it as vendors do', () => {
  const rows: readonly (readonly [words: string, ms: number | undefined])[] = [
    ['Rate limit reached for gpt-5.1 in organization org-x on tokens per min (TPM): Limit 30000. Please try again in 11.054s. Visit …', 11_054],
    ['Please try again in 6ms.', 6],
    ['Rate limit reached on tokens per day (TPD): Limit 100000, Used 99000. Please try again in 2h13m12.5s.', 7_992_500],
    ['Requests have exceeded token rate limit of your pricing tier. Please retry after 37 seconds.', 37_000],
    ['Please retry in 46.03s.', 46_030],
    ['Usage limit reached for 5 hour. Your limit will reset at 2026-11-21 18:00:00', 7_200_000],
    ['usage limit exceeded, 5-hour usage limit reached for Token Plan Starter (0/0 used), resets at 2026-11-21T15:00:00Z (2056)', 7 * hour],
    ['You have reached your specified API usage limits. You will regain access on 2026-11-23 at 00:00 UTC.', 40 * hour],
    ['Free quota used (30 requests / 5h). Resets at 10:00 UTC.', undefined],
    ['Too many requests, please wait before trying again.', undefined],
    ['', undefined],
  ]
  for (const [words, ms] of rows) assert.equal(msUntil(resetsInWords(words), now), ms, words)
})

test('[B08] whatever is told, a wait is a whole number above 0 and below the clamp, or there is none', () => {
  const texts = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.stringMatching(/^[\d.smhdeT:Z +-]{1,40}$/),
    fc.double().map(String),
    fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
    fc.date({ noInvalidDate: true }).map((date) => date.toUTCString()),
    fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }).map(String),
  )
  fc.assert(
    fc.property(texts, fc.boolean(), (told, isWindow) => {
      const all = [
        resetsAt(told, isWindow),
        retryAfterIn({ 'retry-after': told }),
        retryAfterIn({ 'retry-after-ms': told }),
        resetsInWords(`try again in ${told}`),
      ]
      for (const resets of [...all, resetsInWords(`resets at ${told}`), resetsIn({ 'x-ratelimit-reset': told })]) {
        const ms = msUntil(resets, now)
        if (ms === undefined) continue
        const most = resets.some((reset) => reset.isWindow) ? week + hour : hour
        assert.ok(Number.isInteger(ms) && ms > 0 && ms <= most, `${told}: ${ms}`)
      }
    }),
    { numRuns: 2000 },
  )
})

test('[C62] words of any length are looked at in little time', () => {
  for (const words of [
    'try again in ' + '1'.repeat(1_000_000),
    'try again in ' + '1s '.repeat(300_000),
    'resets at '.repeat(100_000),
    '2026-11-21T'.repeat(100_000),
  ]) {
    const began = performance.now()
    resetsInWords(words)
    resetsAt(words)
    assert.ok(performance.now() - began < 100, words.slice(0, 20))
  }
})
