/** Limits: how much may be used in a stretch of time, or at once. */

import { limit, toLimit, type LimitBody } from '../contract/limits.ts'
import type { Limit } from '../policy/limit.ts'
import type { StoredObject } from '../storage/store.ts'
import { livingOf, resourceRoutes, type Resource } from './resource.ts'
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

export const limits = resourceRoutes(resource)

/** Those that can be read. */
export const readLimits = (rows: readonly StoredObject[]): readonly Limit[] => livingOf(resource, rows).map(({ id, body }) => toLimit(id, body))
