/** Providers' keys that were given to the gateway while it runs: sealed before they are stored, never shown again. */

import { now } from '../base/clock.ts'
import { credentialId } from '../base/ids.ts'
import { Failure } from '../canonical/failure.ts'
import type { ControlRoute } from './route.ts'

const tenant = 'default'
const nobody =
  'There is no provider of this name that a key alone connects: one that needs an address, a region or a project is written into the configuration.'

export const credentials: readonly ControlRoute[] = [
  {
    method: 'GET',
    path: '/_omni/credentials',
    access: 'admin',
    run: async (_request, { store }) => ({
      body: { data: (await store.credentials.list(tenant)).map(({ id, provider, version, createdAt }) => ({ id, provider, version, created_at: createdAt })) },
    }),
  },
  {
    method: 'PUT',
    path: '/_omni/credentials/:provider',
    access: 'admin',
    action: 'credential_stored',
    body: { type: 'object', additionalProperties: false, required: ['key'], properties: { key: { type: 'string', pattern: '^[\\x21-\\x7e]{8,4096}$' } } },
    run: async ({ params, body }, control) => {
      const provider = params.provider ?? ''
      if (control.isConfigured(provider)) throw new Failure('conflict', 'The configuration connects this provider, and comes first: change its key there.')
      if (!control.providerIds().includes(provider)) throw new Failure('not_found', nobody)
      const before = (await control.store.credentials.list(tenant)).find((one) => one.provider === provider)
      const place = { tenant, id: before?.id ?? credentialId(), version: (before?.version ?? 0) + 1 }
      await control.store.credentials.put({ ...place, provider, sealed: control.sealSecret((body as { readonly key: string }).key, place), createdAt: now() })
      await control.publish()
      return { body: { id: place.id, provider, version: place.version } }
    },
  },
  {
    method: 'DELETE',
    path: '/_omni/credentials/:provider',
    access: 'admin',
    action: 'credential_removed',
    run: async ({ params }, control) => {
      const stored = (await control.store.credentials.list(tenant)).find(({ provider }) => provider === params.provider)
      if (!stored) throw new Failure('not_found', 'No key is stored for this provider.')
      await control.store.credentials.remove(stored.id, tenant)
      await control.publish()
      return { body: { provider: stored.provider, removed: true } }
    },
  },
]
