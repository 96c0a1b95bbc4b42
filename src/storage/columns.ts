/** How the kinds of signals are stored: one column type each, and how its value is taken out of a receipt's line. */

import type { Signal } from '../receipts/signals.ts'

/** A signal that has a column of its own. */
export type Column = Pick<Signal, 'name' | 'kind'>
export type ColumnType = 'integer' | 'real' | 'flag' | 'text'

const kinds: { readonly [kind in Signal['kind']]: ColumnType } = {
  count: 'integer',
  number: 'real',
  duration: 'integer',
  time: 'integer',
  money: 'integer',
  choice: 'text',
  flag: 'flag',
  id: 'text',
  hash: 'text',
  name: 'text',
  labels: 'text',
  list: 'text',
}

export const columnType = (column: Column): ColumnType => kinds[column.kind]

/** The columns that every receipt has had since the first migration; the list of signals adds the others. */
const firstColumns: readonly Column[] = [
  { name: 'id', kind: 'id' },
  { name: 'created_at', kind: 'time' },
  { name: 'key_id', kind: 'id' },
]

/** The columns to keep beside the first ones. Throws on a name that is no plain word: it stands in SQL. */
export function addedColumns(columns: readonly Column[]): readonly Column[] {
  const added = columns.filter(({ name }) => !firstColumns.some((first) => first.name === name))
  const strange = added.find(({ name }) => !/^[a-z][a-z0-9_]{0,62}$/.test(name) || name === 'body')
  if (strange !== undefined) throw new TypeError(`the signal ${JSON.stringify(strange.name)} cannot be the name of a column`)
  return added
}

/** All columns that are filled from a receipt's line. */
export const filledColumns = (columns: readonly Column[]): readonly Column[] => [...firstColumns, ...addedColumns(columns)]

type Value = string | number | null

/**
 * What a column holds of a value. One that is not of the column's kind stands in the line alone, so that no receipt is lost
 * over one signal. `postgres/append.ts` says the same in SQL.
 */
export const toColumn: { readonly [type in ColumnType]: (value: unknown) => Value } = {
  integer: (value) => {
    const whole = typeof value === 'number' ? Math.round(value) : undefined
    return Number.isSafeInteger(whole) ? whole! : null
  },
  real: (value) => (typeof value === 'number' ? value : null),
  flag: (value) => (typeof value === 'boolean' ? Number(value) : null),
  text: (value) => (typeof value === 'string' ? value : typeof value === 'object' && value !== null ? JSON.stringify(value) : null),
}
