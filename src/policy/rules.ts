/** The rules of all documents that may be about the calls of one caller, compiled: which of them may apply, and what they come to. */

import type { Asker, Facts, PlainFacts, Reads } from './facts.ts'
import type { Verdict } from './verdict.ts'

export type Phase = 'request' | 'answer'

export interface Rules {
  /** Of the documents that they are from. */
  readonly version: string
  /** Who asks, for `PlainFacts.asker`. */
  readonly asker: Asker
  /** Whether another target, or its price, can change the verdict: it is then asked again before the call goes to another one. */
  readonly dependsOnTarget: boolean
  /** Those that what is known already does not rule out. Undefined where none may apply: nothing need be computed, and the call is allowed. */
  candidates(plain: PlainFacts, phase: Phase): Candidates | undefined
}

export interface Candidates {
  readonly reads: Reads
  /** Never throws. A rule that cannot be judged counts as its `onError` says, and stands under `faults`. */
  judge(facts: Facts): Verdict
}
