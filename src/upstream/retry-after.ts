/** When a provider says to come back, in every form that providers use. */

import { now } from '../base/clock.ts'

/** Longer waits are clamped to this: an hour. */
const most = 3_600_000

/** Milliseconds from now, or undefined where the provider did not say, or said nonsense. */
export function retryAfterOf(headers: Readonly<Record<string, string>>): number | undefined {
  const ms = number(headers['retry-after-ms']) ?? secondsOrDate(headers['retry-after'])
  return ms !== undefined && ms >= 0 ? Math.min(ms, most) : undefined
}

function secondsOrDate(told: string | undefined): number | undefined {
  const seconds = number(told)
  if (seconds !== undefined) return seconds * 1000
  // `Date.parse` makes a date of almost anything: only what tells a time of day is meant for one.
  return told !== undefined && /\d:\d\d:\d\d/.test(told) ? Date.parse(told) - now() : undefined
}

function number(told: string | undefined): number | undefined {
  return told !== undefined && /^\s*\d+(\.\d+)?\s*$/.test(told) ? Number(told) : undefined
}
