/** What this wire keeps of its own words, and whom its writers write for. */

import type { Json, JsonObject } from '../../base/json.ts'
import type { Loss } from '../losses.ts'
import { keeperOf } from '../rest.ts'

export { leftOf, take, type Spelled } from '../rest.ts'

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

/** Makes the id of a call that came without one, or finds that of the call which a result without one answers. */
export interface Ids {
  call(name: string): string
  result(name: string): string
}

export const { kept, own, ownWithin, spelling } = keeperOf(wire)

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
