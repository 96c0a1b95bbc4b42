/** `/_omni/reports`: what the control API tells of each call, as it was written down. */

import type { ProofRecord, ReceiptRecord } from '../receipts/signals.ts'

export type { AttemptRecord, PassedOver } from '../receipts/signals.ts'

/** Tokens of one part of a call. */
export interface SegmentTokens {
  readonly segment: string
  readonly tokens: number | null
  readonly source: 'reported' | 'estimated' | 'unavailable'
  /** From 0 to 1. */
  readonly confidence: number
}

/** One receipt as `GET /_omni/reports/:id` gives it: the record, what vouches for it, and its tokens by segment. */
export type ShownReceipt = ReceiptRecord & ProofRecord & { readonly segments: readonly SegmentTokens[] }
