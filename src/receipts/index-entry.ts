/** What the index needs of one receipt: what is added up, what it is found by, and where its entry stands. */

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

/** What the columns of its rows are filled from: numbers and texts apart, since a number that crosses to a database as one needs not be read again. */
export interface IndexEntry {
  readonly id: string
  /** In the order of `entryNumbers`. `NaN` is null. */
  readonly numbers: readonly number[]
  /** In the order of `entryTexts`. Empty is null. */
  readonly texts: readonly string[]
}

/** The signals of a receipt that are whole numbers in its entry. */
const counted = [
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

/** `spent` are the nano-dollars that each counter of `charges` is charged. */
export const entryNumbers = [...counted, 'position', 'offset', 'length', 'spent'] as const

/** `labels` are JSON, `charges` the counters of budgets in JSON, `dimensions` the values of `dimensions` joined by `valueSeparator`. */
export const entryTexts = ['user_pseudonym', 'log', 'labels', 'charges', 'dimensions', 'line'] as const

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
let lastClass = ''
let lastText = ''

function dimensionsOf(values: readonly unknown[], costs: string): string {
  let isSame = costs === lastClass
  for (let at = 0; at < filtered.length; at += 1) {
    const value = values[places[at]!]
    if (value === lastValues[at]) continue
    isSame = false
    lastValues[at] = value
  }
  if (isSame) return lastText
  let text = ''
  for (let at = 0; at < filtered.length; at += 1) text += asValue(lastValues[at], isNamed[at]!) + valueSeparator
  lastClass = costs
  return (lastText = text + costs)
}

/** `values` are those of the record, where somebody has them. */
export function indexEntry(record: ReceiptRecord, { log, position, offset, length, line = '' }: Placed, values = valuesOf(record)): IndexEntry {
  const numbers: number[] = []
  for (let at = 0; at < counted.length; at += 1) numbers.push(wholeOf(record[counted[at]!]))
  const { metadata, user_pseudonym: user, budgets, budget_settled: spent } = record
  // Receipts of older versions have no charges.
  const charges = spent && budgets ? chargesOf(budgets) : ''
  numbers.push(wholeOf(position), wholeOf(offset), wholeOf(length), charges === '' ? Number.NaN : wholeOf(Math.min(spent!, Number.MAX_SAFE_INTEGER)))
  const labels = metadata === null ? '' : JSON.stringify(metadata)
  return { id: record.id, numbers, texts: [user ?? '', log ?? '', labels, charges, dimensionsOf(values, costClass(record.cost)), line] }
}

/** The counters of one call's budgets, and as they were written: most calls are charged to those of the call before. */
let lastCounters: ReceiptRecord['budgets'] = []
let lastCharges = '[]'

function chargesOf(counters: NonNullable<ReceiptRecord['budgets']>): string {
  let isSame = counters.length === lastCounters!.length
  for (let at = 0; isSame && at < counters.length; at += 1) isSame = counters[at] === lastCounters![at]
  if (isSame) return lastCharges
  lastCounters = counters
  return (lastCharges = JSON.stringify(counters))
}

/** How many digits the nano-dollars have: each class is ten times the one before. */
export const costClass = (cost: number | null): string => (cost === null ? noValue : String(String(cost).length))

/** Receipts of older versions may lack a signal, or have it in another shape: no receipt is kept out of the index over one. */
function wholeOf(value: number | null): number {
  const whole = typeof value === 'number' ? Math.round(value) : Number.NaN
  return Number.isSafeInteger(whole) ? whole : Number.NaN
}

function asValue(value: unknown, isNamed: boolean): string {
  if (typeof value === 'string') return isNamed && controls.test(value) ? otherName : value
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : noValue
}
