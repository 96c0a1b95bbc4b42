/** The tables of what the control API changes, and of what it did, as queries see them. */

import type { Generated } from 'kysely'

/** Of a table, the number of its newest change. */
export interface ChangesRow {
  readonly name: 'client_keys' | 'credentials' | 'chains' | 'objects'
  readonly newest: number
}

export interface ClientKeyRow {
  readonly id: string
  readonly name: string
  readonly prefix: string
  readonly hash: string
  readonly created_at: number
  readonly expires_at: number | null
  readonly revoked_at: number | null
  /** SQLite gives 0 and 1. */
  readonly may_route: boolean | number
  readonly tenant: Generated<string>
  readonly version: Generated<number>
  readonly terms: Generated<string>
  readonly previous_hash: string | null
  readonly previous_until: number | null
  /** The number of its newest change; 0 of what was stored before changes were counted. */
  readonly changed: Generated<number>
}

export interface ObjectRow {
  readonly kind: string
  readonly id: string
  readonly tenant: string | null
  readonly version: number
  readonly body: string | null
  readonly changed_at: number
  /** The number of its newest change. */
  readonly changed: number
}

export interface ActionRow {
  readonly id: string
  readonly at: number
  readonly action: string
  readonly by: string
  /** What it was done to. */
  readonly kind: string | null
  readonly target: string | null
  /** Keyed hashes of how that stood. */
  readonly before: string | null
  readonly after: string | null
  readonly count: number | null
}
