/** `GET /_omni/routes/explain`: the shape of a call that nobody has made, and where it would go. */

import { z } from 'zod'

/** What a call may need that not every model can do. */
export const needFlags = ['images', 'documents', 'audio', 'video', 'tools', 'schema', 'json', 'speech', 'drawing', 'choices', 'logprobs'] as const

const surfaces = ['openai-chat', 'openai-responses', 'anthropic-messages', 'gemini-generate', 'cohere-chat', 'openai-completions'] as const

const name = z.string().min(1).max(300)
/** `?images`, `?images=true`. */
const flag = z
  .enum(['', 'true', '1', 'false', '0'])
  .default('false')
  .transform((text) => text !== 'false' && text !== '0')
const tokens = z
  .string()
  .regex(/^\d{1,9}$/)
  .transform(Number)

export const explainQuery = z.strictObject({
  /** The name that the call would ask for; it may be left out where `route` is said. */
  model: name.optional(),
  route: name.optional(),
  provider: name.optional(),
  /** Names of models, with commas between them. */
  fallbacks: z
    .string()
    .default('')
    .transform((text) => text.split(',').filter((one) => one !== '')),
  surface: z.enum(surfaces).default('openai-chat'),
  stream: flag,
  session: name.optional(),
  /** Every call brings something: of none at all each price would be the same. */
  input_tokens: tokens.default(1),
  output_tokens: tokens.default(0),
  ...(Object.fromEntries(needFlags.map((need) => [need, flag])) as { [need in (typeof needFlags)[number]]: typeof flag }),
})

/** What keeps a target from being asked, or makes it the last resort. `until` is milliseconds since 1970. */
const obstacle = z.discriminatedUnion('why', [
  z.strictObject({ why: z.literal('left_alone'), place: z.string(), reason: z.string(), until: z.int() }),
  z.strictObject({ why: z.enum(['proving_itself', 'full']), place: z.string() }),
  z.strictObject({ why: z.literal('lacks'), needs: z.array(z.enum(needFlags)) }),
  z.strictObject({ why: z.enum(['context_too_small', 'output_too_small']), tokens: z.int() }),
  z.strictObject({ why: z.literal('cannot_say'), words: z.array(z.string()) }),
  z.strictObject({ why: z.literal('weight_zero') }),
])

const prospect = z.strictObject({
  /** From 1 in the order of asking; null where it would not be asked. */
  place: z.int().nullable(),
  /** It is asked only because all others are out. */
  last_resort: z.boolean(),
  /** It has no place since nobody can be asked now, and calls wait for it (`queue.time`), as for all of which this is said. */
  waits_for_room: z.boolean(),
  /** Of many calls of this shape, how many it is asked first by: 0 to 1. */
  share: z.number(),
  provider: z.string(),
  account: z.string().nullable(),
  model: z.string(),
  /** The wire that would be spoken with it. */
  wire: z.string().nullable(),
  state: z.enum(['closed', 'open', 'half_open']),
  reasons: z.array(obstacle),
  weight: z.number(),
  in_flight: z.int(),
  latency_ms: z.int().nullable(),
  error_share: z.number(),
  failures: z.number(),
  /** Of this call, in nano-dollars; null where no price is known. */
  price: z.int().nullable(),
})

export const explanation = z.strictObject({
  /** How the name led there. */
  hops: z.array(z.strictObject({ name: z.string(), by: z.string() })),
  chain: z.string().nullable(),
  strategy: z.string(),
  /** Those of chains and accounts below it as well. */
  strategies: z.array(z.string()),
  /** How many may be asked for one call in all, retries among them. */
  attempts: z.int(),
  /** The order is one of several: chance decides, call by call. */
  drawn: z.boolean(),
  targets: z.array(prospect),
  /** Lines of the chains that lead nowhere now. */
  missing: z.array(z.strictObject({ model: z.string(), why: z.literal('not_connected'), sentence: z.string() })),
})

export type Explanation = z.output<typeof explanation>
export type Obstacle = z.output<typeof obstacle>
