/** What rules come to for one call. */

export const outcomes = ['ALLOW', 'REVIEW', 'BLOCK'] as const
export type Outcome = (typeof outcomes)[number]

/** What is done to a call that may go on. Of several rules the strictest of each counts. */
export interface Edits {
  /** Findings of these detectors and kinds (`pii.email`, `secrets.*`) are taken out. */
  readonly redact?: readonly Redaction[]
  /** The most tokens that the answer may have. */
  readonly maxTokens?: number
  /** Tokens that the history may have; tool calls and their results stay together. */
  readonly trimHistory?: number
  /** The chain that the call goes to. */
  readonly chain?: string
  /** Tools that are left out; all where it is empty. */
  readonly stripTools?: readonly string[]
  /** Fields of the request's own API with their values: `temperature`, `seed`, `store`. */
  readonly set?: { readonly [field: string]: string | number | boolean }
}

export interface Redaction {
  readonly what: string
  /** `mask` puts the kind's name in its place, `placeholder` a name that stands for it, which `restores` turns back in the answer. */
  readonly how: 'mask' | 'placeholder'
  readonly restores: boolean
}

export interface Verdict {
  readonly outcome: Outcome
  /** The rule that said so, as `document/rule@version`; undefined where all is allowed by nobody's word. */
  readonly by: string | undefined
  /** All rules that came true, those in shadow with `~` before them. */
  readonly rules: readonly string[]
  readonly tags: readonly string[]
  /** Rules that could not be judged: what their `onError` said was done. */
  readonly faults: readonly string[]
  /** Where it was said by a rule that could not be judged: the facts that it lacked, as far as they have names. */
  readonly missing?: readonly string[]
  readonly edits: Edits
  /** The rule whose chain it is, where `edits` has one. */
  readonly routedBy?: string
  /** Where `outcome` is REVIEW: how it is reviewed. */
  readonly review?: ReviewTerms
}

export interface ReviewTerms {
  /** Milliseconds that the call waits for a decision; 0 refuses at once. */
  readonly wait: number
  /** Milliseconds until silence is a no. */
  readonly expiresIn: number
}
