/** Tenants, their teams and their agents. What belongs to one of them keeps it from being removed. */

import { isObject, type JsonObject } from '../base/json.ts'
import { Failure } from '../canonical/failure.ts'
import { agentBody, type AgentBody } from '../contract/agents.ts'
import { teamBody, type TeamBody } from '../contract/teams.ts'
import { roles } from '../contract/users.ts'
import { tenantBody, type TenantBody } from '../contract/tenants.ts'
import type { StoredObject } from '../storage/store.ts'
import { defaultTenant } from './house.ts'
import { bodyOf, resourceRoutes, type Checking, type Resource } from './resource.ts'
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
  check: (body, _id, { rows }) => checkTenant(body.tenant, rows),
  checkRemoval: ({ id }, context) => refuseParent('team', id, context),
}

const agent: Resource<AgentBody> = {
  kind: 'agent',
  name: 'agents',
  schema: agentBody,
  readers: roles,
  writers: ['admin'],
  tenantOf: (body) => body.tenant,
  check: (body, _id, { rows }) => {
    checkTenant(body.tenant, rows)
    if (body.team !== undefined) checkMember('team', body.team, body.tenant, rows)
  },
  checkRemoval: ({ id }, context) => refuseParent('agent', id, context),
}

export const tenants: readonly ControlRoute[] = [...resourceRoutes(tenant), ...resourceRoutes(team), ...resourceRoutes(agent)]

/** Throws `Failure` where there is no such tenant. */
export function checkTenant(id: string, rows: readonly StoredObject[]): void {
  if (id !== defaultTenant && !rows.some((row) => row.kind === 'tenant' && row.id === id && row.body !== null))
    throw new Failure('invalid_value', 'There is no tenant of this id.', { param: 'tenant' })
}

/** Throws `Failure` where the tenant has no such team or agent. Whose another one is, nobody is told. */
export function checkMember(kind: 'team' | 'agent', id: string, of: string, rows: readonly StoredObject[]): void {
  if (!rows.some((row) => row.kind === kind && row.id === id && row.tenant === of && row.body !== null))
    throw new Failure('invalid_value', `The tenant has no ${kind} of this id.`, { param: kind })
}

/** A policy says whose it is in its document. */
function saidIn(row: StoredObject): JsonObject | undefined {
  const body = bodyOf(row)
  return isObject(body?.document) ? body.document : body
}

/** So many are named to whoever would remove what they belong to. */
const mostNamed = 5

/** Throws `Failure` (`conflict`) that names what belongs to it: an object with its id in the field, a rule about it, a credential of its own, or a key that still opens. */
export async function refuseParent(field: 'tenant' | 'team' | 'agent' | 'user', id: string, { control, rows }: Checking): Promise<void> {
  const objects = rows.flatMap((row) => {
    const body = row.kind === field && row.id === id ? undefined : saidIn(row)
    return body !== undefined && (body[field] === id || body.scope === `${field}:${id}`) ? [`${row.kind} ${row.id}`] : []
  })
  const credentials = (await control.store.credentials.list()).flatMap((one) => (one.owner === `${field}:${id}` ? [`credential ${one.id}`] : []))
  const keys = (await control.store.keys.list()).flatMap((key) => {
    const terms = JSON.parse(key.terms) as Readonly<Record<string, unknown>>
    return key.revokedAt === undefined && (field === 'tenant' ? key.tenant : terms[field]) === id ? [`key ${key.id}`] : []
  })
  const all = [...objects, ...credentials, ...keys]
  if (all.length === 0) return
  const more = all.length > mostNamed ? ` and ${all.length - mostNamed} more` : ''
  throw new Failure('conflict', `These belong to it: ${all.slice(0, mostNamed).join(', ')}${more}. Remove or revoke them first.`)
}
