/** What detectors look at, and what they find: places and kinds, and nothing of what stands there. */

/** A text of a request or an answer, and whose it is. */
export interface Passage {
  readonly from: 'system' | 'user' | 'assistant' | 'tool' | 'answer'
  readonly text: string
}

/** `kind` is of a closed list of the detector (`email`, `card`, `openai_key`, …) or the name of an operator's own list. Offsets are in UTF-16 units of the passage. */
export interface Finding {
  readonly detector: string
  readonly kind: string
  readonly passage: number
  readonly start: number
  readonly end: number
  /** How sure, from 0 to 1. */
  readonly confidence: number
}

/** What one detector says of all passages of a request or an answer. */
export interface Detected {
  /** Findings by kind. */
  readonly kinds: { readonly [kind: string]: number }
  readonly count: number
  /** From 0 to 1: of detectors that judge rather than find. Else 1 where something was found. */
  readonly score: number
  readonly findings: readonly Finding[]
}

/** What a detector could not do: the rules' `onError` says what follows. */
export interface Undetected {
  readonly fault: 'timeout' | 'unreachable' | 'refused' | 'failed'
}
