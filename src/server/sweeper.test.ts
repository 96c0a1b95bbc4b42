/** What has had its time, or was asked to be erased, leaves the index and the logs, and the logs still verify. */

import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, beforeEach, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import type { Placed } from '../ledger/batch.ts'
import { linesFile, segmentEntries } from '../ledger/layout.ts'
import type { ReceiptLog } from '../ledger/log.ts'
import { openLog, type LogOptions } from '../ledger/open.ts'
import { verifyLogs } from '../ledger/verify.ts'
import { indexEntry } from '../receipts/index-entry.ts'
import { writeRecord } from '../receipts/line.ts'
import { openRecord } from '../receipts/opening.ts'
import type { ReceiptRecord } from '../receipts/signals.ts'
import { openStore } from '../storage/open.ts'
import type { Store } from '../storage/store.ts'
import { Sweeper } from './sweeper.ts'

const root = mkdtempSync(join(tmpdir(), 'omni-sweeper-'))
after(() => rmSync(root, { recursive: true, force: true }))

const day = 86_400_000
const settings = {
  records: 1,
  bytes: 1,
  required: false,
  retentionDays: 30,
  summaryDays: 396,
  auditDays: 366,
  content: 'none',
  anchors: [],
  exports: [],
} as const
const opening = { instance: 'i', version: '0', build: '0', config: '0', requestId: 'req_test', traceId: null, client: 'curl', surface: 's', operation: 'chat' }

let options: LogOptions
let store: Store
let log: ReceiptLog
let sweeper: Sweeper
const told: string[] = []
beforeEach(async () => {
  const dataDir = mkdtempSync(join(root, 'data-'))
  const config = () => 'c'.repeat(64)
  const key = { current: Buffer.alloc(32, 1), former: undefined }
  const made = { instance: 'ins_1', version: '1', build: 'b'.repeat(64), config, recover: () => undefined }
  options = { folder: join(dataDir, 'receipts'), key, ...made, report: (_log, error) => assert.fail(error) }
  store = await openStore({ file: join(dataDir, 'omni.db') })
  log = await openLog(options)
  told.length = 0
  sweeper = sweeperOf(log)
})
afterEach(async () => {
  await sweeper.close()
  await log.close()
  await store.close()
})

const sweeperOf = (own: ReceiptLog) => new Sweeper({ store, log: own, options, settings: () => settings, tell: (_level, message) => void told.push(message) })

/** Writes receipts to a log and indexes them. Resolves to where the first stands. */
async function keep(own: ReceiptLog, count: number, signals: Partial<ReceiptRecord>): Promise<number> {
  const records = Array.from({ length: count }, () => ({ ...openRecord(opening), tenant_id: 'default', ...signals }))
  const spots = await own.append(records.map((record) => ({ kind: 'receipt', text: writeRecord(record) })))
  await store.receipts.append(records.map((record, at) => indexEntry(record, placeOf(own.id, spots[at]!))))
  return spots[0]!.position
}

const placeOf = (log: string, { position, offset, length }: Placed) => ({ log, position, offset, length })

async function isRight(): Promise<readonly { readonly erased: number; readonly dropped: number }[]> {
  const verdicts = await verifyLogs(options.folder)
  for (const { wrong } of verdicts) assert.equal(wrong, undefined)
  return verdicts
}

const linesOf = (own: ReceiptLog, from: number, count: number): string =>
  readFileSync(linesFile(own.folder, 0), 'utf8')
    .split('\n')
    .slice(from, from + count)
    .join('\n')

test('[C75] a receipt whose time has come is erased in its place, and gone from the index; its neighbours stay', async () => {
  const past = await keep(log, 3, { expires_at: Date.now() - 1, request_id: 'req_of_the_past' })
  await keep(log, 2, { expires_at: Date.now() + day })
  await sweeper.sweep()
  assert.equal(await store.receipts.count({}, 99), 2)
  assert.match(linesOf(log, past, 3), /^(erased [\da-f]{64} *\n?){3}$/)
  assert.doesNotMatch(readFileSync(linesFile(log.folder, 0), 'utf8'), /req_of_the_past/)
  await log.checkpoint()
  assert.equal((await isRight())[0]!.erased, 3)
  const { size } = log
  await sweeper.sweep()
  assert.equal(log.size, size, 'what is done is not told again')
})

test('[C75] what was asked to be erased goes from the logs of processes that are gone, and the answer is sure', async () => {
  const idle = await openLog(options)
  assert.notEqual(idle.id, log.id)
  await keep(idle, 4, { expires_at: Date.now() + day, user_pseudonym: 'ada' })
  await keep(log, 2, { expires_at: Date.now() + day, user_pseudonym: 'ada' })
  assert.equal(await store.removals.takeUser(['ada'], { by: 'admin', reason: 'end_user', at: 7 }), 6)
  await sweeper.sweep()
  assert.equal(await store.removals.countWaiting('end_user'), 4, 'another process writes that log')
  await idle.close()
  await sweeper.sweep()
  assert.equal(await store.removals.countWaiting('end_user'), 0)
  assert.match(linesOf(idle, 1, 4), /^(erased [\da-f]{64} *\n?){4}$/)
  assert.deepEqual(
    (await isRight()).map(({ erased }) => erased).toSorted((one, other) => one - other),
    [2, 4],
  )
})

test('whole segments go where all in them has had its time, and what the index has of them goes too', async () => {
  await keep(log, segmentEntries - log.size, { expires_at: Date.now() - 1 })
  await keep(log, 5, { expires_at: Date.now() - 1 })
  await keep(log, 5, { expires_at: Date.now() + day })
  await sweeper.sweep()
  assert.equal(await store.receipts.count({}, 99), 5)
  await log.checkpoint()
  const [verdict] = await isRight()
  // The first segment holds the entry `start` of today.
  assert.deepEqual([verdict!.dropped, verdict!.erased], [0, segmentEntries + 4])
})

test('a tenant under a legal hold keeps its receipts, and loses them when it is released', async () => {
  await keep(log, 3, { expires_at: Date.now() - 1, tenant_id: 'held' })
  await store.holds.put({ tenant: 'held', since: 1, by: 'admin' })
  await sweeper.sweep()
  assert.equal(await store.receipts.count({}, 99), 3)
  assert.equal((await isRight())[0]!.erased, 0)
  await store.holds.remove('held')
  await sweeper.sweep()
  assert.deepEqual([await store.receipts.count({}, 99), (await isRight())[0]!.erased], [0, 3])
})

test('an index that is newer than its log does not keep the rest from being erased', async () => {
  const first = await keep(log, 2, { expires_at: Date.now() + day, user_pseudonym: 'ada' })
  const record = { ...openRecord(opening), expires_at: Date.now() + day, user_pseudonym: 'ada' }
  await store.receipts.append([indexEntry(record, { log: log.id, position: 999, offset: 1, length: 1 })])
  await store.removals.takeUser(['ada'], { by: 'admin', reason: 'end_user', at: 7 })
  await sweeper.sweep()
  assert.match(linesOf(log, first, 2), /^(erased [\da-f]{64} *\n?){2}$/)
  assert.deepEqual([told, await store.removals.countWaiting('end_user')], [['an entry of the index is not in its log'], 0])
})

test('it begins with the process, and a fault is told and tried again', async () => {
  await keep(log, 1, { expires_at: Date.now() - 1 })
  sweeper.start()
  await sweeper.sweep()
  assert.equal(await store.receipts.count({}, 9), 0)
  await sweeper.close()
  const broken = new Sweeper({
    store: { ...store, removals: { ...store.removals, takeExpired: () => Promise.reject(new Error('no database')) } },
    log,
    options,
    settings: () => settings,
    tell: (_level, message) => void told.push(message),
  })
  broken.start()
  for (let turn = 0; turn < 500 && told.length === 0; turn += 1) await setTimeout(5)
  await broken.close()
  assert.deepEqual(told, ['receipts could not be removed; it is tried again'])
})
