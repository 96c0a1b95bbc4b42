/** How risky a call is, from 0 to 1: a sum of what is known of it, each part with its weight. */

import type { Detected, DetectorTerms } from './detector.ts'
import { builtIn } from './detectors/index.ts'
import type { Fact, Facts } from './facts.ts'

export const levels = ['low', 'medium', 'high'] as const
export type RiskLevel = (typeof levels)[number]

export interface Risk {
  /** From 0 to 1, in hundredths. */
  readonly score: number
  readonly level: RiskLevel
  /** As `injection:0.4`: what it is the sum of, before it is cut at 1. */
  readonly parts: readonly string[]
}

interface Part {
  readonly name: string
  /** What it adds at most. */
  readonly weight: number
  readonly meaning: string
  /** From 0 to 1; undefined where it is not known. */
  readonly of: (facts: Facts) => number | undefined
}

const said = ({ detected }: Facts, name: string): Detected | undefined => {
  const found = detected?.[name]
  return found === undefined || 'fault' in found ? undefined : found
}

const most = (share: number): number => Math.min(1, share)
const nanos = 1e9

/** An attack where tools are at hand is high; a secret, or an attack that is not sure, is medium. */
// oxfmt-ignore
export const riskParts: readonly Part[] = [
  { name: 'injection', weight: 0.6, meaning: 'the score of `injection`', of: (facts) => said(facts, 'injection')?.score },
  { name: 'secrets', weight: 0.3, meaning: 'all of it where there is a secret', of: (facts) => { const found = said(facts, 'secrets'); return found && most(found.count) } },
  { name: 'pii', weight: 0.2, meaning: 'a quarter for each finding of `pii`', of: (facts) => { const found = said(facts, 'pii'); return found && most(found.count / 4) } },
  { name: 'amount', weight: 0.2, meaning: 'half of it at 10 dollars, all of it at 100 (the decimal logarithm of the cost, halved)', of: ({ cost }) => (cost === undefined ? undefined : most(Math.log10(1 + (cost ?? 0) / nanos) / 2)) },
  { name: 'unpriced', weight: 0.1, meaning: 'all of it where nobody knows the price', of: ({ cost }) => (cost === undefined ? undefined : Number(cost === null)) },
  { name: 'tools', weight: 0.1, meaning: 'all of it where the model may call tools', of: ({ shape }) => shape && Number(shape.tools.length > 0) },
]

/** Scores from which on a call is of the level. */
export const mediumFrom = 0.3
export const highFrom = 0.6

/** Who must have looked before a rule can judge by it. */
export const riskDetectors: readonly DetectorTerms[] = builtIn.filter(({ name }) => ['injection', 'secrets', 'pii'].includes(name))

const none: Risk = { score: 0, level: 'low', parts: [] }

/** Of what is known: what was not computed adds nothing. */
export function assess(facts: Facts): Risk {
  let sum = 0
  let parts: string[] | undefined
  for (const { name, weight, of } of riskParts) {
    const share = Math.round(100 * weight * (of(facts) ?? 0))
    if (share === 0) continue
    sum += share
    ;(parts ??= []).push(`${name}:${share / 100}`)
  }
  if (parts === undefined) return none
  const score = Math.min(100, sum) / 100
  return { score, level: toLevel(score), parts }
}

const toLevel = (score: number): RiskLevel => (score >= highFrom ? 'high' : score >= mediumFrom ? 'medium' : 'low')

export const riskFacts: readonly Fact[] = [
  { name: 'risk.score', type: 'double', source: 'risk', meaning: 'From 0 to 1, as below.', read: scoreOf },
  { name: 'risk.level', type: 'string', source: 'risk', meaning: '`low`, `medium` or `high`.', read: levelOf },
]

/** For rules: undefined where a part of it is not known. */
function scoreOf(facts: Facts): number | undefined {
  return riskParts.every(({ of }) => of(facts) !== undefined) ? assess(facts).score : undefined
}

function levelOf(facts: Facts): RiskLevel | undefined {
  const score = scoreOf(facts)
  return score === undefined ? undefined : toLevel(score)
}
