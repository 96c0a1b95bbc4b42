/** The tables, as queries see them. The same names and types in both databases. */

import type { Generated } from 'kysely'
import type { ActionRow, ChangesRow, ClientKeyRow, ObjectRow } from './tables-control.ts'
import type { CounterRow, HolderRow, ShareRow, SpendingRow } from './tables-counters.ts'

export interface Tables {
  readonly receipts: ReceiptRow
  readonly receipts_before: EarlierReceiptRow
  readonly receipt_labels: LabelRow
  readonly combos: ComboRow
  readonly rollups_hour: RollupRow
  readonly rollups_day: RollupRow & {
    /** The hours of the day in which there are calls, the lowest bit the first. */
    readonly hours: number
  }
  readonly rollups_value: ValueRow
  readonly logs: LogRow
  readonly holds: HoldRow
  readonly removals: RemovalRow
  readonly client_keys: ClientKeyRow
  readonly user_tokens: UserTokenRow
  readonly credentials: CredentialRow
  readonly response_places: ResponsePlaceRow
  readonly kept_responses: KeptResponseRow
  readonly chains: ChainRow
  readonly objects: ObjectRow
  readonly changes: ChangesRow
  readonly reviews: ReviewRow
  readonly spending: SpendingRow
  readonly counters: CounterRow
  readonly shares: ShareRow
  readonly holders: HolderRow
  readonly notices: NoticeRow
  readonly actions: ActionRow
  readonly errands: ErrandRow
  readonly places: PlaceRow
  readonly facts: FactRow
  readonly omni_migrations: MigrationRow
}

export interface ReceiptRow {
  /** Counts up as receipts are indexed. */
  readonly seq: number
  readonly id: string
  readonly created_at: number
  readonly expires_at: number | null
  readonly combo: number
  readonly cost: number | null
  readonly platform_fee: number | null
  readonly prompt_tokens: number | null
  readonly completion_tokens: number | null
  readonly cached_tokens: number | null
  readonly reasoning_tokens: number | null
  readonly duration: number | null
  /** Of a receipt of before there was a log, this and the next three are null. */
  readonly log: number | null
  readonly position: number | null
  readonly entry_offset: number | null
  readonly entry_length: number | null
  readonly user_pseudonym: string | null
  /** The whole receipt as one line of JSON, where no log of this machine may have it. */
  readonly body: string | null
}

/** Receipts as they were kept before there was a log. The table is there until they are carried over. */
interface EarlierReceiptRow {
  readonly id: string
  readonly body: string
}

/** A log, and the position up to which its entries are indexed. */
interface LogRow {
  readonly id: Generated<number>
  readonly name: string
  readonly indexed: number
}

/** A distinct combination of the values of all dimensions, each in a column of its name beside these. */
interface ComboRow {
  readonly id: Generated<number>
  readonly digest: string
}

interface LabelRow {
  readonly label: string
  readonly value: string
  readonly created_at: number
  readonly seq: number
}

/** Of all receipts of one combination that were made in one period: hours or days since 1970. They stay when the receipts go. */
interface RollupRow extends SumsRow {
  readonly combo: number
}

/** Of all receipts of one tenant that were made in one day, and have that value of that dimension. */
interface ValueRow extends SumsRow {
  readonly dimension: string
  readonly value: string
  readonly tenant: string
}

interface SumsRow {
  readonly period: number
  readonly calls: number
  readonly prompt_tokens: number
  readonly completion_tokens: number
  readonly cached_tokens: number
  readonly reasoning_tokens: number
  readonly cost: number
  readonly platform_fee: number
  readonly unknown_costs: number
  readonly duration: number
  readonly longest: number
}

/** A tenant of whose receipts nothing is removed. */
interface HoldRow {
  readonly tenant: string
  readonly since: number
  readonly who: string
}

/** An entry that has left the index, and is still in its log. */
interface RemovalRow {
  readonly log: number
  readonly position: number
  /** On whose word, and why: as the entry `erasure` will say. */
  readonly who: string
  readonly reason: 'retention' | 'end_user' | 'operator'
  readonly noted_at: number
}

interface UserTokenRow {
  readonly id: string
  readonly user_id: string
  readonly hash: string
  readonly created_at: number
  readonly expires_at: number | null
  readonly used_at: number
  /** Of a session: the token it was begun with, and the version of its user then. */
  readonly token_id: string | null
  readonly user_version: number | null
}

interface CredentialRow {
  readonly id: string
  readonly tenant: string
  readonly provider: string
  readonly owner: Generated<string>
  readonly version: number
  readonly sealed: Uint8Array
  readonly created_at: number
}

/** Where an id leads that an answer told: nothing that was said is in it. */
interface ResponsePlaceRow {
  readonly owner: string
  readonly id: string
  readonly response_id: string
  readonly connection: string | null
  readonly model: string
  readonly created_at: number
  readonly expires_at: number
}

interface KeptResponseRow {
  readonly owner: string
  readonly id: string
  readonly sealed: Uint8Array
  /** Bytes of `sealed`. */
  readonly size: number
  readonly created_at: number
  readonly expires_at: number
}

interface ChainRow {
  readonly name: string
  /** Counts up with every change, and goes on from there where a chain was removed. */
  readonly version: number
  /** As JSON; null where it was removed. */
  readonly body: string | null
  readonly changed_at: number
}

/** A call that is held for a person. */
interface ReviewRow {
  readonly id: string
  readonly tenant: string
  readonly key_id: string | null
  readonly user_id: string | null
  /** Keyed, of the payload, and the rule. */
  readonly hash: string
  /** The same while the payload comes to this review: unique, so that there is one such review; null from then on. */
  readonly stands_for: string | null
  readonly rule: string
  /** Nano-dollars, as the budget. */
  readonly estimate: number | null
  readonly model: string
  readonly surface: string
  /** The call that asked first. */
  readonly decision: string
  readonly created_at: number
  /** When silence is a no; of what was decided, until when that counts. */
  readonly ends_at: number
  readonly state: 'pending' | 'approved' | 'denied' | 'expired' | 'used'
  /** Calls that may still run; null where any number may. */
  readonly uses: number | null
  readonly budget: number | null
  readonly reason: string | null
  readonly decided_by: string | null
  readonly decided_at: number | null
  /** The call that ran last. */
  readonly ran_for: string | null
  /** What became of what was asked: sealed here, gone since the decision, never here since the tenant wants none of it, or too large. */
  readonly content: 'kept' | 'erased' | 'withheld' | 'too_large'
  readonly sealed: Uint8Array | null
  /** Bytes of `sealed`. */
  readonly size: number
}

interface NoticeRow {
  readonly id: string
  readonly once: string
  readonly tenant: string | null
  readonly body: string
  readonly created_at: number
}

/** A notice that somebody is to be told of: null for `next_at` where that is done, or was given up. */
interface ErrandRow {
  readonly notice: string
  readonly receiver: string
  readonly tries: number
  readonly next_at: number | null
  readonly told_at: number | null
}

/** Of a provider, an account, a target or a quota: until when it is left alone, and who said so. */
interface PlaceRow {
  readonly place: string
  readonly reason: string
  readonly is_broken: number
  readonly ends_at: number
  readonly times: number
  readonly changed_at: number
  readonly instance: string
}

/** What the database knows of itself. */
interface FactRow {
  readonly name: string
  readonly value: string
}

export interface MigrationRow {
  readonly position: number
  readonly name: string
  readonly checksum: string
  readonly applied_at: number
}
