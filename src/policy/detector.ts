/** What detectors look at, what operators say of them, and what they find: places and kinds, and nothing of what stands there. */

/** Whose a text is. What defines tools is the system's, what they gave back is theirs. */
export const speakers = ['system', 'user', 'assistant', 'tool', 'answer'] as const
export type Speaker = (typeof speakers)[number]

/** A text of a request or an answer, and whose it is. */
export interface Passage {
  readonly from: Speaker
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
  /** Findings by kind; of `size` the numbers themselves. */
  readonly kinds: { readonly [kind: string]: number }
  readonly count: number
  /** From 0 to 1: of detectors that judge rather than find. Else 1 where something was found. */
  readonly score: number
  /** No more than the texts have room for. */
  readonly findings: readonly Finding[]
  /** What a detector that names says: the language of most of the text, or `unknown`. */
  readonly label?: string
}

/** What a detector could not do: the rules' `onError` says what follows. */
export interface Undetected {
  readonly fault: 'timeout' | 'unreachable' | 'refused' | 'failed'
}

/** What detectors say, by their names. */
export interface Inspected {
  readonly [detector: string]: Detected
}

/** What those say who were asked, by their names. */
export interface Said {
  readonly [detector: string]: Detected | Undetected
}

interface Named {
  /** What rules call it by: `words.<name>` for lists of the operator, and the bare name for the rest. */
  readonly name: string
  /** Whose passages it looks at; all where absent. */
  readonly of?: readonly Speaker[]
}

/** A detector as a document names it: plain data, which may go to a thread. */
export type DetectorTerms =
  /** Kinds that are looked for; all where absent. */
  | (Named & { readonly kind: 'pii' | 'secrets'; readonly kinds?: readonly string[] })
  | (Named & { readonly kind: 'injection' | 'size' })
  /** A word may begin or end with `*`. A text is of a topic from `least` different words of it on (3); the score is how near it comes. */
  | (Named & { readonly kind: 'words' | 'topics'; readonly words: readonly string[]; readonly least?: number })
  /** Names of hosts, each with all below it. `denied`: on the list of denials, or on none where there is one of what is allowed. */
  | (Named & { readonly kind: 'domains'; readonly allow?: readonly string[]; readonly deny?: readonly string[] })
  /** ISO 639-1 codes; `denied`: another language than these. What nobody can tell is no finding, but for its label. */
  | (Named & { readonly kind: 'languages'; readonly allow?: readonly string[] })
  /** Asked elsewhere: `service` is its name under `detectors` in the configuration. */
  | OutsideTerms

export interface OutsideTerms extends Named {
  readonly kind: 'outside'
  readonly service: string
  /** The share of calls, from 0 to 1, that it is asked of; of the others it says that nothing was found. */
  readonly sample: number
  /** `fault`: rules that read it go by their `onError`; `nothing`: as if it had found nothing. */
  readonly onFailure: 'fault' | 'nothing'
}

export type DetectorKind = DetectorTerms['kind']

/** A detector that is ready to look. Made once for a document; it remembers nothing of what it saw. */
export interface Detector {
  readonly terms: Exclude<DetectorTerms, OutsideTerms>
  look(passages: readonly Passage[]): Detected
}

export const nothingDetected: Detected = { kinds: {}, count: 0, score: 0, findings: [] }
