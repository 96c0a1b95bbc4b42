/** The limits and budgets that are about one caller, out of all that are stored. */

import { Failure } from '../canonical/failure.ts'
import { chargesFor, type Charges } from '../policy/charges.ts'
import type { Budget, Limit } from '../policy/limit.ts'
import type { Holder } from '../policy/scope.ts'
import type { StoredObject } from '../storage/store.ts'
import { readBudgets } from './budgets.ts'
import { readLimits } from './limits.ts'

/** What was read last, by what is written there: a change leaves most of them as they are, and calls wait while they are read. Bounded by those that are stored. */
let known: ReadonlyMap<string, Limit | Budget> = new Map()

/** Reads them when the first caller asks. What it gives throws `Failure` where one of them cannot be read: nobody has no limit for that. */
export function chargesIn(objects: readonly StoredObject[], failsClosed: boolean): (holder: Holder) => Charges | undefined {
  const rows = objects.filter(({ kind, body }) => body !== null && (kind === 'limit' || kind === 'budget'))
  if (rows.length === 0) return () => undefined
  let read: ReturnType<typeof readAll> | undefined
  return (holder) => {
    const { limits, budgets, unread } = (read ??= readAll(rows, failsClosed))
    if (unread.some(({ tenant }) => tenant === null || tenant === holder.tenant))
      throw new Failure('budget_unavailable', 'A limit or budget is stored that this version of the gateway cannot read.')
    return chargesFor(holder, limits, budgets)
  }
}

function readAll(rows: readonly StoredObject[], failsClosed: boolean) {
  const kept = new Map<string, Limit | Budget>()
  const [limits, budgets, unread]: [Limit[], Budget[], StoredObject[]] = [[], [], []]
  for (const row of rows) {
    const key = `${row.kind} ${row.id} ${row.body}`
    const rule = known.get(key) ?? readRow(row)
    if (rule === undefined) {
      unread.push(row)
      continue
    }
    kept.set(key, rule)
    if (!('measure' in rule)) budgets.push(rule)
    else limits.push(failsClosed ? { ...rule, onStoreError: 'deny' } : rule)
  }
  known = kept
  return { limits, budgets, unread }
}

const readRow = (row: StoredObject): Limit | Budget | undefined => (row.kind === 'limit' ? readLimits([row]) : readBudgets([row]))[0]
