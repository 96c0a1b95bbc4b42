/** What all readers and writers of this wire share: what it keeps of its own words, and whom they write for. */

import { isObject, type Json, type JsonObject } from '../../base/json.ts'
import type { Loss } from '../losses.ts'
import { keeperOf } from '../rest.ts'

export const wire = 'bedrock-converse'

export interface Writing {
  /** A provider takes only what its model knows; a client is shown whatever there is. */
  readonly to: 'provider' | 'client'
  /** The request was said on this wire: it is written as it was said. */
  readonly isOwn: boolean
  /** Whether the model wants its thoughts back, and the marks that it takes. */
  readonly takesThoughts: boolean
  readonly marks: 'none' | 'plain' | 'timed'
  readonly lose: Loss
  /** Names of the documents so far: at most as many as the request has. */
  readonly names: Set<string>
}

/** A client is shown what there is: what has no word here has none to lose it to. */
export const toClient = (): Writing => ({ to: 'client', isOwn: false, takesThoughts: true, marks: 'timed', lose: () => undefined, names: new Set() })

export const { kept, own, spelling } = keeperOf(wire)

export const asObject = (value: Json | undefined): JsonObject => (isObject(value) ? value : {})
export const asList = (value: Json | undefined): JsonObject[] => (Array.isArray(value) ? value.filter(isObject) : [])

/** Unions are objects with one field: its name, or undefined where there are more or none. */
export function tagOf(union: JsonObject): string | undefined {
  const [tag, ...others] = Object.keys(union)
  return others.length === 0 ? tag : undefined
}
