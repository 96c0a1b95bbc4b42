/** What a document would have done to calls that are past: judged by what their receipts tell, rule by rule. */

import type { CompiledDocument, CompiledRule } from './compile.ts'
import type { Fact, Facts, Source } from './facts.ts'
import { isIn } from './scope.ts'
import { sumUp } from './sum-up.ts'

/** A call as its receipt tells it. */
export interface PastCall {
  readonly id: string
  readonly facts: Facts
  /** Nano-dollars that it cost; null where nobody knows. */
  readonly cost: number | null
}

/** How many calls, and what they cost together, in nano-dollars, as far as that is known. */
export interface Sum {
  calls: number
  cost: number
}

export interface ReplayedRule {
  readonly rule: CompiledRule
  /** Facts of it that receipts do not hold: then it is not replayed. */
  readonly missing: readonly string[]
  readonly matched: Sum
  /** Calls that it could not be judged of. */
  faults: number
  /** Receipts of calls that it came true for, the first that were read. */
  readonly examples: string[]
}

/** What nobody keeps: contents, and what was so at that moment. */
const unrecordedSources: readonly Source[] = ['detected', 'risk', 'budgets']
/** Bytes are kept as a power of two. */
const unrecordedFacts: readonly string[] = ['key.name', 'request.tool_names', 'request.bytes']
const mostExamples = 5

const isRecorded = ({ name, source }: Fact): boolean => !unrecordedSources.includes(source) && !unrecordedFacts.includes(name)

export class Replay {
  readonly rules: readonly ReplayedRule[]
  /** Calls of the document's scope. */
  readonly judged: Sum = { calls: 0, cost: 0 }
  readonly blocked: Sum = { calls: 0, cost: 0 }
  readonly reviewed: Sum = { calls: 0, cost: 0 }
  readonly edited: Sum = { calls: 0, cost: 0 }
  readonly #document: CompiledDocument

  constructor(document: CompiledDocument) {
    this.#document = document
    this.rules = document.rules.map((rule) => ({
      rule: { ...rule, isShadow: false },
      missing: rule.reads.filter((fact) => !isRecorded(fact)).map(({ name }) => name),
      matched: { calls: 0, cost: 0 },
      faults: 0,
      examples: [],
    }))
  }

  add(call: PastCall): void {
    const { tenant, scope } = this.#document.document
    const { asker } = call.facts
    if ((tenant !== null && tenant !== asker.tenant) || !isIn(scope, asker)) return
    count(this.judged, call)
    const trues: CompiledRule[] = []
    const faults: CompiledRule[] = []
    for (const replayed of this.rules) {
      if (replayed.missing.length > 0) continue
      const isTrue = replayed.rule.judge(call.facts)
      if (isTrue === undefined) {
        replayed.faults += 1
        faults.push(replayed.rule)
      } else if (isTrue) {
        count(replayed.matched, call)
        if (replayed.examples.length < mostExamples) replayed.examples.push(call.id)
        trues.push(replayed.rule)
      }
    }
    const { outcome, edits } = sumUp(trues, faults, call.facts)
    if (outcome === 'BLOCK') count(this.blocked, call)
    else if (outcome === 'REVIEW') count(this.reviewed, call)
    else if (Object.keys(edits).length > 0) count(this.edited, call)
  }
}

function count(sum: Sum, { cost }: PastCall): void {
  sum.calls += 1
  sum.cost += cost ?? 0
}
