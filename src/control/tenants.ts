/** Tenants, their teams and their agents. What belongs to one of them keeps it from being removed. */

import { now } from '../base/clock.ts'
import { isObject, type JsonObject } from '../base/json.ts'
import { Failure } from '../canonical/failure.ts'
import { agentBody, type AgentBody } from '../contract/agents.ts'
import { teamBody, type TeamBody } from '../contract/teams.ts'
import { roles } from '../contract/users.ts'
import { tenantBody, type TenantBody } from '../contract/tenants.ts'
import type { ClientKey } from '../storage/keys.ts'
import type { StoredObject } from '../storage/store.ts'
import type { Control } from './control.ts'
import { defaultTenant } from './house.ts'
import { keysIn } from './key-index.ts'
import { bodyOf, livingRow, resourceRoutes, type Checking, type Resource } from './resource.ts'
import type { ControlRoute } from './route.ts'

const tenant: Resource<TenantBody> = {
  kind: 'tenant',
  name: 'tenants',
  schema: tenantBody,
  readers: roles,
  writers: ['admin'],
  isWrittenByInstallation: true,
  implied: { kind: 'tenant', id: defaultTenant, tenant: defaultTenant, version: 0, body: '{}', changedAt: 0 },
  tenantOf: (_body, id) => id,
  checkRemoval: ({ id }, context) => (id === defaultTenant ? undefined : refuseParent('tenant', id, context)),
}

const team: Resource<TeamBody> = {
  kind: 'team',
  name: 'teams',
  schema: teamBody,
  readers: roles,
  writers: ['admin'],
  tenantOf: (body) => body.tenant,
  check: (body, _id, { control }) => checkTenant(body.tenant, control),
  checkRemoval: ({ id }, context) => refuseParent('team', id, context),
}

const agent: Resource<AgentBody> = {
  kind: 'agent',
  name: 'agents',
  schema: agentBody,
  readers: roles,
  writers: ['admin'],
  tenantOf: (body) => body.tenant,
  check: async (body, _id, { control }) => {
    await checkTenant(body.tenant, control)
    if (body.team !== undefined) await checkMember('team', body.team, body.tenant, control)
  },
  checkRemoval: ({ id }, context) => refuseParent('agent', id, context),
}

export const tenants: readonly ControlRoute[] = [...resourceRoutes(tenant), ...resourceRoutes(team), ...resourceRoutes(agent)]

/** Throws `Failure` where there is no such tenant. */
export async function checkTenant(id: string, control: Control): Promise<void> {
  if (id !== defaultTenant && (await livingRow('tenant', id, control)) === undefined)
    throw new Failure('invalid_value', 'There is no tenant of this id.', { param: 'tenant' })
}

/** Throws `Failure` where the tenant has no such team or agent. Whose another one is, nobody is told. */
export async function checkMember(kind: 'team' | 'agent', id: string, of: string, control: Control): Promise<void> {
  if ((await livingRow(kind, id, control))?.tenant !== of) throw new Failure('invalid_value', `The tenant has no ${kind} of this id.`, { param: kind })
}

/** A policy says whose it is in its document. */
function saidIn(row: StoredObject): JsonObject | undefined {
  const body = bodyOf(row)
  return isObject(body?.document) ? body.document : body
}

/** An invitation stays for those who ask about it, also where nobody can redeem it any more: what it gave is the key's. */
const isOver = ({ kind }: StoredObject, { state, expires_at: until }: JsonObject): boolean =>
  kind === 'invitation' && (state !== 'open' || (typeof until === 'number' && until <= now()))

/** So many are named to whoever would remove what they belong to. */
const mostNamed = 5

/** Throws `Failure` (`conflict`) that names what belongs to it: an object with its id in the field, a rule about it, a credential of its own, or a key that still opens. */
export async function refuseParent(field: 'tenant' | 'team' | 'agent' | 'user', id: string, { control }: Checking): Promise<void> {
  const scope = `${field}:${id}`
  const { objects: kinds, credentials, keys } = await control.held()
  const objects = [...kinds.values()].flat().flatMap((row) => {
    // Most name others: those need not be read.
    const body = row.body?.includes(id) !== true || (row.kind === field && row.id === id) ? undefined : saidIn(row)
    return body !== undefined && !isOver(row, body) && (body[field] === id || body.scope === scope) ? [`${row.kind} ${row.id}`] : []
  })
  const belongs = ({ tenant: of, terms }: ClientKey): boolean =>
    field === 'tenant' ? of === id : terms.includes(id) && (JSON.parse(terms) as JsonObject)[field] === id
  const all = [
    ...objects.toSorted(),
    ...credentials.filter(({ owner }) => owner === scope).map((one) => `credential ${one.id}`),
    ...[...keysIn(keys)].flatMap((key) => (belongs(key) ? [`key ${key.id}`] : [])).toSorted(),
  ]
  if (all.length === 0) return
  const more = all.length > mostNamed ? ` and ${all.length - mostNamed} more` : ''
  throw new Failure('conflict', `These belong to it: ${all.slice(0, mostNamed).join(', ')}${more}. Remove or revoke them first.`)
}
