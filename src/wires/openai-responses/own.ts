/** What this wire keeps of its own words, and whom its writers write for. */

import type { JsonObject } from '../../base/json.ts'
import type { Rest } from '../../canonical/chat.ts'
import type { Loss } from '../losses.ts'
import * as rest from '../rest.ts'

export { leftOf, take, type Spelled } from '../openai-chat/own.ts'

export const wire = 'openai-responses'

/** A provider takes only what its vendor knows; a client is shown whatever there is, with an id on every item. */
export interface Writing {
  readonly to: 'provider' | 'client'
  readonly lose: Loss
  /** The model's cache can be marked. */
  readonly marks: boolean
  /** Calls whose input is plain text: their results have a type of their own. */
  readonly textCalls: ReadonlySet<string>
  /** What a client called a tool that was offered under another name. */
  readonly namespaces: Namespaces
  /** An id for the item at this place of an answer. */
  itemId(prefix: string, place: number): string
}

/** By the name that the form knows: no more than the request's tools. */
export type Namespaces = ReadonlyMap<string, { readonly name: string; readonly namespace: string }>

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
