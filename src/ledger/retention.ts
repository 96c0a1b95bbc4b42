/** What of a log has had its time: whole segments at its beginning are dropped, and audit entries that live longer are written again before. */

import { isObject, type JsonObject, writeCanonical } from '../base/json.ts'
import { readEntry, type Entry } from '../receipts/entry.ts'
import { leafHash } from '../receipts/merkle.ts'
import { dropSegments } from './erase.ts'
import { listSegments, segmentEntries } from './layout.ts'
import { readLines, type Line } from './lines.ts'
import type { ReceiptLog } from './log.ts'

/** Times are milliseconds, `at` since 1970. */
export interface Keeping {
  readonly at: number
  /** How long entries are kept that do not say it themselves. */
  readonly retention: number
  readonly audit: number
  /** Tenants under a legal hold. */
  readonly held: ReadonlySet<string>
}

export interface Dead {
  /** The position below which no receipt lives; 0 where the first segment has one. */
  readonly before: number
  /** The audit entries there that live on, as they are to be written again. */
  readonly living: readonly string[]
}

/** So many audit entries are carried at once; what is behind them waits for the next time. */
const mostCarried = segmentEntries

/** Reads the log from its beginning to the first receipt that lives. The segment that is being written is never dead. */
export async function findDead(folder: string, keeping: Keeping): Promise<Dead> {
  const living: string[] = []
  let before = 0
  for (const first of listSegments(folder).slice(0, -1)) {
    const found = carriedOf(await readLines(folder, first), first, keeping)
    if (found === undefined || living.length + found.length > mostCarried) break
    living.push(...found)
    before = first + segmentEntries
  }
  return { before, living }
}

/** Resolves to the position below which nothing is left, 0 where nothing was dropped. Rejects with `LogError`. */
export async function dropDead(log: ReceiptLog, keeping: Keeping): Promise<number> {
  const { before, living } = await findDead(log.folder, keeping)
  if (before === 0) return 0
  if (living.length > 0) await log.append(living.map((text) => ({ kind: 'audit', text })))
  return dropSegments(log, before, { by: 'retention', reason: 'retention' })
}

/** Undefined where a receipt of the segment lives. */
function carriedOf(lines: readonly Line[], first: number, keeping: Keeping): readonly string[] | undefined {
  const carried: string[] = []
  for (const [index, { bytes }] of lines.entries()) {
    const entry = readEntry(bytes.toString())
    if (entry === undefined || !isAlive(entry, keeping)) continue
    if (entry.is === 'whole' && entry.kind === 'audit') carried.push(carry(entry.text, first + index, bytes))
    else return undefined
  }
  return carried
}

function isAlive(entry: Entry, { at, retention, audit, held }: Keeping): boolean {
  if (entry.is === 'erased') return false
  const { kind, text } = entry
  if (kind === 'receipt') return timeOf(text, 'expires_at', timeOf(text, 'created_at', 0) + retention) > at || (held.size > 0 && held.has(tenantOf(text)))
  return timeOf(text, 'at', 0) + (kind === 'audit' ? audit : retention) > at
}

/** No text of ours holds a number under a name in quotes: it need not be parsed for that. */
function timeOf(text: string, name: string, otherwise: number): number {
  const time = Number(new RegExp(`"${name}":(\\d{1,15})[,}]`).exec(text)?.[1] ?? 0)
  return time === 0 ? otherwise : time
}

function tenantOf(text: string): string {
  const record: unknown = JSON.parse(text)
  return isObject(record) && typeof record.tenant_id === 'string' ? record.tenant_id : ''
}

/** With where it stood first, and its leaf there: whoever has a proof of that can compare. */
function carry(text: string, position: number, line: Buffer): string {
  const told = JSON.parse(text) as JsonObject
  return writeCanonical({ leaf: leafHash(line).toString('hex'), position, ...told })
}
