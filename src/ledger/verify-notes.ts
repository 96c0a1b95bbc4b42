/** The notes of a log, checked as strangers' notes are: its keys, its checkpoints, and checkpoints that were kept elsewhere. */

import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { keyAt, readKeys } from '../receipts/note-keys.ts'
import type { Vouched } from '../receipts/note-keys.ts'
import { readBase64, readKey, verifyNote } from '../receipts/note.ts'
import { readNoted } from './checkpoints.ts'
import { checkpointsFile, keysFile } from './layout.ts'
import { WrongAt } from './verify-place.ts'

/** A note as it stands in a file; nothing of it is checked. */
export interface FoundNote {
  readonly text: string
  readonly file: string
  readonly line: number
}

/** The size and root that somebody signed. */
export interface Claim {
  readonly size: number
  readonly root: Buffer
  readonly file: string
  readonly line: number
}

/** Far more than a note takes. What goes on for longer without an end is none. */
const longestNote = 1 << 20

/** Bytes of a regular file; -1 for anything else. */
export async function sizeOf(path: string): Promise<number> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined
    throw new WrongAt('unreadable', { file: basename(path) })
  })
  return found?.isFile() === true ? found.size : -1
}

/** The notes of a log's own file, up to `bytes`, one at a time. What is not a whole note at its end was being written. */
const readOwn = (path: string, bytes: number): AsyncGenerator<FoundNote> => readNotes({ path, file: basename(path), bytes, isKept: false })

/** The notes of a file from elsewhere. Whoever keeps a single one may keep it without the empty line behind it. */
const readKept = ({ path, bytes }: Kept): AsyncGenerator<FoundNote> => readNotes({ path, file: path, bytes, isKept: true })

/** A file from elsewhere, up to so many bytes. */
export interface Kept {
  readonly path: string
  readonly bytes: number
}

interface NoteFile {
  readonly path: string
  /** What it is called where a place is named. */
  readonly file: string
  readonly bytes: number
  readonly isKept: boolean
}

async function* readNotes({ path, file, bytes, isKept }: NoteFile): AsyncGenerator<FoundNote> {
  if (bytes <= 0) return
  let [rest, line] = ['', 1]
  for await (const chunk of createReadStream(path, { encoding: 'utf8', end: bytes - 1 })) {
    rest += String(chunk)
    let from = 0
    for (let end = endOf(rest, from); end !== -1; end = endOf(rest, from)) {
      const text = rest.slice(from, end + 1)
      yield { text, file, line }
      line += text.split('\n').length
      from = end + 2
    }
    rest = rest.slice(from)
    if (rest.length > longestNote) throw new WrongAt('malformed', { file, line })
  }
  const text = `${rest.replace(/\n+$/, '')}\n`
  if (isKept && endOf(`${text}\n`, 0) !== -1) yield { text, file, line }
}

/** Where the empty line behind the signatures begins; -1 where there is none. */
function endOf(text: string, from: number): number {
  const middle = text.indexOf('\n\n', from)
  return middle === -1 ? -1 : text.indexOf('\n\n', middle + 2)
}

/** Throws `WrongAt` for the first that is not vouched for. */
export async function verifyKeys(log: string, origin: string): Promise<readonly Vouched[]> {
  const path = keysFile(log)
  const notes = await Array.fromAsync(readOwn(path, await sizeOf(path)))
  if (notes.length === 0) throw new WrongAt('missing', { file: basename(path) })
  const texts = notes.map(({ text }) => text)
  const keys = readKeys(origin, texts)
  if (keys !== undefined) return keys
  const wrong = notes.find((_, at) => readKeys(origin, texts.slice(0, at + 1)) === undefined)!
  throw new WrongAt('signature', wrong)
}

/** Throws `WrongAt` for a note that is no checkpoint, or not signed by the key whose turn it is. */
function claimOf({ text, file, line }: FoundNote, origin: string, keys: readonly Vouched[]): Claim {
  const noted = readNoted(text)
  if (noted === undefined || noted.origin !== origin) throw new WrongAt('malformed', { file, line })
  if (verifyNote(text, [keyAt(keys, noted.size)!]) === undefined) throw new WrongAt('signature', { file, line })
  return { size: noted.size, root: noted.root, file, line }
}

export interface Signed {
  readonly count: number
  /** Entries that the last one counts. */
  readonly size: number
  /** As latin1, which takes half of what a `Buffer` does. Bounded by the sizes at which there are checkpoints: one a minute at most while nothing else happens. */
  readonly roots: ReadonlyMap<number, string>
}

/** `bytes` of the file are read: those behind were written while we read. Throws `WrongAt`. */
export async function verifyCheckpoints(log: string, bytes: number, origin: string, keys: readonly Vouched[]): Promise<Signed> {
  const path = checkpointsFile(log)
  const roots = new Map<number, string>()
  let [count, size] = [0, 0]
  for await (const note of readOwn(path, bytes)) {
    const claim = claimOf(note, origin, keys)
    const root = claim.root.toString('latin1')
    if (claim.size < size || (roots.get(claim.size) ?? root) !== root) throw new WrongAt('order', note)
    size = claim.size
    roots.set(size, root)
    count += 1
  }
  return { count, size, roots }
}

/** What was kept elsewhere about this log, in the order of the files. Throws `WrongAt`. */
export async function verifyOutside(kept: readonly Kept[], origin: string, keys: readonly Vouched[]): Promise<readonly Claim[]> {
  const claims: Claim[] = []
  for (const file of kept) {
    for await (const note of readKept(file)) {
      if (!note.text.startsWith(`${origin}\n`)) continue
      const claim = claimOf(note, origin, keys)
      const last = claims.at(-1)
      if (last?.size !== claim.size || !last.root.equals(claim.root)) claims.push(claim)
    }
  }
  return claims
}

/** The logs of which files from elsewhere tell, each with the first note that does; under `?` one that names no log. */
export async function findOutside(paths: readonly string[]): Promise<ReadonlyMap<string, FoundNote>> {
  const found = new Map<string, FoundNote>()
  for (const path of paths) {
    const bytes = await sizeOf(path)
    if (bytes === -1) throw new WrongAt('missing', { file: path })
    let isEmpty = true
    for await (const note of readKept({ path, bytes })) {
      isEmpty = false
      const log = /^omni-gateway\/(log_[0-9a-f]{32})\n/.exec(note.text)?.[1] ?? '?'
      if (!found.has(log)) found.set(log, { ...note, text: '' })
    }
    if (isEmpty) throw new WrongAt('noteless', { file: path })
  }
  return found
}

/** Whether the key of that text, which is known from elsewhere, or one that came after it, signs the checkpoint of that size. */
export function isTrusted(text: string, keys: readonly Vouched[], size: number): boolean {
  const trusted = bytesOf(text)
  return keys.some(({ key, from }) => from <= size && trusted?.equals(bytesOf(key.text)!) === true)
}

/** The key without the name of its log: all logs of a gateway are signed with one. */
const bytesOf = (text: string): Buffer | undefined => (readKey(text) === undefined ? undefined : readBase64(text.slice(text.indexOf('+') + 10)))
