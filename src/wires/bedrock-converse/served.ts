/** How an answer was served. https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStreamMetadataEvent.html */

import { isObject, type JsonObject } from '../../base/json.ts'
import type { Served } from '../../canonical/chat.ts'
import { tierOf } from '../served.ts'

/** Of an answer, or of the last event of a stream. */
export function readServed({ serviceTier, performanceConfig }: JsonObject): Served | undefined {
  const isOptimized = isObject(performanceConfig) && performanceConfig.latency === 'optimized'
  const tier = isOptimized ? 'fast' : isObject(serviceTier) ? tierOf(serviceTier.type) : undefined
  return tier === undefined ? undefined : { fingerprint: undefined, tier }
}
