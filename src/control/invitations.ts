/** Invitations to sponsored models: a code that one key redeems once, for a grant that ends and a budget of its own. */

import { now } from '../base/clock.ts'
import { invitationCode, invitationId } from '../base/ids.ts'
import { Failure } from '../canonical/failure.ts'
import { budget } from '../contract/budgets.ts'
import { grantBody, invitationAsked, invitationBody, redemption, type InvitationBody, type InvitationResource } from '../contract/invitations.ts'
import { StorageError } from '../storage/errors.ts'
import type { ObjectKind, StoredObject } from '../storage/store.ts'
import type { Control } from './control.ts'
import { defaultTenant } from './house.ts'
import { changeOf, livingOf, livingRow, parseBody, refuseFull, type Shown } from './resource.ts'
import { ofInstallation, type Change, type ControlAnswer, type ControlRequest, type ControlRoute } from './route.ts'
import { checkTenant } from './tenants.ts'

const path = '/_omni/invitations'
const stored = { kind: 'invitation', schema: invitationBody } as const
const writing = ofInstallation('admin', 'operator')

export const invitations: readonly ControlRoute[] = [
  {
    method: 'GET',
    path,
    ...ofInstallation('admin', 'operator', 'auditor', 'finance'),
    run: async (_request, { store }) => ({ body: { data: livingOf(stored, await store.objects.list('invitation')).map(show) } }),
  },
  { method: 'POST', path, ...writing, action: 'invitation_made', body: { type: 'object' }, run: make },
  { method: 'DELETE', path: `${path}/:id`, ...writing, action: 'invitation_revoked', run: revoke },
  { method: 'POST', path: `${path}/redeem`, access: 'owner', action: 'invitation_redeemed', body: { type: 'object' }, run: redeem },
]

async function make({ body }: ControlRequest, control: Control): Promise<ControlAnswer & { readonly body: InvitationResource }> {
  const asked = parseBody(invitationAsked, body)
  if (asked.expires_at <= now()) throw new Failure('invalid_value', '`expires_at` has passed: it is milliseconds since 1970.', { param: 'expires_at' })
  await refuseFull(control)
  if (asked.tenant !== undefined) await checkTenant(asked.tenant, control)
  const code = invitationCode()
  const made = { ...asked, hash: control.hashKey(code), created_at: now(), state: 'open' } as const
  const row = toRow('invitation', { id: invitationId(), tenant: asked.tenant ?? null }, made)
  await control.store.objects.put(row)
  const shown = show({ ...row, changed_at: row.changedAt, body: made })
  return { status: 201, body: { ...shown, code }, changes: [{ kind: 'invitation', id: row.id, before: null, after: shown }] }
}

/** What was granted by it ends too, with the budget that went with that. */
async function revoke({ params }: ControlRequest, control: Control): Promise<ControlAnswer> {
  const ofId = async (kind: ObjectKind) => (await livingRow(kind, params.id ?? '', control)) ?? []
  const [found] = livingOf(stored, [await ofId('invitation')].flat())
  if (found === undefined || found.body.state === 'revoked') throw new Failure('not_found', 'There is no invitation of this id that is not revoked already.')
  const given = [await ofId('grant'), await ofId('budget')].flat()
  const gone = given.map((row) => ({ ...row, version: row.version + 1, body: null, changedAt: now() }))
  const body = { ...found.body, state: 'revoked' } as const
  await control.store.objects.put(next(found, body), ...gone)
  const changes = [changed(found, body), ...given.map((row, at) => changeOf(row, gone[at]!))]
  return { body: { id: found.id, revoked: true }, changes }
}

/** Of two who redeem it at once one wins, since all three rows are stored together or none is. */
async function redeem({ viewer, body }: ControlRequest, control: Control): Promise<ControlAnswer> {
  if (viewer.role !== 'client') throw new Failure('unsupported_operation', 'An invitation is redeemed with the key that shall use it.')
  const { keyId } = viewer
  const hash = control.hashKey(parseBody(redemption, body).code)
  const [rows, tenant] = [await control.store.objects.list('invitation'), await tenantOf(keyId, control)]
  const found = livingOf(stored, rows).find((one) => one.body.hash === hash)
  if (found === undefined || stateOf(found.body) !== 'open' || (found.tenant !== null && found.tenant !== tenant)) throw missing()
  const { models, budget_usd: amount, expires_at: until } = found.body
  const redeemed = { ...found.body, state: 'redeemed', redeemed_by: keyId, redeemed_at: now() } as const
  const given = { id: found.id, tenant: null }
  const grant = toRow('grant', given, grantBody.parse({ key: keyId, models, until }))
  const own = toRow('budget', given, budget.parse({ scope: `key:${keyId}`, models, amount_usd: amount, period: 'total' }))
  await control.store.objects.put(next(found, redeemed), grant, own).catch(tellTaken)
  control.tell('an invitation was redeemed', { invitation: found.id, key: keyId })
  const changes = [changed(found, redeemed), changeOf(undefined, grant), changeOf(undefined, own)]
  return { status: 201, body: { id: found.id, models, budget_usd: amount, until }, changes }
}

/** Why it opens nothing, nobody is told who may only be guessing. */
const missing = (): Failure => new Failure('not_found', 'There is no invitation of this code that you can redeem.')

function tellTaken(error: unknown): never {
  throw error instanceof StorageError && error.reason === 'conflict' ? missing() : error
}

/** Tokens of the configuration are of the default tenant. */
async function tenantOf(keyId: string, { store }: Control): Promise<string> {
  return (await store.keys.get(keyId))?.tenant ?? defaultTenant
}

function toRow(kind: ObjectKind, { id, tenant }: Pick<StoredObject, 'id' | 'tenant'>, body: object): StoredObject {
  return { kind, id, tenant, version: 1, body: JSON.stringify(body), changedAt: now() }
}

function next({ id, tenant, version }: Shown<InvitationBody>, body: InvitationBody): StoredObject {
  return { ...toRow('invitation', { id, tenant }, body), version: version + 1 }
}

/** Told with the state that is stored: that it is over is no change of it. */
function changed(found: Shown<InvitationBody>, body: InvitationBody): Change {
  const [before, after] = [found, { ...found, version: found.version + 1, body }].map((one) => ({ ...show(one), state: one.body.state })) as [object, object]
  return { kind: 'invitation', id: found.id, before, after }
}

const stateOf = ({ state, expires_at: expiresAt }: InvitationBody): InvitationResource['state'] => (state === 'open' && expiresAt <= now() ? 'expired' : state)

/** Without the hash of the code. */
function show({ id, tenant, version, body }: Shown<InvitationBody>): InvitationResource {
  const { models, budget_usd, expires_at, created_at, redeemed_by = null, redeemed_at = null } = body
  return { id, tenant, version, models, budget_usd, created_at, expires_at, state: stateOf(body), redeemed_by, redeemed_at }
}
