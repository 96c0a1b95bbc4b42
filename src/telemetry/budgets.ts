/** Numbers of budgets for Prometheus: how much of each is spent. */

import { writeFamily } from './exposition.ts'

/** Budgets that have numbers of their own, the fullest first; of all further ones the fullest is told as `other`. */
const mostBudgets = 200

/** By the budget's id, from 0 to 1 and beyond: of its fullest counter, where it has several. */
export function writeBudgetMetrics(ratios: ReadonlyMap<string, number>): string {
  const sorted = [...ratios].toSorted(([, one], [, other]) => other - one)
  const shown = [...sorted.slice(0, mostBudgets), ...sorted.slice(mostBudgets, mostBudgets + 1).map(([, ratio]) => ['other', ratio] as const)]
  const samples = shown.map(([budget, value]) => ({ labels: { budget }, value }))
  return writeFamily(
    'omni_budget_spent_ratio',
    'gauge',
    'How much of the budget is spent in this period, of its fullest counter, as of the last minute.',
    samples,
  )
}
