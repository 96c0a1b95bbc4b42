/** Writes entries into SQLite's index: one transaction a batch, and rollups of what was new in it. */

import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { entryFields } from '../../receipts/index-entry.ts'
import { Combos, comboColumns, toCombo, type Combo } from '../combos.ts'
import { StorageError } from '../errors.ts'
import { fieldAt, labelsOf, rowColumns } from '../entry-fields.ts'
import { rollUp, rollupTables } from '../rollups.ts'
import type { Progress } from '../store.ts'
import type { Batch, Value } from './messages.ts'

const marks = (names: readonly string[]): string => names.map(() => '?').join(', ')

export class ReceiptWriter {
  readonly #database: DatabaseSync
  readonly #combos = new Combos()
  readonly #insert: StatementSync
  readonly #insertLabel: StatementSync
  readonly #findCombo: StatementSync
  readonly #insertCombo: StatementSync
  readonly #advance: StatementSync
  readonly #newest: StatementSync
  readonly #rollUps: readonly StatementSync[]
  /** The values of one row, used again for every row. */
  readonly #row: Value[] = rowColumns.map(() => null)

  constructor(database: DatabaseSync) {
    this.#database = database
    this.#insert = database.prepare(
      `insert into receipts (${rowColumns.map(({ name }) => name).join(', ')}) values (${marks(this.#row as string[])}) on conflict (id) do nothing`,
    )
    this.#insertLabel = database.prepare('insert into receipt_labels (label, value, created_at, seq) values (?, ?, ?, ?) on conflict do nothing')
    this.#findCombo = database.prepare('select id from combos where digest = ?')
    this.#insertCombo = database.prepare(`insert into combos (${comboColumns.map((name) => `"${name}"`).join(', ')}) values (${marks(comboColumns)})`)
    this.#advance = database.prepare(
      'insert into logs (name, indexed) values (?, ?) on conflict (name) do update set indexed = max(indexed, excluded.indexed) returning id',
    )
    this.#newest = database.prepare('select coalesce(max(seq), 0) as seq from receipts')
    this.#rollUps = rollupTables.map((table) => database.prepare(rollUp(table, 'receipts where seq > ?')))
  }

  append(batch: Batch): undefined {
    this.#database.exec('begin immediate')
    try {
      this.#write(batch)
      this.#database.exec('commit')
    } catch (error) {
      this.#combos.forget()
      // Some faults, a full disk among them, have rolled it back already.
      if (this.#database.isTransaction) this.#database.exec('rollback')
      throw error
    }
  }

  /** New rows have numbers above all others. */
  #write({ entries, progress }: Batch): void {
    const { seq } = this.#newest.get() as { readonly seq: number }
    const logs = new Map<string, number>()
    if (progress !== undefined) logs.set(progress.log, this.#advanceLog(progress))
    for (const entry of entries === '' ? [] : entries.split('\n')) this.#writeEntry(entry.split('\t'), logs)
    for (const statement of this.#rollUps) statement.run(seq)
  }

  #advanceLog({ log, indexed }: Progress): number {
    return (this.#advance.get(log, indexed) as { readonly id: number }).id
  }

  /** `logs` has the numbers of those in this batch, one as a rule. */
  #writeEntry(fields: readonly string[], logs: Map<string, number>): void {
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
    if (changes === 0 || fields[fieldAt.labels] === '') return
    for (const [label, value] of labelsOf(fields[fieldAt.labels]!)) this.#insertLabel.run(label, value, fields[fieldAt.created_at]!, lastInsertRowid)
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

const comboAt = rowColumns.findIndex(({ name }) => name === 'combo')
const logAt = rowColumns.findIndex(({ name }) => name === 'log')
