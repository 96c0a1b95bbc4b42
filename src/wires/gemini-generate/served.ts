/** How an answer was served, as its usage tells: `serviceTier` on the Gemini API, `trafficType` on Vertex AI. https://ai.google.dev/api/generate-content#UsageMetadata */

import { isObject, type JsonObject } from '../../base/json.ts'
import type { Served } from '../../canonical/chat.ts'
import { tierOf } from '../served.ts'

export function readServed({ usageMetadata: usage }: JsonObject): Served | undefined {
  if (!isObject(usage)) return undefined
  const tier = tierOf(usage.serviceTier ?? usage.trafficType)
  return tier === undefined ? undefined : { fingerprint: undefined, tier }
}
