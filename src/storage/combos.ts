/** Combinations of the values of all dimensions: their numbers, and how many new ones may come in an hour. */

import { createHash } from 'node:crypto'
import { dimensions, noValue, otherName, valueSeparator } from '../receipts/index-entry.ts'

/** So many are known by heart, some 0.5 KB each; the oldest beyond them are looked up again. */
const knownLimit = 20_000
/** Names of models come from clients, who may make up a new one with each call: an installation with thousands of keys and models has fewer new ones an hour. */
const newPerHour = 2000
const hourMs = 3_600_000

const models = ['requested_model', 'resolved_model'].map((name) => dimensions.indexOf(name))
const list = dimensions.join(' ')

/** One combination, as the database is asked for it. */
export interface Combo {
  /** The same for the same values of the same dimensions, in every process: 32 hex digits. */
  readonly digest: string
  /** In the order of `dimensions`. */
  readonly values: readonly (string | null)[]
}

/** `values` are an entry's, joined by `valueSeparator`. */
export function toCombo(values: string): Combo {
  const split = values.split(valueSeparator)
  return {
    digest: createHash('sha256').update(`${list}\n${values}`).digest('hex').slice(0, 32),
    values: dimensions.map((_, at) => (split[at] === noValue ? null : (split[at] ?? null))),
  }
}

/** In the order of `insertCombo`'s columns. */
export const comboColumns: readonly string[] = ['digest', ...dimensions]

export class Combos {
  /** Bounded by `knownLimit`. */
  readonly #known = new Map<string, number>()
  #hour = 0
  #news = 0

  numberOf(values: string): number | undefined {
    return this.#known.get(values)
  }

  learn(values: string, number: number): void {
    if (this.#known.size >= knownLimit) this.#known.delete(this.#known.keys().next().value!)
    // A piece of a text keeps all of it alive: its bytes are a text of their own.
    this.#known.set(Buffer.from(values).toString(), number)
  }

  /** After a transaction that failed, nobody knows which numbers were given. */
  forget(): void {
    this.#known.clear()
  }

  /** What a combination that the database has not seen counts as, at that time: itself, or one without its models where too many are new. */
  admit(values: string, at: number): string {
    const hour = Math.floor(at / hourMs)
    if (hour !== this.#hour) this.#news = 0
    this.#hour = hour
    this.#news += 1
    return this.#news <= newPerHour ? values : withoutModels(values)
  }
}

function withoutModels(values: string): string {
  const split = values.split(valueSeparator)
  for (const at of models) if (split[at] !== noValue) split[at] = otherName
  return split.join(valueSeparator)
}
