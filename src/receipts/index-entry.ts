/** What the index needs of one receipt, as one line of fields: what is added up, what it is found by, and where its entry stands. */

import { placeOf, valuesOf } from './line.ts'
import { signals, type ReceiptRecord, type SignalName } from './signals.ts'

/** Where an entry stands: its log, its place there, and its bytes in the segment. All null for a receipt of before there was a log. */
export interface Placed {
  readonly log: string | null
  readonly position: number | null
  readonly offset: number | null
  readonly length: number | null
  /** The receipt as it was written, where the index is to keep it. */
  readonly line?: string
}

/** One line, `entryFields` between tabs. It crosses threads as it is: one large text is much faster than the objects that it tells of. */
export type IndexEntry = string & { readonly entry: true }

/** The whole numbers of an entry, each the signal of that name. */
export const entryNumbers = [
  'created_at',
  'expires_at',
  'cost',
  'platform_fee',
  'prompt_tokens',
  'completion_tokens',
  'cached_tokens',
  'reasoning_tokens',
  'duration',
] as const satisfies readonly SignalName[]

/**
 * What stands in an entry, in order. `labels` and `charges` are JSON, `dimensions` are the values of `dimensions` joined by `valueSeparator`.
 * Empty is null.
 */
// oxfmt-ignore
export const entryFields = [
  'id', ...entryNumbers, 'user_pseudonym', 'log', 'position', 'offset', 'length', 'labels', 'charges', 'dimensions', 'line',
] as const

/** The signals that receipts are filtered and added up by. */
const filtered: readonly SignalName[] = signals.filter((signal) => 'dimension' in signal).map(({ name }) => name)

/** Those, and the size of the cost, by which a filter on the cost finds its rows. */
export const dimensions: readonly string[] = [...filtered, 'cost_class']

/** No value holds a control character. */
export const valueSeparator = '\u001f'
/** In the place of a value: there is none, which is not the empty text. */
export const noValue = '\u0001'
/** In the place of a name that cannot be counted by itself. */
export const otherName = 'other'

// oxlint-disable-next-line no-control-regex
const controls = /[\u0000-\u001f]/
/** Names come from configurations and catalogues, the other kinds from this gateway. */
const isNamed = filtered.map((name) => signals.some((signal) => signal.name === name && (signal.kind === 'name' || signal.kind === 'id')))

const places = filtered.map(placeOf)

/** The values of one call's dimensions, and as they were written: most calls have those of the call before. */
const lastValues: unknown[] = filtered.map(() => undefined)
let lastText = ''

function dimensionsOf(values: readonly unknown[]): string {
  let isSame = true
  for (let at = 0; at < filtered.length; at += 1) {
    const value = values[places[at]!]
    if (value === lastValues[at]) continue
    isSame = false
    lastValues[at] = value
  }
  if (isSame && lastText !== '') return lastText
  let text = ''
  for (let at = 0; at < filtered.length; at += 1) text += asValue(lastValues[at], isNamed[at]!) + valueSeparator
  return (lastText = text)
}

/** `values` are those of the record, where somebody has them. */
export function indexEntry(record: ReceiptRecord, { log, position, offset, length, line = '' }: Placed, values = valuesOf(record)): IndexEntry {
  let entry = record.id
  for (let at = 0; at < entryNumbers.length; at += 1) entry += `\t${digits(record[entryNumbers[at]!])}`
  const labels = record.metadata === null ? '' : JSON.stringify(record.metadata)
  entry += `\t${record.user_pseudonym ?? ''}\t${log ?? ''}\t${position ?? ''}\t${offset ?? ''}\t${length ?? ''}\t${labels}\t${chargesOf(record)}\t`
  return `${entry}${dimensionsOf(values)}${costClass(record.cost)}\t${line}` as IndexEntry
}

/** The id of the receipt that an entry is of. */
export const receiptOf = (entry: IndexEntry): string => entry.slice(0, entry.indexOf('\t'))

/** The nano-dollars, and the counters of all budgets that are charged them, as the signal `budgets` tells them. Receipts of older versions have none. */
function chargesOf({ budgets, budget_settled: amount }: ReceiptRecord): string {
  return amount && budgets ? JSON.stringify([amount, ...budgets]) : ''
}

/** How many digits the nano-dollars have: each class is ten times the one before. */
export const costClass = (cost: number | null): string => (cost === null ? noValue : String(String(cost).length))

/** Receipts of older versions may lack a signal, or have it in another shape: no receipt is kept out of the index over one. */
function digits(value: number | null): string {
  const whole = typeof value === 'number' ? Math.round(value) : undefined
  return Number.isSafeInteger(whole) ? String(whole) : ''
}

function asValue(value: unknown, isNamed: boolean): string {
  if (typeof value === 'string') return isNamed && controls.test(value) ? otherName : value
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : noValue
}
