/** `/_omni/prices`: the table of prices, what one model costs by it, and what would be other with another table. */

import { z } from 'zod'

export const priceTableResource = z.strictObject({
  version: z.string(),
  /** When its prices were true, as `2026-09-23`. */
  date: z.string(),
  source: z.enum(['built_in', 'stored']),
  /** Why a stored table is not used. */
  problem: z.string().nullable(),
  models: z.int(),
})

/** Exact dollars, as text: for a million tokens, or for one call. Null where nobody knows. */
const dollars = z.string().nullable()

const rate = z.strictObject({
  part: z.string(),
  /** For prompts of more tokens than this. */
  above: z.int(),
  dollars,
})

export const modelPriceResource = z.strictObject({
  /** The entry's name, and the model's. */
  provider: z.string(),
  model: z.string(),
  source: z.enum(['catalogue', 'operator']).nullable(),
  version: z.string().nullable(),
  /** Milliseconds since 1970; null where it is not known since when these prices hold. */
  since: z.int().nullable(),
  /** Of the entry's accounts, those whose calls a subscription pays. */
  covered: z.array(z.string()),
  /** Those whose price is known, the standard one first. */
  tiers: z.array(z.strictObject({ tier: z.string(), rates: z.array(rate) })),
})

export const refreshedPrices = z.strictObject({
  version: z.string(),
  date: z.string(),
  models: z.int(),
  /** Whether it counts now. */
  taken: z.boolean(),
  added: z.array(z.string()),
  removed: z.array(z.string()),
  changed: z.array(z.strictObject({ model: z.string(), part: z.string(), above: z.int(), from: dollars, to: dollars })),
})

export type PriceTableResource = z.output<typeof priceTableResource>
export type ModelPriceResource = z.output<typeof modelPriceResource>
export type RefreshedPrices = z.output<typeof refreshedPrices>
