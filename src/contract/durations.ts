/** Stretches of time as the control API says them: `"30s"`, `"1m"`, `"12h"`, `"7d"`. */

import { z } from 'zod'

const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** From `least` to `most`, written in the same way. */
export function duration(least: string, most: string) {
  const error = `must be a time from ${least} to ${most}, as \`"30s"\`, \`"1m"\`, \`"12h"\` or \`"7d"\``
  return z.string({ error }).refine((text) => milliseconds(text) >= milliseconds(least) && milliseconds(text) <= milliseconds(most), { error })
}

/** Of what `duration` took; NaN of anything else. */
export function milliseconds(text: string): number {
  const [, digits, unit = ''] = /^(\d{1,9})(ms|[smhd])$/.exec(text) ?? []
  return Number(digits) * (units[unit] ?? Number.NaN)
}
