/** Pages of receipts, newest first, that stay fast however rare the receipts are that fit. */

import { sql, type Kysely, type RawBuilder } from 'kysely'
import { dimensions } from '../receipts/index-entry.ts'
import { readCursor, writeCursor, type Place } from './cursor.ts'
import { knownOf, type KnownRow } from './known.ts'
import { allOf, comboConditions, rowConditions, type Condition } from './matching.ts'
import type { IndexedReceipt, ReceiptFilters, ReceiptPage, ReceiptQuery } from './store.ts'
import type { Tables } from './tables.ts'

const pageLimit = 200
/**
 * So many of the newest are looked at one by one. Where a page is not full by then, those that fit are so rare
 * that the newest of each combination that fits are few.
 */
const lookedAt = 5000

/** Where a query goes on: below the place of the last receipt, or from the newest. */
interface Range {
  readonly filters: ReceiptFilters
  readonly below: Place | undefined
  readonly size: number
}

export async function listReceipts(db: Kysely<Tables>, { limit, cursor, ...filters }: ReceiptQuery): Promise<ReceiptPage> {
  const size = Math.max(1, Math.min(limit, pageLimit))
  const below = cursor === undefined ? undefined : readCursor(cursor, filters)
  const seqs = await newest(db, { filters, below, size: size + 1 })
  const rows = await rowsOf(db, sql`r.seq in (${sql.join(seqs.length === 0 ? [0] : seqs)})`)
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

export async function countReceipts(db: Kysely<Tables>, filters: ReceiptFilters, most: number): Promise<number> {
  const found = await seqsOf(db, sql`select count(*) as seq from (${byCombo({ filters, below: undefined, size: most })} limit ${most}) as counted`)
  return found[0] ?? 0
}

/** The numbers of the newest receipts that fit, in order. */
async function newest(db: Kysely<Tables>, range: Range): Promise<readonly number[]> {
  if (range.filters.label !== undefined || range.filters.user !== undefined) return seqsOf(db, ordered(bySource(range), range))
  const among = await seqsOf(db, ordered(amongNewest(range), range))
  return among.length >= range.size ? among : seqsOf(db, ordered(byCombo(range), range))
}

const seqsOf = async (db: Kysely<Tables>, query: RawBuilder<unknown>): Promise<readonly number[]> =>
  (await (query as RawBuilder<{ seq: number }>).execute(db)).rows.map(({ seq }) => Number(seq))

const ordered = (query: RawBuilder<unknown>, { size }: Range): RawBuilder<unknown> =>
  sql`select seq from (${query}) as found order by created_at desc, seq desc limit ${size}`

const belowOf = ({ below }: Range, row: string): readonly Condition[] =>
  below === undefined ? [] : [sql`(${sql.ref(`${row}.created_at`)}, ${sql.ref(`${row}.seq`)}) < (${below.createdAt}, ${below.seq})`]

/** Walks the newest receipts. */
function amongNewest(range: Range): RawBuilder<unknown> {
  const walked = allOf([...rowConditions(range.filters, 'w'), ...belowOf(range, 'w')])
  const combos = comboConditions(range.filters)
  const rows = sql`select w.seq, w.created_at, w.combo from receipts as w where ${walked} order by w.created_at desc, w.seq desc limit ${combos.length === 0 ? range.size : lookedAt}`
  if (combos.length === 0) return rows
  return sql`select r.seq, r.created_at from (${rows}) as r join combos as c on c.id = r.combo where ${allOf(combos)} order by r.created_at desc, r.seq desc limit ${range.size}`
}

/** Of each combination that fits the newest that fit: no more than a page of each. */
function byCombo(range: Range): RawBuilder<unknown> {
  const rows = allOf([sql`n.combo = c.id`, ...rowConditions(range.filters, 'n'), ...belowOf(range, 'n')])
  const oldest = sql`select n.created_at from receipts as n where ${rows} order by n.created_at desc, n.seq desc limit 1 offset ${range.size - 1}`
  return sql`
    with fitting as materialized (
      select c.id, coalesce((${oldest}), 0) as oldest from combos as c where ${allOf(comboConditions(range.filters))}
    )
    select r.seq, r.created_at from fitting join receipts as r on r.combo = fitting.id and r.created_at >= fitting.oldest
    where ${allOf([...rowConditions(range.filters, 'r'), ...belowOf(range, 'r')])}`
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
