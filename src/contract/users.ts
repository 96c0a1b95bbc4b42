/** `/_omni/users`: people, what they may do, and the token by which each is known. */

import { z } from 'zod'
import { id, label, moment } from './access.ts'

/**
 * What a user may do: everything (`owner`), all but owners and keys of signing (`admin`), routing and health (`operator`), reading, exporting
 * and verifying (`auditor`), money (`finance`), looking (`viewer`).
 */
export const roles = ['owner', 'admin', 'operator', 'auditor', 'finance', 'viewer'] as const

export const userBody = z.strictObject({
  name: label,
  email: z.email().max(200).optional(),
  /** Whose people it belongs to; null is the installation's own. */
  tenant: id.nullable().default(null),
  roles: z.array(z.enum(roles)).max(roles.length),
})

/** When the token ends; never where absent. */
export const tokenAsked = z.strictObject({ expires_at: moment.nullish() })

export const tokenResource = z.strictObject({
  user: z.string(),
  /** The whole token: nobody can see it again. */
  token: z.string(),
  expires_at: z.int().nullable(),
})

export const userResource = userBody.extend({
  id: z.string(),
  version: z.int(),
  changed_at: z.int(),
})

export type UserBody = z.output<typeof userBody>
export type UserResource = z.output<typeof userResource>
export type TokenResource = z.output<typeof tokenResource>
