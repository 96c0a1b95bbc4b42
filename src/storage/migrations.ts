/** The steps from an empty database to today's, in order. One that has been released is never changed: add another. */

import { changes } from './migration-changes.ts'
import { governance } from './migration-governance.ts'

/** What the two databases call the same types. */
export interface TypeNames {
  /** Text that sorts by its bytes, so that ids sort by time. */
  readonly id: string
  readonly text: string
  readonly integer: string
  readonly real: string
  readonly flag: string
  readonly bytes: string
  /** Of a key that the database counts up by itself. */
  readonly serial: string
  /** Behind the columns of a table. */
  readonly table: string
  /** The same, where rows are to stand in the order of their primary key. */
  readonly sorted: string
  /** Whether counters stand in a file of their own. */
  readonly countersApart: boolean
}

export interface Migration {
  readonly name: string
  /** The statements, of constants and type names alone. */
  readonly up: (type: TypeNames) => readonly string[]
}

/** Of migration 0005: the whole numbers of a receipt, and what is kept of all receipts of a period and a combination. */
// oxfmt-ignore
const indexed = [
  'expires_at', 'cost', 'platform_fee', 'prompt_tokens', 'completion_tokens', 'cached_tokens', 'reasoning_tokens', 'duration',
  'log', 'position', 'entry_offset', 'entry_length',
]
// oxfmt-ignore
const sums = [
  'calls', 'prompt_tokens', 'completion_tokens', 'cached_tokens', 'reasoning_tokens', 'cost', 'platform_fee', 'unknown_costs', 'duration', 'longest',
]

/** Of combinations: the dimensions that have many values, so that one of them has few combinations. */
const found = ['key_id', 'requested_model', 'resolved_model', 'error']

export const migrations: readonly Migration[] = [
  {
    name: '0001-begin',
    up: (type) => [
      `create table facts (name ${type.id} primary key, value ${type.text} not null)${type.table}`,
      `create table receipts (
        id ${type.id} primary key check (length(id) = 36),
        created_at ${type.integer} not null,
        key_id ${type.id},
        body ${type.text} not null
      )${type.table}`,
      'create index receipts_by_key on receipts (key_id, id)',
      `create table client_keys (
        id ${type.id} primary key,
        name ${type.text} not null,
        prefix ${type.text} not null,
        hash ${type.id} not null unique,
        created_at ${type.integer} not null,
        expires_at ${type.integer},
        revoked_at ${type.integer}
      )${type.table}`,
      `create table credentials (
        id ${type.id} primary key,
        tenant ${type.id} not null default 'default',
        provider ${type.id} not null,
        version ${type.integer} not null,
        sealed ${type.bytes} not null,
        created_at ${type.integer} not null
      )${type.table}`,
      'create index credentials_by_tenant on credentials (tenant, provider)',
    ],
  },
  {
    name: '0002-responses',
    up: (type) => [
      `create table response_places (
        owner ${type.id} not null,
        id ${type.id} not null,
        response_id ${type.id} not null,
        connection ${type.id},
        model ${type.text} not null,
        created_at ${type.integer} not null,
        expires_at ${type.integer} not null,
        primary key (owner, id)
      )${type.table}`,
      'create index response_places_by_age on response_places (created_at)',
      'create index response_places_by_end on response_places (expires_at)',
      `create table kept_responses (
        owner ${type.id} not null,
        id ${type.id} not null,
        sealed ${type.bytes} not null,
        size ${type.integer} not null,
        created_at ${type.integer} not null,
        expires_at ${type.integer} not null,
        primary key (owner, id)
      )${type.table}`,
      'create index kept_responses_by_age on kept_responses (created_at, size)',
      'create index kept_responses_by_end on kept_responses (expires_at)',
    ],
  },
  {
    name: '0003-routing',
    up: (type) => [
      `create table chains (
        name ${type.id} primary key,
        version ${type.integer} not null,
        body ${type.text},
        changed_at ${type.integer} not null
      )${type.table}`,
      `alter table client_keys add column may_route ${type.flag} not null default true`,
    ],
  },
  {
    name: '0004-health',
    up: (type) => [
      `create table places (
        place ${type.id} primary key,
        reason ${type.text} not null,
        is_broken ${type.integer} not null,
        ends_at ${type.integer} not null,
        times ${type.integer} not null,
        changed_at ${type.integer} not null,
        instance ${type.id} not null
      )${type.table}`,
    ],
  },
  {
    name: '0005-index',
    // Receipts of before keep their text; `carry-over.ts` brings them into the new tables.
    up: (type) => [
      'drop index receipts_by_key',
      'alter table receipts rename to receipts_before',
      `create table logs (id ${type.serial}, name ${type.id} not null unique, indexed ${type.integer} not null)${type.table}`,
      `create table combos (id ${type.serial}, digest ${type.id} not null unique)${type.table}`,
      ...found.flatMap((name) => [`alter table combos add column ${name} ${type.id}`, `create index combos_by_${name} on combos (${name})`]),
      `create table receipts (
        seq ${type.serial},
        id ${type.id} not null unique,
        created_at ${type.integer} not null,
        combo ${type.integer} not null,
        ${indexed.map((name) => `${name} ${type.integer}`).join(', ')},
        user_pseudonym ${type.id},
        body ${type.text}
      )${type.table}`,
      'create index receipts_by_time on receipts (created_at, seq, combo, cost)',
      'create index receipts_by_hour on receipts ((created_at / 3600000), combo, created_at, seq, cost)',
      'create index receipts_by_user on receipts (user_pseudonym, created_at, seq) where user_pseudonym is not null',
      `create table receipt_labels (
        label ${type.id} not null,
        value ${type.id} not null,
        created_at ${type.integer} not null,
        seq ${type.integer} not null,
        primary key (label, value, created_at, seq)
      )${type.sorted}`,
      'create index receipt_labels_by_receipt on receipt_labels (seq)',
      ...['rollups_hour', 'rollups_day'].map(
        (table) => `create table ${table} (
          period ${type.integer} not null,
          combo ${type.integer} not null,
          ${[...sums, ...(table === 'rollups_day' ? ['hours'] : [])].map((name) => `${name} ${type.integer} not null`).join(', ')},
          primary key (period, combo)
        )${type.sorted}`,
      ),
      'create index rollups_day_by_combo on rollups_day (combo, period)',
    ],
  },
  {
    name: '0006-privacy',
    up: (type) => [
      `create table holds (tenant ${type.id} primary key, since ${type.integer} not null, who ${type.id} not null)${type.table}`,
      `create table removals (
        log ${type.integer} not null,
        position ${type.integer} not null,
        who ${type.id} not null,
        reason ${type.id} not null,
        noted_at ${type.integer} not null,
        primary key (log, position)
      )${type.sorted}`,
      'create index receipts_by_end on receipts (expires_at)',
    ],
  },
  {
    name: '0007-values',
    // Filled by `value-sums.ts`, which knows the dimensions.
    up: (type) => [
      `create table rollups_value (
        dimension ${type.id} not null,
        period ${type.integer} not null,
        value ${type.id} not null,
        tenant ${type.id} not null,
        ${sums.map((name) => `${name} ${type.integer} not null`).join(', ')},
        primary key (dimension, period, value, tenant)
      )${type.sorted}`,
    ],
  },
  {
    name: '0008-governance',
    up: governance,
  },
  {
    name: '0009-changes',
    up: changes,
  },
]
