/** Times as people write them at the terminal. */

import { now } from '../base/clock.ts'
import { Complaint } from './command.ts'

/** Milliseconds since 1970; undefined where nothing was said. Throws `Complaint` for what is no date, or has passed. */
export function readDate(date: string | boolean | undefined): number | undefined {
  if (typeof date !== 'string') return undefined
  const ms = Date.parse(date)
  if (Number.isNaN(ms)) throw new Complaint(`“${date}” is not a date: write it as 2027-01-31.`)
  if (ms <= now()) throw new Complaint(`${date} has passed.`)
  return ms
}
