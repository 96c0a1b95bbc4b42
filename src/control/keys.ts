/** Client keys: made once and shown once, listed by their prefix, changed and given a new secret, revoked at once. */

import { now } from '../base/clock.ts'
import { clientKey, keyId, shownPrefix } from '../base/ids.ts'
import { Failure } from '../canonical/failure.ts'
import { milliseconds } from '../contract/durations.ts'
import { keyBody, storedTerms, rotation, type KeyBody, type KeyPage, type KeyResource, type KeyTerms } from '../contract/keys.ts'
import type { ClientKey } from '../storage/keys.ts'
import type { Control } from './control.ts'
import { defaultTenant } from './house.ts'
import { readLimit, wrong } from './report-query.ts'
import { checkVersion, livingRow, maySee, parseBody } from './resource.ts'
import type { Change, ControlAnswer, ControlRequest, ControlRoute, Role, Viewer } from './route.ts'
import { storedJson } from './stored-json.ts'
import { checkMember, checkTenant } from './tenants.ts'

const path = '/_omni/keys'
/** All of them are read for a snapshot. */
const mostKeys = 100_000
const mostOnPage = 1000
/** Users who were shown a key's secret: those before them are forgotten. */
const mostKnown = 20
const readers: readonly Role[] = ['admin', 'operator', 'auditor', 'finance', 'viewer']
const writers: readonly Role[] = ['admin']
const writing = { access: 'admin', roles: writers, query: ['version'] } as const

export const keys: readonly ControlRoute[] = [
  {
    method: 'GET',
    path,
    access: 'admin',
    roles: readers,
    query: ['limit', 'cursor', 'prefix'],
    run: list,
  },
  {
    method: 'GET',
    path: `${path}/:id`,
    access: 'admin',
    roles: readers,
    run: async (request, control) => ({ body: show(await findKey(request, control)) }),
  },
  { method: 'POST', path, access: 'admin', roles: writers, action: 'key_created', body: { type: 'object' }, run: make },
  { method: 'PUT', path: `${path}/:id`, ...writing, action: 'key_changed', body: { type: 'object' }, run: change },
  { method: 'POST', path: `${path}/:id/rotate`, ...writing, action: 'key_rotated', body: { type: 'object' }, run: rotate },
  { method: 'DELETE', path: `${path}/:id`, ...writing, action: 'key_revoked', run: revoke },
]

/** A page of those that the viewer may see, the oldest first. */
async function list({ viewer, query }: ControlRequest, { store }: Control): Promise<ControlAnswer> {
  const { limit, cursor: behind, prefix } = query
  const most = limit === undefined ? mostOnPage : readLimit(limit, mostOnPage)
  if (behind !== undefined && !/^key_[\da-f]{32}$/.test(behind)) throw wrong('cursor', '`cursor` is not one that a page before gave.')
  const theirs = viewer.role === 'user' && viewer.tenant !== null ? { tenant: viewer.tenant } : {}
  const found = await store.keys.list({ ...theirs, most, behind, prefix })
  const page: KeyPage = { data: found.map(show), next_cursor: found.length < most ? null : found.at(-1)!.id }
  return { body: page }
}

async function make({ viewer, body }: ControlRequest, control: Control): Promise<ControlAnswer> {
  const asked = parseBody(keyBody, body)
  const tenant = asked.tenant ?? ownTenant(viewer)
  if (!maySee(viewer, tenant)) throw new Failure('insufficient_scope', 'You may make keys of your own tenant alone.', { param: 'tenant' })
  await check(asked, tenant, control)
  await checkUser(asked.user, tenant, viewer, control)
  if ((await control.store.keys.count()) >= mostKeys) throw new Failure('too_many_items', `There are ${mostKeys} keys already, with those that were revoked.`)
  const made = await createKey({ ...asked, tenant }, control, knownTo(viewer))
  const { key: _, ...after } = made
  return { status: 201, body: made, changes: [{ kind: 'key', id: made.id, before: null, after }] }
}

const ownTenant = (viewer: Viewer): string => (viewer.role === 'user' && viewer.tenant !== null ? viewer.tenant : defaultTenant)

/** With whoever is shown the secret now. The operator by the admin key is nobody by name. */
function knownTo(viewer: Viewer, before: readonly string[] = []): readonly string[] {
  return viewer.role === 'user' ? [...before.filter((id) => id !== viewer.userId), viewer.userId].slice(-mostKnown) : before
}

/** Where a whole key is said: here, and where it gets another secret. */
export async function createKey(
  { name, tenant = defaultTenant, expires_at: expiresAt, may_route: mayRoute = true, ...terms }: Partial<KeyBody> & Pick<KeyBody, 'name'>,
  control: Pick<Control, 'store' | 'hashKey'>,
  known_to: readonly string[] = [],
): Promise<KeyResource & { readonly key: string }> {
  const key = clientKey()
  const row = {
    id: keyId(),
    name,
    prefix: shownPrefix(key),
    hash: control.hashKey(key),
    createdAt: now(),
    mayRoute,
    tenant,
    terms: JSON.stringify({ ...terms, known_to }),
  }
  const made = { ...row, expiresAt: expiresAt ?? undefined }
  await control.store.keys.create(made)
  return { ...show({ ...made, revokedAt: undefined, version: 1, before: undefined }), key }
}

async function change(request: ControlRequest, control: Control): Promise<ControlAnswer> {
  const before = await findKey(request, control)
  const { name, tenant, expires_at: expiresAt = null, may_route: mayRoute, ...terms } = parseBody(keyBody, request.body)
  checkVersion(request, before.version, true)
  refuseRevoked(before)
  if (tenant !== undefined && tenant !== before.tenant) throw new Failure('conflict', 'A key stays with the tenant that it was made for.', { param: 'tenant' })
  await check({ ...terms, expires_at: expiresAt === before.expiresAt ? null : expiresAt }, before.tenant, control)
  if (terms.user !== readTerms(before.terms).user) await checkUser(terms.user, before.tenant, request.viewer, control)
  const { known_to } = readTerms(before.terms)
  const next = { name, mayRoute, terms: JSON.stringify({ ...terms, known_to }) }
  await control.store.keys.change(before.id, before.version + 1, { ...next, expiresAt })
  const after = show({ ...before, ...next, expiresAt: expiresAt ?? undefined, version: before.version + 1 })
  return { body: after, changes: [changed(before, after)] }
}

async function rotate(request: ControlRequest, control: Control): Promise<ControlAnswer> {
  const before = await findKey(request, control)
  const { overlap } = parseBody(rotation, request.body)
  checkVersion(request, before.version, false)
  refuseRevoked(before)
  const key = clientKey()
  const terms = readTerms(before.terms)
  const known_to = knownTo(request.viewer, terms.known_to)
  const next = { prefix: shownPrefix(key), hash: control.hashKey(key), terms: JSON.stringify({ ...terms, known_to }) }
  const until = now() + milliseconds(overlap)
  await control.store.keys.rotate(before.id, before.version + 1, { ...next, until })
  const after = show({ ...before, ...next, version: before.version + 1, before: { hash: before.hash, until } })
  return { body: { ...after, key }, changes: [changed(before, after)] }
}

async function revoke(request: ControlRequest, control: Control): Promise<ControlAnswer> {
  const found = await findKey(request, control)
  const { id, version, revokedAt } = found
  checkVersion(request, version, false)
  if (revokedAt !== undefined || !(await control.store.keys.revoke(id, now()))) throw missing()
  // It is not changed any more, and was the same before: somebody may have changed it since it was found.
  const after = (await control.store.keys.get(id)) ?? found
  return { body: { id, revoked: true }, changes: [changed({ ...after, revokedAt: undefined }, show(after))] }
}

const changed = (before: ClientKey, after: KeyResource): Change => ({ kind: 'key', id: before.id, before: show(before), after })

async function findKey({ params, viewer }: ControlRequest, { store }: Control): Promise<ClientKey> {
  const found = await store.keys.get(params.id ?? '')
  if (found === undefined || !maySee(viewer, found.tenant)) throw missing()
  return found
}

const missing = (): Failure => new Failure('not_found', 'There is no key of this id that is not revoked already.')

function refuseRevoked({ revokedAt }: ClientKey): void {
  if (revokedAt !== undefined) throw new Failure('conflict', 'The key is revoked: that cannot be undone. Make another one.')
}

/** Throws `Failure` naming the field. */
async function check({ expires_at: expiresAt, team, agent }: Partial<KeyBody>, tenant: string, control: Control): Promise<void> {
  if (expiresAt !== undefined && expiresAt !== null && expiresAt <= now())
    throw new Failure('invalid_value', '`expires_at` has passed: it is milliseconds since 1970.', { param: 'expires_at' })
  await checkTenant(tenant, control)
  if (team !== undefined) await checkMember('team', team, tenant, control)
  if (agent !== undefined) await checkMember('agent', agent, tenant, control)
}

/** Calls with the key go out with the user's own credentials: one of the installation's people is named by the installation alone. Throws `Failure`. */
async function checkUser(user: string | undefined, tenant: string, viewer: Viewer, control: Control): Promise<void> {
  if (user === undefined) return
  const of = (await livingRow('user', user, control))?.tenant
  if (of !== tenant && (of !== null || !maySee(viewer, null))) throw new Failure('invalid_value', 'There is no user of this id.', { param: 'user' })
}

/** Nothing of the key but its beginning, and nothing of its hashes. */
function show({ id, name, prefix, tenant, terms, mayRoute, version, createdAt, expiresAt, revokedAt, before }: ClientKey): KeyResource {
  const times = { created_at: createdAt, expires_at: expiresAt ?? null, revoked_at: revokedAt ?? null, previous_until: before?.until ?? null }
  return { id, name, prefix, tenant, may_route: mayRoute, ...readTerms(terms), version, ...times }
}

/** Of another version's terms nothing is shown. */
function readTerms(text: string): KeyTerms {
  return storedTerms.safeParse(storedJson(text)).data ?? { known_to: [] }
}
