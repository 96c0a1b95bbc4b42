/** What this wire keeps of its own words. */

import type { Json, JsonObject } from '../../base/json.ts'
import type { Rest } from '../../canonical/chat.ts'
import * as rest from '../rest.ts'

export const wire = 'openai-chat'

export type Spelled = { [word: string]: string }

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
