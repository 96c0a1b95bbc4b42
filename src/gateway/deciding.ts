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

/** The receipt names the rule. */
export function blocked({ by }: Pick<Verdict, 'by'>, { record }: Pick<Receipt, 'record'>): Failure {
  record.refused_by = by ?? null
  return new Failure('policy_blocked', `The rule \`${by ?? 'unknown'}\` does not allow this call.`)
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
