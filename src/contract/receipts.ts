/** `/_omni/reports`: what the control API tells of each call, as it was written down, and of many. */

import { z } from 'zod'
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

/** One receipt of a list: the record, and where it stands; null where it was made before there was a log. */
export type ListedReceipt = ReceiptRecord &
  Pick<ProofRecord, 'log' | 'position' | 'leaf_hash'> & {
    /** Neither the log of this machine nor the index has its text: all else than what it is found by is not known here, and null. */
    readonly partial?: true
    /** Its entry does not give the hash that the log keeps beside it: it is not the one that was written. */
    readonly intact?: false
  }

/** One receipt as `GET /_omni/reports/:id` gives it: the record, what vouches for it, and its tokens by segment. */
export type ShownReceipt = Omit<ListedReceipt, 'intact'> & ProofRecord & { readonly segments: readonly SegmentTokens[] }

/** A `ListedReceipt`: signals by their names; `docs/signals.md` says what each is. */
const receipt = z.looseObject({
  id: z.string(),
  created_at: z.int(),
  log: z.string().nullable(),
  position: z.int().nullable(),
  leaf_hash: z.string().nullable(),
  partial: z.literal(true).optional(),
  intact: z.literal(false).optional(),
})

export const receiptPage = z.strictObject({
  /** Newest first. */
  data: z.array(receipt),
  /** Of the next page; null on the last. */
  next_cursor: z.string().nullable(),
  /** How many receipts there are that the viewer may see, whatever the filters; 1,000 where there are more. */
  retained: z.int(),
})

/** Money in nano-dollars, durations in nanoseconds. Whole numbers may be past 2^53: read them exactly where that matters. */
const sums = z.looseObject({
  /** When it begins, in milliseconds since 1970; null for a total. The values of `by` stand beside it. */
  period: z.int().nullable(),
  calls: z.number(),
  prompt_tokens: z.number(),
  completion_tokens: z.number(),
  cached_tokens: z.number(),
  reasoning_tokens: z.number(),
  /** Of calls whose cost is known. */
  cost: z.number(),
  platform_fee: z.number(),
  calls_of_unknown_cost: z.number(),
  duration_mean: z.number().nullable(),
  duration_max: z.number(),
})

export const receiptSummary = z.strictObject({
  per: z.enum(['total', 'day', 'hour']),
  /** The whole hours that were added up, in milliseconds since 1970; null where the query names none. */
  from: z.int().nullable(),
  to: z.int().nullable(),
  data: z.array(sums),
})

export type ReceiptPage = z.output<typeof receiptPage>
