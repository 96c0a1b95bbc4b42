/** What the gateway and the thread that inspects say to each other. */

import type { Detected, Detector, Passage, Undetected } from '../policy/detector.ts'

/** Detectors are called by a number; `terms` come with the first question that names one. */
export interface InspectionAsked {
  readonly passages: readonly Passage[]
  readonly detectors: readonly { readonly number: number; readonly terms?: Detector['terms'] }[]
}

/** Undefined where it failed: what went wrong may quote the texts, and stays in the thread. */
export interface InspectionReply {
  readonly inspected: Readonly<Record<string, Detected | Undetected>> | undefined
}
