/** Budgets: how much money may be spent in a period, and what was spent of it. */

import { budget, toBudget, type BudgetBody } from '../contract/budgets.ts'
import type { Budget } from '../policy/limit.ts'
import type { StoredObject } from '../storage/store.ts'
import { livingOf, resourceRoutes, type Resource } from './resource.ts'
import { checkScoped } from './scopes.ts'

const resource: Resource<BudgetBody> = {
  kind: 'budget',
  name: 'budgets',
  schema: budget,
  readers: ['owner', 'admin', 'operator', 'auditor', 'finance', 'viewer'],
  writers: ['owner', 'admin', 'finance'],
  tenantOf: ({ tenant = null }) => tenant,
  check: (body, _id, context) => checkScoped(body, context),
}

export const budgets = resourceRoutes(resource)

/** Those that can be read. */
export const readBudgets = (rows: readonly StoredObject[]): readonly Budget[] => livingOf(resource, rows).map(({ id, body }) => toBudget(id, body))
