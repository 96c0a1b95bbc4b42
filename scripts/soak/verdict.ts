/** What must hold at the end of a soak. */

import type { Outcome } from './clients.ts'
import { slopeOf, type Slope } from './slope.ts'
import type { Vitals } from './vitals.ts'

type Counts = Readonly<Record<Outcome, number>>

/** One line of the table: a minute, as a rule. All counts are those since the beginning. */
export interface Row extends Vitals {
  /** Since the beginning. */
  readonly hours: number
  readonly counts: Counts
  readonly accepted: number
  readonly stored: number
}

/** The gateway after the last call, when it had time to come to rest. */
export interface Rest {
  readonly counts: Counts
  readonly accepted: number
  readonly stored: number
  /** Receipts that an answer named and nobody stored, and those that found no room on their way. */
  readonly missing: number
  readonly dropped: number
  /** Of calls, in the log. */
  readonly lines: number
  /** Calls that the gateway still counts, and places that hold some. */
  readonly live: number
  readonly held: readonly string[]
  /** Before the first call, and now. */
  readonly descriptorsBefore: number
  readonly descriptors: number
  readonly exit: number | null
  /** Of Node.js itself. */
  readonly complaints: readonly string[]
}

export interface Verdict {
  readonly says: string
  readonly holds: boolean
  readonly measured: string
}

const MiB = 2 ** 20
/** MiB an hour. */
const mostGrowth = 1
/** Descriptors that come with the first traffic and stay: files of the database, say. */
export const mostNew = 4
/** Hours: before that, memory has not yet found its size. */
const shortest = 1 / 4
const wrong = ['broken', 'late', 'lied', 'leaked'] as const satisfies readonly Outcome[]

/** MiB an hour, over the second half. */
export function growthOf(rows: readonly Row[], bytesOf: (row: Row) => number | null): Slope {
  const points = rows.slice(rows.length >> 1).map((row) => [row.hours, bytesOf(row)] as const)
  return slopeOf(points.flatMap(([hours, bytes]) => (bytes === null ? [] : [[hours, bytes / MiB]])))
}

export const writeGrowth = ({ by, error }: Slope): string => `${by.toFixed(1)} ± ${error.toFixed(1)} MiB an hour`

/** `refusals` are sentences, one for each change of an operator that was not taken. */
export function judge(rows: readonly Row[], rest: Rest, refusals: readonly string[]): readonly Verdict[] {
  const { counts, accepted, stored, missing, dropped, lines, live, held, descriptorsBefore, descriptors, exit, complaints } = rest
  const verdict = (says: string, holds: boolean, ...measured: readonly string[]): Verdict => ({ says, holds, measured: measured.join(', ') })
  return [
    judgeGrowth(rows),
    verdict('descriptors are as before', descriptors <= descriptorsBefore + mostNew, `${descriptorsBefore} before`, `${descriptors} after`),
    verdict('there is one receipt for each accepted call', stored === accepted, `${stored} of ${accepted}`),
    verdict('every receipt that an answer named is stored', missing + dropped === 0, `${missing} missing`, `${dropped} dropped`),
    verdict('the log has two lines for each accepted call', lines === 2 * accepted, `${lines} of ${2 * accepted}`),
    verdict('no call, queue or lease is left', live === 0 && held.length === 0, `${live} calls`, ...held),
    verdict(
      'no client was lied to, cut off, or left without an answer',
      wrong.every((outcome) => counts[outcome] === 0),
      ...wrong.map((outcome) => `${counts[outcome]} ${outcome}`),
    ),
    verdict('every change of an operator was taken', refusals.length === 0, `${refusals.length} refused`, ...refusals.slice(0, 3)),
    verdict('the process ended well and complained of nothing', exit === 0 && complaints.length === 0, `exit ${exit}`, ...complaints),
  ]
}

/** Growth that cannot be told from none is none. */
function judgeGrowth(rows: readonly Row[]): Verdict {
  const says = `memory grows by less than ${mostGrowth} MiB an hour`
  const isLongEnough = (rows.at(-1)?.hours ?? 0) >= shortest
  if (!isLongEnough) return { says, holds: true, measured: `not judged in less than ${shortest * 60} minutes` }
  const growth = growthOf(rows, ({ resident }) => resident)
  return { says, holds: growth.by - 2 * growth.error < mostGrowth, measured: writeGrowth(growth) }
}
