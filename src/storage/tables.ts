/** The tables, as queries see them. The same names and types in both databases. */

export interface Tables {
  readonly receipts: ReceiptRow
  readonly client_keys: ClientKeyRow
  readonly credentials: CredentialRow
  readonly response_places: ResponsePlaceRow
  readonly kept_responses: KeptResponseRow
  readonly chains: ChainRow
  readonly places: PlaceRow
  readonly facts: FactRow
  readonly omni_migrations: MigrationRow
}

/** The columns of signals stand beside these; no query here reads them. */
interface ReceiptRow {
  readonly id: string
  readonly created_at: number
  readonly key_id: string | null
  /** The whole receipt as one line of JSON, byte for byte as it was handed in. */
  readonly body: string
}

interface ClientKeyRow {
  readonly id: string
  readonly name: string
  readonly prefix: string
  readonly hash: string
  readonly created_at: number
  readonly expires_at: number | null
  readonly revoked_at: number | null
  /** SQLite gives 0 and 1. */
  readonly may_route: boolean | number
}

interface CredentialRow {
  readonly id: string
  readonly tenant: string
  readonly provider: string
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
