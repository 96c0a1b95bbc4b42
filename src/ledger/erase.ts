/** Content that goes while the log stays whole: an entry tells first, then lines are written over and segments removed. */

import { open, rm } from 'node:fs/promises'
import { writeCanonical } from '../base/json.ts'
import { now } from '../base/clock.ts'
import type { Json, JsonObject } from '../base/json.ts'
import { erasedLine, readEntry, shortestErased } from '../receipts/entry.ts'
import { leafHash } from '../receipts/merkle.ts'
import { LogError } from './errors.ts'
import { syncFile, syncFolder } from './files.ts'
import { firstOf, hashesFile, linesFile, listSegments, segmentEntries } from './layout.ts'
import { readLines } from './lines.ts'
import type { Line } from './lines.ts'
import type { ReceiptLog } from './log.ts'

/** Who asked for it, `retention`, `admin` or a key's id, and why. */
export interface Wish {
  readonly by: string
  readonly reason: 'retention' | 'end_user' | 'operator'
}

type Range = readonly [first: number, last: number]

/** What an entry `erasure` says is gone. */
export type Erasure = { readonly positions: readonly Range[] } | { readonly before: number }

/** Entries that one `erasure` tells of. */
const mostErased = 4096

/**
 * Erases the receipts and audit entries at these positions; those that are erased already, or in removed segments, are passed over.
 * Rejects with `LogError`: `refused` for other entries, `missing` for what is not written yet. Resolves to how many were erased.
 */
export async function eraseEntries(log: ReceiptLog, positions: readonly number[], wish: Wish): Promise<number> {
  const sorted = [...new Set(positions)].toSorted((one, other) => one - other)
  let erased = 0
  for (let at = 0; at < sorted.length; at += mostErased) {
    const chunk = sorted.slice(at, at + mostErased)
    erased += await log.inTurn(async () => {
      if (chunk.some((position) => !(position < log.size))) throw new LogError('missing')
      const spots = await findSpots(log.folder, chunk)
      if (spots.length === 0) return 0
      log.tidy()
      await tell(log, { positions: rangesOf(spots.map(({ position }) => position)) }, wish)
      await overwrite(log.folder, spots)
      return spots.length
    })
  }
  return erased
}

/** Removes the full segments whose entries are all below `position`. Resolves to the position below which nothing is left. Rejects with `LogError`. */
export function dropSegments(log: ReceiptLog, position: number, wish: Wish): Promise<number> {
  return log.inTurn(async () => {
    const before = firstOf(Math.min(position, log.size))
    if (!listSegments(log.folder).some((first) => first < before)) return before
    await tell(log, { before }, wish)
    // The last checkpoint must not be one within a segment that goes: nobody could say any more whether the log is as it says.
    await log.vouch()
    await finishErasure(log.folder, { before })
    return before
  })
}

async function tell(log: ReceiptLog, erasure: Erasure, { by, reason }: Wish): Promise<void> {
  const what: JsonObject = 'before' in erasure ? { before: erasure.before } : { positions: erasure.positions.map((range) => [...range]) }
  await log.write([{ kind: 'erasure', text: writeCanonical({ ...what, at: now(), by, reason }) }])
  await log.sync()
}

/** Throws `LogError` `refused` for an entry that says neither. */
export function readErasure({ before, positions }: JsonObject): Erasure {
  if (typeof before === 'number') return { before }
  if (!Array.isArray(positions) || !positions.every(isRange)) throw new LogError('refused')
  return { positions: positions as unknown as readonly Range[] }
}

const isRange = (value: Json): boolean => Array.isArray(value) && value.length === 2 && value.every(Number.isSafeInteger)

/** Does what an entry told, as far as it is not done. Rejects with `LogError`. */
export async function finishErasure(folder: string, erasure: Erasure): Promise<void> {
  if (!('before' in erasure)) return overwrite(folder, await findSpots(folder, positionsOf(erasure.positions)))
  for (const first of listSegments(folder).filter((each) => each < erasure.before)) {
    await rm(linesFile(folder, first), { force: true })
    await rm(hashesFile(folder, first), { force: true })
  }
  return syncFolder(folder)
}

interface Spot {
  readonly position: number
  readonly offset: number
  readonly text: string
}

async function findSpots(folder: string, sorted: readonly number[]): Promise<readonly Spot[]> {
  const spots: Spot[] = []
  for (const [first, positions] of Map.groupBy(sorted, firstOf)) {
    const lines = await readLines(folder, first)
    // A segment without lines is gone as a whole.
    for (const position of lines.length === 0 ? [] : positions) {
      const spot = spotOf(position, lines[position - first])
      if (spot !== undefined) spots.push(spot)
    }
  }
  return spots
}

/** Undefined for what is erased already. */
function spotOf(position: number, line: Line | undefined): Spot | undefined {
  const entry = line === undefined ? undefined : readEntry(line.bytes.toString())
  if (line === undefined || entry === undefined) throw new LogError('missing')
  if (entry.is === 'erased') return undefined
  const isErasable = entry.kind === 'receipt' || entry.kind === 'audit'
  if (!isErasable || line.bytes.length < shortestErased) throw new LogError('refused', `An entry of the kind ${entry.kind} cannot be erased.`)
  return { position, offset: line.offset, text: erasedLine(leafHash(line.bytes), line.bytes.length) }
}

async function overwrite(folder: string, spots: readonly Spot[]): Promise<void> {
  for (const [first, within] of Map.groupBy(spots, ({ position }) => firstOf(position))) {
    const handle = await open(linesFile(folder, first), 'r+')
    try {
      for (const { offset, text } of within) await handle.write(text, offset)
      await syncFile(handle)
    } finally {
      await handle.close()
    }
  }
}

function rangesOf(sorted: readonly number[]): readonly Range[] {
  const ranges: [number, number][] = []
  for (const position of sorted) {
    const last = ranges.at(-1)
    if (last !== undefined && last[1] === position - 1) last[1] = position
    else ranges.push([position, position])
  }
  return ranges
}

const positionsOf = (ranges: readonly Range[]): readonly number[] =>
  ranges.flatMap(([first, last]) => Array.from({ length: Math.min(last - first + 1, segmentEntries) }, (_, at) => first + at))
