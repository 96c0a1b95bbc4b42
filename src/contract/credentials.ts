/** `/_omni/credentials`: providers' keys that were given to the running gateway. Nobody can read them again. */

import { z } from 'zod'

export const credentialBody = z.strictObject({
  key: z.string().regex(/^[\x21-\x7e]{8,4096}$/, 'a key has 8 to 4096 characters, and no spaces'),
  /** Whose calls it serves, and nobody else's: a tenant, a team or a user. */
  owner: z
    .templateLiteral([z.enum(['tenant', 'team', 'user']), ':', z.string().regex(/^[\w.-]{1,64}$/)], 'an owner is as `tenant:acme`, `team:ml` or `user:usr_…`')
    .or(z.literal('all'))
    .default('all'),
})

export const credentialResource = z.strictObject({
  id: z.string(),
  /** A provider, or the name of a connection. */
  provider: z.string(),
  owner: z.string(),
  tenant: z.string(),
  version: z.int(),
  /** Milliseconds since 1970. */
  created_at: z.int(),
})

export type CredentialResource = z.output<typeof credentialResource>
