/** Writes closed receipts down, as canonical JSON (RFC 8785): names in order, no spaces, and nothing of what is null. */

import { emptyRecord, isOpened } from './opening.ts'
import { signals, type Kind, type ReceiptRecord, type SignalName } from './signals.ts'

const kindOf: ReadonlyMap<SignalName, Kind> = new Map(signals.map(({ name, kind }) => [name, kind]))
/** Words of ours and hex digits: nothing in them is to be escaped. */
const plainKinds: ReadonlySet<Kind> = new Set(['choice', 'hash'])

/** The names of a record, in the order in which it has them. */
const layout = Object.keys(emptyRecord)

/**
 * The names and values within records, of attempts among them, stand in order where they are made: a law holds that what is written
 * here is what sorting would give. By hand it takes less than `JSON.stringify` takes for a record and its nulls, and writes half as much.
 */
export function writeSignals(chosen: readonly SignalName[], order: readonly string[] = layout): (record: ReceiptRecord, values?: readonly unknown[]) => string {
  // RFC 8785 sorts names by their UTF-16 units, as `sort` does.
  const names = chosen.toSorted()
  const places = names.map((name) => order.indexOf(name))
  const heads = names.map((name) => `,"${name}":`)
  const arePlain = names.map((name) => plainKinds.has(kindOf.get(name)!))
  /** What stood there last, and how it was written: much is the same from call to call. */
  const last: unknown[] = names.map(() => undefined)
  const written = names.map(() => '')
  return (record, values = valuesOf(record)) => {
    let text = ''
    for (let at = 0; at < places.length; at += 1) {
      const value = values[places[at]!]
      if (value === null) continue
      if (value !== last[at]) {
        last[at] = value
        if (typeof value === 'number' || typeof value === 'boolean') written[at] = heads[at]! + String(value)
        else
          written[at] = heads[at]! + (arePlain[at] ? `"${value as string}"` : names[at] === 'metadata' ? writeLabels(record.metadata!) : JSON.stringify(value))
      }
      text += text === '' ? `{${written[at]!.slice(1)}` : written[at]
    }
    return `${text}}`
  }
}

/** Its place in `valuesOf`. */
export const placeOf = (name: string): number => layout.indexOf(name)

/** All at once: to look for 146 names one by one takes as long as to write what they stand for. */
export function valuesOf(record: ReceiptRecord): readonly unknown[] {
  return isOpened(record) ? Object.values(record) : layout.map((name) => record[name as SignalName])
}

/** Clients name their labels in any order, and numbers as names have one of their own in JavaScript. */
function writeLabels(labels: Readonly<Record<string, string>>): string {
  const members = Object.keys(labels).toSorted()
  return `{${members.map((name) => `${JSON.stringify(name)}:${JSON.stringify(labels[name])}`).join(',')}}`
}

/** `values` are those of the record, where somebody has them. */
export const writeRecord: (record: ReceiptRecord, values?: readonly unknown[]) => string = writeSignals(signals.map(({ name }) => name))

/** A record from its text: what is not there is null. Throws `SyntaxError` for what is no JSON. */
export function readRecord(text: string): ReceiptRecord {
  const found = JSON.parse(text) as Partial<ReceiptRecord>
  const record: { [name: string]: unknown } = {}
  for (const { name } of signals) record[name] = found[name] ?? null
  return record as unknown as ReceiptRecord
}
