/** The limits and budgets that are about one caller, out of all that are stored. */

import { Failure } from '../canonical/failure.ts'
import { chargesFor, type Charges } from '../policy/charges.ts'
import type { Limit } from '../policy/limit.ts'
import type { Holder } from '../policy/scope.ts'
import type { StoredObject } from '../storage/store.ts'
import { readBudgets } from './budgets.ts'
import { readLimits } from './limits.ts'

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
  const said = readLimits(rows)
  const limits = failsClosed ? said.map((limit): Limit => ({ ...limit, onStoreError: 'deny' })) : said
  const budgets = readBudgets(rows)
  const known = new Set([...limits.map(({ id }) => `limit ${id}`), ...budgets.map(({ id }) => `budget ${id}`)])
  return { limits, budgets, unread: rows.filter(({ kind, id }) => !known.has(`${kind} ${id}`)) }
}
