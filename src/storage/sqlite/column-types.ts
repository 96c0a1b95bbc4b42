/** What SQLite calls the types of columns. */

import type { TypeNames } from '../migrations.ts'

// oxfmt-ignore
export const types: TypeNames = {
  id: 'text', text: 'text', integer: 'integer', real: 'real', flag: 'integer', bytes: 'blob', serial: 'integer primary key',
  table: ' strict', sorted: ' strict, without rowid', countersApart: true,
}
