/** How the fields of an entry become a row of the index. */

import { entryNumbers, entryTexts } from '../receipts/index-entry.ts'

type FieldName = (typeof entryNumbers)[number] | (typeof entryTexts)[number]

/** Where each field stands in an entry: its numbers first, then its texts. */
export const fieldAt = Object.fromEntries([...entryNumbers, ...entryTexts].map((name, at) => [name, at])) as { readonly [name in FieldName]: number }

/** A column of `receipts` beside the id, and the field that it is filled from. Logs and combinations stand there by their numbers. */
export interface RowColumn {
  readonly name: string
  readonly from: number
}

/** Columns that are not called as their fields are. */
const columnNames: { readonly [name in FieldName]?: string } = { offset: 'entry_offset', length: 'entry_length', line: 'body', dimensions: 'combo' }
/** What is found beside the rows. */
const besides: ReadonlySet<FieldName> = new Set(['spent', 'labels', 'charges'])

export const rowColumns: readonly RowColumn[] = [...entryNumbers, ...entryTexts]
  .filter((field) => !besides.has(field))
  .map((field) => ({ name: columnNames[field] ?? field, from: fieldAt[field] }))

/** Names and values of labels. They are a client's words: a character that a database cannot hold must keep no receipt out of it. */
export function labelsOf(labels: string): readonly (readonly [label: string, value: string])[] {
  const found = Object.entries(JSON.parse(labels) as Readonly<Record<string, unknown>>)
  return found.map(([label, value]) => [asStored(label), asStored(String(value))])
}

/** A counter of a budget, and when the window began that is charged. */
export interface Charged {
  readonly counter: string
  readonly from: number
}

/** As the signal `budgets` names it. A counter's name may have an `@` in it: the last one stands before the window. */
export function toCharged(charge: string): Charged {
  const at = charge.lastIndexOf('@')
  return { counter: asStored(charge.slice(0, at)), from: Number(charge.slice(at + 1)) }
}

export const asStored = (text: string): string => text.replaceAll('\0', '\ufffd').toWellFormed()
