/** Receipts as they are shown: what the log holds, or the index where the log is elsewhere, and what vouches for it. */

import type { ListedReceipt, ShownReceipt } from '../contract/receipts.ts'
import { leafOf, readEntry } from '../receipts/entry.ts'
import { readRecord } from '../receipts/line.ts'
import { leafHash } from '../receipts/merkle.ts'
import { segmentsOf } from '../receipts/segments.ts'
import { signals, type ReceiptRecord } from '../receipts/signals.ts'
import type { EntryPlace, IndexedReceipt } from '../storage/store.ts'
import type { Control } from './control.ts'

export async function showReceipts(receipts: readonly IndexedReceipt[], { ledger }: Pick<Control, 'ledger'>): Promise<readonly ListedReceipt[]> {
  const placed = receipts.filter(isPlaced)
  const places = placed.map(({ place }) => place)
  const [lines, leaves] = places.length === 0 ? [[], []] : [await ledger.readLines(places), await ledger.readLeaves(places)]
  const found = new Map(placed.map(({ id }, at) => [id, { line: lines[at], kept: leaves[at] }]))
  return receipts.map((receipt) => {
    const { line, kept } = found.get(receipt.id) ?? {}
    const isAltered = line !== undefined && leafOf(Buffer.from(line))?.toString('hex') !== kept
    return { ...show(receipt, line, isAltered), ...(isAltered && { intact: false as const }) }
  })
}

export async function proveReceipt(receipt: IndexedReceipt, { ledger }: Pick<Control, 'ledger'>): Promise<ShownReceipt> {
  const [line] = isPlaced(receipt) ? await ledger.readLines([receipt.place]) : []
  const proof = isPlaced(receipt) ? await ledger.proofOf(receipt.place, line) : undefined
  const { checkpoint = null, signer = null, intact = null } = proof ?? {}
  const shown = show(receipt, line, intact === false)
  return { ...shown, checkpoint, signer, intact, segments: segmentsOf(shown) }
}

const isPlaced = (receipt: IndexedReceipt): receipt is IndexedReceipt & { readonly place: EntryPlace } => receipt.place !== undefined

/** `line` is that of the log, where it is here; without one, what the index has of it. */
function show({ place, known, body }: IndexedReceipt, line: string | undefined, isAltered: boolean): Omit<ListedReceipt, 'intact'> {
  const text = line ?? body
  const read = text === undefined ? undefined : readLine(text)
  const { log = null, position = null } = place ?? {}
  const leaf = isAltered ? null : (read?.leaf ?? null)
  return { ...(read?.record ?? filled(known)), log, position, leaf_hash: leaf, ...(read === undefined && { partial: true as const }) }
}

/** Receipts of before there was a log are JSON alone, and no entry. Undefined for what is no receipt, whoever wrote it there. */
function readLine(line: string): { readonly record: ReceiptRecord; readonly leaf: string | null } | undefined {
  try {
    return readWhole(line)
  } catch {
    return undefined
  }
}

function readWhole(line: string): ReturnType<typeof readLine> {
  if (line.startsWith('{')) return { record: readRecord(line), leaf: null }
  const entry = readEntry(line)
  if (entry?.is !== 'whole' || entry.kind !== 'receipt') return undefined
  return { record: readRecord(entry.text), leaf: leafHash(Buffer.from(line)).toString('hex') }
}

const nothing = Object.fromEntries(signals.map(({ name }) => [name, null]))

const filled = (known: Partial<ReceiptRecord>): ReceiptRecord => ({ ...nothing, ...known }) as unknown as ReceiptRecord
