/** Receipts as they are shown: what the log holds, or the index where the log is elsewhere, and what vouches for it. */

import type { ListedReceipt, ShownReceipt } from '../contract/receipts.ts'
import { readEntry } from '../receipts/entry.ts'
import { readRecord } from '../receipts/line.ts'
import { leafHash } from '../receipts/merkle.ts'
import { segmentsOf } from '../receipts/segments.ts'
import { signals, type ReceiptRecord } from '../receipts/signals.ts'
import type { EntryPlace, IndexedReceipt } from '../storage/store.ts'
import type { Control, Ledger } from './control.ts'

export async function showReceipts(receipts: readonly IndexedReceipt[], { ledger }: Pick<Control, 'ledger'>): Promise<readonly ListedReceipt[]> {
  const lines = await linesOf(receipts, ledger)
  return receipts.map((receipt, at) => show(receipt, lines[at]))
}

export async function proveReceipt(receipt: IndexedReceipt, { ledger }: Pick<Control, 'ledger'>): Promise<ShownReceipt> {
  const [line] = await linesOf([receipt], ledger)
  const shown = show(receipt, line)
  const proof = line === undefined || receipt.place === undefined ? undefined : await ledger.proofOf(receipt.place, line)
  const { checkpoint = null, signer = null } = proof ?? {}
  return { ...shown, checkpoint, signer, segments: segmentsOf(shown) }
}

/** The lines of entries, from the log of this machine or else from the index. */
async function linesOf(receipts: readonly IndexedReceipt[], ledger: Ledger): Promise<readonly (string | undefined)[]> {
  const placed = receipts.filter((receipt): receipt is IndexedReceipt & { readonly place: EntryPlace } => receipt.place !== undefined)
  const read = placed.length === 0 ? [] : await ledger.readLines(placed.map(({ place }) => place))
  const found = new Map(placed.map(({ id }, at) => [id, read[at]]))
  return receipts.map(({ id, body }) => found.get(id) ?? body)
}

function show({ place, known }: IndexedReceipt, line: string | undefined): ListedReceipt {
  const read = line === undefined ? undefined : readLine(line)
  const { log = null, position = null } = place ?? {}
  return { ...(read?.record ?? filled(known)), log, position, leaf_hash: read?.leaf ?? null, ...(read === undefined && { partial: true as const }) }
}

/** Receipts of before there was a log are JSON alone, and no entry. */
function readLine(line: string): { readonly record: ReceiptRecord; readonly leaf: string | null } | undefined {
  if (line.startsWith('{')) return { record: readRecord(line), leaf: null }
  const entry = readEntry(line)
  if (entry?.is !== 'whole' || entry.kind !== 'receipt') return undefined
  return { record: readRecord(entry.text), leaf: leafHash(Buffer.from(line)).toString('hex') }
}

const nothing = Object.fromEntries(signals.map(({ name }) => [name, null]))

const filled = (known: Partial<ReceiptRecord>): ReceiptRecord => ({ ...nothing, ...known }) as unknown as ReceiptRecord
