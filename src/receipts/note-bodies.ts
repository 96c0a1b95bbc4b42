/** What the notes of a log say: how far it had come, and who signs for it. The file of either is one note after the other. */

import { hashBytes } from './merkle.ts'
import { readBase64, readKey } from './note.ts'
import type { NoteKey } from './note.ts'

/** A log as it was at one moment. */
export interface Checkpoint {
  readonly origin: string
  /** Entries that it counts. */
  readonly size: number
  readonly root: Buffer
  /** Milliseconds since 1970. */
  readonly time: number
  /** SHA-256 in hex, of the effective configuration without secrets. */
  readonly config: string
  /** SHA-256 in hex, of the gateway's own files. */
  readonly build: string
}

/** That a key signs the checkpoints of `from` entries and more. */
export interface Statement {
  readonly origin: string
  readonly key: NoteKey
  readonly time: number
  readonly from: number
}

export function writeCheckpoint({ origin, size, root, time, config, build }: Checkpoint): string {
  return `${origin}\n${size}\n${root.toString('base64')}\ntime ${time}\nconfig ${config}\nbuild ${build}\n`
}

/** Undefined for what is no checkpoint of a log of ours. */
export function readCheckpoint(body: string): Checkpoint | undefined {
  const found = /^(\S+)\n(\d+)\n(\S+)\ntime (\d+)\nconfig ([0-9a-f]*)\nbuild ([0-9a-f]*)\n$/.exec(body)
  const [, origin = '', entries = '', base64 = '', stamp = '', config = '', build = ''] = found ?? []
  const [size, root, time] = [readCount(entries), readBase64(base64), readCount(stamp)]
  if (size === undefined || root?.length !== hashBytes || time === undefined) return undefined
  return { origin, size, root, time, config, build }
}

export function writeStatement({ origin, key, time, from }: Statement): string {
  return `${origin} key\n${key.text}\ntime ${time}\nfrom ${from}\n`
}

/** Undefined for what is no statement, and where the key is not one of its origin. */
export function readStatement(body: string): Statement | undefined {
  const found = /^(\S+) key\n(\S+)\ntime (\d+)\nfrom (\d+)\n$/.exec(body)
  const [, origin = '', text = '', stamp = '', first = ''] = found ?? []
  const [key, time, from] = [readKey(text), readCount(stamp), readCount(first)]
  if (key === undefined || key.name !== origin || time === undefined || from === undefined) return undefined
  return { origin, key, time, from }
}

/** A whole number as it is written, without zeros before it. */
function readCount(text: string): number | undefined {
  const value = Number(text)
  return Number.isSafeInteger(value) && String(value) === text ? value : undefined
}

/** The notes of a file that are whole, and what stands behind the last of them: nothing, unless one was being written. */
export function splitNotes(text: string): { readonly notes: readonly string[]; readonly rest: string } {
  const notes: string[] = []
  const whole = /((?:[^\n]+\n)+\n(?:— [^\n]+\n)+)\n/gy
  let end = 0
  for (let found = whole.exec(text); found !== null; found = whole.exec(text)) {
    notes.push(found[1]!)
    end = whole.lastIndex
  }
  return { notes, rest: text.slice(end) }
}
