/** Whether a rule is about somebody who exists, and whom its owner may make rules for. */

import { Failure } from '../canonical/failure.ts'
import type { Each } from '../policy/limit.ts'
import type { Holding, Scope } from '../policy/scope.ts'
import type { Control } from './control.ts'
import { bodyOf, livingRow, type Checking } from './resource.ts'

/** The tenant that is there before any is made. */
const firstTenant = 'default'

interface Scoped {
  readonly tenant?: string | undefined
  readonly scope: Scope
  readonly each?: readonly Each[]
}

/** Throws `Failure` naming the field. A rule for nobody would be believed to hold; what is another tenant's is told of as what is not there. */
export async function checkScoped({ tenant, scope, each = [] }: Scoped, { control }: Checking): Promise<void> {
  if (tenant !== undefined && (await tenantOf('tenant', tenant, control)) === undefined)
    throw new Failure('invalid_value', 'There is no tenant of this id.', { param: 'tenant' })
  if (scope !== 'all') {
    const at = scope.indexOf(':')
    const [kind, id] = [scope.slice(0, at) as Holding, scope.slice(at + 1)]
    const owner = await (kind === 'key' ? tenantOfKey(id, control) : tenantOf(kind, id, control))
    const isThere = owner !== undefined && (tenant === undefined || owner === null || owner === tenant)
    if (!isThere) throw new Failure('invalid_value', `There is no ${kind} of this id${tenant === undefined ? '' : ' in this tenant'}.`, { param: 'scope' })
  }
  const known = control.snapshot().metadataKeys
  for (const [index, one] of each.entries()) {
    if (one.startsWith('label:') && !known.has(one.slice('label:'.length)))
      throw new Failure('invalid_value', '`metadata.keys` of the configuration does not name this label: no call could have it.', { param: `each[${index}]` })
  }
}

/** Undefined where there is none of that id; null where it is the installation's. */
export async function tenantOf(kind: Exclude<Holding, 'key'>, id: string, control: Control): Promise<string | null | undefined> {
  if (kind === 'tenant' && id === firstTenant) return id
  const found = await livingRow(kind, id, control)
  const tenant = kind === 'tenant' ? id : found && bodyOf(found)?.tenant
  return found && (typeof tenant === 'string' ? tenant : found.tenant)
}

/** Tokens of the configuration are keys of the first tenant, known by their hashes alone. */
async function tenantOfKey(id: string, { store }: Control): Promise<string | undefined> {
  return /^token_[\da-f]{16}$/.test(id) ? firstTenant : (await store.keys.get(id))?.tenant
}
