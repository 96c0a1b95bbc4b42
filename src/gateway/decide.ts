/** Whether a call may go on, and as what: limits first, then the rules of whoever governs its caller. */

import { toFailure } from '../canonical/failure.ts'
import type { Candidates, Rules } from '../policy/rules.ts'
import { allowed, areContained } from '../policy/sum-up.ts'
import type { Verdict } from '../policy/verdict.ts'
import type { Receipt } from '../receipts/receipt.ts'
import type { ReceiptRecord } from '../receipts/signals.ts'
import { narrowed } from '../routing/plan.ts'
import type { Target } from '../routing/target.ts'
import { isChat, type AnyCall } from './call.ts'
import { Charge } from './charge.ts'
import { blocked, tellRules, type Decided, type Deciding } from './deciding.ts'
import { applyEdits } from './edited.ts'
import { gatherFacts, plainFacts, type Gathered } from './facts.ts'
import type { Gateway } from './gateway.ts'
import { guardAnswer } from './guard.ts'
import { hold } from './held.ts'
import { firstOf, hasSeveral } from './permit.ts'

/** Throws `Failure`: `limit_reached`, `policy_blocked`, `review_required`, … At once where nothing governs the caller. */
export function decide<C extends AnyCall>(deciding: Deciding<C>): Decided<C> | Promise<Decided<C>> {
  const { charges, rules } = deciding.call.caller
  const first = firstOf(deciding.plan)
  return first === undefined || (charges === undefined && rules === undefined) ? deciding : govern(deciding, first)
}

/** Waits for what is not known here alone: most calls for nothing. */
async function govern<C extends AnyCall>(deciding: Deciding<C>, first: Target): Promise<Decided<C>> {
  const { call, gateway, receipt } = deciding
  const { charges, rules } = call.caller
  try {
    if (charges !== undefined) {
      call.charge = new Charge(charges, gateway.counters, receipt)
      const admission = call.charge.admit(call, first)
      if (admission !== undefined) await admission
    }
    if (rules === undefined) return deciding
    const judged = judge(deciding, rules, first)
    const { call: allowedCall, plan } = judged instanceof Promise ? await judged : judged
    const guarded = guardAnswer(allowedCall, first, deciding)
    return { call: guarded instanceof Promise ? await guarded : guarded, plan }
  } finally {
    receipt.record.decided_after = receipt.time.elapsed()
  }
}

/** What is judged by: rules, and what they asked for. */
interface Judging {
  readonly candidates: Candidates
  /** Whether another target may be judged otherwise. */
  readonly isDependent: boolean
  readonly gathered: Gathered
}

function judge<C extends AnyCall>(deciding: Deciding<C>, rules: Rules, first: Target): Decided<C> | Promise<Decided<C>> {
  const { call, plan, receipt } = deciding
  receipt.record.policy_version = rules.version
  const isDependent = rules.dependsOnTarget && (rules.mayReroute || hasSeveral(plan))
  const plain = plainFacts(call, first)
  const candidates = isDependent ? rules.wherever(plain, 'request') : rules.candidates(plain, 'request')
  if (candidates === undefined) return deciding
  const gathered = gatherFacts(deciding, candidates.reads, first)
  if (gathered instanceof Promise) return gathered.then((known) => rule(deciding, { candidates, isDependent, gathered: known }))
  return rule(deciding, { candidates, isDependent, gathered })
}

function rule<C extends AnyCall>(deciding: Deciding<C>, judging: Judging): Decided<C> | Promise<Decided<C>> {
  const { call, receipt } = deciding
  const verdict = judging.candidates.judge(judging.gathered.facts)
  tell(verdict, judging.gathered, receipt)
  if (verdict.outcome === 'BLOCK') throw blocked(verdict, receipt)
  if (verdict.outcome === 'REVIEW') return hold(call, verdict, deciding).then(() => carryOut(verdict, deciding, judging))
  return carryOut(verdict, deciding, judging)
}

function carryOut<C extends AnyCall>(verdict: Verdict, deciding: Deciding<C>, { candidates, isDependent, gathered }: Judging): Decided<C> {
  const { call, plan, receipt } = deciding
  const edited = verdict === allowed ? call : applyEdits(call, verdict, gathered, deciding)
  const whole = edited.route === call.route ? plan : deciding.planFor(edited)
  const left = isDependent ? narrowed(whole, asker(candidates, verdict, gathered)) : whole
  if (left !== whole && firstOf(left) === undefined) throw blocked({ by: verdict.routedBy ?? verdict.by }, receipt)
  return { call: edited, plan: left }
}

/** Rules that look at where a call goes hold for each target: one where it would be held, blocked or changed in another way is left out. */
function asker({ judge: judgeBy }: Candidates, { edits: done }: Verdict, { factsAt, first }: Gathered): (target: Target) => boolean {
  const known = new Map<Target, boolean>([[first, true]])
  return (target) => {
    const before = known.get(target)
    if (before !== undefined) return before
    const { outcome, edits } = judgeBy(factsAt(target))
    const mayGo = outcome === 'ALLOW' && areContained(edits, done)
    known.set(target, mayGo)
    return mayGo
  }
}

function tell(verdict: Verdict, { risk }: Gathered, receipt: Receipt): void {
  tellRules(verdict, receipt)
  receipt.record.risk_score = risk.score
  receipt.record.risk_level = risk.level
  receipt.record.risk_parts = risk.parts
}

/** What it took is settled, and an approval that was not used can be used again. Never throws. */
export function settle(call: AnyCall, record: ReceiptRecord, gateway: Gateway): void {
  const { charge, review } = call
  try {
    charge?.settle(record, isChat(call) && call.surface.recall?.isBackground(call.body.object) === true)
    if (review !== undefined && record.sent_after === null) void gateway.reviews.giveBack(review, record.id)
  } catch (error) {
    gateway.note(toFailure(error), record.request_id)
  }
}
