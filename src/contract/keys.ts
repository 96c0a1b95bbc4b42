/** `/_omni/keys`: clients' keys, which are shown once. */

import { z } from 'zod'
import { access, id, label, moment, range } from './access.ts'
import { duration } from './durations.ts'

/** What is stored of a key beside its row, as JSON. */
const keyTerms = z.strictObject({
  team: id.optional(),
  agent: id.optional(),
  /** Whose key it is: that user decides nothing about calls with it. */
  user: id.optional(),
  /** As `production` or `staging`. */
  environment: id.optional(),
  /** Who pays. */
  cost_center: label.optional(),
  ...access,
  /** Where its calls may come from; from anywhere where absent. */
  addresses: z.array(range).max(200).optional(),
  /** In the place of the configuration's or the tenant's. */
  strict: z.boolean().optional(),
  /** Metadata of calls that send none of that name. */
  metadata: z
    .record(z.string().regex(/^[\w.-]{1,64}$/), z.string().regex(/^[\w.:@/-]{1,64}$/, 'a value is 1 to 64 letters, digits or any of `.:@/-_`'))
    .optional(),
})

/** The same as it is kept, with the users who were shown its secret: none of them decides about calls with it. The last twenty are remembered. */
export const storedTerms = keyTerms.extend({ known_to: z.array(id).default([]) })

/** What may be said of a key; all of it is said again where it is changed. */
export const keyBody = keyTerms.extend({
  name: label,
  /** It stays what it was made with. */
  tenant: id.optional(),
  expires_at: moment.nullish(),
  /** Whether calls may say where they go, beside the model's name. */
  may_route: z.boolean().default(true),
})

export const rotation = z.strictObject({
  /** For which the secret before counts too. */
  overlap: duration('0s', '30d').default('0s'),
})

export const keyResource = storedTerms.extend({
  id: z.string(),
  name: z.string(),
  /** How the key begins. */
  prefix: z.string(),
  tenant: z.string(),
  may_route: z.boolean(),
  /** Counts up with every change. */
  version: z.int(),
  /** Milliseconds since 1970. */
  created_at: z.int(),
  expires_at: z.int().nullable(),
  revoked_at: z.int().nullable(),
  /** Until when the secret before the last rotation counts; null where it does not. */
  previous_until: z.int().nullable(),
  /** The whole key, where it was just made: nobody can see it again. */
  key: z.string().optional(),
})

export const keyPage = z.strictObject({ data: z.array(keyResource), next_cursor: z.string().nullable() })

export type KeyTerms = z.output<typeof storedTerms>
export type KeyBody = z.output<typeof keyBody>
export type KeyResource = z.output<typeof keyResource>
export type KeyPage = z.output<typeof keyPage>
