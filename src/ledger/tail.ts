/** The end of a log that a process left: what of it is whole, whether it is what the last checkpoint says, and mending the rest. */

import { rm } from 'node:fs/promises'
import { asText } from '../base/json.ts'
import type { JsonObject } from '../base/json.ts'
import { cutHashes, hashBytes, rootOf } from '../receipts/merkle.ts'
import { splitNotes } from '../receipts/note-bodies.ts'
import { keyAt, readKeys } from '../receipts/note-keys.ts'
import type { Vouched } from '../receipts/note-keys.ts'
import { verifyNote } from '../receipts/note.ts'
import { readLast } from './checkpoints.ts'
import type { LastNote, Noted } from './checkpoints.ts'
import { LogError } from './errors.ts'
import { readFileOrNothing, replaceFile, rewriteFile, syncFolder, writeFrom } from './files.ts'
import { checkpointsFile, hashesFile, keysFile, linesFile, listSegments, originOf, segmentEntries, segmentsFile } from './layout.ts'
import { scan } from './lines.ts'
import type { Scan } from './lines.ts'

interface Roots {
  readonly roots: Buffer[]
  /** Of the file `segments`, up to the end of its last whole line. */
  readonly bytes: number
}

export interface Tail {
  readonly keys: readonly Vouched[]
  readonly roots: readonly Buffer[]
  readonly last: Noted | undefined
  /** The segment to go on with. */
  readonly first: number
  readonly leaves: readonly Buffer[]
  readonly bytes: number
  /** What the erasures in its last segments say: they may not be done. */
  readonly erasures: readonly JsonObject[]
  /** Brings all files to what is told here. Throws `LogError`. */
  mend(): Promise<void>
}

/** Changes nothing. Throws `LogError` `damaged` where the log is not as it was left. */
export async function readTail(log: string, id: string): Promise<Tail> {
  const { roots, bytes } = readRoots(await readFileOrNothing(segmentsFile(log)))
  const written = roots.length
  const scans: Scan[] = []
  const files = listSegments(log)
  for (;;) {
    const first = roots.length * segmentEntries
    const found = await scan(log, first, ['key', 'erasure'])
    scans.push(found)
    if (found.leaves.length > segmentEntries) throw damaged('has a segment with too many entries')
    // A full segment is followed by another only when there is an entry for it.
    if (found.leaves.length < segmentEntries || !files.some((other) => other > first)) break
    roots.push(rootOf(found.leaves))
  }
  const { leaves, bytes: size } = scans.at(-1)!
  const keys = await readChain(log, id, scans)
  const noted = await readLast(log, id)
  checkLast(noted, id, keys)
  await checkRoot(log, roots[written - 1], written, noted.last)
  await checkFit(log, noted.last, { roots, written, scans })
  const erasures = scans.flatMap(({ told }) => told.filter(({ kind }) => kind === 'erasure').map(({ says }) => says))
  const first = roots.length * segmentEntries
  const mend = (): Promise<void> => mendFiles(log, { scans, roots, written, bytes, noted, keys: keys.map(({ note }) => note) })
  return { keys, roots, last: noted.last, first, leaves, bytes: size, erasures, mend }
}

const damaged = (what: string): LogError =>
  new LogError('damaged', `The log ${what}. Nothing is written to it any more; \`omni receipts verify\` tells the place.`)

/** Of the lines of the file `segments`. Throws `LogError` `damaged` for one that is out of its order. */
export function readRoots(file: Buffer): Roots {
  const text = file.toString()
  const bytes = text.lastIndexOf('\n') + 1
  const lines = text.slice(0, bytes).split('\n').slice(0, -1)
  const roots = lines.map((line, index) => {
    const [name, base64] = line.split(' ')
    const root = Buffer.from(base64 ?? '', 'base64')
    if (Number(name) !== index * segmentEntries || root.length !== hashBytes) throw damaged('has a wrong line in its list of segments')
    return root
  })
  return { roots, bytes }
}

export const rootLine = (index: number, root: Buffer): string => `${String(index * segmentEntries).padStart(12, '0')} ${root.toString('base64')}\n`

/** The keys of the file, and those of entries that the process did not come to write there. */
async function readChain(log: string, id: string, scans: readonly Scan[]): Promise<readonly Vouched[]> {
  const origin = originOf(id)
  const { notes } = splitNotes((await readFileOrNothing(keysFile(log))).toString())
  const told = scans.flatMap((each) => each.told.filter(({ kind }) => kind === 'key').map(({ says }) => asText(says['statement'])))
  const keys = readKeys(origin, [...notes, ...told.filter((note) => !notes.includes(note))])
  if (keys === undefined) throw damaged('has keys that do not vouch for each other')
  return keys
}

function checkLast({ last, isReadable }: LastNote, id: string, keys: readonly Vouched[]): void {
  const key = keyAt(keys, last?.size ?? 0)
  if (!isReadable || (last !== undefined && (last.origin !== originOf(id) || key === undefined || verifyNote(last.note, [key]) === undefined))) {
    throw damaged('has a last checkpoint that it did not sign')
  }
}

/** Whether the last line of the list of segments is that segment's. One that was removed is vouched for by a checkpoint behind it. */
async function checkRoot(log: string, root: Buffer | undefined, written: number, last: Noted | undefined): Promise<void> {
  if (root === undefined) return
  const hashes = cutHashes(await readFileOrNothing(hashesFile(log, (written - 1) * segmentEntries)))
  const isRemoved = hashes.length === 0 && last !== undefined && last.size >= written * segmentEntries
  const isRight = hashes.length === segmentEntries && rootOf(hashes).equals(root)
  if (!isRemoved && !isRight) throw damaged('has a wrong line in its list of segments')
}

interface Found {
  readonly roots: readonly Buffer[]
  /** How many of them stand in the file; those behind were worked out from the first of `scans`. */
  readonly written: number
  readonly scans: readonly Scan[]
}

/** Whether the log, as far as its last checkpoint counts, is what that says. */
async function checkFit(log: string, last: Noted | undefined, { roots, written, scans }: Found): Promise<void> {
  if (last === undefined) return
  const { leaves } = scans.at(-1)!
  if (last.size > roots.length * segmentEntries + leaves.length) throw damaged('has fewer entries than its last checkpoint counts')
  const [index, rest] = [Math.floor(last.size / segmentEntries), last.size % segmentEntries]
  const whole = leaves.length === segmentEntries ? [...roots, rootOf(leaves)] : roots
  const begun = rest === 0 ? [] : (scans[index - written]?.leaves ?? cutHashes(await readFileOrNothing(hashesFile(log, index * segmentEntries))))
  const part = rest === 0 ? [] : [rootOf(begun.slice(0, rest))]
  if (!rootOf([...whole.slice(0, index), ...part]).equals(last.root)) throw damaged('is not as its last checkpoint says')
}

interface Mending extends Found {
  readonly bytes: number
  readonly noted: LastNote
  readonly keys: readonly string[]
}

async function mendFiles(log: string, { roots, written, scans, bytes, noted, keys }: Mending): Promise<void> {
  const beyond = roots.length * segmentEntries
  for (const ending of ['jsonl', 'hashes'] as const) {
    for (const first of listSegments(log, ending)) if (first > beyond) await rm((ending === 'jsonl' ? linesFile : hashesFile)(log, first))
  }
  for (const [at, { leaves, bytes: size }] of scans.entries()) {
    await rewriteFile(hashesFile(log, (written + at) * segmentEntries), Buffer.concat(leaves))
    await writeFrom(linesFile(log, (written + at) * segmentEntries), size, '')
  }
  await writeFrom(
    segmentsFile(log),
    bytes,
    roots
      .slice(written)
      .map((root, at) => rootLine(written + at, root))
      .join(''),
  )
  await writeFrom(checkpointsFile(log), noted.bytes, '')
  const known = splitNotes((await readFileOrNothing(keysFile(log))).toString()).notes
  if (keys.length > known.length) await replaceFile(keysFile(log), keys.map((note) => `${note}\n`).join(''))
  await syncFolder(log)
}
