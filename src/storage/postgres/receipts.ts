/** Writes entries into PostgreSQL's index: one statement a batch, in which the server adds up what was new. */

import type { Pool } from 'pg'
import { entryNumbers, type IndexEntry, type entryTexts } from '../../receipts/index-entry.ts'
import { Combos, comboColumns, toCombo, type Combo } from '../combos.ts'
import { asStored, fieldAt, labelsOf, rowColumns, toCharged, type RowColumn } from '../entry-fields.ts'
import { toStorageError } from '../errors.ts'
import { hoursOf, rollUp, rollUpValues, rollupTables } from '../rollups.ts'
import type { Progress } from '../store.ts'
import { opened } from './pool.ts'

const isWhole = ({ name, from }: RowColumn): boolean => name === 'combo' || from < entryNumbers.length

const columns = ['id', ...rowColumns.map(({ name }) => name)]
const names = columns.join(', ')
const values = columns.map((name) => (name === 'log' ? '(select logs.id from logs where logs.name = added.log)' : name)).join(', ')
const arrays = ['$1::text[]', ...rowColumns.map((column, at) => `$${at + 2}::${isWhole(column) ? 'bigint' : 'text'}[]`)].join(', ')
const texts = (after: number): string => `$${rowColumns.length + 1 + after}::text[]`
const whole = (after: number): string => `$${rowColumns.length + 1 + after}::bigint[]`

/** Columns as arrays, then the labels of each receipt and what it spent, by its id. Logs are there before: a statement does not see what it adds itself. */
const insertRows = `
  with added as (
    insert into receipts (${names}) select ${values} from unnest(${arrays}) as added (${names})
    on conflict (id) do nothing returning *
  ),
  hourly as (${hoursOf('added')}),
  ${rollupTables.map((table) => `${table}_grown as (${rollUp(table, 'select * from hourly')})`).join(', ')},
  values_grown as (${rollUpValues('select * from hourly')}),
  labelled as (
    insert into receipt_labels (label, value, created_at, seq)
    select label, value, created_at, seq from unnest(${texts(1)}, ${texts(2)}, ${texts(3)}) as told (receipt, label, value)
    join added on added.id = told.receipt on conflict do nothing
  ),
  grown as (
    insert into spending (counter, window_from, spent)
    select counter, window_from, least(sum(amount), ${Number.MAX_SAFE_INTEGER})::bigint from unnest(${texts(4)}, ${texts(5)}, ${whole(6)}, ${whole(7)}) as told (receipt, counter, window_from, amount)
    join added on added.id = told.receipt group by counter, window_from order by counter, window_from
    on conflict (counter, window_from) do update set spent = least(spending.spent + excluded.spent, ${Number.MAX_SAFE_INTEGER})
  )
  insert into logs (name, indexed) select name, indexed from unnest(${texts(8)}, ${whole(9)}) as reached (name, indexed)
  on conflict (name) do update set indexed = greatest(logs.indexed, excluded.indexed)`

const insertLogs = 'insert into logs (name, indexed) select name, 0 from unnest($1::text[]) as name on conflict (name) do nothing'

const quoted = comboColumns.map((name) => `"${name}"`).join(', ')
const insertCombos = `insert into combos (${quoted}) select * from unnest(${comboColumns.map((_, at) => `$${at + 1}::text[]`).join(', ')}) order by 1 on conflict (digest) do nothing`
const findCombos = 'select id, digest from combos where digest = any($1)'

export class ReceiptWriter {
  readonly #pool: Pool
  readonly #combos = new Combos()
  /** Logs that have their number: those that this process wrote or reads. A handful, since each is a process of the fleet. */
  readonly #logs = new Set<string>()

  constructor(pool: Pool) {
    this.#pool = pool
  }

  /** Combinations and logs are stored before, and stay where the rest fails: nothing counts them until a receipt does. */
  async append(entries: readonly IndexEntry[], progress: Progress | undefined): Promise<void> {
    try {
      await this.#addLogs([...new Set(entries.map((entry) => textOf(entry, 'log')))])
      const combos = await this.#combosOf(entries)
      const told = [...labelsIn(entries), ...chargesIn(entries)]
      const ids = entries.map(({ id }) => asStored(id))
      const filled = [ids, ...rowColumns.map(({ name, from }) => (name === 'combo' ? combos : entries.map((entry) => storedAt(entry, from))))]
      const reached = progress === undefined ? [[], []] : [[progress.log], [progress.indexed]]
      await opened(this.#pool).query({ name: 'append receipts', text: insertRows, values: [...filled, ...told, ...reached] })
    } catch (error) {
      throw toStorageError(error)
    }
  }

  async #addLogs(logs: readonly string[]): Promise<void> {
    const news = logs.filter((log) => log !== '' && !this.#logs.has(log))
    if (news.length === 0) return
    await opened(this.#pool).query(insertLogs, [news])
    for (const log of news) this.#logs.add(log)
  }

  async #combosOf(entries: readonly IndexEntry[]): Promise<readonly number[]> {
    const values = entries.map((entry) => textOf(entry, 'dimensions'))
    const unknown = new Map<string, number>()
    entries.forEach(({ numbers }, at) => {
      if (this.#combos.numberOf(values[at]!) === undefined) unknown.set(values[at]!, numbers[fieldAt.created_at]!)
    })
    const added = unknown.size === 0 ? unknown : await this.#lookUp(unknown)
    return values.map((one) => this.#combos.numberOf(one) ?? added.get(one)!)
  }

  /** Of each combination the number, and those that the database has not seen are stored. */
  async #lookUp(unknown: ReadonlyMap<string, number>): Promise<ReadonlyMap<string, number>> {
    const asked = [...unknown].map(([values, at]) => ({ values, at, combo: toCombo(values) }))
    const found = await this.#find(asked.map(({ combo }) => combo))
    const counted = asked.map(({ values, at, combo }) => {
      const admitted = found.has(combo.digest) ? values : this.#combos.admit(values, at)
      return { values, isItself: admitted === values, combo: admitted === values ? combo : toCombo(admitted) }
    })
    const news = counted.filter(({ combo }) => !found.has(combo.digest)).map(({ combo }) => combo)
    if (news.length > 0) await this.#add(news)
    const all = news.length > 0 ? await this.#find(counted.map(({ combo }) => combo)) : found
    for (const { values, isItself, combo } of counted) if (isItself) this.#combos.learn(values, all.get(combo.digest)!)
    return new Map(counted.map(({ values, combo }) => [values, all.get(combo.digest)!]))
  }

  async #find(combos: readonly Combo[]): Promise<ReadonlyMap<string, number>> {
    const { rows } = await opened(this.#pool).query<{ id: number; digest: string }>(findCombos, [combos.map(({ digest }) => digest)])
    return new Map(rows.map(({ id, digest }) => [digest, id]))
  }

  async #add(combos: readonly Combo[]): Promise<void> {
    const rows = combos.map(({ digest, values }) => [digest, ...values.map((value) => (value === null ? null : asStored(value)))])
    await opened(this.#pool).query(
      insertCombos,
      comboColumns.map((_, at) => rows.map((row) => row[at])),
    )
  }
}

const textOf = ({ texts }: IndexEntry, name: (typeof entryTexts)[number]): string => texts[fieldAt[name] - entryNumbers.length]!

function storedAt({ numbers, texts }: IndexEntry, field: number): string | number | null {
  if (field >= entryNumbers.length) return asStored(texts[field - entryNumbers.length]!) || null
  const number = numbers[field]!
  return Number.isNaN(number) ? null : number
}

/** The ids of receipts, and a label and its value for each. */
function labelsIn(entries: readonly IndexEntry[]): readonly [ids: string[], labels: string[], values: string[]] {
  const told: [string[], string[], string[]] = [[], [], []]
  for (const entry of entries) {
    const labels = textOf(entry, 'labels')
    for (const [label, value] of labels === '' ? [] : labelsOf(labels)) {
      told[0].push(entry.id)
      told[1].push(label)
      told[2].push(value)
    }
  }
  return told
}

/** The ids of receipts, and for each a counter, the beginning of its window, and what was spent of it. Who comes twice in a batch spent once. */
function chargesIn(entries: readonly IndexEntry[]): readonly [ids: string[], counters: string[], windows: number[], amounts: number[]] {
  const told: [string[], string[], number[], number[]] = [[], [], [], []]
  const first = new Map(entries.map((entry) => [entry.id, entry] as const).toReversed())
  for (const entry of first.values()) {
    const charges = textOf(entry, 'charges')
    for (const charge of charges === '' ? [] : (JSON.parse(charges) as readonly string[])) {
      const { counter, from } = toCharged(charge)
      told[0].push(entry.id)
      told[1].push(counter)
      told[2].push(from)
      told[3].push(entry.numbers[fieldAt.spent]!)
    }
  }
  return told
}
