/** When a provider says to come back, in every form that providers use. */

import { now } from '../base/clock.ts'

/** Longer waits are clamped to this: an hour. */
const most = 3_600_000

/** Milliseconds from now, or undefined where the provider did not say, or said nonsense. */
export function retryAfterOf(headers: Readonly<Record<string, string>>): number | undefined {
  const exact = Number(headers['retry-after-ms'] ?? Number.NaN)
  if (Number.isFinite(exact) && exact >= 0) return Math.min(exact, most)
  const told = headers['retry-after']
  if (told === undefined) return undefined
  const ms = /^\d+(\.\d+)?$/.test(told.trim()) ? Number(told) * 1000 : Date.parse(told) - now()
  return Number.isFinite(ms) && ms >= 0 ? Math.min(ms, most) : undefined
}
