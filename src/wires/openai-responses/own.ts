/** What this wire keeps of its own words, and whom its writers write for. */

import type { Loss } from '../losses.ts'
import { keeperOf } from '../rest.ts'

export { leftOf, take, type Spelled } from '../rest.ts'

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

export const { kept, own, ownWithin, spelling } = keeperOf(wire)
