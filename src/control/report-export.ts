/** Receipts for other programs: CSV, JSON lines and OCSF events, page by page, so that none is held but the page that is written. */

import type { ListedReceipt } from '../contract/receipts.ts'
import { proofSignals, signals } from '../receipts/signals.ts'
import type { ReceiptFilters } from '../storage/store.ts'
import type { Control } from './control.ts'
import { toOcsf } from './ocsf.ts'
import { showReceipts } from './report-records.ts'

const pageSize = 200

interface Format {
  readonly type: string
  readonly head: string
  readonly row: (receipt: ListedReceipt) => string
}

const columns: readonly string[] = [...signals, ...proofSignals.filter(({ name }) => name === 'log' || name === 'position' || name === 'leaf_hash')].map(
  ({ name }) => name,
)

const formats = {
  csv: {
    type: 'text/csv; charset=utf-8; header=present',
    head: `${columns.join(',')}\r\n`,
    row: (receipt) => `${columns.map((name) => cell((receipt as unknown as Readonly<Record<string, unknown>>)[name])).join(',')}\r\n`,
  },
  jsonl: { type: 'application/x-ndjson; charset=utf-8', head: '', row: (receipt) => `${JSON.stringify(receipt)}\n` },
  ocsf: { type: 'application/x-ndjson; charset=utf-8', head: '', row: (receipt) => `${JSON.stringify(toOcsf(receipt))}\n` },
} as const satisfies { readonly [name: string]: Format }

export type FormatName = keyof typeof formats
export const typeOf = (format: FormatName): string => formats[format].type

/** Everything that fits, newest first. Where it breaks off, the answer does: what is there is no whole export. */
export async function* writeExport(format: FormatName, filters: ReceiptFilters, control: Pick<Control, 'store' | 'ledger'>): AsyncGenerator<string> {
  const { head, row }: Format = formats[format]
  if (head !== '') yield head
  let cursor: string | undefined
  do {
    const page = await control.store.receipts.list({ ...filters, limit: pageSize, ...(cursor !== undefined && { cursor }) })
    const receipts = await showReceipts(page.receipts, control)
    if (receipts.length > 0) yield receipts.map(row).join('')
    cursor = page.next
  } while (cursor !== undefined)
}

/** Quoted as RFC 4180 says. A text that a spreadsheet would take for a formula gets an apostrophe before it: names come from clients and providers. */
export function cell(value: unknown): string {
  if (value === null || value === undefined) return ''
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\r\n']/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
