/** Entries on their way to the database's thread: a few large things cross much faster than many small ones. */

import { entryNumbers, entryTexts, type IndexEntry } from '../../receipts/index-entry.ts'

export interface PackedEntries {
  readonly ids: readonly string[]
  /** Of each entry its numbers, and then where its texts stand in `texts`: `fieldAt` says which is where. `NaN` is null. */
  readonly fields: Float64Array
  /** Each once: most entries of a batch share all that they have. */
  readonly texts: readonly string[]
}

/** Fields of one entry. */
const width = entryNumbers.length + entryTexts.length

export function pack(entries: readonly IndexEntry[]): PackedEntries {
  const ids: string[] = []
  const fields = new Float64Array(entries.length * width)
  const texts: string[] = []
  // Bounded by the batch.
  const places = new Map<string, number>([['', Number.NaN]])
  const placeOf = (text: string): number => {
    let place = places.get(text)
    if (place === undefined) places.set(text, (place = texts.push(text) - 1))
    return place
  }
  for (const [at, entry] of entries.entries()) {
    ids.push(entry.id)
    fields.set(entry.numbers, at * width)
    for (let text = 0; text < entryTexts.length; text += 1) fields[at * width + entryNumbers.length + text] = placeOf(entry.texts[text]!)
  }
  return { ids, fields, texts }
}

/** What was packed, one entry after the other. */
export class Unpacked {
  readonly #packed: PackedEntries
  #at = 0

  constructor(packed: PackedEntries) {
    this.#packed = packed
  }

  get count(): number {
    return this.#packed.ids.length
  }

  /** To that entry. */
  go(at: number): this {
    this.#at = at
    return this
  }

  get id(): string {
    return this.#packed.ids[this.#at]!
  }

  /** Of a field, a number or a text. */
  value(field: number): number | string | null {
    const { fields, texts } = this.#packed
    const value = fields[this.#at * width + field]!
    if (Number.isNaN(value)) return null
    return field < entryNumbers.length ? value : texts[value]!
  }

  /** Of a field that is a text; empty where there is none. */
  text(field: number): string {
    return (this.value(field) ?? '') as string
  }
}
