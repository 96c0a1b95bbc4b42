/** How the fields of an entry become a row of the index. */

import { entryFields, entryNumbers } from '../receipts/index-entry.ts'

type FieldName = (typeof entryFields)[number]

/** Where each field stands in an entry. */
export const fieldAt = Object.fromEntries(entryFields.map((name, at) => [name, at])) as { readonly [name in FieldName]: number }

/** A column of `receipts`, and the field that it is filled from. Logs and combinations stand there by their numbers. */
export interface RowColumn {
  readonly name: string
  readonly from: number
  readonly isText: boolean
}

const column = (name: string, field: FieldName, isText = false): RowColumn => ({ name, from: fieldAt[field], isText })

export const rowColumns: readonly RowColumn[] = [
  column('id', 'id', true),
  ...entryNumbers.map((name) => column(name, name)),
  column('user_pseudonym', 'user_pseudonym', true),
  column('log', 'log'),
  column('position', 'position'),
  column('entry_offset', 'offset'),
  column('entry_length', 'length'),
  column('body', 'line', true),
  column('combo', 'dimensions'),
]

/** Names and values of labels. They are a client's words: a character that a database cannot hold must keep no receipt out of it. */
export function labelsOf(labels: string): readonly (readonly [label: string, value: string])[] {
  const found = Object.entries(JSON.parse(labels) as Readonly<Record<string, unknown>>)
  return found.map(([label, value]) => [asStored(label), asStored(String(value))])
}

export const asStored = (text: string): string => text.replaceAll('\0', '\ufffd').toWellFormed()
