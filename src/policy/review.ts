/** A call that is held for a person: what is asked of whom, and what becomes of it. */

import { writeCanonical, type Json } from '../base/json.ts'
import type { ReviewTerms } from './verdict.ts'

/** Of a call, what an approval is bound to: who changes any of it asks for something else. */
export interface Payload {
  readonly tenant: string
  /** Null where client auth is off. */
  readonly key: string | null
  readonly surface: string
  /** With the model's name, where that stands in it. */
  readonly path: string
  /** Where the client says that it goes: chain, provider, fallbacks; an empty text for what it does not say. */
  readonly where: readonly string[]
  /** Without what is ours. Of a form its fields, and the names and digests of its files. */
  readonly body: Json
}

/** What is hashed of it, tenant first: each piece with its length before it, so that no two payloads come to the same text. */
export function piecesOf({ tenant, key, surface, path, where, body }: Payload): readonly string[] {
  const told = [tenant, key ?? '', surface, path, writeCanonical([...where]), writeCanonical(body)]
  return told.flatMap((piece) => [`${piece.length}:`, piece])
}

export interface Asked {
  readonly tenant: string
  readonly key: string | null
  /** Whose key it is: this user never decides on it. */
  readonly user: string | undefined
  /** From `digest`. */
  readonly hash: string
  /** Which rule wants it, as `document/rule@version`. */
  readonly rule: string
  /** Nano-dollars at most; null where nobody knows the price. */
  readonly estimate: number | null
  readonly model: string
  readonly surface: string
  readonly terms: ReviewTerms
  /** The id of the call's receipt. */
  readonly decision: string
  /** The body as JSON, asked for at most once; undefined where the tenant wants reviews by metadata alone. */
  readonly content: (() => string) | undefined
  /** Calls back when the client hangs up, at once if it has. */
  readonly onGone: (listener: () => void) => void
}

export const denials = ['not_allowed', 'too_expensive', 'sensitive_content', 'wrong_model', 'not_needed', 'other'] as const
export type Denial = (typeof denials)[number]

/**
 * - `approved`: the call may run now, and one use of the approval is spent on it. `budget`: nano-dollars that it may cost beyond what its budgets have left.
 * - `pending`: nobody has decided; the same payload sent again comes to the same review. Times are milliseconds since 1970.
 * - `denied`: the same payload is refused until `until`.
 * - `expired`: nobody decided while the call waited, which is a no. `used`: another call with this payload ran on the approval that this one waited for.
 * - `full`: more would be held than may be. `unavailable`: the store does not answer.
 */
export type Held =
  | { readonly state: 'approved'; readonly review: string; readonly budget: number | null }
  | { readonly state: 'pending'; readonly review: string; readonly until: number }
  | { readonly state: 'denied'; readonly review: string; readonly until: number; readonly reason: Denial }
  | { readonly state: 'expired' | 'used'; readonly review: string }
  | { readonly state: 'full' | 'unavailable' }

/** Where calls are held. */
export interface Reviews {
  /** The keyed hash of a payload, in hex. */
  digest(payload: Payload): string
  /** Never rejects. Resolves at once, or when somebody has decided, the client hung up or `terms.wait` is over. */
  hold(asked: Asked): Promise<Held>
  /** Gives back the use of an approved call that ended before anything of it went upstream; never rejects, and loses the use where the store is away. */
  giveBack(review: string, decision: string): Promise<void>
}

/** Where a client asks what became of a review. */
export const pathOfReview = (review: string): string => `/_omni/reviews/${review}`
