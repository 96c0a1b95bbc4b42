/** The tables of migration 0008: what governs calls. */

import { counterTables } from './tables-counters.ts'

type Names = Readonly<Record<'id' | 'text' | 'integer' | 'real' | 'bytes' | 'table' | 'sorted', string>> & { readonly countersApart: boolean }

/** What governs calls, and who may say so. */
const governing = (type: Names): readonly string[] => [
  `create table objects (
    kind ${type.id} not null,
    id ${type.id} not null,
    tenant ${type.id},
    version ${type.integer} not null,
    body ${type.text},
    changed_at ${type.integer} not null,
    primary key (kind, id)
  )${type.sorted}`,
  `alter table client_keys add column tenant ${type.id} not null default 'default'`,
  `alter table client_keys add column version ${type.integer} not null default 1`,
  `alter table client_keys add column terms ${type.text} not null default '{}'`,
  `alter table client_keys add column previous_hash ${type.id}`,
  `alter table client_keys add column previous_until ${type.integer}`,
  `create table user_tokens (
    id ${type.id} primary key,
    user_id ${type.id} not null,
    hash ${type.id} not null unique,
    created_at ${type.integer} not null,
    expires_at ${type.integer},
    used_at ${type.integer} not null,
    token_id ${type.id},
    user_version ${type.integer}
  )${type.table}`,
  'create index user_tokens_by_user on user_tokens (user_id)',
  `alter table credentials add column owner ${type.id} not null default 'all'`,
]

/** Calls that are held for a person. */
const reviewing = (type: Names): readonly string[] => [
  `create table reviews (
    id ${type.id} primary key,
    tenant ${type.id} not null,
    key_id ${type.id},
    user_id ${type.id},
    hash ${type.id} not null,
    stands_for ${type.id} unique,
    rule ${type.id} not null,
    estimate ${type.integer},
    model ${type.id} not null,
    surface ${type.id} not null,
    decision ${type.id} not null,
    created_at ${type.integer} not null,
    ends_at ${type.integer} not null,
    state ${type.id} not null,
    uses ${type.integer},
    budget ${type.integer},
    reason ${type.id},
    decided_by ${type.id},
    decided_at ${type.integer},
    ran_for ${type.id},
    content ${type.id} not null,
    sealed ${type.bytes},
    size ${type.integer} not null
  )${type.table}`,
  "create index reviews_pending on reviews (key_id, id, size) where state = 'pending'",
  'create index reviews_by_tenant on reviews (tenant, id)',
  'create index reviews_by_end on reviews (ends_at)',
]

/** What budgets have spent, and counters. */
const counting = (type: Names): readonly string[] => [
  `create table spending (
    counter ${type.id} not null,
    window_from ${type.integer} not null,
    spent ${type.integer} not null,
    primary key (counter, window_from)
  )${type.sorted}`,
  ...(type.countersApart ? [] : counterTables(type)),
]

/** What somebody is to be told, and who has been. */
const telling = (type: Names): readonly string[] => [
  `create table notices (
    id ${type.id} primary key,
    once ${type.text} not null unique,
    tenant ${type.id},
    body ${type.text} not null,
    created_at ${type.integer} not null
  )${type.table}`,
  'create index notices_by_time on notices (created_at)',
  `create table errands (
    notice ${type.id} not null,
    receiver ${type.text} not null,
    tries ${type.integer} not null,
    next_at ${type.integer},
    told_at ${type.integer},
    primary key (notice, receiver)
  )${type.sorted}`,
  'create index errands_by_time on errands (next_at) where next_at is not null',
  `create table actions (
    id ${type.id} primary key,
    at ${type.integer} not null,
    action ${type.id} not null,
    "by" ${type.id} not null,
    target ${type.id},
    "before" ${type.id},
    "after" ${type.id},
    count ${type.integer}
  )${type.sorted}`,
  'create index actions_by_time on actions (at)',
]

export const governance = (type: Names): readonly string[] => [...governing(type), ...reviewing(type), ...counting(type), ...telling(type)]
