/** How an answer was served, as it tells beside its words. https://platform.openai.com/docs/api-reference/chat/object */

import type { JsonObject } from '../../base/json.ts'
import type { Served } from '../../canonical/chat.ts'
import { tierOf } from '../served.ts'

/** Of an answer, or of any frame of one. */
export function readServed({ system_fingerprint: fingerprint, service_tier: said }: JsonObject): Served | undefined {
  const tier = tierOf(said)
  if (typeof fingerprint === 'string') return { fingerprint, tier }
  return tier === undefined ? undefined : { fingerprint: undefined, tier }
}
