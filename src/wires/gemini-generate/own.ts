/** What this wire keeps of its own words, and whom its writers write for. */

import type { Json, JsonObject } from '../../base/json.ts'
import type { Rest } from '../../canonical/chat.ts'
import type { Loss } from '../losses.ts'
import * as rest from '../rest.ts'

export const wire = 'gemini-generate'

/** A provider takes only what its vendor knows; a client is shown whatever there is. `isOwn` where the request was said on this wire. */
export interface Writing {
  readonly to: 'provider' | 'client'
  readonly isOwn: boolean
  /** The names of the calls that were made, by id: results are said by name. As many as the request has. */
  readonly names: ReadonlyMap<string, string>
  readonly lose: Loss
}

/** A client is shown what there is: what has no word here has none to lose it to. */
export const toClient: Writing = { to: 'client', isOwn: false, names: new Map(), lose: () => undefined }

export type Spelled = { [word: string]: string }

/** Makes the id of a call that came without one, or finds that of the call which a result without one answers. */
export interface Ids {
  call(name: string): string
  result(name: string): string
}

/** A `rest` property to spread; spellings that were not needed leave nothing. */
export function kept(fields: JsonObject, spelled: Rest['spelled'] = {}): { readonly rest?: Rest } {
  for (const _ in spelled) return rest.kept(wire, fields, spelled)
  return rest.kept(wire, fields)
}

export function own(said: Rest | undefined): JsonObject {
  return rest.own(wire, said)
}

/** What is kept under one name: the words that stood beside those the form has words for. */
export function ownWithin(said: Rest | undefined, field: string): JsonObject {
  return (own(said)[field] as JsonObject | undefined) ?? {}
}

export function spelling(said: Rest | undefined, word: string): string | undefined {
  return rest.spelling(wire, said, word)
}

/** Takes a field out of `fields`, which is a copy to be emptied: what nobody takes is kept. */
export function take(fields: JsonObject, field: string): Json | undefined {
  const value = fields[field]
  delete fields[field]
  return value
}

/** `{ [field]: inner }`, or nothing where nothing is left of it. */
export function leftOf(field: string, inner: JsonObject): JsonObject {
  for (const _ in inner) return { [field]: inner }
  return {}
}

/** A question for a count may hold the request that is meant. https://ai.google.dev/api/tokens */
export function requestIn(body: JsonObject): JsonObject {
  const inner = body.generateContentRequest
  return typeof inner === 'object' && inner !== null && !Array.isArray(inner) ? inner : body
}

/** Google takes one where it wants a list of them. */
export function listed(value: Json | undefined): Json[] {
  if (Array.isArray(value)) return value
  return value === undefined || value === null ? [] : [value]
}
