/** Budgets: how much money may be spent in a period, and what was spent of it. */

import { now } from '../base/clock.ts'
import { budget, toBudget, type BudgetBody, type SpendingResource } from '../contract/budgets.ts'
import { dollars } from '../contract/money.ts'
import { idOfBudget, readCounter } from '../policy/counter-id.ts'
import type { Budget } from '../policy/limit.ts'
import { periodOf } from '../policy/periods.ts'
import type { StoredObject } from '../storage/store.ts'
import type { Control } from './control.ts'
import { livingOf, resourceRoutes, tellRoute, type Resource } from './resource.ts'
import type { ControlRoute } from './route.ts'
import { checkScoped } from './scopes.ts'

const resource: Resource<BudgetBody> = {
  kind: 'budget',
  name: 'budgets',
  schema: budget,
  readers: ['owner', 'admin', 'operator', 'auditor', 'finance', 'viewer'],
  writers: ['owner', 'admin', 'finance'],
  tenantOf: ({ tenant = null }) => tenant,
  isCounted: true,
  check: (body, _id, context) => checkScoped(body, context),
}

export const budgets: readonly ControlRoute[] = [
  ...resourceRoutes(resource),
  tellRoute(resource, 'spending', ({ id, body }, control) => spendingOf(toBudget(id, body), control)),
]

/** Those that can be read. */
export const readBudgets = (rows: readonly StoredObject[]): readonly Budget[] => livingOf(resource, rows).map(({ id, body }) => toBudget(id, body))

/** Counters of one budget that are shown: it may have one for each key. */
const mostShown = 1000

async function spendingOf(one: Budget, control: Control): Promise<SpendingResource> {
  const { from, to } = periodOf(one.period, one.timeZone, now())
  const rows = await control.store.spent.list({ under: idOfBudget(one), from, most: mostShown + 1 })
  return {
    from,
    to,
    has_more: rows.length > mostShown,
    data: rows.slice(0, mostShown).map(({ counter, spent, reserved }) => ({
      values: readCounter(counter)?.values ?? {},
      spent_usd: dollars(spent),
      reserved_usd: dollars(reserved),
      left_usd: dollars(one.amount - spent - reserved),
    })),
  }
}
