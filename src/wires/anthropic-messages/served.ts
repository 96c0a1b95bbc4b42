/** How an answer was served, as its usage tells. https://platform.claude.com/docs/en/api/service-tiers */

import { isObject, type JsonObject } from '../../base/json.ts'
import type { Served } from '../../canonical/chat.ts'
import { tierOf } from '../served.ts'

/** Speed is paid apart from the tier, and is more. https://platform.claude.com/docs/en/build-with-claude/fast-mode */
export function readServed({ usage }: JsonObject): Served | undefined {
  if (!isObject(usage)) return undefined
  const tier = usage.speed === 'fast' ? 'fast' : tierOf(usage.service_tier)
  return tier === undefined ? undefined : { fingerprint: undefined, tier }
}
