/** The store: what the gateway keeps, in a file beside it or in PostgreSQL. */

import type { Scope } from '../policy/scope.ts'
import type { IndexEntry } from '../receipts/index-entry.ts'
import type { ReceiptRecord } from '../receipts/signals.ts'
import type { Holds } from './holds.ts'
import type { Actions } from './actions.ts'
import type { Changes } from './changes.ts'
import type { Notices } from './notices.ts'
import type { Spent } from './spent.ts'
import type { ClientKeys } from './keys.ts'
import type { Removals } from './removals.ts'
import type { StoredReviews } from './reviews.ts'
import type { Progress } from './progress.ts'
import type { SumName } from './rollups.ts'
import type { UserTokens } from './user-tokens.ts'

export type { Progress } from './progress.ts'

/** Every function may reject with `StorageError`. Where its `again` is true nothing was stored, and the same call may succeed later. */
export interface Store {
  readonly receipts: Receipts
  readonly removals: Removals
  readonly holds: Holds
  readonly keys: ClientKeys
  readonly userTokens: UserTokens
  readonly credentials: Credentials
  readonly responses: Responses
  readonly chains: Chains
  readonly objects: Objects
  /** What was spent of budgets. */
  readonly spent: Spent
  /** What operators are told of. */
  readonly notices: Notices
  readonly actions: Actions
  readonly reviews: StoredReviews
  readonly places: Places
  /** Which master key the secrets here were sealed and hashed with. */
  readonly fingerprint: Fingerprint
  /** Resolves where the database answers. */
  ping(): Promise<void>
  /** Changes with every key, credential, chain and object that is stored, changed or removed, also by an older gateway or by hand; as `markOf` tells of rows. */
  mark(): Promise<string>
  /** How far these have been changed by gateways that count it. */
  changes(): Promise<Changes>
  /** Waits for what was asked before, and writes everything into the database file. */
  close(): Promise<void>
}

export interface Receipts {
  /** Whether entries should have the line of the receipt: where many gateways share a database, none has all logs on its disk. */
  readonly keepsLines: boolean
  /**
   * Indexes closed receipts, and how far their log is indexed then. All or none; a receipt that is already there stays as it is and is not added
   * up again, so that after a fault the same entries may come once more.
   */
  append(entries: readonly IndexEntry[], progress?: Progress): Promise<void>
  /** How far each log is indexed. */
  progress(): Promise<readonly Progress[]>
  /** The receipt, or undefined; also where one of the filters leaves it out. */
  get(id: string, filters?: ReceiptFilters): Promise<IndexedReceipt | undefined>
  /** Newest first. Receipts that come in while a reader turns pages move none of the later pages. Rejects with `bad_cursor`. */
  list(page: ReceiptQuery): Promise<ReceiptPage>
  /** How many there are, counted up to that many. */
  count(filters: ReceiptFilters, most: number): Promise<number>
  /** Sums of whole hours, ordered by period and values. */
  summarize(query: SummaryQuery): Promise<readonly Summary[]>
}

/** All that is given must fit. */
export interface ReceiptFilters {
  readonly dimensions?: readonly DimensionFilter[]
  /** Milliseconds since 1970: from this on, and before that. */
  readonly from?: number
  readonly to?: number
  /** Nano-dollars; both ends are in. A receipt of unknown cost never fits. */
  readonly costMin?: number
  readonly costMax?: number
  /** One of the operator's labels, and its value. */
  readonly label?: { readonly name: string; readonly value: string }
  readonly user?: string
}

/** One of these dimensions has one of these values. Null is a value. */
export interface DimensionFilter {
  readonly names: readonly string[]
  readonly values: readonly (string | null)[]
}

export interface ReceiptQuery extends ReceiptFilters {
  /** 1 to 200; brought into that range. */
  readonly limit: number
  /** Of a page before, of the same filters. */
  readonly cursor?: string
}

export interface ReceiptPage {
  readonly receipts: readonly IndexedReceipt[]
  /** The cursor of the next page, undefined on the last. */
  readonly next: string | undefined
}

/** What the index has of a receipt. */
export interface IndexedReceipt {
  readonly id: string
  /** Where its entry stands; undefined for a receipt of before there was a log. */
  readonly place: EntryPlace | undefined
  /** The receipt as it was written, where the index keeps it. */
  readonly body: string | undefined
  /** The signals that it was found by, where log and body are gone. */
  readonly known: Partial<ReceiptRecord>
}

/** An entry's log, its position there, and its bytes in the segment. */
export interface EntryPlace {
  readonly log: string
  readonly position: number
  readonly offset: number
  readonly length: number
}

export interface SummaryQuery extends Omit<ReceiptFilters, 'costMin' | 'costMax' | 'label' | 'user'> {
  readonly by: readonly string[]
  readonly per: 'hour' | 'day' | 'total'
  /** So many sums at most; all of them unless given. */
  readonly most?: number
}

/** Whole numbers are text, since they may be larger than a number can tell. Money in nano-dollars, durations in nanoseconds. */
export interface Summary {
  /** When the period begins, in milliseconds since 1970; null for a total. */
  readonly period: number | null
  /** The values of `by`, in that order. */
  readonly values: readonly (string | null)[]
  readonly sums: { readonly [name in SumName]: string }
}

export interface Credentials {
  /** Stores it, or its newer version. Rejects with `conflict` where the same or a newer version is there, so that of two refreshers one wins. */
  put(credential: NewCredential): Promise<void>
  /** Of one tenant, or of all. */
  list(tenant?: string): Promise<readonly Credential[]>
  /** Whether there was one. */
  remove(id: string, tenant?: string): Promise<boolean>
}

interface NewCredential {
  readonly id: string
  /** `default` unless given. */
  readonly tenant?: string
  readonly provider: string
  /** Whose calls it serves, and nobody else's; `all` unless given. */
  readonly owner?: Scope
  /** Counts up with every new secret; the seal is bound to it. */
  readonly version: number
  /** From `seal` of `base/seal.ts`, with the place `{ tenant, id, version }`. */
  readonly sealed: Uint8Array
  readonly createdAt: number
}

export interface Credential extends NewCredential {
  readonly tenant: string
  readonly owner: Scope
}

/** Chains that were given to the running gateway. */
export interface Chains {
  /** Stores its next version: one above that which stands, 1 where there never was one. Rejects with `conflict`, so that of two writers one wins. */
  put(chain: StoredChain): Promise<void>
  /** All of them by name, those that were removed among them. */
  list(): Promise<readonly StoredChain[]>
}

export interface StoredChain {
  readonly name: string
  readonly version: number
  /** As it would stand in the file, as JSON; null where it was removed. */
  readonly body: string | null
  readonly changedAt: number
}

export const objectKinds = ['tenant', 'team', 'agent', 'user', 'limit', 'budget', 'policy', 'invitation', 'grant', 'addresses'] as const
export type ObjectKind = (typeof objectKinds)[number]

/** What governs calls, as the control API was told it. */
export interface Objects {
  /**
   * Stores the next version of each: one above that which stands, 1 where there never was one. All or none; rejects with `conflict`, so that of two
   * writers one wins.
   */
  put(...objects: readonly StoredObject[]): Promise<void>
  /** Also where it was removed; undefined where there never was one. */
  get(kind: ObjectKind, id: string): Promise<StoredObject | undefined>
  /** All of them, or of these kinds, by kind and id, those that were removed among them. */
  list(...kinds: readonly ObjectKind[]): Promise<readonly StoredObject[]>
  /** Of all kinds, those that were removed among them. */
  count(): Promise<number>
  /** Those with a change of a higher number, in the order of their changes. */
  changedSince(number: number): Promise<readonly StoredObject[]>
}

export interface StoredObject {
  readonly kind: ObjectKind
  readonly id: string
  /** Whose it is; null where it is the installation's. */
  readonly tenant: string | null
  readonly version: number
  /** As JSON; null where it was removed. */
  readonly body: string | null
  readonly changedAt: number
}

/** Answers that can be asked for again. `owner` is a client key's id; what one key was told, no other finds. Times are milliseconds since 1970. */
export interface Responses {
  /** Stores all or none; of two with one owner and id the newer stays. */
  put(places: readonly ResponsePlace[], kept: readonly KeptResponse[]): Promise<void>
  /** The places of those of the ids that lead somewhere at that time. */
  find(owner: string, ids: readonly string[], at: number): Promise<readonly ResponsePlace[]>
  /** The sealed content; undefined where there is none at that time. */
  load(owner: string, id: string, at: number): Promise<Uint8Array | undefined>
  /** Removes a response, its content and every id that leads to it. Whether there was one. */
  remove(owner: string, id: string): Promise<boolean>
  /** Removes what has expired or belongs to a key that is no more, and then the oldest that are too many. Resolves to how many contents were too many. */
  sweep(at: number, most: { readonly places: number; readonly bytes: number }): Promise<number>
}

/** Where an id leads: of a response, or of one of its items. */
export interface ResponsePlace {
  readonly owner: string
  readonly id: string
  readonly responseId: string
  /** Who keeps it: the name of a connection, or null where it is kept here. */
  readonly connection: string | null
  readonly model: string
  readonly createdAt: number
  readonly expiresAt: number
}

export interface KeptResponse {
  readonly owner: string
  readonly id: string
  /** From `seal` of `base/seal.ts`, with the place `{ tenant: owner, id, version: 1 }`. */
  readonly sealed: Uint8Array
  readonly createdAt: number
  readonly expiresAt: number
}

/** The health of places, shared by all processes of an installation. */
export interface Places {
  /** Stores or replaces them, in the name of the process that found it out. Who must be left alone for longer stays so, unless it is trusted again. */
  put(instance: string, records: readonly PlaceRecord[]): Promise<void>
  /** Those that are left alone at that time, and those that changed a short while before it. */
  list(at: number): Promise<readonly StoredPlace[]>
  /** Removes what is no news any more. */
  sweep(at: number): Promise<void>
}

/** Times are milliseconds since 1970; `until` is 0 where it is trusted again. */
interface PlaceRecord {
  readonly place: string
  readonly reason: string
  /** It broke; otherwise it told us, or was told, to stay away. */
  readonly isBroken: boolean
  readonly until: number
  /** How often it was left alone, one time after the other. */
  readonly times: number
  readonly changedAt: number
}

export interface StoredPlace extends PlaceRecord {
  readonly instance: string
}

export interface Fingerprint {
  /** Undefined until a master key has been used. */
  read(): Promise<string | undefined>
  /** Writes it unless there is one; resolves to the one that stands, which another process may have written first. */
  claim(fingerprint: string): Promise<string>
}

export type StoreOptions = SqliteOptions | PostgresOptions

export interface SqliteOptions {
  /** The database file. Its folder becomes private to the user; backups go into `backups/` in it. */
  readonly file: string
  /** How long a write waits for another program's lock: 2,000 ms unless given. */
  readonly busyMs?: number
}

export interface PostgresOptions {
  /** `postgres://user:password@host/database`. */
  readonly url: string
  /** The operator answers for backups: an upgrade copies nothing. Needed where the tables are larger than 1 GiB. */
  readonly hasOwnBackup?: boolean
}
