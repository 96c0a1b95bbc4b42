/** A real log in a folder of its own, and the anchors and exports that read it, for tests. */

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { loadSettings } from '../../src/config/load.ts'
import type { ReceiptLog } from '../../src/ledger/log.ts'
import { openLog } from '../../src/ledger/open.ts'
import { writeRecord } from '../../src/receipts/line.ts'
import { openRecord } from '../../src/receipts/opening.ts'
import { startSinks, type Sinks } from '../../src/server/sinks.ts'
import { Log } from '../../src/telemetry/log.ts'

export interface Stage extends AsyncDisposable {
  /** The data directory. */
  readonly folder: string
  readonly log: ReceiptLog
  /** What the process log was told. */
  readonly told: readonly { readonly [field: string]: unknown }[]
  /** Appends so many receipts, and gives their ids. */
  add(count: number): Promise<readonly string[]>
  /** Starts what the text under `receipts:` says. All that were started and not closed are at the end. */
  start(receipts: string): Promise<Sinks>
  /** Opens the log again, as a process does that is started anew. */
  reopen(): Promise<void>
  /** Opens another log, as a second process does, and closes the first one for good. */
  succeed(): Promise<void>
}

const key = { current: randomBytes(32), former: undefined }

const open = (folder: string): Promise<ReceiptLog> =>
  openLog({
    folder: join(folder, 'receipts'),
    key,
    instance: 'ins_test',
    version: '0.0.0',
    build: '0'.repeat(64),
    config: () => '1'.repeat(64),
    recover: () => undefined,
    report: (_log, error) => assert.fail(error),
  })

export async function openStage(): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), 'omni-sinks-'))
  const told: { readonly [field: string]: unknown }[] = []
  const written = new Writable({ write: (chunk: Buffer, _encoding, done) => done(void told.push(...linesOf(chunk))) })
  const running = new Set<Sinks>()
  let log = await open(folder)
  return {
    folder,
    get log() {
      return log
    },
    told,
    async add(count) {
      const records = Array.from({ length: count }, () => openRecord(opening))
      await log.append(records.map((record) => ({ kind: 'receipt', text: writeRecord(record) })))
      return records.map(({ id }) => id)
    },
    async start(receipts) {
      const settings = loadSettings({ env: {}, overrides: { 'storage.dataDir': folder }, readFile: () => `receipts:\n${receipts}` }).settings
      const records = { log, folder: join(folder, 'receipts'), onCheckpoint: log.onCheckpoint.bind(log) }
      const sinks = await startSinks({ settings, records, log: new Log(written, 'debug') })
      running.add(sinks)
      return { ...sinks, close: (ms) => sinks.close(ms).finally(() => running.delete(sinks)) }
    },
    async reopen() {
      await log.close()
      log = await open(folder)
    },
    async succeed() {
      const first = log
      log = await open(folder)
      await first.close()
    },
    async [Symbol.asyncDispose]() {
      for (const sinks of running) await sinks.close(0)
      await log.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

const opening = {
  instance: 'ins_test',
  version: '0.0.0',
  build: '0'.repeat(16),
  config: '1'.repeat(16),
  requestId: 'req_1',
  traceId: null,
  client: 'curl',
  surface: 'chat_completions',
  operation: 'chat',
}

const linesOf = (chunk: Buffer): { readonly [field: string]: unknown }[] =>
  chunk
    .toString()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { readonly [field: string]: unknown })
