/** From the rules that came true, and those that could not be judged, to one verdict: BLOCK beats REVIEW beats edits beats ALLOW. */

import { missingIn } from './cel-reads.ts'
import type { CompiledRule } from './compile.ts'
import type { FaultOutcome } from './document.ts'
import type { Facts } from './facts.ts'
import { outcomes, type Edits, type Outcome, type Redaction, type ReviewTerms, type Verdict } from './verdict.ts'

export const allowed: Verdict = { outcome: 'ALLOW', by: undefined, rules: [], tags: [], faults: [], edits: {} }

const faultOutcome: { readonly [fault in FaultOutcome]: Outcome } = { deny: 'BLOCK', review: 'REVIEW', allow: 'ALLOW' }

/** More is not told: of a call that so many rules are about, nobody reads them all. */
const mostTold = 64

/** Both in the order of their documents: of two that say the same, the first counts. */
export function sumUp(trues: readonly CompiledRule[], faults: readonly CompiledRule[], facts: Facts): Verdict {
  const told = { rules: namesOf(trues), faults: namesOf(faults), tags: [...new Set(trues.flatMap(({ rule, isShadow }) => (isShadow ? [] : rule.tags)))] }
  const { outcome, by } = strictest([
    ...trues.map((by) => ({ by, outcome: by.rule.outcome })),
    ...faults.map((by) => ({ by, outcome: faultOutcome[by.rule.onError] })),
  ])
  const doing = trues.filter(({ isShadow, rule }) => !isShadow && Object.keys(rule.edits).length > 0)
  const edits = outcome === 'BLOCK' ? {} : editsOf(doing.map(({ rule }) => rule.edits))
  const routing = edits.chain === undefined ? undefined : doing.find(({ rule }) => rule.edits.chain !== undefined)
  return {
    outcome,
    by: by?.label,
    ...told,
    edits,
    ...(by !== undefined && faults.includes(by) && { missing: missingIn(by, facts) }),
    ...(routing !== undefined && { routedBy: routing.label }),
    ...reviewOf(outcome, by),
  }
}

interface Said {
  readonly outcome: Outcome
  readonly by: CompiledRule | undefined
}

function strictest(all: readonly Said[]): Said {
  let strict: Said = { outcome: 'ALLOW', by: undefined }
  for (const said of all) if (said.by?.isShadow === false && outcomes.indexOf(said.outcome) > outcomes.indexOf(strict.outcome)) strict = said
  return strict
}

function reviewOf(outcome: Outcome, by: CompiledRule | undefined): { readonly review?: ReviewTerms } {
  return outcome === 'REVIEW' && by !== undefined ? { review: by.rule.review } : {}
}

const namesOf = (rules: readonly CompiledRule[]): readonly string[] => rules.slice(0, mostTold).map(({ label, isShadow }) => (isShadow ? `~${label}` : label))

/** The smallest of the limits, all that is to be taken out, and of two values for one setting the first. */
function editsOf(all: readonly Edits[]): Edits {
  const edits: { -readonly [name in keyof Edits]: Edits[name] } = {}
  for (const { redact, maxTokens, trimHistory, chain, stripTools, set } of all) {
    if (redact !== undefined) edits.redact = union<Redaction>(edits.redact, redact)
    if (maxTokens !== undefined) edits.maxTokens = Math.min(edits.maxTokens ?? Infinity, maxTokens)
    if (trimHistory !== undefined) edits.trimHistory = Math.min(edits.trimHistory ?? Infinity, trimHistory)
    if (chain !== undefined) edits.chain ??= chain
    if (stripTools !== undefined) edits.stripTools = edits.stripTools?.length === 0 || stripTools.length === 0 ? [] : union(edits.stripTools, stripTools)
    if (set !== undefined) edits.set = { ...set, ...edits.set }
  }
  return edits
}

/** Whether what is wanted done to a call is done to it by these. */
export function areContained(wanted: Edits, done: Edits): boolean {
  const { redact = [], maxTokens = Infinity, trimHistory = Infinity, chain = done.chain, stripTools, set = {} } = wanted
  return (
    redact.every((one) => done.redact?.includes(one)) &&
    (done.maxTokens ?? Infinity) <= maxTokens &&
    (done.trimHistory ?? Infinity) <= trimHistory &&
    chain === done.chain &&
    (stripTools === undefined || areStripped(stripTools, done.stripTools)) &&
    Object.entries(set).every(([field, value]) => done.set?.[field] === value)
  )
}

/** An empty list is all of them. */
function areStripped(wanted: readonly string[], done: readonly string[] | undefined): boolean {
  if (done === undefined || done.length === 0) return done !== undefined
  return wanted.length > 0 && wanted.every((name) => done.includes(name))
}

const union = <Item>(before: readonly Item[] | undefined, more: readonly Item[]): readonly Item[] => [...new Set([...(before ?? []), ...more])]
