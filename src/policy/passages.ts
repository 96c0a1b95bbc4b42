/** The texts of a request's body, whatever API it is of: whose each one is, and where it stands, so that another can be put in its place. */

import type { Json, JsonObject } from '../base/json.ts'
import { toBase64 } from './base64.ts'
import type { Speaker } from './detector.ts'
import { mendJson } from './json-text.ts'
import { Reader, type PlacedPassage } from './passage-reader.ts'

export interface Passages {
  readonly list: readonly PlacedPassage[]
  /** Media that nobody looked into, and their characters. */
  readonly media: { readonly count: number; readonly characters: number }
  /** False where there are more texts than are looked at. */
  readonly isWhole: boolean
}

/** Another text in the place of one. */
export interface Edit {
  readonly passage: PlacedPassage
  readonly text: string
}

/** Texts and fields of one body, each of which takes about a microsecond: what a model is asked has far less of them. */
const mostPassages = 100_000

/** Every string of the body counts, also in fields that nobody knows: nothing gets by for being new. `promptFields` are the wire's. */
export function passagesOf(body: JsonObject, promptFields: readonly string[]): Passages {
  const reader = new Reader(mostPassages)
  reader.readBody(body, promptFields)
  return { list: reader.list, media: reader.media, isWhole: reader.isWhole }
}

/** The texts of any value, as one speaker's. */
export function passagesIn(value: Json, from: Speaker): readonly PlacedPassage[] {
  const reader = new Reader(Infinity)
  reader.read(value, from)
  return reader.list
}

/** A new body with these texts in it; what did not change is the same in both. */
export function replaceTexts(body: JsonObject, edits: readonly Edit[]): JsonObject {
  let edited: Json = body
  const copies = new Set<Json>()
  // Names of fields last: the paths of all others go through them.
  const inOrder = edits.toSorted((one, other) => Number(one.passage.spelled === 'key') - Number(other.passage.spelled === 'key') || deeper(one, other))
  for (const { passage, text } of inOrder) edited = put(edited, passage, { text, at: 0, copies })
  return edited as JsonObject
}

const deeper = (one: Edit, other: Edit): number => other.passage.path.length - one.passage.path.length

interface Putting {
  readonly text: string
  readonly at: number
  /** Made for these edits, so they may be written to. */
  readonly copies: Set<Json>
}

function put(value: Json, passage: PlacedPassage, { text, at, copies }: Putting): Json {
  const { path, spelled } = passage
  if (at === path.length) {
    if (typeof spelled === 'object') return toBase64(text, spelled)
    return path.at(-1) === 'arguments' && typeof value === 'string' ? mendJson(value, text) : text
  }
  const copy = copies.has(value) ? value : copyOf(value)
  copies.add(copy)
  const key = path[at]!
  if (spelled === 'key' && at === path.length - 1) return renamed(copy as JsonObject, String(key), text)
  const holder = copy as { [key: string | number]: Json }
  holder[key] = put(holder[key]!, passage, { text, at: at + 1, copies })
  return copy
}

const copyOf = (value: Json): Json => (Array.isArray(value) ? [...value] : { ...(value as JsonObject) })

/** In the order they stand in; by definition, since a field may be called `__proto__`. */
function renamed(object: JsonObject, from: string, to: string): JsonObject {
  for (const [key, value] of Object.entries(object)) {
    delete object[key]
    Object.defineProperty(object, key === from ? to : key, { value, writable: true, enumerable: true, configurable: true })
  }
  return object
}
