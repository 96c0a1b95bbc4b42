/** What the life of a call needs from the world around it. */

import type { Failure } from '../canonical/failure.ts'
import type { DetectorTerms, Passage, Said } from '../policy/detector.ts'
import type { Reviews } from '../policy/review.ts'
import type { Shares } from '../policy/shares.ts'
import type { Epoch } from '../receipts/epoch.ts'
import type { Receipt } from '../receipts/receipt.ts'
import type { ReceiptRecord } from '../receipts/signals.ts'
import type { Transport } from '../upstream/exchange.ts'
import type { Medium } from '../upstream/media.ts'
import type { Client } from './client.ts'
import type { Memory } from './memory.ts'
import type { Caller, Snapshot } from './snapshot.ts'

/** Limits and budgets, as far as this process holds parts of them. */
export type Counters = Pick<Shares, 'take' | 'stateOf' | 'time'>

export interface Gateway {
  /** The newest; read once for each call. */
  readonly snapshot: Snapshot
  /** No new calls are taken: the process is about to end. */
  readonly isDraining: boolean
  /** Whether there is memory for one more call, with so long a body. */
  hasRoomFor(bytes: number): boolean
  /** Who asks. Throws `Failure` as `identifyClient` does, and `too_many_wrong_keys`. */
  identify(client: Pick<Client, 'headers' | 'address'>, snapshot: Snapshot): Caller
  readonly network: Transport
  /** Carries what the built-in provider answers. */
  readonly local: Transport
  /** Fetches what clients name by URL; undefined where the operator wants none of it. */
  readonly media: { readonly room: number; bring(url: string, room: number, signal: AbortSignal): Promise<Medium> } | undefined
  readonly memory: Memory
  /** Where uploads that must wait are kept, in files without a name. */
  readonly spoolFolder: string
  /** The id of this process, for receipts. */
  readonly instance: string
  readonly version: string
  /** Of the files that it runs from: 16 hex digits. */
  readonly build: string
  /** The keyed digest of what was asked, in hex; null where the operator turned it off. */
  hashInput(pieces: readonly Buffer[]): string | null
  /** The epoch of a tenant at a moment, whose key makes pseudonyms and digests; undefined where its key cannot be had. Never throws. */
  epochOf(tenant: string, at: number): Epoch | undefined
  readonly counters: Counters
  /** What detectors find in texts, at once where nobody has to be waited for; never rejects, and says of each what it could not do. */
  inspect(passages: readonly Passage[], asked: readonly DetectorTerms[]): Said | Promise<Said>
  /** Where calls are held for a person. */
  readonly reviews: Reviews
  /**
   * Writes down that a call is about to reach a provider; resolves when that is written, once in each turn of the event loop for all that
   * asked in it. Rejects with `Failure` (`receipts_unavailable`) where it cannot be written and receipts are required.
   */
  intend(receipt: Receipt): Promise<void>
  /** Hears how every call failed, and makes a note where the fault is ours; never throws. */
  note(failure: Failure, requestId: string): void
  /** Takes a closed receipt; never throws and never waits. */
  settle(receipt: ReceiptRecord, client: Client): void
}
