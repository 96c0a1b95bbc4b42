/** Pages of receipts, newest first, that stay fast however rare the receipts are that fit. */

import { sql, type Kysely, type RawBuilder } from 'kysely'
import { dimensions } from '../receipts/index-entry.ts'
import { readCursor, writeCursor, type Place } from './cursor.ts'
import type { Engine } from './engine.ts'
import { knownOf, type KnownRow } from './known.ts'
import { allOf, comboConditions, costConditions, rowConditions, timeConditions, type Condition } from './matching.ts'
import { hoursOfDay, periodMs } from './rollups.ts'
import type { IndexedReceipt, ReceiptFilters, ReceiptPage, ReceiptQuery } from './store.ts'
import type { Tables } from './tables.ts'

const pageLimit = 200
/**
 * So many of the newest are looked at one by one. Where a page is not full by then, those that fit are so rare
 * that the newest of each combination that fits are few.
 */
const lookedAt = 10_000

/** Days of the year 9999 are before it. */
const lastDay = 3_000_000
/** By how much more is looked at where too little was found. */
const growth = 16
const mostReceipts = 2 ** 40
const dayOf = (time: number): number => Math.floor(time / periodMs.rollups_day)

/** What is read, and how it is brought to have the sums of all that is there. */
type Index = Pick<Engine, 'db' | 'addUp'>

/** Where a query goes on: below the place of the last receipt, or from the newest. */
interface Range {
  readonly filters: ReceiptFilters
  readonly below: Place | undefined
  readonly size: number
}

export async function listReceipts(index: Index, { limit, cursor, ...filters }: ReceiptQuery): Promise<ReceiptPage> {
  const size = Math.max(1, Math.min(limit, pageLimit))
  const below = cursor === undefined ? undefined : readCursor(cursor, filters)
  const seqs = await newest(index, { filters, below, size: size + 1 })
  const rows = await rowsOf(index.db, sql`r.seq in (${sql.join(seqs.length === 0 ? [0] : seqs)})`)
  const page = rows.toSorted((one, other) => other.created_at - one.created_at || other.seq - one.seq).slice(0, size)
  const last = page.at(-1)
  return {
    receipts: page.map(toReceipt),
    next: seqs.length > size && last !== undefined ? writeCursor({ createdAt: last.created_at, seq: last.seq }, filters) : undefined,
  }
}

export async function findReceipt(db: Kysely<Tables>, id: string, filters: ReceiptFilters): Promise<IndexedReceipt | undefined> {
  const [row] = await rowsOf(db, allOf([sql`r.id = ${id}`, ...comboConditions(filters), ...rowConditions(filters, 'r')]))
  return row && toReceipt(row)
}

export async function countReceipts(index: Index, filters: ReceiptFilters, most: number): Promise<number> {
  return (await newest(index, { filters, below: undefined, size: most })).length
}

/** The numbers of the newest receipts that fit, in order. */
async function newest(index: Index, range: Range): Promise<readonly number[]> {
  const { db } = index
  if (range.filters.label !== undefined || range.filters.user !== undefined) return seqsOf(db, ordered(bySource(range), range))
  const among = await seqsOf(db, ordered(amongNewest(range), range))
  if (among.length >= range.size || comboConditions(range.filters).length === 0) return among
  await index.addUp()
  return amongRare(db, range)
}

/** Takes as many days as have enough by their sums; where too many of those are gone or do not fit exactly, more days. */
async function amongRare(db: Kysely<Tables>, range: Range): Promise<readonly number[]> {
  const oldest = await db.selectFrom('receipts').select('created_at').orderBy('created_at').limit(1).executeTakeFirst()
  if (oldest === undefined) return []
  const from = Math.max(range.filters.from ?? 0, oldest.created_at)
  const to = Math.min(range.filters.to ?? Infinity, (range.below?.createdAt ?? Infinity) + 1)
  const span = { first: dayOf(from), last: Number.isFinite(to) ? dayOf(to - 1) : lastDay }
  for (let wanted = range.size; ; wanted *= growth) {
    const found = await seqsOf(db, ordered(ofDays(range, span, wanted), range))
    if (found.length >= range.size || wanted > mostReceipts) return found
    const [{ calls } = { calls: 0 }] = (await callsOf(range, span).execute(db)).rows
    if (Number(calls) <= wanted) return found
  }
}

const seqsOf = async (db: Kysely<Tables>, query: RawBuilder<unknown>): Promise<readonly number[]> =>
  (await (query as RawBuilder<{ seq: number }>).execute(db)).rows.map(({ seq }) => Number(seq))

const ordered = (query: RawBuilder<unknown>, { size }: Range): RawBuilder<unknown> =>
  sql`select seq from (${query}) as found order by created_at desc, seq desc limit ${size}`

const belowOf = ({ below }: Range, row: string): readonly Condition[] =>
  below === undefined ? [] : [sql`(${sql.ref(`${row}.created_at`)}, ${sql.ref(`${row}.seq`)}) < (${below.createdAt}, ${below.seq})`]

/** Walks the newest receipts. */
function amongNewest(range: Range): RawBuilder<unknown> {
  // Whatever they cost: a walk that passes over those that do not fit would go on to the oldest.
  const walked = allOf([...timeConditions(range.filters, 'w'), ...belowOf(range, 'w')])
  const combos = comboConditions(range.filters)
  const rows = sql`select w.seq, w.created_at, w.combo, w.cost from receipts as w where ${walked} order by w.created_at desc, w.seq desc limit ${combos.length === 0 ? range.size : lookedAt}`
  if (combos.length === 0) return rows
  return sql`select r.seq, r.created_at from (${rows}) as r join combos as c on c.id = r.combo where ${allOf([...costConditions(range.filters, 'r'), ...combos])} order by r.created_at desc, r.seq desc limit ${range.size}`
}

interface Days {
  readonly first: number
  readonly last: number
}

/** The days of each combination that fits. */
const daysOf = ({ filters }: Range, { first, last }: Days): RawBuilder<unknown> => sql`
  fitting as materialized (select c.id from combos as c where ${allOf(comboConditions(filters))}),
  days as materialized (
    select d.period, d.combo, d.calls, d.hours from fitting cross join rollups_day as d
    where d.combo = fitting.id and d.period >= ${first} and d.period <= ${last}
  )`

const callsOf = (range: Range, days: Days) => sql<{ calls: number | null }>`with ${daysOf(range, days)} select cast(sum(calls) as bigint) as calls from days`

/** In this order, for which `cross join` stands in SQLite: of the newest days that have so many calls together, but for the last, which may not be whole. */
function ofDays(range: Range, days: Days, wanted: number): RawBuilder<unknown> {
  const conditions = allOf([...rowConditions(range.filters, 'r'), ...belowOf(range, 'r')])
  return sql`
    with ${daysOf(range, days)},
    running as (select period, sum(sum(calls)) over (order by period desc) as calls from days where period < ${days.last} group by period),
    oldest as materialized (select coalesce(max(period), 0) as period from running where calls >= ${wanted}),
    hour_of_day as materialized (${sql.join(
      Array.from({ length: hoursOfDay }, (_, hour) => sql`select ${sql.lit(hour)} as hour`),
      sql` union all `,
    )})
    select r.seq, r.created_at
    from days cross join hour_of_day cross join receipts as r
    where days.hours >> hour_of_day.hour & 1 = 1 and (r.created_at / 3600000) = days.period * ${sql.lit(hoursOfDay)} + hour_of_day.hour and r.combo = days.combo
    and days.period >= (select period from oldest) and ${conditions}`
}

/** Walks those of a label, or of a user, which stand in order by themselves. */
function bySource(range: Range): RawBuilder<unknown> {
  const { label, user } = range.filters
  const labelled = label && sql`receipt_labels as l join receipts as r on r.seq = l.seq`
  const source = labelled ?? sql`receipts as r`
  const conditions = [
    ...(label === undefined ? [] : [sql`l.label = ${label.name}`, sql`l.value = ${label.value}`, ...belowOf(range, 'l')]),
    ...(user === undefined ? [] : [sql`r.user_pseudonym = ${user}`]),
    ...rowConditions(range.filters, 'r'),
    ...belowOf(range, 'r'),
    ...comboConditions(range.filters),
  ]
  const by = sql.ref(label === undefined ? 'r' : 'l')
  return sql`
    select r.seq, r.created_at from ${source} join combos as c on c.id = r.combo where ${allOf(conditions)}
    order by ${by}.created_at desc, ${by}.seq desc limit ${range.size}`
}

type Found = KnownRow & { readonly log_name: string | null }

async function rowsOf(db: Kysely<Tables>, condition: Condition): Promise<readonly Found[]> {
  const query = sql<Found>`
    select r.*, ${sql.join(dimensions.map((name) => sql.ref(`c.${name}`)))}, logs.name as log_name
    from receipts as r join combos as c on c.id = r.combo left join logs on logs.id = r.log where ${condition}`
  return (await query.execute(db)).rows
}

function toReceipt(row: Found): IndexedReceipt {
  const { id, log_name: log, position, entry_offset: offset, entry_length: length } = row
  const place = log === null || position === null || offset === null || length === null ? undefined : { log, position, offset, length }
  return { id, place, body: row.body ?? undefined, known: knownOf(row) }
}
