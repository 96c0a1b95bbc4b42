/** What a decision on a call is made with, and what it comes to. */

import { Failure } from '../canonical/failure.ts'
import type { Verdict } from '../policy/verdict.ts'
import type { Receipt } from '../receipts/receipt.ts'
import type { Plan } from '../routing/plan.ts'
import type { AnyCall } from './call.ts'
import type { Gateway } from './gateway.ts'

export interface Decided<C extends AnyCall> {
  /** Another one where a rule changed the request. */
  readonly call: C
  readonly plan: Plan
}

/** What a decision is made with. */
export interface Deciding<C extends AnyCall> extends Decided<C> {
  readonly gateway: Gateway
  readonly receipt: Receipt
  /** Where a call leads that a rule sends to another chain. */
  readonly planFor: (call: C) => Plan
}

/** The receipt names the rule, and what it lacked where it could not be judged: its author alone is told which facts it reads. */
export function blocked({ by, missing }: Pick<Verdict, 'by' | 'missing'>, { record }: Pick<Receipt, 'record'>): Failure {
  record.refused_by = by === undefined || missing === undefined || missing.length === 0 ? (by ?? null) : `${by} without ${missing.join(', ')}`
  const why = missing === undefined ? 'does not allow this call' : 'could not be judged for this call, and allows none that it cannot judge'
  return new Failure('policy_blocked', `The rule \`${by ?? 'unknown'}\` ${why}.`)
}

/** What rules over requests came to, and then those over the answer. */
export function tellRules({ rules, faults, tags }: Verdict, { record }: Pick<Receipt, 'record'>): void {
  record.policy_rules = joined(joined(record.policy_rules, rules), faults.length === 0 ? faults : faults.map((rule) => `!${rule}`))
  record.policy_tags = joined(record.policy_tags, tags)
}

/** Each once. Of most calls there is nothing to tell. */
function joined<Item>(before: readonly Item[] | null, more: readonly Item[]): readonly Item[] {
  if (more.length === 0) return before ?? more
  return [...new Set([...(before ?? []), ...more])]
}
