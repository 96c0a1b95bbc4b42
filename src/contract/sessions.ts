/** `/_omni/sessions` and `/_omni/me`: who is signed in, and who asks. */

import { z } from 'zod'
import { roles } from './users.ts'

export const sessionResource = z.strictObject({
  id: z.string(),
  user: z.string(),
  /** Milliseconds since 1970. */
  created_at: z.int(),
  used_at: z.int(),
  /** When it ends, however much it is used. */
  expires_at: z.int(),
  /** Milliseconds without a call after which it ends sooner. */
  idle: z.int(),
  /** Whether it is the one that asks. */
  current: z.boolean(),
  /** The whole token, where it was just made: nobody can see it again. */
  token: z.string().optional(),
})

/** Who asks: the operator, a user, or a client. */
export const meResource = z.discriminatedUnion('role', [
  z.strictObject({ role: z.literal('admin') }),
  z.strictObject({ role: z.literal('client'), key: z.string() }),
  z.strictObject({
    role: z.literal('user'),
    user: z.string(),
    tenant: z.string().nullable(),
    roles: z.array(z.enum(roles)),
    session: z.string().nullable(),
  }),
])

export type SessionResource = z.output<typeof sessionResource>
export type MeResource = z.output<typeof meResource>
