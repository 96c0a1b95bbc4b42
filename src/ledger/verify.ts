/** Verifies whole logs: that nothing was changed, removed, added or moved since it was signed, and where that was. Reads one segment at a time. */

import { readFile, readdir } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { cutHashes, hashBytes } from '../receipts/merkle.ts'
import { readBase64 } from '../receipts/note.ts'
import { checkpointsFile, hashesFile, linesFile, listLogs, originOf, segmentEntries, segmentsFile } from './layout.ts'
import { Walk } from './verify-entries.ts'
import { findOutside, isTrusted, sizeOf, verifyCheckpoints, verifyKeys, verifyOutside } from './verify-notes.ts'
import type { Claim, FoundNote, Kept, Signed } from './verify-notes.ts'
import { WrongAt } from './verify-place.ts'
import type { WrongPlace } from './verify-place.ts'

export interface Verdict {
  readonly log: string
  readonly entries: number
  readonly checkpoints: number
  /** Entries behind the last checkpoint: nothing but their hashes vouches for them. */
  readonly unsigned: number
  /** Entries that were written over, and those of segments that were removed; the log tells of all of them. */
  readonly erased: number
  readonly dropped: number
  /** Checkpoints from elsewhere that were compared. Without one, nobody can see that the log was cut off, or put back to an earlier state. */
  readonly compared: number
  readonly isAnchored: boolean
  /** The first one; what else is told of the log is then not. */
  readonly wrong?: WrongPlace
}

export interface Asked {
  /** Files with checkpoints that were kept elsewhere, of any of the logs, one note after the other as in the file `checkpoints`. */
  readonly checkpoints?: readonly string[]
  /** A public key that is known from elsewhere, as notes write it: the last checkpoint has to be signed by it, or by one that came after it. */
  readonly key?: string | undefined
}

/** Hostile names of files aside, no segment comes near it: 4,096 entries of 64 KiB. */
const largestSegment = 1 << 28

/**
 * All logs in a folder of receipts, or the one whose folder it is, and logs that are not there though a checkpoint from elsewhere tells of them.
 * Whoever writes to them need not stop. Throws what the operating system says about the folder, and `WrongAt` about a file of `asked`.
 */
export async function verifyLogs(folder: string, asked: Asked = {}): Promise<readonly Verdict[]> {
  const path = resolve(folder)
  const outside = await findOutside(asked.checkpoints ?? [])
  const isLog = /^log_[0-9a-f]{32}$/.test(basename(path))
  const ids = isLog ? [basename(path)] : [...new Set([...listLogs(path), ...outside.keys()])].toSorted()
  const verdicts: Verdict[] = []
  for (const id of ids) verdicts.push(await verifyCalmly(join(isLog ? dirname(path) : path, id), asked, outside.get(id)))
  return verdicts
}

/** While we read, entries may be erased of which an entry tells that is behind what we read. So what is gone is looked for again, and has to be gone at the same place. */
async function verifyCalmly(log: string, asked: Asked, outside: FoundNote | undefined): Promise<Verdict> {
  let found = await verifyLog(log, asked, outside)
  for (let former = -1; found.wrong?.what === 'unexplained' && found.wrong.position !== former;) {
    former = found.wrong.position ?? -1
    found = await verifyLog(log, asked, outside)
  }
  return found
}

/** Also what there is of a log whose process ended before it wrote anything. */
const empty = { entries: 0, checkpoints: 0, unsigned: 0, erased: 0, dropped: 0, compared: 0, isAnchored: false }

async function verifyLog(log: string, asked: Asked, outside: FoundNote | undefined): Promise<Verdict> {
  const nothing = { log: basename(log), ...empty }
  try {
    return { ...nothing, ...(await readLog(log, asked, outside)) }
  } catch (error) {
    if (error instanceof WrongAt) return { ...nothing, wrong: error.place }
    const { code, path } = error as NodeJS.ErrnoException
    if (code === undefined) throw error
    return { ...nothing, wrong: new WrongAt('unreadable', { file: basename(path ?? log) }).place }
  }
}

async function readLog(log: string, { checkpoints = [], key }: Asked, first: FoundNote | undefined): Promise<Omit<Verdict, 'log'>> {
  const files = await readdir(log).catch(() => undefined)
  if (files === undefined) throw new WrongAt(basename(log) === '?' ? 'missing' : 'gone', { file: '.', ...first })
  const isBegun = files.some((name) => /^(keys|checkpoints|segments|.*\.jsonl)$/.test(name))
  if (!isBegun && first === undefined) return empty
  const origin = originOf(basename(log))
  // How far the files go is asked first: what is kept elsewhere may hear of more while we read, and what is signed then may be by a key that we have not read.
  const kept: Kept[] = []
  for (const path of checkpoints) kept.push({ path, bytes: await sizeOf(path) })
  const bytes = await sizeOf(checkpointsFile(log))
  const keys = await verifyKeys(log, origin)
  const signed = await verifyCheckpoints(log, bytes, origin, keys)
  const outside = await verifyOutside(kept, origin, keys)
  if (key !== undefined && !isTrusted(key, keys, signed.size)) throw new WrongAt('untrusted', { file: 'keys' })
  const walk = new Walk({ log, keys, signed, wanted: new Set(outside.map(({ size }) => size)) })
  await walkSegments(log, files, walk)
  walk.finish()
  const compared = outside.filter((claim) => isSame(claim, signed, walk.roots)).length
  const { entries } = walk
  const { erased, dropped } = walk.erasures
  return { entries, checkpoints: signed.count, unsigned: entries - signed.size, erased, dropped, compared, isAnchored: compared > 0 }
}

/** Whether it could be compared with the entries themselves; throws `WrongAt` where it tells something else. */
function isSame({ size, root, file, line }: Claim, signed: Signed, roots: ReadonlyMap<number, string>): boolean {
  if (size > signed.size) throw new WrongAt('rolled_back', { file, line })
  const found = roots.get(size) ?? signed.roots.get(size)
  if (found !== undefined && found !== root.toString('latin1')) throw new WrongAt('fork', { file, line })
  return roots.has(size)
}

async function walkSegments(log: string, files: readonly string[], walk: Walk): Promise<void> {
  const roots = await readListed(log)
  const names = files.filter((name) => name.endsWith('.jsonl')).toSorted()
  const stray = names.find((name) => !/^\d{12}\.jsonl$/.test(name) || Number.parseInt(name, 10) % segmentEntries !== 0)
  if (stray !== undefined) throw new WrongAt('malformed', { file: stray })
  const last = names.length === 0 ? -1 : Number.parseInt(names.at(-1)!, 10)
  for (let first = 0; first < Math.max(roots.length * segmentEntries, last + 1); first += segmentEntries) {
    const root = roots[first / segmentEntries]
    // The hashes before the lines: of a log that is being written there are never more of them.
    const kept = cutHashes((await read(hashesFile(log, first))) ?? Buffer.alloc(0))
    const lines = await read(linesFile(log, first))
    if (lines !== undefined) walk.enter({ first, lines: cutLines(lines), kept, root, isLast: first >= last })
    else if (root !== undefined) walk.skip(first, root)
    else throw new WrongAt('missing', { file: basename(linesFile(log, first)), position: first })
  }
}

/** The file `segments`. What is behind its last line feed is being written. */
async function readListed(log: string): Promise<readonly Buffer[]> {
  const path = segmentsFile(log)
  return cutLines((await read(path)) ?? Buffer.alloc(0)).map((line, at) => {
    const [, name, base64] = /^(\d{12}) ([\w+/]+=)$/.exec(line.toString('latin1')) ?? []
    const root = readBase64(base64)
    if (Number(name) !== at * segmentEntries || root?.length !== hashBytes) throw new WrongAt('malformed', { file: basename(path), line: at + 1 })
    return root
  })
}

async function read(path: string): Promise<Buffer | undefined> {
  const size = await sizeOf(path)
  if (size > largestSegment) throw new WrongAt('unreadable', { file: basename(path) })
  return size === -1 ? undefined : readFile(path).catch(ifGone)
}

/** A segment may be removed while we read. */
function ifGone(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error
}

function cutLines(bytes: Buffer): readonly Buffer[] {
  const lines: Buffer[] = []
  for (let from = 0, end = bytes.indexOf(10); end !== -1; from = end + 1, end = bytes.indexOf(10, from)) lines.push(bytes.subarray(from, end))
  return lines
}
