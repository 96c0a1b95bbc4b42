/** What is stored of tenants, teams, agents and grants, read when somebody of theirs first asks. */

import type { z } from 'zod'
import { Failure } from '../canonical/failure.ts'
import { agentBody, type AgentBody } from '../contract/agents.ts'
import { grantBody } from '../contract/invitations.ts'
import { teamBody, type TeamBody } from '../contract/teams.ts'
import { tenantBody, type TenantBody } from '../contract/tenants.ts'
import type { Grant } from '../policy/access.ts'
import type { ObjectKind, StoredObject } from '../storage/store.ts'
import { storedJson } from './stored-json.ts'

/** Every function throws `Failure` (`auth_unavailable`) for what is not there, is another tenant's, or cannot be read. */
export interface House {
  tenant(id: string): TenantBody
  team(id: string, tenant: string): TeamBody
  agent(id: string, tenant: string): AgentBody
  /** Undefined where the key has none. */
  grants(key: string | null): readonly Grant[] | undefined
}

/** Who belongs to nobody else. It need not be stored. */
export const defaultTenant = 'default'

export function houseOf(objects: readonly StoredObject[]): House {
  const rows = new Map(objects.filter(({ body }) => body !== null).map((row) => [`${row.kind} ${row.id}`, row]))
  const find = <Body>(kind: ObjectKind, id: string, tenant: string, schema: z.ZodType<Body>): Body => {
    const row = rows.get(`${kind} ${id}`)
    if (row === undefined && kind === 'tenant' && id === defaultTenant) return schema.parse({})
    if (row?.tenant !== tenant) throw new Failure('auth_unavailable', `The ${kind} of this key is not there any more.`)
    return read(row, schema)
  }
  const granted = new Map<string, Grant[]>()
  for (const row of rows.values()) {
    // One that cannot be read grants nothing.
    const { data } = row.kind === 'grant' ? grantBody.safeParse(storedJson(row.body)) : {}
    if (data !== undefined) granted.set(data.key, [...(granted.get(data.key) ?? []), { models: data.models, until: data.until }])
  }
  return {
    tenant: (id) => find('tenant', id, id, tenantBody),
    team: (id, tenant) => find('team', id, tenant, teamBody),
    agent: (id, tenant) => find('agent', id, tenant, agentBody),
    grants: (key) => (key === null ? undefined : granted.get(key)),
  }
}

function read<Body>({ kind, body }: StoredObject, schema: z.ZodType<Body>): Body {
  const { success, data } = schema.safeParse(storedJson(body))
  if (!success) throw new Failure('auth_unavailable', `The stored ${kind} cannot be read: another version of the gateway wrote it.`)
  return data
}
