/** Days, weeks and months of the calendar, in a time zone: when the one begins that a moment is in, and when it ends. */

import type { Period } from './limit.ts'

/** Milliseconds since 1970: from the first on, and before the second; null where it never ends. `before` is when the one before began. */
export interface Span {
  readonly from: number
  readonly to: number | null
  readonly before: number | null
}

/** A day of the calendar; month and day may be out of range, as `Date.UTC` takes them: the 0th is the last of the month before. */
interface Day {
  readonly year: number
  readonly month: number
  readonly day: number
}

const dayMs = 86_400_000
/** More than there are zones: spellings of them differ. */
const mostZones = 1000

const shown = {
  calendar: 'iso8601',
  numberingSystem: 'latn',
  hourCycle: 'h23',
  year: 'numeric',
  month: 'numeric',
  day: 'numeric',
  hour: 'numeric',
  minute: 'numeric',
  second: 'numeric',
} as const

const formats = new Map<string, Intl.DateTimeFormat>()
/** The span that was asked for last; bounded by `mostZones` each. */
const known = { day: new Map<string, Span>(), week: new Map<string, Span>(), month: new Map<string, Span>() }

const always: Span = { from: 0, to: null, before: null }

/** `timeZone` is an IANA name, `at` in milliseconds since 1970. Throws `RangeError` where there is no such zone. */
export function periodOf(period: Period, timeZone: string, at: number): Span {
  if (period === 'total') return always
  const spans = known[period]
  const last = spans.get(timeZone)
  if (last !== undefined && last.from <= at && at < last.to!) return last
  const { from, to } = edgesOf(period, timeZone, at)
  const span = { from, to, before: edgesOf(period, timeZone, from - 1).from }
  if (spans.size >= mostZones) spans.clear()
  spans.set(timeZone, span)
  return span
}

function edgesOf(period: 'day' | 'week' | 'month', timeZone: string, at: number): { readonly from: number; readonly to: number } {
  const today = dayOf(timeZone, at)
  const { year, month, day } = today
  switch (period) {
    case 'day':
      return { from: beginningOf(timeZone, today), to: beginningOf(timeZone, { year, month, day: day + 1 }) }
    case 'week': {
      const monday = day - ((new Date(utcOf(today)).getUTCDay() + 6) % 7)
      return { from: beginningOf(timeZone, { year, month, day: monday }), to: beginningOf(timeZone, { year, month, day: monday + 7 }) }
    }
    case 'month':
      return { from: beginningOf(timeZone, { year, month, day: 1 }), to: beginningOf(timeZone, { year, month: month + 1, day: 1 }) }
  }
}

/**
 * The first moment of that day there. Its midnight may come twice, where clocks are set back: the first counts. It may never come, where they are
 * set forward over it, or a whole day is left out: then the day begins when they are set.
 */
function beginningOf(timeZone: string, day: Day): number {
  const midnight = utcOf(day)
  const [earlier, later] = [midnight - dayMs, midnight + dayMs].map((at) => midnight - offsetAt(timeZone, at)).toSorted((a, b) => a - b) as [number, number]
  if (midnight - offsetAt(timeZone, earlier) === earlier) return earlier
  return later
}

const utcOf = ({ year, month, day }: Day): number => Date.UTC(year, month - 1, day)

/** How far the clocks there are ahead of UTC, in milliseconds. */
function offsetAt(timeZone: string, at: number): number {
  const { year, month, day, hour, minute, second } = readClock(timeZone, at)
  return Date.UTC(year!, month! - 1, day, hour, minute, second) - Math.floor(at / 1000) * 1000
}

function dayOf(timeZone: string, at: number): Day {
  const { year, month, day } = readClock(timeZone, at)
  return { year: year!, month: month!, day: day! }
}

/** What calendar and clock show there. */
function readClock(timeZone: string, at: number): { readonly [part in Intl.DateTimeFormatPartTypes]?: number } {
  const parts = formatOf(timeZone).formatToParts(at)
  return Object.fromEntries(parts.map(({ type, value }) => [type, Number(value)]))
}

/** Whether it is the name of a time zone. One that is known costs nothing: of thousands of budgets each is read. */
export function isZone(name: string): boolean {
  try {
    return formatOf(name) !== undefined
  } catch {
    return false
  }
}

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const made = formats.get(timeZone)
  if (made !== undefined) return made
  const format = new Intl.DateTimeFormat('en-US', { timeZone, ...shown })
  if (formats.size >= mostZones) formats.clear()
  formats.set(timeZone, format)
  return format
}
