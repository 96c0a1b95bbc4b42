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

/** What is to be added up of a budget's counter: nano-dollars, in the window that began then. */
export interface Charged {
  readonly counter: string
  readonly from: number
  readonly amount: number
}

/** Of a receipt. A counter's name may have an `@` in it: the last one stands before the window. */
export function chargesOf(charges: string): readonly Charged[] {
  const [amount, ...counters] = JSON.parse(charges) as readonly [amount: number, ...counters: string[]]
  return counters.map((counter) => {
    const at = counter.lastIndexOf('@')
    return { counter: asStored(counter.slice(0, at)), from: Number(counter.slice(at + 1)), amount }
  })
}

export const asStored = (text: string): string => text.replaceAll('\0', '\ufffd').toWellFormed()
