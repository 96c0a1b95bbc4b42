/** The file of checkpoints, read from its end and by halves: after a year it has half a million of them. */

import { open } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { readCheckpoint, splitNotes } from '../receipts/note-bodies.ts'
import type { Checkpoint } from '../receipts/note-bodies.ts'
import { readNote } from '../receipts/note.ts'
import { checkpointsFile, originOf } from './layout.ts'

/** A checkpoint, and the note that says it. Nobody's signature is looked at here. */
export interface Noted extends Checkpoint {
  readonly note: string
}

/** More than a note of ours takes, by far: such a part of the file holds a whole one. */
const windowBytes = 8192

export function readNoted(note: string): Noted | undefined {
  const checkpoint = readCheckpoint(readNote(note)?.body ?? '')
  return checkpoint === undefined ? undefined : { ...checkpoint, note }
}

/** The last note of the file, and the bytes up to its end. No note where there is none; `isReadable` is false where it is no checkpoint. */
export interface LastNote {
  readonly last: Noted | undefined
  readonly bytes: number
  readonly isReadable: boolean
}

export function readLast(log: string, id: string): Promise<LastNote> {
  const nothing: LastNote = { last: undefined, bytes: 0, isReadable: true }
  return withFile(log, nothing, async (handle, size) => {
    const from = Math.max(0, size - windowBytes)
    const { notes, rest } = await readNotes({ handle, id, from, to: size })
    const last = notes.length === 0 ? undefined : readNoted(notes.at(-1)!)
    return { last, bytes: size - rest, isReadable: last !== undefined || (size - rest === 0 && from === 0) }
  })
}

/** The first checkpoint that counts more than `position` entries; undefined where none does yet. */
export function findCheckpoint(log: string, id: string, position: number): Promise<Noted | undefined> {
  return withFile(log, undefined, async (handle, size) => {
    let [low, high] = [0, size]
    while (high - low > windowBytes) {
      const middle = Math.floor((low + high) / 2)
      const { notes } = await readNotes({ handle, id, from: middle, to: Math.min(size, middle + windowBytes) })
      const counts = (readNoted(notes[0] ?? '')?.size ?? Infinity) > position
      if (counts) high = middle
      else low = middle
    }
    const { notes } = await readNotes({ handle, id, from: low, to: Math.min(size, high + windowBytes) })
    return notes.map(readNoted).find((each) => each !== undefined && each.size > position)
  })
}

interface Part {
  readonly handle: FileHandle
  readonly id: string
  readonly from: number
  readonly to: number
}

/** The notes that begin and end in a part of the file, and how many bytes stand behind them. */
async function readNotes({ handle, id, from, to }: Part): Promise<{ readonly notes: readonly string[]; readonly rest: number }> {
  const buffer = Buffer.alloc(to - from)
  const { bytesRead } = await handle.read(buffer, 0, buffer.length, from)
  const start = from === 0 ? 0 : buffer.indexOf(`\n\n${originOf(id)}\n`) + 2
  if (start === 1) return { notes: [], rest: bytesRead }
  const { notes, rest } = splitNotes(buffer.toString('utf8', start, bytesRead))
  return { notes, rest: Buffer.byteLength(rest) }
}

async function withFile<T>(log: string, nothing: T, read: (handle: FileHandle, size: number) => Promise<T>): Promise<T> {
  let handle: FileHandle | undefined
  try {
    handle = await open(checkpointsFile(log), 'r')
    return await read(handle, (await handle.stat()).size)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return nothing
    throw error
  } finally {
    await handle?.close()
  }
}
