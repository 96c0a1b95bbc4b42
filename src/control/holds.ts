/** Legal holds: while a tenant is held, nothing of its receipts is removed, whatever the time. */

import { now } from '../base/clock.ts'
import { Failure } from '../canonical/failure.ts'
import type { Hold } from '../storage/holds.ts'
import type { Control } from './control.ts'
import { nameOf, ofInstallation, type ControlRoute } from './route.ts'

/** As tenants are called. */
const tenantShape = /^[\w-]{1,64}$/

export const holds: readonly ControlRoute[] = [
  {
    method: 'GET',
    path: '/_omni/holds',
    ...ofInstallation('admin', 'auditor'),
    run: async (_request, { store }) => ({ body: { data: (await store.holds.list()).map(show) } }),
  },
  {
    method: 'PUT',
    path: '/_omni/holds/:tenant',
    ...ofInstallation('admin'),
    action: 'hold_set',
    run: async ({ params, viewer }, { store }) => {
      const tenant = readTenant(params.tenant)
      const before = await findHold(tenant, store)
      const after = show(await store.holds.put({ tenant, since: now(), by: nameOf(viewer) }))
      return { body: after, changes: [{ kind: 'hold', id: tenant, before: before ?? null, after }] }
    },
  },
  {
    method: 'DELETE',
    path: '/_omni/holds/:tenant',
    ...ofInstallation('admin'),
    action: 'hold_released',
    run: async ({ params }, { store }) => {
      const tenant = readTenant(params.tenant)
      const before = await findHold(tenant, store)
      if (!(await store.holds.remove(tenant)) || before === undefined) throw new Failure('not_found', 'There is no hold on this tenant.')
      return { body: { tenant, released: true }, changes: [{ kind: 'hold', id: tenant, before, after: null }] }
    },
  },
]

const show = ({ tenant, since, by }: Hold) => ({ tenant, since, by })

const findHold = async (tenant: string, { holds: kept }: Control['store']) => (await kept.list()).map(show).find((hold) => hold.tenant === tenant)

/** Throws `Failure` where it can be the name of no tenant. */
export function readTenant(tenant = 'default'): string {
  if (!tenantShape.test(tenant)) throw new Failure('invalid_value', 'A tenant’s name has letters, digits, _ and - alone.', { param: 'tenant' })
  return tenant
}

/** Throws `Failure` (`conflict`) where the tenant is held. */
export async function checkHold(tenant: string, { store }: Control): Promise<void> {
  if ((await findHold(tenant, store)) !== undefined)
    throw new Failure('conflict', 'A legal hold keeps all that there is of this tenant: `omni receipts release` ends it.')
}
