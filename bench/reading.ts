/** How fast receipts are found and added up among five million, in the embedded database. `node bench/reading.ts` prints the table. */

import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { openStore } from '../src/storage/open.ts'
import { valued } from '../src/storage/rollups.ts'
import type { DimensionFilter, ReceiptFilters, Store } from '../src/storage/store.ts'
import { dice } from '../test/choosing.ts'
import { clients, dayMs, days, fill, firstDay, keys, models, providers, reasons, teams } from './reading-data.ts'
import type { Verdict } from './report.ts'
import { table } from './table.ts'

/** Milliseconds. */
export interface ReadingTime {
  readonly about: string
  readonly queries: number
  readonly p50: number
  readonly p95: number
  readonly most: number
}

export interface Reading {
  readonly receipts: number
  /** Microseconds of the whole process for one receipt; undefined where the index of an earlier run was read. */
  readonly appended: number | undefined
  readonly times: readonly ReadingTime[]
}

const receipts = 5_000_000
const queries = 200
/** Milliseconds at the 95th of a hundred. */
const mostPage = 50
const mostSums = 200
const end = firstDay + days * dayMs

const random = dice(11)
const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)]!
const one = (name: string, ...values: readonly (string | null)[]): DimensionFilter => ({ names: [name], values })

const filters: readonly (() => DimensionFilter)[] = [
  () => one('provider', pick(providers)),
  () => ({ names: ['requested_model', 'resolved_model'], values: [pick(models)] }),
  () => one('key_id', pick(keys)),
  () => one('client', pick(clients)),
  () => one('error', pick(reasons)),
  () => one('outcome', pick(['completed', 'failed', 'refused', 'truncated', 'client_closed'])),
  () => one('status', pick(['200', '429', '503', '400'])),
  () => one('stream', pick(['true', 'false'])),
  () => one('finish', pick(['stop', 'tool_calls', 'length'])),
  () => one('fallback', 'true'),
]

const someFilters = (): readonly DimensionFilter[] => Array.from({ length: Math.floor(random() * 4) }, () => pick(filters)())

function somePeriod(): Pick<ReceiptFilters, 'from' | 'to'> {
  if (random() < 0.5) return {}
  const from = firstDay + Math.floor(random() * (days - 1) * dayMs)
  return { from, to: Math.min(end, from + Math.ceil(random() * 7 * dayMs)) }
}

function someCost(): Pick<ReceiptFilters, 'costMin' | 'costMax'> {
  const costMin = Math.floor(10 ** (3 + random() * 5))
  return random() < 0.8 ? {} : { costMin, costMax: costMin * 5 }
}

const lookups: readonly { readonly about: string; readonly most: number; readonly ask: (store: Store) => Promise<unknown> }[] = [
  {
    about: 'page of 50, up to three filters, time or cost',
    most: mostPage,
    ask: (store) => store.receipts.list({ dimensions: someFilters(), ...somePeriod(), ...someCost(), limit: 50 }),
  },
  {
    about: 'page of 50 by a label',
    most: mostPage,
    ask: (store) => store.receipts.list({ label: { name: 'team', value: pick(teams) }, ...somePeriod(), limit: 50 }),
  },
  {
    about: '30 days by day, by any one signal',
    most: mostSums,
    ask: (store) => store.receipts.summarize({ by: [pick(valued)], per: 'day', from: firstDay, to: end }),
  },
  {
    about: '30 days by day, by two dimensions, or by up to two with up to three filters',
    most: mostSums,
    ask: (store) => {
      const filtered = someFilters()
      const length = filtered.length === 0 ? 2 : Math.floor(random() * 3)
      const by = Array.from({ length }, () => pick(['provider', 'requested_model', 'key_id', 'outcome', 'client', 'status']))
      return store.receipts.summarize({ dimensions: filtered, by: [...new Set(by)], per: 'day', from: firstDay, to: end })
    },
  },
]

/** Builds the index in the cache, or reads that of an earlier run. */
export async function measureReading(cache: string, say: (line: string) => void): Promise<Reading> {
  const folder = join(cache, `reading-${receipts}`)
  const appended = existsSync(folder) ? undefined : await build(folder, say)
  const store = await openStore({ file: join(folder, 'omni.db') })
  try {
    const times: ReadingTime[] = []
    for (const { about, ask } of lookups) {
      say(about)
      times.push(await timeQueries(about, () => ask(store)))
    }
    return { receipts, appended, times }
  } finally {
    await store.close()
  }
}

async function build(folder: string, say: (line: string) => void): Promise<number> {
  say(`an index of ${receipts} receipts`)
  const part = `${folder}.part`
  rmSync(part, { recursive: true, force: true })
  mkdirSync(part, { recursive: true })
  const store = await openStore({ file: join(part, 'omni.db') })
  const began = performance.now()
  await fill(store, receipts)
  const took = performance.now() - began
  await store.close()
  renameSync(part, folder)
  return (took * 1000) / receipts
}

async function timeQueries(about: string, ask: () => Promise<unknown>): Promise<ReadingTime> {
  for (let warm = 0; warm < 5; warm += 1) await ask()
  const times: number[] = []
  for (let query = 0; query < queries; query += 1) {
    const began = performance.now()
    await ask()
    times.push(performance.now() - began)
  }
  times.sort((left, right) => left - right)
  const at = (share: number): number => times[Math.floor(times.length * share)]!
  return { about, queries: times.length, p50: at(0.5), p95: at(0.95), most: times.at(-1)! }
}

export function judgeReading({ times }: Reading): Verdict[] {
  return times.map(({ about, p95 }, at) => ({ about: `${about}: p95, ms`, measured: p95, target: `≤ ${lookups[at]!.most}`, isMet: p95 <= lookups[at]!.most }))
}

export function readingTable({ times, receipts: count }: Reading): string {
  return table(
    [`ms among ${count.toLocaleString('en')} receipts`, 'queries', 'p50', 'p95', 'max'],
    times.map(({ about, queries: asked, p50, p95, most }) => [about, String(asked), p50.toFixed(1), p95.toFixed(1), most.toFixed(1)]),
  )
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const reading = await measureReading(fileURLToPath(new URL('../.cache', import.meta.url)), (line) => console.error(line))
  console.log(readingTable(reading))
  if (reading.appended !== undefined) console.log(`\n${reading.appended.toFixed(1)} µs a receipt to make and append`)
}
