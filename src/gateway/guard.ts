/** What is done to an answer on its way to the client: rules over answers are judged as its words come, and what was taken out of the request is put back. */

import type { ChatEvent } from '../canonical/chat.ts'
import { AnswerScan, usualWindow, type ScanTerms } from '../policy/answer-scan.ts'
import type { Detector, DetectorTerms } from '../policy/detector.ts'
import { detectorOf } from '../policy/detectors/index.ts'
import type { Facts } from '../policy/facts.ts'
import type { Candidates } from '../policy/rules.ts'
import type { Receipt } from '../receipts/receipt.ts'
import type { Target } from '../routing/target.ts'
import { asksForm, asksMedia, type AnyCall, type Call } from './call.ts'
import { blocked, tellRules, type Deciding } from './deciding.ts'
import { gatherFacts, plainFacts, type Gathered } from './facts.ts'

/** Undoes on the answer what was done to the request, or holds it to what was said of it; it remembers, so there is one for each answer. */
export type Undo = (events: readonly ChatEvent[]) => readonly ChatEvent[]

/** Remembers what the answer must be held to, where some rule is about answers. Answers that are no chat have no words that are looked into. */
export function guardAnswer<C extends AnyCall>(call: C, first: Target, deciding: Deciding<C>): C | Promise<C> {
  if (asksForm(call) || asksMedia(call)) return call
  const candidates = call.caller.rules?.wherever(plainFacts(call, first), 'answer')
  if (candidates === undefined) return call
  const gathered = gatherFacts({ ...deciding, call }, { ...candidates.reads, detectors: [] }, first)
  const guard = ({ facts }: Gathered): C => {
    call.scan = scanBy(candidates, facts, deciding.receipt)
    return call
  }
  return gathered instanceof Promise ? gathered.then(guard) : guard(gathered)
}

function scanBy({ reads, judge }: Candidates, facts: Facts, receipt: Receipt): ScanTerms {
  const { record } = receipt
  return {
    ...usualWindow,
    detectors: reads.detectors.flatMap(detectorFor),
    judge: (detected) => {
      // By now it is known who answers.
      const target = { provider: record.provider ?? '', model: record.resolved_model ?? '', region: record.region ?? undefined }
      const verdict = judge({ ...facts, target, detected })
      const { outcome, edits, by } = verdict
      if (verdict.rules.length + verdict.faults.length > 0) tellRules(verdict, receipt)
      return { isBlocked: outcome !== 'ALLOW', redactions: edits.redact ?? [], by }
    },
  }
}

/** What an answer goes through before it is the client's; nothing where it may go as it came. */
export function guardsOf(call: Call, receipt: Receipt): readonly Undo[] {
  const { scan, placeholders } = call
  if (scan === undefined && placeholders === undefined) return none
  const guards: Undo[] = []
  if (scan !== undefined) guards.push(scanning(scan, receipt))
  if (placeholders !== undefined) guards.push(placeholders.restorer((call.request.format?.type ?? 'text') !== 'text'))
  return guards
}

const none: readonly Undo[] = []

function scanning(terms: ScanTerms, receipt: Receipt): Undo {
  const { record } = receipt
  const before = record.redactions ?? 0
  const scan = new AnswerScan(terms)
  return (events) => {
    const told = scan.scan(events)
    if (scan.redacted > 0) record.redactions = before + scan.redacted
    if (scan.isBlocked) throw blocked({ by: scan.blockedBy }, receipt)
    return told
  }
}

/** Who must be asked elsewhere cannot be waited for while words come. */
const detectorFor = (terms: DetectorTerms): readonly Detector[] => (terms.kind === 'outside' ? [] : [detectorOf(terms)])
