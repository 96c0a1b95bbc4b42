/** In which tier an answer was served: the words of all wires and vendors, in ours. */

import type { Json } from '../base/json.ts'
import type { Tier } from '../canonical/chat.ts'

/** Capacity that was bought ahead counts as `scale`. */
const words: { readonly [tier in Exclude<Tier, 'other'>]: readonly string[] } = {
  // `on_demand` is Groq's (https://console.groq.com/docs/service-tiers) and Vertex AI's.
  standard: ['default', 'standard', 'on_demand'],
  priority: ['priority', 'on_demand_priority', 'performance'],
  flex: ['flex', 'on_demand_flex'],
  batch: ['batch'],
  scale: ['scale', 'provisioned_throughput', 'reserved'],
  // OpenAI's `ultrafast` is another tier at another price: it is none of ours.
  fast: ['fast'],
}

const tiers: ReadonlyMap<string, Tier> = new Map(Object.entries(words).flatMap(([tier, said]) => said.map((word) => [word, tier as Tier])))

/** They leave the choice open, and say nothing of what was chosen. */
const open: ReadonlySet<string> = new Set(['', 'auto', 'unspecified', 'traffic_type_unspecified'])

/** Undefined where it does not say. */
export function tierOf(said: Json | undefined): Tier | undefined {
  if (typeof said !== 'string') return undefined
  const word = said.toLowerCase()
  return open.has(word) ? undefined : (tiers.get(word) ?? 'other')
}
