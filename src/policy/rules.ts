/** The rules of all documents that may be about the calls of one caller, compiled: which of them may apply, and what they come to. */

import type { CompiledDocument, CompiledRule } from './compile.ts'
import type { DetectorTerms } from './detector.ts'
import type { Asker, Fact, Facts, PlainFact, PlainFacts, Reads, Source } from './facts.ts'
import { isIn } from './scope.ts'
import { allowed, sumUp } from './sum-up.ts'
import type { Verdict } from './verdict.ts'

export type Phase = 'request' | 'answer'

export interface Rules {
  /** Of the documents that they are from. */
  readonly version: string
  /** Who asks, for `PlainFacts.asker`. */
  readonly asker: Asker
  /** Whether another target, or its price, can change the verdict: it is then asked again before the call goes to another one. */
  readonly dependsOnTarget: boolean
  /** Whether one of them may send a call to another chain. */
  readonly mayReroute: boolean
  /** One that may refuse an answer or change it, as receipts tell it; undefined where none may. */
  readonly ofAnswers: string | undefined
  /** Those that what is known already does not rule out. Undefined where none may apply: nothing need be computed, and the call is allowed. */
  candidates(plain: PlainFacts, phase: Phase): Candidates | undefined
  /** The same for a call that may go to other targets as well: `plain.target` rules nothing out. */
  wherever(plain: PlainFacts, phase: Phase): Candidates | undefined
}

export interface Candidates {
  readonly reads: Reads
  /** Never throws. A rule that cannot be judged counts as its `onError` says, and stands under `faults`. */
  judge(facts: Facts): Verdict
}

/** Made once for a caller and a snapshot; the documents are compiled once for all of them. Undefined where none is about it. */
export function rulesFor(asker: Asker, documents: readonly CompiledDocument[]): Rules | undefined {
  const applying = documents.filter(({ document }) => (document.tenant === null || document.tenant === asker.tenant) && isIn(document.scope, asker))
  if (applying.length === 0) return undefined
  const rules = applying.flatMap((document) => document.rules).filter((rule) => mayConcern(rule, asker))
  const here = findersOf(rules)
  const wherever = findersOf(rules.map((rule) => ({ ...rule, guards: rule.guards.filter(({ fact }) => !isOfTarget(fact)) })))
  return {
    version: versionOf(applying),
    asker,
    dependsOnTarget: rules.some(
      ({ onRequest, reads }) => onRequest && reads.some((fact) => isOfTarget(fact) || fact.source === 'cost' || fact.source === 'risk'),
    ),
    mayReroute: rules.some(({ rule }) => rule.edits.chain !== undefined),
    ofAnswers: rules.find(({ onAnswer, isShadow, rule }) => onAnswer && !isShadow && (rule.outcome !== 'ALLOW' || rule.edits.redact !== undefined))?.label,
    candidates: (plain, phase) => here[phase].find(plain),
    wherever: (plain, phase) => wherever[phase].find(plain),
  }
}

const isOfTarget = ({ name }: Fact): boolean => name.startsWith('target.')

const findersOf = (rules: readonly CompiledRule[]): { readonly [phase in Phase]: Finder } => ({
  request: new Finder(rules.filter((rule) => rule.onRequest)),
  answer: new Finder(rules.filter((rule) => rule.onAnswer)),
})

/** What it is guarded by of its caller is known when its rules are put together. */
function mayConcern({ guards }: CompiledRule, asker: Asker): boolean {
  const facts = { asker } as PlainFacts
  return guards.every(({ fact, values }) => fact.source !== 'asker' || values.has(fact.read(facts) as string | boolean))
}

const mostNamed = 8

function versionOf(documents: readonly CompiledDocument[]): string {
  const names = documents.slice(0, mostNamed).map(({ label }) => label)
  return documents.length > mostNamed ? `${names.join('+')}+${documents.length - mostNamed}` : names.join('+')
}

/** What rules ask of one plain fact: a number for each value that one of them is guarded by, from 1 on. */
interface Axis {
  readonly fact: PlainFact
  readonly numbers: ReadonlyMap<unknown, number>
}

/** Calls that differ in nothing that a guard asks for have the same candidates: a few at most are remembered. */
const mostRemembered = 1000

class Finder {
  readonly #rules: readonly CompiledRule[]
  readonly #axes: readonly Axis[]
  /** Undefined where there are more kinds of calls than a number can tell apart: then all rules are looked at, each time. */
  readonly #known: Map<number, Candidates | undefined> | undefined

  constructor(rules: readonly CompiledRule[]) {
    this.#rules = rules
    this.#axes = axesOf(rules)
    const kinds = this.#axes.reduce((product, { numbers }) => product * (numbers.size + 1), 1)
    this.#known = kinds <= Number.MAX_SAFE_INTEGER ? new Map() : undefined
  }

  find(plain: PlainFacts): Candidates | undefined {
    if (this.#rules.length === 0) return undefined
    if (this.#known === undefined) return this.#look(plain)
    let kind = 0
    for (const { fact, numbers } of this.#axes) kind = kind * (numbers.size + 1) + (numbers.get(fact.read(plain)) ?? 0)
    const known = this.#known.get(kind)
    if (known !== undefined || this.#known.has(kind)) return known
    const found = this.#look(plain)
    if (this.#known.size >= mostRemembered) this.#known.clear()
    this.#known.set(kind, found)
    return found
  }

  #look(plain: PlainFacts): Candidates | undefined {
    const rules = this.#rules.filter((rule) => isOpen(rule, plain))
    return rules.length === 0 ? undefined : { reads: readsOf(rules), judge: (facts) => judge(rules, facts) }
  }
}

function axesOf(rules: readonly CompiledRule[]): readonly Axis[] {
  const byFact = new Map<PlainFact, Map<unknown, number>>()
  for (const { fact, values } of rules.flatMap(({ guards }) => guards)) {
    if (fact.source === 'asker') continue
    const numbers = byFact.get(fact) ?? new Map<unknown, number>()
    byFact.set(fact, numbers)
    for (const value of values) if (!numbers.has(value)) numbers.set(value, numbers.size + 1)
  }
  return [...byFact].map(([fact, numbers]) => ({ fact, numbers }))
}

function isOpen({ guards }: CompiledRule, plain: PlainFacts): boolean {
  for (const { fact, values } of guards) if (!values.has(fact.read(plain) as string | boolean)) return false
  return true
}

function readsOf(rules: readonly CompiledRule[]): Reads {
  const sources = new Set<Source>()
  const detectors = new Set<DetectorTerms>()
  for (const rule of rules) {
    for (const { source } of rule.reads) sources.add(source)
    for (const detector of rule.detectors) detectors.add(detector)
  }
  const isRisky = sources.has('risk')
  return {
    shape: isRisky || sources.has('shape'),
    tokens: sources.has('tokens'),
    cost: isRisky || sources.has('cost'),
    budgets: sources.has('budgets'),
    detectors: [...detectors],
  }
}

function judge(rules: readonly CompiledRule[], facts: Facts): Verdict {
  let trues: CompiledRule[] | undefined
  let faults: CompiledRule[] | undefined
  for (const rule of rules) {
    const isTrue = rule.judge(facts)
    if (isTrue === true) (trues ??= []).push(rule)
    else if (isTrue === undefined) (faults ??= []).push(rule)
  }
  return trues === undefined && faults === undefined ? allowed : sumUp(trues ?? [], faults ?? [], facts)
}
