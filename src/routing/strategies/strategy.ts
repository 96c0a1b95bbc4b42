/** What a strategy is: who of the members of a chain, or of a provider's accounts, is asked next. */

/** What a strategy sees of a target, or of a whole chain that stands in another's list. */
export interface Candidate {
  /** The operator's share for it; whoever has none is asked only when all others are out. */
  readonly weight: number
  /** Calls under way. */
  readonly inFlight: number
  /** Milliseconds until its first word, smoothed; 0 until one was heard. */
  readonly latency: number
  /** The share of its attempts that failed, smoothed: 0 to 1. */
  readonly errors: number
  /** 32 bits of its own, the same in every process and after every restart. */
  readonly mark: number
  /** Nano-dollars for a call of so many tokens; Infinity where no price is known. */
  price(input: number, output: number): number
}

/** The call that is to be placed, and the world around it. */
export interface Circumstances<C extends Candidate = Candidate> {
  /** Tokens that the call brings, and may be answered: estimates. */
  readonly input: number
  readonly output: number
  /** 32 bits of the session, or of the beginning of the prompt; undefined where the call has neither. */
  readonly affinity: number | undefined
  /** How often this list was chosen from before: counts up without end. */
  readonly turn: number
  /** Whether it may be asked now: sound, with room, able to say the request, and not asked before. */
  isIn(candidate: C): boolean
  /** From 0 to below 1. */
  random(): number
}

/** The place of the one to ask in the list, or -1 where all are out. Pure; one pass or two, since lists may have a thousand members. */
export type Strategy = <C extends Candidate>(candidates: readonly C[], circumstances: Circumstances<C>) => number
