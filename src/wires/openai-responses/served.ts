/** How an answer was served, as it tells at its end. https://platform.openai.com/docs/api-reference/responses/object#responses/object-service_tier */

import type { JsonObject } from '../../base/json.ts'
import type { Served } from '../../canonical/chat.ts'
import { tierOf } from '../served.ts'

export function readServed({ service_tier: said }: JsonObject): Served | undefined {
  const tier = tierOf(said)
  return tier === undefined ? undefined : { fingerprint: undefined, tier }
}
