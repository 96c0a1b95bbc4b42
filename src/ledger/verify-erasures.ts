/** Which entries of a log are gone, and of which the log itself tells that they are. */

import { readObject } from '../base/json.ts'

/** The first position, and the one behind the last. */
type Range = readonly [first: number, end: number]

export class Erasures {
  /** Entries that were written over. */
  erased = 0
  /** Entries of segments that were removed. */
  dropped = 0
  /** Runs, as they come: bounded by how many pieces of the log were erased apart. */
  readonly #gone: [first: number, end: number][] = []
  /** Bounded by the ranges that entries of the log tell of. */
  readonly #told: Range[] = []

  leave(first: number, end: number): void {
    if (end - first === 1) this.erased += 1
    else this.dropped += end - first
    const last = this.#gone.at(-1)
    if (last?.[1] === first) last[1] = end
    else this.#gone.push([first, end])
  }

  tell(ranges: readonly Range[]): void {
    for (const range of ranges) this.#told.push(range)
  }

  /** The first position that is gone, and nothing tells of it. */
  findUnexplained(): number | undefined {
    const told = this.#told.toSorted(([one], [other]) => one - other)
    let [at, reach] = [0, 0]
    for (const [first, end] of this.#gone) {
      for (let position = first; position < end; position = reach) {
        for (; at < told.length && told[at]![0] <= position; at += 1) reach = Math.max(reach, told[at]![1])
        if (reach <= position) return position
      }
    }
    return undefined
  }
}

/** What an entry `erasure` at `position` tells, all of it below itself; undefined where it tells nothing of the kind. */
export function toldIn(text: string, position: number): readonly Range[] | undefined {
  const entry = readObject(text)
  if (entry === undefined) return undefined
  const told: unknown = entry.before === undefined ? entry.positions : [[0, Number.isSafeInteger(entry.before) ? Number(entry.before) - 1 : undefined]]
  if (!Array.isArray(told)) return undefined
  const ranges = told.map((range) => rangeOf(range, position))
  return ranges.every((range) => range !== undefined) ? ranges : undefined
}

function rangeOf(range: unknown, position: number): Range | undefined {
  if (!Array.isArray(range) || range.length !== 2) return undefined
  const [first, last]: readonly unknown[] = range
  if (!Number.isSafeInteger(first) || !Number.isSafeInteger(last)) return undefined
  const isBelow = 0 <= Number(first) && Number(first) <= Number(last) && Number(last) < position
  return isBelow ? [Number(first), Number(last) + 1] : undefined
}
