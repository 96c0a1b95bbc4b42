/** A policy document: rules over the calls of a scope, with the lists and services that they look with. */

import type { Place } from '../base/place.ts'
import type { DetectorTerms } from './detector.ts'
import type { Scope } from './scope.ts'
import type { Edits, Outcome, ReviewTerms } from './verdict.ts'

export const modes = ['enforce', 'shadow'] as const
/** `shadow` tells what would be, and does nothing. */
export type Mode = (typeof modes)[number]

export const sides = ['request', 'answer', 'both'] as const
export type Side = (typeof sides)[number]

export const faultOutcomes = ['deny', 'allow', 'review'] as const
/** What a rule comes to that cannot be judged. */
export type FaultOutcome = (typeof faultOutcomes)[number]

export interface PolicyDocument {
  readonly name: string
  /** As its author counts. */
  readonly version: string
  readonly jurisdiction: string | null
  /** Null for the installation’s own: then `all` means everybody. */
  readonly tenant: string | null
  readonly scope: Scope
  readonly mode: Mode
  /** An IANA name, for `time.…`. */
  readonly timeZone: string
  readonly rules: readonly PolicyRule[]
  /** `name` is what rules call each by after its kind: `words.<name>`. */
  readonly detectors: readonly DetectorTerms[]
}

/** The object form of a condition, as `{ "riskLevel": "high" }`. */
export interface Wanted {
  readonly [field: string]: unknown
}

export interface PolicyRule {
  readonly id: string
  readonly description: string
  /** CEL, or what is compiled to it. */
  readonly when: string | Wanted
  readonly on: Side
  readonly outcome: Outcome
  readonly edits: Edits
  readonly tags: readonly string[]
  readonly onError: FaultOutcome
  readonly review: ReviewTerms
}

/** What is wrong, and where. */
export interface DocumentProblem {
  readonly path: Place
  readonly problem: string
}
