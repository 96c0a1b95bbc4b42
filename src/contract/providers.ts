/** `/_omni/providers`: who is connected, and how they fare. */

import { z } from 'zod'

export const providerResource = z.strictObject({
  name: z.string(),
  /** Whose wires and ways it has. */
  kind: z.string(),
  source: z.enum(['environment', 'file', 'built-in', 'stored']),
  base_url: z.string().nullable(),
  region: z.string().nullable(),
  /** Best first. */
  wires: z.array(z.string()),
  accounts: z.array(z.strictObject({ name: z.string(), weight: z.number(), concurrency: z.int().nullable() })),
  /** Which of the accounts is asked first. */
  strategy: z.string(),
  /** How many are known by name. */
  models: z.int(),
  /** What its rate limits hold for. */
  quota: z.string(),
  concurrency: z.int().nullable(),
})

export const placeResource = z.strictObject({
  /** Its own name, by which it is trusted again. */
  place: z.string(),
  /** Keys are places too, where `limits.keyConcurrency` bounds them. */
  kind: z.enum(['provider', 'account', 'target', 'quota', 'key']),
  provider: z.string().nullable(),
  account: z.string().nullable(),
  model: z.string().nullable(),
  state: z.enum(['closed', 'open', 'half_open']),
  reason: z.string().nullable(),
  /** Milliseconds since 1970. */
  until: z.int().nullable(),
  ejections: z.int(),
  failures: z.number(),
  in_flight: z.int(),
  waiting: z.int(),
  limit: z.int().nullable(),
  latency_ms: z.int().nullable(),
  error_share: z.number(),
})

export type ProviderResource = z.output<typeof providerResource>
export type PlaceResource = z.output<typeof placeResource>
