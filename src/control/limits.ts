/** Limits: how much may be used in a stretch of time, or at once, and what is used of it now. */

import { limit, toLimit, type LimitBody, type UsageResource } from '../contract/limits.ts'
import { dollars } from '../contract/money.ts'
import { termsOfLimit } from '../policy/charges.ts'
import { idOfLimit, readCounter } from '../policy/counter-id.ts'
import type { Limit } from '../policy/limit.ts'
import type { StoredObject } from '../storage/store.ts'
import type { Control } from './control.ts'
import { livingOf, resourceRoutes, tellRoute, type Resource } from './resource.ts'
import type { ControlRoute } from './route.ts'
import { checkScoped } from './scopes.ts'

const resource: Resource<LimitBody> = {
  kind: 'limit',
  name: 'limits',
  schema: limit,
  readers: ['owner', 'admin', 'operator', 'auditor', 'finance', 'viewer'],
  writers: ['owner', 'admin', 'operator'],
  tenantOf: ({ tenant = null }) => tenant,
  isCounted: true,
  check: (body, _id, context) => checkScoped(body, context),
}

export const limits: readonly ControlRoute[] = [
  ...resourceRoutes(resource),
  tellRoute(resource, 'usage', ({ id, body }, control) => usageOf(toLimit(id, body), control)),
]

/** Those that can be read. */
export const readLimits = (rows: readonly StoredObject[]): readonly Limit[] => livingOf(resource, rows).map(({ id, body }) => toLimit(id, body))

/** Counters of one limit that are shown: it may have one for each key. */
const mostShown = 1000

async function usageOf(one: Limit, control: Control): Promise<UsageResource> {
  const id = idOfLimit(one)
  const counters = await control.lookAt(id, one.each.length === 0 ? termsOfLimit(one, id) : undefined)
  const lines = counters.map(({ id: counter, limit: most, remaining: left }) => ({ values: readCounter(counter)?.values ?? {}, used: most - left, left }))
  const shown = lines.toSorted((line, other) => other.used - line.used).slice(0, mostShown)
  const isMoney = one.measure === 'cost'
  return {
    has_more: lines.length > mostShown,
    data: shown.map(({ values, used, left }) => ({ values, ...(isMoney ? { used_usd: dollars(used), left_usd: dollars(left) } : { used, left }) })),
  }
}
