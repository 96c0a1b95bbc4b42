/** `/_omni/invitations`: codes for sponsored models, each good once, and what they granted. */

import { z } from 'zod'
import { id, models, moment } from './access.ts'
import { usd } from './money.ts'

/** What is asked for. */
export const invitationAsked = z.strictObject({
  models: models.min(1),
  /** All that may be spent by it. */
  budget_usd: usd,
  /** Until when it can be redeemed, and until when what it granted holds. */
  expires_at: moment,
  /** Whose keys alone may redeem it; anybody's where absent. */
  tenant: id.optional(),
})

/** What is stored: of the code only its keyed hash. */
export const invitationBody = invitationAsked.extend({
  hash: z.string(),
  created_at: moment,
  state: z.enum(['open', 'redeemed', 'revoked']),
  /** The key that redeemed it. */
  redeemed_by: z.string().optional(),
  redeemed_at: moment.optional(),
})

export const invitationResource = invitationBody.omit({ hash: true, state: true }).extend({
  id: z.string(),
  tenant: z.string().nullable(),
  version: z.int(),
  state: z.enum(['open', 'redeemed', 'revoked', 'expired']),
  redeemed_by: z.string().nullable(),
  redeemed_at: z.int().nullable(),
  /** The whole code, where it was just made: nobody can see it again. */
  code: z.string().optional(),
})

/** An object that a redeemed invitation makes. */
export const grantBody = z.strictObject({ key: z.string(), models, until: moment })

export const redemption = z.strictObject({ code: z.string().min(1).max(200) })

export type InvitationBody = z.output<typeof invitationBody>
export type InvitationResource = z.output<typeof invitationResource>
