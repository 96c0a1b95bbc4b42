/** Providers' keys that were given to the gateway while it runs: sealed before they are stored, never shown again. Some serve nobody but their owner. */

import { now } from '../base/clock.ts'
import { credentialId } from '../base/ids.ts'
import { Failure } from '../canonical/failure.ts'
import { credentialBody, type CredentialResource } from '../contract/credentials.ts'
import type { Holding, Scope } from '../policy/scope.ts'
import type { Credential } from '../storage/store.ts'
import type { Control } from './control.ts'
import { defaultTenant } from './house.ts'
import { checkVersion, maySee, parseBody } from './resource.ts'
import type { ControlAnswer, ControlRequest, ControlRoute, Viewer } from './route.ts'
import { tenantOf } from './scopes.ts'

const nobody =
  'There is no provider of this name that a key alone connects: one that needs an address, a region or a project is written into the configuration.'
/** All of them are opened for a snapshot. */
const mostCredentials = 10_000

export const credentials: readonly ControlRoute[] = [
  {
    method: 'GET',
    path: '/_omni/credentials',
    access: 'admin',
    roles: ['admin', 'operator', 'auditor', 'viewer'],
    run: async ({ viewer }, control) => ({ body: { data: (await listFor(viewer, control)).map(shown) } }),
  },
  {
    method: 'PUT',
    path: '/_omni/credentials/:provider',
    access: 'admin',
    roles: ['admin', 'operator'],
    action: 'credential_stored',
    query: ['version'],
    body: { type: 'object' },
    run: put,
  },
  {
    method: 'DELETE',
    path: '/_omni/credentials/:provider',
    access: 'admin',
    roles: ['admin', 'operator'],
    action: 'credential_removed',
    query: ['owner', 'version'],
    run: async (request, control) => {
      const { params, query, viewer } = request
      const owner = query.owner ?? 'all'
      const stored = (await listFor(viewer, control)).find((one) => one.provider === params.provider && one.owner === owner)
      if (stored === undefined) throw new Failure('not_found', 'No key is stored for this provider.')
      checkVersion(request, stored.version, false)
      await control.store.credentials.remove(stored.id, stored.tenant)
      const changes = [{ kind: 'credential', id: stored.id, before: shown(stored), after: null }] as const
      return { body: { provider: stored.provider, owner, removed: true }, changes }
    },
  },
]

async function put(request: ControlRequest, control: Control): Promise<ControlAnswer> {
  const { params, body, viewer } = request
  const provider = params.provider ?? ''
  const { key, owner } = parseBody(credentialBody, body)
  const tenant = await tenantOfOwner(owner, viewer, control)
  checkProvider(provider, owner, control)
  const before = await find(provider, owner, control)
  checkVersion(request, before?.version, false)
  if (before === undefined && (await control.store.credentials.list()).length >= mostCredentials)
    throw new Failure('too_many_items', `There are ${mostCredentials} credentials already.`)
  const place = { tenant: before?.tenant ?? tenant, owner, id: before?.id ?? credentialId(), version: (before?.version ?? 0) + 1 }
  const row = { ...place, provider, createdAt: now() }
  await control.store.credentials.put({ ...row, sealed: control.sealSecret(key, placeOfSecret(place)) })
  const after = shown({ ...row, createdAt: before?.createdAt ?? row.createdAt })
  return { body: after, changes: [{ kind: 'credential', id: row.id, before: before === undefined ? null : shown(before), after }] }
}

/** What the seal of a credential is bound to: whoever writes into the database cannot give it to somebody else. Ids have no space in them. */
export function placeOfSecret({ tenant, owner, id, version }: Pick<Credential, 'tenant' | 'owner' | 'id' | 'version'>) {
  return { tenant: owner === 'all' ? tenant : `${tenant} ${owner}`, id, version }
}

/** Throws `Failure` for who is not there, or is another tenant's than whoever asks. */
async function tenantOfOwner(owner: Scope, viewer: Viewer, control: Control): Promise<string> {
  if (owner === 'all') {
    if (maySee(viewer, null)) return defaultTenant
    throw new Failure('insufficient_scope', 'You may store keys for your own tenant alone: say whose it is in `owner`.', { param: 'owner' })
  }
  const tenant = await tenantOfScope(owner, control)
  if (tenant === undefined || !maySee(viewer, tenant)) throw new Failure('invalid_value', 'There is nobody of this id.', { param: 'owner' })
  return tenant ?? defaultTenant
}

/** Everybody's key of what is configured stands in the configuration; whoever has one of their own may bring it beside that. */
function checkProvider(provider: string, owner: Scope, control: Control): void {
  const isConfigured = control.isConfigured(provider)
  if (isConfigured && owner === 'all') throw new Failure('conflict', 'The configuration connects this provider, and comes first: change its key there.')
  const takesKey = isConfigured && control.configured().providers.some((one) => one.name === provider && one.provider.auth.scheme !== 'none')
  if (!takesKey && !control.providerIds().includes(provider)) throw new Failure('not_found', nobody)
}

const find = async (provider: string, owner: string, { store }: Control): Promise<Credential | undefined> =>
  (await store.credentials.list()).find((one) => one.provider === provider && one.owner === owner)

/** Those that the viewer may see. What serves everybody, or one of the installation's own people, is the installation's: in its rows it stands under the default tenant. */
async function listFor(viewer: Viewer, control: Control): Promise<readonly Credential[]> {
  const rows = await control.store.credentials.list()
  // Who sees what is the installation's sees all.
  if (maySee(viewer, null)) return rows
  const owners = [...new Set(rows.flatMap(({ owner }) => (owner === 'all' ? [] : [owner])))]
  const tenants = new Map<Scope, string | null | undefined>(
    await Promise.all(owners.map(async (owner) => [owner, await tenantOfScope(owner, control)] as const)),
  )
  return rows.filter(({ owner }) => maySee(viewer, tenants.get(owner) ?? null))
}

function tenantOfScope(owner: Scope, control: Control): Promise<string | null | undefined> {
  const at = owner.indexOf(':')
  return tenantOf(owner.slice(0, at) as Exclude<Holding, 'key'>, owner.slice(at + 1), control)
}

const shown = ({ id, provider, owner, tenant, version, createdAt }: Omit<Credential, 'sealed'>): CredentialResource => ({
  id,
  provider,
  owner,
  tenant,
  version,
  created_at: createdAt,
})
