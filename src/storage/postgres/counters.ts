/** The bank of counters in PostgreSQL: one short transaction an exchange, on connections of its own, by the server's clock. */

import type { Pool, PoolClient } from 'pg'
import { answerAsk, endOf } from '../../policy/counter-account.ts'
import type { Bank, CounterAsk } from '../../policy/counter.ts'
import { accountOf, selectKnown, windowOf, type Known } from '../counters-known.ts'
import { toStorageError } from '../errors.ts'
import type { PostgresOptions } from '../store.ts'
import { opened, openPool } from './pool.ts'

/** One for exchanges, and one that says meanwhile that this process lives. Whoever is stopped with counters in hand loses them to the others. */
const terms = { connections: 2, statementMs: 2000, restMs: 2000 }

/** Counters that are forgotten at once. */
const mostForgotten = 500

interface Query {
  readonly name: string
  readonly text: string
}

/** Under its name a connection keeps it prepared. */
const query = (name: string, text: string): Query => ({ name, text })

const clock = 'floor(extract(epoch from clock_timestamp()) * 1000)::bigint'

/** In the order of their key, so that no two processes wait for each other. */
const lock = query(
  'lock counters',
  'select 1 from counters where (id, window_from) in (select * from unnest($1::text[], $2::bigint[])) order by id, window_from for update',
)
const begin = query(
  'begin counters',
  `
  insert into counters (id, window_from, taken, filled_at, capacity)
  select id, window_from, 0, ${clock}, 0 from unnest($1::text[], $2::bigint[]) as a (id, window_from) order by id collate "C", window_from on conflict do nothing`,
)
const read = query(
  'read counters',
  selectKnown({ asked: '(select * from unnest($1::text[], $2::bigint[]) with ordinality as n (id, window_from, place))', me: '$3', now: clock }),
)
const look = query('look at the clock', `select ${clock} as now`)
const write = query(
  'write counters',
  `
  with told as (
    select * from unnest($1::text[], $2::bigint[], $4::bigint[], $5::float8[], $6::bigint[], $7::bigint[], $8::bigint[])
    as told (id, window_from, taken, filled_at, capacity, ends_at, held)
  ),
  counted as (
    update counters as c set taken = told.taken, filled_at = told.filled_at, capacity = told.capacity, ends_at = told.ends_at
    from told where c.id = told.id and c.window_from = told.window_from
  ),
  released as (
    delete from shares as s using told where s.counter = told.id and s.window_from = told.window_from and s.instance = $3 and told.held = 0
  )
  insert into shares (counter, window_from, instance, held) select id, window_from, $3, held from told where held > 0
  on conflict (counter, window_from, instance) do update set held = excluded.held`,
)
const keep = query(
  'keep shares',
  `insert into holders (instance, ends_at) values ($1, ${clock} + $2) on conflict (instance) do update set ends_at = excluded.ends_at`,
)
/** What others are at is left to them. */
const lapse = query(
  'let shares lapse',
  `
  with over as (delete from holders where ends_at <= ${clock} returning instance)
  delete from shares where (counter, window_from, instance) in
  (select s.counter, s.window_from, s.instance from shares as s join over on over.instance = s.instance for update of s skip locked)`,
)
const forget = query(
  'forget counters',
  `
  with over as (
    delete from counters where (id, window_from) in (select id, window_from from counters where ends_at < ${clock} limit ${mostForgotten} for update skip locked)
    returning id, window_from
  )
  delete from spending as s using over where s.counter = over.id and s.window_from = over.window_from`,
)
const leave = query('leave shares', 'with gone as (delete from holders where instance = $1) delete from shares where instance = $1')

export async function openPostgresCounters({ url }: PostgresOptions, instance: string): Promise<Bank> {
  const pool = await openPool(url, terms)
  const run = (one: Query, values: unknown[] = []) => opened(pool).query({ ...one, values })
  return {
    exchange: (asks) => inTransaction(pool, (client) => exchange(client, instance, asks)),
    keep: async (ms) => {
      try {
        await run(keep, [instance, ms])
        for (const one of [lapse, forget]) await run(one)
      } catch (error) {
        throw toStorageError(error)
      }
    },
    close: async () => {
      try {
        await run(leave, [instance])
      } catch (error) {
        throw toStorageError(error)
      } finally {
        await pool.end()
      }
    },
  }
}

async function exchange(client: PoolClient, instance: string, asks: readonly CounterAsk[]): ReturnType<Bank['exchange']> {
  const run = <Row extends object>(one: Query, values: unknown[]) => client.query<Row>({ ...one, values })
  const counters = [asks.map((ask) => ask.terms.id), asks.map((ask) => windowOf(ask.terms))]
  if ((await run(lock, counters)).rowCount! < asks.length) {
    await run(begin, counters)
    await run(lock, counters)
  }
  const { rows } = await run<Known>(read, [...counters, instance])
  const now = rows.at(-1)?.now ?? (await run<{ readonly now: number }>(look, [])).rows[0]!.now
  const accounts = asks.map((ask, at) => accountOf(ask.terms, rows[at]!))
  const answers = asks.map((ask, at) => answerAsk(ask, accounts[at]!, now))
  await run(write, [
    ...counters,
    instance,
    answers.map(({ taken }, at) => (asks[at]!.terms.kind === 'window' ? accounts[at]!.debt : taken)),
    answers.map(({ at }) => at),
    asks.map(({ terms }) => terms.capacity),
    answers.map((answer, at) => endOf(asks[at]!.terms, answer, now)),
    answers.map(({ held }) => held),
  ])
  return { at: now, states: answers.map(({ state }) => state) }
}

async function inTransaction<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  let client: PoolClient | undefined
  try {
    client = await opened(pool).connect()
    await client.query('begin')
    const result = await work(client)
    await client.query('commit')
    client.release()
    return result
  } catch (error) {
    // What the connection is at nobody knows: the next exchange opens another.
    client?.release(true)
    throw toStorageError(error)
  }
}
