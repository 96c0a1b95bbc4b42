/** `/_omni/audit`: what was done through the control API. */

import { z } from 'zod'

export const actionResource = z.strictObject({
  id: z.string(),
  /** Milliseconds since 1970. */
  at: z.int(),
  action: z.string(),
  /** `admin`, or the id of a user or a key. */
  by: z.string(),
  /** The name or id of what it was done to. */
  target: z.string().nullable(),
  /** SHA-256 of all that the control API can change; null for what reads. */
  before: z.string().nullable(),
  after: z.string().nullable(),
  /** How often it was read since the entry before. */
  count: z.int().nullable(),
})

export type ActionResource = z.output<typeof actionResource>
