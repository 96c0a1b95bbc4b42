/** Rows for people: columns as wide as what stands in them. */

export function table(given: readonly (readonly string[])[]): string {
  const rows = given.map((row) => row.map(plain))
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? []
  return rows
    .map((row) =>
      row
        .map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column]!)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** Names come from clients too: none of them may move the cursor, or turn what stands around it. */
export const plain = (text: string): string => text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\uFFFD')

/** A time for people, in their own zone where none is said. */
export function time(ms: number | null, timeZone?: string): string {
  return ms === null ? '' : new Date(ms).toLocaleString('sv-SE', { timeZone })
}
