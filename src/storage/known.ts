/** What the index itself knows of a receipt: its dimensions and its numbers, as the signals that they are. */

import { dimensions, entryNumbers } from '../receipts/index-entry.ts'
import { signals, type ReceiptRecord } from '../receipts/signals.ts'
import type { ReceiptRow } from './tables.ts'

export type KnownRow = ReceiptRow & { readonly [dimension: string]: string | number | null }

const readers: { readonly [kind: string]: (value: string) => string | number | boolean } = { flag: (value) => value === 'true', count: Number }
const kinds = new Map<string, string>(signals.map(({ name, kind }) => [name, kind]))

/** What is null is left out. */
export function knownOf(row: KnownRow): Partial<ReceiptRecord> {
  const known: { [name: string]: unknown } = { id: row.id }
  for (const name of entryNumbers) if (row[name] !== null) known[name] = row[name]
  if (row.user_pseudonym !== null) known.user_pseudonym = row.user_pseudonym
  for (const name of dimensions) {
    const [value, kind] = [row[name], kinds.get(name)]
    if (typeof value === 'string' && kind !== undefined) known[name] = readers[kind]?.(value) ?? value
  }
  return known
}
