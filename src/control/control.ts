/** What the control API works with: the store, what may be said of the running process, and the way to publish a change. */

import type { WireName } from '../canonical/chat.ts'
import type { Failure } from '../canonical/failure.ts'
import type { Settings } from '../config/settings.ts'
import type { NoticeBody, TestedReceiver } from '../contract/alerts.ts'
import type { Snapshot } from '../gateway/snapshot.ts'
import type { CounterTerms } from '../policy/counter.ts'
import type { Looked } from '../policy/shares.ts'
import type { ProofRecord } from '../receipts/signals.ts'
import type { Health } from '../routing/health.ts'
import type { Target } from '../routing/target.ts'
import type { EpochKeys } from '../storage/epoch-keys.ts'
import type { EntryPlace, Store } from '../storage/store.ts'
import type { Stored } from './copy.ts'
import type { StoredPrices } from './prices-stored.ts'

/** The log of receipts, as far as it is on this machine. Every function may reject with `Failure`. */
export interface Ledger {
  /** The lines of entries; undefined for those that another machine has, or that are gone. */
  readLines(places: readonly EntryPlace[]): Promise<readonly (string | undefined)[]>
  /** The leaf hashes that the log keeps beside these lines, in hex; undefined where it has none, and for those that another machine has. */
  readLeaves(places: readonly EntryPlace[]): Promise<readonly (string | undefined)[]>
  /** What vouches for an entry whose line is this; undefined where another machine has its log. */
  proofOf(place: EntryPlace, line: string | undefined): Promise<Pick<ProofRecord, 'checkpoint' | 'signer' | 'intact'> | undefined>
  /** An entry with its proof and a signed checkpoint; undefined where another machine has its log. */
  bundleOf(place: EntryPlace): Promise<object | undefined>
  /** Reads all logs of this machine anew, and adds to the index what it lacks. Resolves to how many entries were read. */
  reindex(): Promise<number>
  /** Goes on with another signing key. Resolves to its public half. */
  rotate(): Promise<string>
  /** Appends an entry about the control plane: canonical JSON. */
  audit(text: string): Promise<void>
}

export interface Control {
  readonly ledger: Ledger
  readonly store: Store
  readonly health: Health
  readonly epochs: EpochKeys
  /** Hashes a client's key as it is stored. */
  readonly hashKey: (key: string) => string
  /** Hashes what is shown of an object, for the audit. */
  readonly hashShown: (text: string) => string
  readonly sealSecret: (secret: string, place: { readonly tenant: string; readonly id: string; readonly version: number }) => Uint8Array
  /** What a held call asks. Throws `SealError`. */
  readonly openReview: (sealed: Uint8Array, tenant: string, id: string) => string
  /** A review was decided: calls that wait for it here hear of it. */
  readonly wakeReview: (id: string) => void
  /** The newest: what calls that arrive now are served by. */
  readonly snapshot: () => Snapshot
  /** Words of what the target's wire refuses to say of a request that comes on the surface's wire, and has these bits of needs. */
  readonly unsaid: (target: Target, asked: WireName, bits: number) => readonly string[]
  /** Rebuilds the snapshot from what is stored, and swaps it. */
  readonly publish: () => Promise<void>
  /** All that is stored now and published, in memory. */
  readonly held: () => Promise<Stored>
  /** Where a newer table of prices than the built-in one is kept. */
  readonly prices: StoredPrices
  /** The text of a table of prices at a URL. Throws `Failure` where it cannot be had. */
  readonly fetchPrices: (url: string) => Promise<string>
  /** Reads the configuration anew. Rejects with `Failure` where it is broken: then the old one goes on. */
  readonly reload: () => Promise<void>
  /** How the counters of limits stand whose ids begin like this, and the one of these terms: as far as it is known here. Never rejects. */
  readonly lookAt: (under: string, own?: CounterTerms) => Promise<readonly Looked[]>
  /** What file and environment say, without what is stored. */
  readonly configured: () => Settings
  /** Removes now what has had its time, or was taken out of the index to be erased. Never rejects. */
  readonly sweep: () => Promise<void>
  /** Tells it to everybody who hears of alerts, and says who took it. */
  readonly testAlerts: (told: NoticeBody) => Promise<readonly TestedReceiver[]>
  /** Writes down, in the log, what an operator changed. */
  readonly tell: (what: string, fields: Readonly<Record<string, string | number>>) => void
  /** Hears how every request failed, and makes a note in the log where the fault is ours. */
  readonly note: (failure: Failure, requestId: string) => void
  /** The effective settings, secrets masked. */
  readonly settings: () => object
  readonly status: () => object
  /** Names of the providers that a credential can be stored for. */
  readonly providerIds: () => readonly string[]
  /** Whether the configuration connects it: then a stored credential would never be used. */
  readonly isConfigured: (provider: string) => boolean
}
