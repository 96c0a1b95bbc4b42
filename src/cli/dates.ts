/** Times as people write them at the terminal. */

import { now } from '../base/clock.ts'
import { Complaint } from './command.ts'

const dayMs = 86_400_000

/** Milliseconds since 1970; a day is taken with all of it, to its midnight in UTC. Undefined where nothing was said. Throws `Complaint` for what is no date, or has passed. */
export function readDate(date: string | boolean | undefined): number | undefined {
  if (typeof date !== 'string') return undefined
  const ms = Date.parse(date)
  if (Number.isNaN(ms)) throw new Complaint(`“${date}” is not a date: write it as 2027-01-31.`)
  if (/^\d{4}-\d\d-\d\d$/.test(date)) return checked(date, ms + dayMs)
  return checked(date, ms)
}

function checked(date: string, ms: number): number {
  if (ms <= now()) throw new Complaint(`${date} has passed.`)
  return ms
}
