/** A client's key as it is stored. */

import type { ClientKey } from '../src/storage/keys.ts'

export const storedKey = (fields: Partial<ClientKey> = {}): ClientKey => ({
  id: 'key_1',
  name: 'one',
  prefix: 'omni_',
  hash: 'hash of secret',
  createdAt: 1,
  mayRoute: true,
  tenant: 'acme',
  terms: '{}',
  version: 1,
  before: undefined,
  revokedAt: undefined,
  ...fields,
})
