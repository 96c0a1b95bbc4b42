/** Writes receipts into SQLite: one transaction a batch, one prepared statement for all. */

import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { isObject } from '../../base/json.ts'
import { columnType, filledColumns, toColumn } from '../columns.ts'
import type { Column } from '../columns.ts'
import { StorageError } from '../errors.ts'
import type { Value } from './messages.ts'

export class ReceiptWriter {
  readonly #database: DatabaseSync
  readonly #columns: readonly { readonly name: string; readonly convert: (value: unknown) => Value }[]
  readonly #insert: StatementSync
  /** The values of one row, used again for every row. */
  readonly #row: Value[]

  constructor(database: DatabaseSync, columns: readonly Column[]) {
    const all = filledColumns(columns)
    this.#database = database
    this.#columns = all.map((column) => ({ name: column.name, convert: toColumn[columnType(column)] }))
    this.#row = Array.from({ length: all.length + 1 }, () => null)
    const names = all.map(({ name }) => `"${name}"`).join(', ')
    const marks = all.map(() => '?').join(', ')
    this.#insert = database.prepare(`insert into receipts (${names}, body) values (${marks}, ?) on conflict (id) do nothing`)
  }

  append(lines: string): undefined {
    this.#database.exec('begin immediate')
    try {
      for (const line of lines.split('\n')) this.#write(line)
      this.#database.exec('commit')
    } catch (error) {
      // Some faults, a full disk among them, have rolled it back already.
      if (this.#database.isTransaction) this.#database.exec('rollback')
      throw error
    }
  }

  #write(line: string): void {
    const receipt = parse(line)
    const columns = this.#columns
    const row = this.#row
    for (let index = 0; index < columns.length; index += 1) {
      const { name, convert } = columns[index]!
      row[index] = convert(receipt[name])
    }
    row[columns.length] = line
    this.#insert.run(...row)
  }
}

function parse(line: string): { readonly [signal: string]: unknown } {
  try {
    const receipt: unknown = JSON.parse(line)
    if (isObject(receipt)) return receipt
  } catch {
    // Said below, without the parser's words: they quote the line.
  }
  throw new StorageError('invalid', 'A receipt is one line of JSON, an object.')
}
