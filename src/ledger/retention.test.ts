/** What of a log has had its time. */

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, beforeEach, test } from 'node:test'
import { writeCanonical } from '../base/json.ts'
import { readEntry } from '../receipts/entry.ts'
import { leafHash } from '../receipts/merkle.ts'
import type { NewEntry } from './batch.ts'
import { linesFile, segmentEntries, segmentsFile } from './layout.ts'
import { readLines } from './lines.ts'
import type { ReceiptLog } from './log.ts'
import { openLog } from './open.ts'
import { dropDead, findDead, type Keeping } from './retention.ts'

const root = mkdtempSync(join(tmpdir(), 'omni-retention-'))
after(() => rmSync(root, { recursive: true, force: true }))

const at = Date.now()
const day = 86_400_000
const keeping: Keeping = { at, retention: 30 * day, audit: 366 * day, held: new Set() }
const receipt = (expires: number, tenant = 'default'): NewEntry => ({
  kind: 'receipt',
  text: writeCanonical({ attempts: [{ at: 5 }], created_at: 1, expires_at: expires, metadata: { expires_at: 'never', tenant_id: 'held' }, tenant_id: tenant }),
})
const audit = (days: number): NewEntry => ({ kind: 'audit', text: writeCanonical({ action: 'hold_set', at: at - days * day, by: 'admin' }) })
const expired = (count: number): NewEntry[] => Array.from({ length: count }, () => receipt(at - 1))

let log: ReceiptLog
beforeEach(async () => {
  const config = () => '0'.repeat(64)
  log = await openLog({
    folder: mkdtempSync(join(root, 'receipts-')),
    key: { current: randomBytes(32), former: undefined },
    instance: 'ins_test',
    version: '0.0.0',
    build: '0'.repeat(64),
    config,
    recover: () => undefined,
    report: (_log, error) => assert.fail(error),
  })
})
afterEach(() => log.close())

/** The log begins with an entry `start` of now: the receipts of this segment are erased in place, or go when that is old too. */
async function fill(...segments: readonly (readonly NewEntry[])[]): Promise<void> {
  await log.append(expired(segmentEntries - log.size))
  for (const entries of segments) await log.append([...entries, ...expired(segmentEntries - entries.length)])
  await log.append([receipt(at + day)])
}
const late = { ...keeping, at: at + 31 * day }
const lateReceipt = (tenant?: string) => receipt(late.at + day, tenant)

test('segments at the beginning in which all has expired are dropped, and their roots stay', async () => {
  await fill([], [lateReceipt()])
  assert.deepEqual(await findDead(log.folder, keeping), { before: 0, living: [] }, 'the process began less than 30 days ago')
  assert.equal(await dropDead(log, late), 2 * segmentEntries)
  assert.deepEqual(
    readdirSync(log.folder).filter((name) => name.endsWith('.jsonl')),
    ['000000008192.jsonl', '000000012288.jsonl'],
  )
  assert.equal(readFileSync(segmentsFile(log.folder), 'utf8').trim().split('\n').length, 3)
  const told = (await readLines(log.folder, 3 * segmentEntries)).map(({ bytes }) => readEntry(bytes.toString()))
  const [erasure] = told.flatMap((entry) => (entry?.is === 'whole' && entry.kind === 'erasure' ? [JSON.parse(entry.text) as object] : []))
  assert.partialDeepStrictEqual(erasure, { before: 2 * segmentEntries, by: 'retention', reason: 'retention' })
  assert.equal(await dropDead(log, late), 0)
})

test('an audit entry that must live on is written again, with its place and leaf, and one that need not goes', async () => {
  await fill([audit(1), audit(400)])
  const [line] = await readLines(log.folder, segmentEntries)
  const leaf = leafHash(line!.bytes).toString('hex')
  assert.equal(await dropDead(log, late), 2 * segmentEntries)
  const carried = (await readLines(log.folder, 2 * segmentEntries)).map(({ bytes }) => readEntry(bytes.toString()))
  const audits = carried.flatMap((entry) => (entry?.is === 'whole' && entry.kind === 'audit' ? [entry.text] : []))
  assert.deepEqual(audits, [writeCanonical({ action: 'hold_set', at: at - day, by: 'admin', leaf, position: segmentEntries })])
  // Once more it keeps where it stood first.
  await log.append(expired(segmentEntries - (log.size % segmentEntries)))
  await log.append([lateReceipt()])
  await dropDead(log, { ...late, at: late.at + 2 * day })
  const again = (await readLines(log.folder, 3 * segmentEntries)).map(({ bytes }) => readEntry(bytes.toString()))
  assert.deepEqual(
    again.flatMap((entry) => (entry?.is === 'whole' && entry.kind === 'audit' ? [entry.text] : [])),
    audits,
  )
})

test('what belongs to a tenant under a legal hold stays, and all behind it', async () => {
  await fill([receipt(at - 1, 'held')], [])
  assert.equal((await findDead(log.folder, { ...late, held: new Set(['held']) })).before, segmentEntries)
  assert.equal((await findDead(log.folder, { ...late, held: new Set(['other']) })).before, 3 * segmentEntries)
})

test('the segment that is being written is never dropped', async () => {
  await log.append(expired(100))
  assert.equal(await dropDead(log, { ...late, at: late.at + 400 * day }), 0)
  assert.ok(readFileSync(linesFile(log.folder, 0)).length > 0)
})
