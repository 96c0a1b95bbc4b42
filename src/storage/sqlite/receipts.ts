/** Writes entries into SQLite's index: one transaction a batch, and rollups of many batches at once. */

import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { Combos, comboColumns, toCombo, type Combo } from '../combos.ts'
import { fieldAt, labelsOf, rowColumns, toCharged } from '../entry-fields.ts'
import { hoursOf, rollUp, rollUpValues, rollupTables, sumNames } from '../rollups.ts'
import type { Progress } from '../store.ts'
import type { Batch, Value } from './messages.ts'
import { Unpacked } from './packed.ts'

/** Receipts that are added up at once, or when somebody asks: those of one batch have too little in common for it to be worth its while. */
const addedAtOnce = 5000

/** Nano-dollars, by the counters that are charged them: as an entry names all of one receipt, or each by itself. */
type Spending = Map<string, number>

/** Left to itself, SQLite would walk the index by hours from its beginning: it groups so, and what is new is everywhere in it. */
export const newSums = `insert into temp.grown ${hoursOf('receipts not indexed where seq > ?')}`

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
  readonly #gather: StatementSync
  readonly #rollUps: readonly StatementSync[]
  /** The values of one row behind its id, used again for every row. */
  readonly #row: Value[] = rowColumns.map(() => null)

  constructor(database: DatabaseSync) {
    this.#database = database
    // Sums of hours on their way to the rollups: what is new is read once, and not for each of them.
    database.exec(`create temp table grown (period, combo, ${sumNames.join(', ')})`)
    this.#insert = database.prepare(
      `insert into receipts (id, ${rowColumns.map(({ name }) => name).join(', ')}) values (?, ${marks(this.#row as string[])}) on conflict (id) do nothing`,
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
    this.#gather = database.prepare(newSums)
    const grown = 'select * from temp.grown'
    const texts = [...rollupTables.map((table) => rollUp(table, grown)), rollUpValues(grown), 'delete from temp.grown']
    this.#rollUps = texts.map((text) => database.prepare(text))
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
    this.#gather.run(after)
    for (const statement of this.#rollUps) statement.run()
    this.#markAdded.run(String(newest))
  }

  #write({ entries, progress }: Batch): void {
    const logs = new Map<string, number>()
    const spent: Spending = new Map()
    if (progress !== undefined) logs.set(progress.log, this.#advanceLog(progress))
    const unpacked = new Unpacked(entries)
    for (let at = 0; at < unpacked.count; at += 1) this.#writeEntry(unpacked.go(at), logs, spent)
    for (const [charge, amount] of addedUp(spent)) {
      const { counter, from } = toCharged(charge)
      this.#spend.run(counter, from, amount)
    }
  }

  #advanceLog({ log, indexed }: Progress): number {
    return (this.#advance.get(log, indexed) as { readonly id: number }).id
  }

  /** `logs` has the numbers of those in this batch, one as a rule; what an entry that is new here spent is added to `spent`. */
  #writeEntry(entry: Unpacked, logs: Map<string, number>, spent: Spending): void {
    const row = this.#row
    for (let at = 0; at < row.length; at += 1) row[at] = entry.value(rowColumns[at]!.from)
    const createdAt = row[createdAtAt] as number
    row[comboAt] = this.#comboOf(entry.text(fieldAt.dimensions), createdAt)
    const log = entry.text(fieldAt.log)
    if (log !== '') {
      if (!logs.has(log)) logs.set(log, this.#advanceLog({ log, indexed: 0 }))
      row[logAt] = logs.get(log)!
    }
    const { changes, lastInsertRowid } = this.#insert.run(entry.id, ...row)
    if (changes === 0) return
    const labels = entry.text(fieldAt.labels)
    if (labels !== '') for (const [label, value] of labelsOf(labels)) this.#insertLabel.run(label, value, createdAt, lastInsertRowid)
    const charges = entry.text(fieldAt.charges)
    if (charges !== '') add(spent, charges, entry.value(fieldAt.spent) as number)
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

const add = (spent: Spending, name: string, amount: number): void => void spent.set(name, Math.min((spent.get(name) ?? 0) + amount, Number.MAX_SAFE_INTEGER))

/** By each counter alone: a batch writes to a counter once, however many charge it together with others. */
function addedUp(spent: Spending): Spending {
  const sums: Spending = new Map()
  for (const [charges, amount] of spent) for (const charge of JSON.parse(charges) as readonly string[]) add(sums, charge, amount)
  return sums
}

const placeOf = (column: string): number => rowColumns.findIndex(({ name }) => name === column)
const createdAtAt = placeOf('created_at')
const comboAt = placeOf('combo')
const logAt = placeOf('log')
