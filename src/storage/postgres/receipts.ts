/** The statement that writes a batch of receipts into PostgreSQL: the server takes the lines apart, off the gateway's processor. */

import { columnType, filledColumns } from '../columns.ts'
import type { Column, ColumnType } from '../columns.ts'

/** As `toColumn` of `columns.ts`, in SQL. `case` keeps the server from converting what it has not checked. */
const expressions: { readonly [type in ColumnType]: (value: string) => string } = {
  integer: (value) => `case jsonb_typeof(${value}) when 'number' then case when abs((${value})::numeric) <= 9007199254740991 then (${value})::bigint end end`,
  real: (value) => `case jsonb_typeof(${value}) when 'number' then (${value})::double precision end`,
  flag: (value) => `case jsonb_typeof(${value}) when 'boolean' then (${value})::boolean end`,
  text: (value) => `case when jsonb_typeof(${value}) in ('string', 'object', 'array') then ${value} #>> '{}' end`,
}

/** Takes one parameter: the lines, joined by line feeds. `materialized` keeps the server from parsing a line once for each column. */
export function insertReceipts(columns: readonly Column[]): string {
  const all = filledColumns(columns)
  const names = all.map(({ name }) => `"${name}"`)
  const values = all.map((column) => expressions[columnType(column)](`receipt -> '${column.name}'`))
  return `
    with lines as materialized (select line, line::jsonb as receipt from unnest(string_to_array($1, chr(10))) as line)
    insert into receipts (${names.join(', ')}, body)
    select ${values.join(', ')}, line from lines
    on conflict (id) do nothing`
}
