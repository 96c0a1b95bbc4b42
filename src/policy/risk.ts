/** How risky a call is, from 0 to 1: a sum of what is known of it, with its parts. */

import type { Facts } from './facts.ts'

export const levels = ['low', 'medium', 'high'] as const
export type RiskLevel = (typeof levels)[number]

export interface Risk {
  /** From 0 to 1, in hundredths. */
  readonly score: number
  readonly level: RiskLevel
  /** As `injection:0.4`: what it is the sum of. */
  readonly parts: readonly string[]
}

const noRisk: Risk = { score: 0, level: 'low', parts: [] }

/** Of what is known: what was not computed adds nothing. */
export function assess(_facts: Facts): Risk {
  return noRisk
}

export const scoreOf = (facts: Facts): number => assess(facts).score
export const levelOf = (facts: Facts): RiskLevel => assess(facts).level
