/** What may be said of whoever calls: ids and names, and the lists of what it may use. */

import { z } from 'zod'
import { readNetwork } from '../base/networks.ts'

export const id = z.string().regex(/^[\w.-]{1,64}$/, 'an id is 1 to 64 letters, digits or any of `_.-`')
export const label = z.string().regex(/^[\p{L}\p{M}\p{N} .,:@/'_-]{1,64}$/u, "a name is 1 to 64 letters, digits, spaces or any of `.,:@/'_-`")

/** Milliseconds since 1970. */
export const moment = z.int('a time is milliseconds since 1970').min(1).max(8_640_000_000_000_000)

const most = 200
const pattern = z
  .string()
  .min(1)
  .max(200)
  .regex(/^[\w.:@/+-]*(\*[\w.:@/+-]*)?$/, 'a model is 1 to 200 letters, digits or any of `.:@/+-_`, with one `*` where anything may stand')
export const models = z.array(pattern).max(most)
const namesOf = (what: string) => z.array(z.string().regex(/^[\w.-]{1,64}$/, `${what} is 1 to 64 letters, digits or any of \`_.-\``)).max(most)

/** Every API that the gateway serves to clients: the names of its surfaces. */
export const surfaceNames = [
  'openai-chat',
  'openai-completions',
  'openai-responses',
  'anthropic-messages',
  'gemini-generate',
  'cohere-chat',
  'openai-embeddings',
  'cohere-embed',
  'gemini-embed',
  'gemini-embed-single',
  'cohere-rerank',
  'openai-moderations',
  'openai-transcriptions',
  'openai-translations',
  'openai-speech',
  'openai-images',
  'openai-image-edits',
] as const
const surface = z.enum(surfaceNames, { error: `a surface is one of ${surfaceNames.map((name) => `\`${name}\``).join(', ')}` })

/** An absent list is no restriction; an empty one allows nothing. Of tenant, team, agent and key each can only narrow what the one before has. */
export const access = {
  /** As clients name them, or as their providers do, with `*`. */
  models: models.optional(),
  /** Names of connections. */
  providers: namesOf('a provider').optional(),
  /** APIs, as `openai-chat`. */
  surfaces: z.array(surface).max(most).optional(),
}

/** An address or a range of them, IPv4 or IPv6. */
export const range = z.string().refine((text) => readNetwork(text) !== undefined, 'an address is as `10.1.2.3`, `10.0.0.0/8` or `2001:db8::/32`')
export const regions = namesOf('a region')
