/** The prompt of a call on its way: as long as the client sent it, as long as the provider gets it, and what was done between the two. */

import { weightOf, type Weights } from '../canonical/weights.ts'
import { tellSegments } from './segments.ts'
import type { ReceiptRecord } from './signals.ts'
import { transformBits, transformsIn, type Transform } from './transforms.ts'
import { estimatedTokens } from './usage.ts'

/** Both measured in the same way. */
export interface Rewriting {
  readonly before: Weights
  readonly after: Weights
}

export class Prompt {
  readonly #record: ReceiptRecord
  #density = 1
  /** As the client sent it. */
  #asked: Weights | undefined
  /** With the turns that it goes on from. */
  #whole: Weights | undefined
  /** Of the attempt: what is compared with what. */
  #before: Weights | undefined
  #after: Weights | undefined
  #isMeasured = false
  #done = 0
  /** Done before any target was asked, and so for all of them. */
  #lasting = 0

  constructor(record: ReceiptRecord) {
    this.#record = record
  }

  /** `density` is bytes for a character of the body. Told again where earlier turns, which are kept here, are put before it. */
  weigh(weights: Weights, density: number): void {
    if (this.#asked === undefined) this.#asked = weights
    else this.#lasting |= transformBits.kept_input
    this.#whole = weights
    this.#density = density
    this.forget()
  }

  /** A policy changed it: this is what goes on. */
  edit(weights: Weights, did: readonly Transform[]): void {
    for (const transform of did) this.#lasting |= transformBits[transform]
    this.#whole = weights
    this.forget()
  }

  /** What was done for one target is not done for the next. */
  forget(): void {
    this.#before = this.#asked
    this.#after = this.#whole
    this.#isMeasured = false
    this.#done = this.#lasting
    this.#record.context_delta = 'not_measured'
  }

  did(transform: Transform): void {
    this.#done |= transformBits[transform]
  }

  /** All that is said goes on as it came. */
  passOn(): void {
    this.#isMeasured = true
    this.#record.context_delta = this.#lasting === 0 ? 'unchanged' : 'translated'
  }

  /** It goes on in other words; without an argument nobody knows how long they are. */
  rewrite(how?: Rewriting): void {
    this.#record.context_delta = 'translated'
    this.#isMeasured = how !== undefined
    if (how === undefined) return
    if (this.#asked === this.#whole) this.#before = how.before
    this.#after = how.after
  }

  /** Tokens of what the provider gets; undefined where the prompt was not weighed. */
  get estimate(): number | undefined {
    return this.#after === undefined ? undefined : this.#tokensOf(this.#after)
  }

  /** Fills in what the receipt tells of it, once `dropped` and the tokens in are told. */
  close(): void {
    const record = this.#record
    record.lossy = record.dropped.length > 0
    if (record.lossy) this.did('fields_dropped')
    record.transforms = transformsIn(this.#done)
    if ((this.#lasting & transformBits.redacted) !== 0) record.context_delta = 'redacted'
    else if ((this.#lasting & transformBits.trimmed) !== 0) record.context_delta = 'trimmed'
    const before = this.#before && this.#tokensOf(this.#before)
    const after = this.estimate
    if (before === undefined || after === undefined) return
    record.tokens_before = before
    if (this.#isMeasured) {
      record.tokens_after = after
      record.tokens_saved = before - after
    }
    tellSegments(record, this.#after!, after)
  }

  #tokensOf(weights: Weights): number | undefined {
    return promptTokens(weights, this.#density) || undefined
  }
}

/** By our own estimate; 0 where the prompt was not weighed. `density` is bytes for a character of the body. */
export function promptTokens(weights: Weights, density: number): number {
  return estimatedTokens(weightOf(weights) * density)
}
