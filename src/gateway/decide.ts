/** Whether a call may go on, and as what: limits first, then the rules of whoever governs its caller. */

import { toFailure } from '../canonical/failure.ts'
import type { Candidates } from '../policy/rules.ts'
import { areContained } from '../policy/sum-up.ts'
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

/** Throws `Failure`: `limit_reached`, `policy_blocked`, `review_required`, … */
export async function decide<C extends AnyCall>(deciding: Deciding<C>): Promise<Decided<C>> {
  const { call, plan, gateway, receipt } = deciding
  const { charges, rules } = call.caller
  const first = firstOf(plan)
  if (first === undefined || (charges === undefined && rules === undefined)) return { call, plan }
  try {
    if (charges !== undefined) {
      call.charge = new Charge(charges, gateway.counters, receipt)
      await call.charge.admit(call, first)
    }
    return rules === undefined ? { call, plan } : await judge(deciding, first)
  } finally {
    receipt.record.decided_after = receipt.time.elapsed()
  }
}

async function judge<C extends AnyCall>(deciding: Deciding<C>, first: Target): Promise<Decided<C>> {
  const { call, plan, receipt } = deciding
  const rules = call.caller.rules!
  receipt.record.policy_version = rules.version
  const isDependent = rules.dependsOnTarget && (rules.mayReroute || hasSeveral(plan))
  const plain = plainFacts(call, first)
  const candidates = isDependent ? rules.wherever(plain, 'request') : rules.candidates(plain, 'request')
  if (candidates === undefined) return { call: await guardAnswer(call, first, deciding), plan }
  const gathered = await gatherFacts(deciding, candidates.reads, first)
  const verdict = candidates.judge(gathered.facts)
  tell(verdict, gathered, receipt)
  if (verdict.outcome === 'BLOCK') throw blocked(verdict, receipt)
  if (verdict.outcome === 'REVIEW') await hold(call, verdict, deciding)
  const edited = applyEdits(call, verdict, gathered, deciding)
  const whole = edited.route === call.route ? plan : deciding.planFor(edited)
  const left = isDependent ? narrowed(whole, asker(candidates, verdict, gathered)) : whole
  if (left !== whole && firstOf(left) === undefined) throw blocked({ by: verdict.routedBy ?? verdict.by }, receipt)
  return { call: await guardAnswer(edited, first, deciding), plan: left }
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
