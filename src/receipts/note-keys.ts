/** The keys that sign for a log, one after the other, each vouched for by the one before. */

import { readStatement, writeStatement } from './note-bodies.ts'
import type { Statement } from './note-bodies.ts'
import { verifyNote, writeNote } from './note.ts'
import type { NoteKey, Signer } from './note.ts'

/** A statement, and the note that says it. */
export interface Vouched extends Statement {
  readonly note: string
}

/** That `next` signs from now on; `former` vouches for it, unless it is the first. */
export function vouch(next: Signer, former: Signer | undefined, { time, from }: { readonly time: number; readonly from: number }): string {
  return writeNote(writeStatement({ origin: next.key.name, key: next.key, time, from }), former === undefined ? [next] : [former, next])
}

/** The keys of `origin` that these notes name, in order; undefined where one of them is not vouched for, or there is none. */
export function readKeys(origin: string, notes: readonly string[]): readonly Vouched[] | undefined {
  const found: Vouched[] = []
  for (const note of notes) {
    const statement = readStatement(note.slice(0, note.lastIndexOf('\n\n') + 1))
    if (statement === undefined || statement.origin !== origin) return undefined
    const former = found.at(-1)
    const wanted = former === undefined ? [statement.key] : [former.key, statement.key]
    const signed = verifyNote(note, wanted)?.keys ?? []
    const isNext = former === undefined ? statement.from === 0 : statement.from > former.from
    if (!isNext || !wanted.every((key) => signed.includes(key))) return undefined
    found.push({ ...statement, note })
  }
  return found.length === 0 ? undefined : found
}

/** Whose turn it is to sign a checkpoint of that size. */
export const keyAt = (keys: readonly Vouched[], size: number): NoteKey | undefined => keys.findLast(({ from }) => from <= size)?.key
