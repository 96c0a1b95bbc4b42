/** Writes entries into SQLite's index: one transaction a batch, and rollups of many batches at once. */

import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { entryFields } from '../../receipts/index-entry.ts'
import { Combos, comboColumns, toCombo, type Combo } from '../combos.ts'
import { StorageError } from '../errors.ts'
import { chargesOf, fieldAt, labelsOf, rowColumns } from '../entry-fields.ts'
import { rollUp, rollUpValues, rollupTables } from '../rollups.ts'
import type { Progress } from '../store.ts'
import type { Batch, Value } from './messages.ts'

/** Receipts that are added up at once, or when somebody asks: those of one batch have too little in common for it to be worth its while. */
const addedAtOnce = 5000

/** What a batch spent, by the counters as they stand behind the amount: they are the same for most of its receipts. */
type Spending = Map<string, number>

const marks = (names: readonly string[]): string => names.map(() => '?').join(', ')

export class ReceiptWriter {
  readonly #database: DatabaseSync
  readonly #combos = new Combos()
  readonly #insert: StatementSync
  readonly #insertLabel: StatementSync
  readonly #spend: StatementSync
  readonly #findCombo: StatementSync
  readonly #insertCombo: StatementSync
  readonly #advance: StatementSync
  readonly #newest: StatementSync
  readonly #added: StatementSync
  readonly #markAdded: StatementSync
  readonly #rollUps: readonly StatementSync[]
  /** The values of one row, used again for every row. */
  readonly #row: Value[] = rowColumns.map(() => null)

  constructor(database: DatabaseSync) {
    this.#database = database
    this.#insert = database.prepare(
      `insert into receipts (${rowColumns.map(({ name }) => name).join(', ')}) values (${marks(this.#row as string[])}) on conflict (id) do nothing`,
    )
    this.#insertLabel = database.prepare('insert into receipt_labels (label, value, created_at, seq) values (?, ?, ?, ?) on conflict do nothing')
    this.#spend = database.prepare(
      `insert into spending (counter, window_from, spent) values (?, ?, ?) on conflict do update set spent = min(spent + excluded.spent, ${Number.MAX_SAFE_INTEGER})`,
    )
    this.#findCombo = database.prepare('select id from combos where digest = ?')
    this.#insertCombo = database.prepare(`insert into combos (${comboColumns.map((name) => `"${name}"`).join(', ')}) values (${marks(comboColumns)})`)
    this.#advance = database.prepare(
      'insert into logs (name, indexed) values (?, ?) on conflict (name) do update set indexed = max(indexed, excluded.indexed) returning id',
    )
    this.#newest = database.prepare('select coalesce(max(seq), 0) as seq from receipts')
    this.#added = database.prepare(`select value from facts where name = 'added_up'`)
    this.#markAdded = database.prepare(`insert into facts (name, value) values ('added_up', ?) on conflict (name) do update set value = excluded.value`)
    const news = 'receipts where seq > ?'
    this.#rollUps = [...rollupTables.map((table) => rollUp(table, news)), rollUpValues(news)].map((text) => database.prepare(text))
  }

  append(batch: Batch): undefined {
    this.#inTransaction(() => {
      this.#write(batch)
      if (this.#waiting().length > addedAtOnce) this.#addUp()
    })
  }

  /** Brings the rollups to what is there: a reader sees the sums of all receipts that it could find. */
  addUp(): undefined {
    if (this.#waiting().length > 0) this.#inTransaction(() => this.#addUp())
  }

  #inTransaction(work: () => void): void {
    this.#database.exec('begin immediate')
    try {
      work()
      this.#database.exec('commit')
    } catch (error) {
      this.#combos.forget()
      // Some faults, a full disk among them, have rolled it back already.
      if (this.#database.isTransaction) this.#database.exec('rollback')
      throw error
    }
  }

  /** Receipts that the rollups do not have: new rows have numbers above all others. */
  #waiting(): { readonly after: number; readonly length: number; readonly newest: number } {
    const after = Number(this.#added.get()?.['value'] ?? 0)
    const newest = Number(this.#newest.get()!['seq'])
    return { after, length: newest - after, newest }
  }

  #addUp(): void {
    const { after, newest } = this.#waiting()
    for (const statement of this.#rollUps) statement.run(after)
    this.#markAdded.run(String(newest))
  }

  #write({ entries, progress }: Batch): void {
    const logs = new Map<string, number>()
    const spent: Spending = new Map()
    if (progress !== undefined) logs.set(progress.log, this.#advanceLog(progress))
    for (const entry of entries === '' ? [] : entries.split('\n')) this.#writeEntry(entry.split('\t'), logs, spent)
    for (const [counters, amount] of spent) for (const { counter, from } of chargesOf(`[${amount},${counters}`)) this.#spend.run(counter, from, amount)
  }

  #advanceLog({ log, indexed }: Progress): number {
    return (this.#advance.get(log, indexed) as { readonly id: number }).id
  }

  /** `logs` has the numbers of those in this batch, one as a rule; what an entry that is new here spent is added to `spent`. */
  #writeEntry(fields: readonly string[], logs: Map<string, number>, spent: Spending): void {
    if (fields.length !== entryFields.length) throw new StorageError('invalid', 'An entry of the index has other fields than these.')
    const row = this.#row
    for (let at = 0; at < rowColumns.length; at += 1) row[at] = fields[rowColumns[at]!.from] || null
    row[comboAt] = this.#comboOf(fields[fieldAt.dimensions]!, Number(fields[fieldAt.created_at]))
    const log = fields[fieldAt.log]!
    if (log !== '') {
      if (!logs.has(log)) logs.set(log, this.#advanceLog({ log, indexed: 0 }))
      row[logAt] = logs.get(log)!
    }
    const { changes, lastInsertRowid } = this.#insert.run(...row)
    if (changes === 0) return
    const labels = fields[fieldAt.labels]!
    if (labels !== '') for (const [label, value] of labelsOf(labels)) this.#insertLabel.run(label, value, fields[fieldAt.created_at]!, lastInsertRowid)
    const charges = fields[fieldAt.charges]!
    if (charges !== '') addTo(spent, charges)
  }

  #comboOf(values: string, at: number): number {
    const known = this.#combos.numberOf(values)
    if (known !== undefined) return known
    const found = this.#find(toCombo(values))
    const counted = found === undefined ? this.#combos.admit(values, at) : values
    const number = found ?? this.#add(toCombo(counted))
    if (counted === values) this.#combos.learn(values, number)
    return number
  }

  #find({ digest }: Combo): number | undefined {
    return (this.#findCombo.get(digest) as { readonly id: number } | undefined)?.id
  }

  #add(combo: Combo): number {
    return this.#find(combo) ?? Number(this.#insertCombo.run(combo.digest, ...combo.values).lastInsertRowid)
  }
}

function addTo(spent: Spending, charges: string): void {
  const at = charges.indexOf(',')
  if (at === -1) return
  const counters = charges.slice(at + 1)
  spent.set(counters, Math.min((spent.get(counters) ?? 0) + Number(charges.slice(1, at)), Number.MAX_SAFE_INTEGER))
}

const comboAt = rowColumns.findIndex(({ name }) => name === 'combo')
const logAt = rowColumns.findIndex(({ name }) => name === 'log')
