/** All that keeps receipts, put together: the log of this process, its index, and what was left in logs of processes that are gone. */

import { join } from 'node:path'
import type { Settings } from '../config/settings.ts'
import { LogError } from '../ledger/errors.ts'
import { handOnLogs } from '../ledger/hand-on.ts'
import { openSigningKey, rotateSigningKey, type SigningKey } from '../ledger/keys.ts'
import { listLogs } from '../ledger/layout.ts'
import type { ReceiptLog } from '../ledger/log.ts'
import { mendLogs, openLog, type LogOptions } from '../ledger/open.ts'
import { exportEntry, proofOf, type Bundle, type Proof } from '../ledger/prove.ts'
import { readFromPosition, readLeaves, readSpots, type Spot } from '../ledger/read.ts'
import { readEntry } from '../receipts/entry.ts'
import { indexEntry, type IndexEntry } from '../receipts/index-entry.ts'
import { readInterrupted } from '../receipts/intent.ts'
import { readRecord, writeRecord } from '../receipts/line.ts'
import { StorageError } from '../storage/errors.ts'
import { createSecret, destroySecret, readSecret } from '../storage/files.ts'
import type { Receipts } from '../storage/store.ts'
import type { Log } from '../telemetry/log.ts'
import { Indexer, type Piece } from './indexer.ts'
import { Outage, faultOf, type OutageListener } from './outage.ts'
import { Recorder } from './recorder.ts'

export interface RecordsOptions {
  readonly settings: Pick<Settings, 'dataDir' | 'receipts'>
  readonly receipts: Receipts
  readonly log: Log
  readonly instance: string
  readonly version: string
  /** SHA-256 in hex. */
  readonly build: string
  config(): string
  isRequired(): boolean
  /** Hears of entries that are in the index, and what they cost added up with them. */
  indexed(entries: readonly IndexEntry[]): void
}

export class Records {
  readonly #options: RecordsOptions
  #key: SigningKey
  readonly folder: string
  readonly recorder: Recorder
  #log: ReceiptLog
  #indexer: Indexer
  readonly #outage: Outage<'index'>
  #listeners: Parameters<ReceiptLog['onCheckpoint']>[0][] = []

  private constructor(options: RecordsOptions, key: SigningKey, log: ReceiptLog) {
    this.#options = options
    this.#key = key
    this.folder = folderOf(options)
    this.#log = log
    this.#outage = new Outage(this.#outageOfIndex())
    this.#indexer = this.#index(log)
    this.recorder = new Recorder({
      log: () => this.#log,
      indexer: () => this.#indexer,
      limits: options.settings.receipts,
      keepsLines: options.receipts.keepsLines,
      isRequired: () => options.isRequired(),
      outage: this.#outageOfLog(),
      reopen: () => this.#reopen(),
    })
  }

  /** Takes a log, tells the ends of calls that were cut off, and goes on with the index. Rejects with `LogError`. */
  static async open(options: RecordsOptions): Promise<Records> {
    const key = openSigningKey(options.settings.dataDir, secretFiles)
    const log = await openLog(logOptions(options, key))
    const records = new Records(options, key, log)
    await mendLogs(records.logOptions)
    records.#indexer.catchUp()
    void records.#indexOthers()
    return records
  }

  get log(): ReceiptLog {
    return this.#log
  }

  /** How a log of the same folder is opened. */
  get logOptions(): LogOptions {
    return logOptions(this.#options, this.#key)
  }

  get status() {
    const { outbox, lostIntents, fault } = this.recorder
    const checkpoint = this.#log.lastCheckpoint
    return {
      receipts_waiting: outbox.depth,
      receipts_dropped: outbox.dropped,
      receipts_behind: this.#indexer.behind,
      intents_lost: lostIntents,
      receipts_fault: fault?.problem ?? null,
      index_fault: this.#outage.fault?.problem ?? null,
      log: this.#log.id,
      log_size: this.#log.size,
      checkpoint: checkpoint === undefined ? null : { size: checkpoint.size, time: checkpoint.time },
      required: this.#options.isRequired(),
    }
  }

  /** Hears of checkpoints, the present one first, and also those of a log that takes the place of this one. */
  onCheckpoint(listener: Parameters<ReceiptLog['onCheckpoint']>[0]): void {
    this.#listeners.push(listener)
    this.#log.onCheckpoint(listener)
    if (this.#log.lastCheckpoint !== undefined) listener(this.#log.lastCheckpoint)
  }

  /** The lines at these places; undefined where another machine has them, or they are gone. */
  readLines(spots: readonly Spot[]): Promise<readonly (string | undefined)[]> {
    return readSpots(this.folder, spots)
  }

  /** The leaf hashes that the log keeps beside these lines, in hex; undefined where there is none here. */
  readLeaves(spots: readonly Spot[]): Promise<readonly (string | undefined)[]> {
    return readLeaves(this.folder, spots)
  }

  /** What vouches for an entry whose line is this; undefined where its log is on another machine. */
  async proofOf(spot: Spot, line: string | undefined): Promise<Proof | undefined> {
    return this.#isHere(spot.log) ? proofOf(this.folder, spot.log, { position: spot.position, line }) : undefined
  }

  /** The newest entries get a checkpoint of their own. Rejects with `LogError`; undefined where its log is on another machine. */
  async bundleOf({ log, position }: Spot): Promise<Bundle | undefined> {
    if (log === this.#log.id && (this.#log.lastCheckpoint?.size ?? 0) <= position) await this.#log.checkpoint()
    return this.#isHere(log) ? exportEntry(this.folder, log, position, this.#key) : undefined
  }

  /** Goes on with another signing key, for which the present one vouches. Resolves to its public half. Rejects with `LogError`. */
  async rotate(): Promise<string> {
    const { dataDir } = this.#options.settings
    // Another process may have rotated; and a log that two rotations passed by could be neither erased in nor exported from any more.
    this.#key = openSigningKey(dataDir, secretFiles)
    await this.#log.adopt(this.#key.current)
    if (!(await handOnLogs(this.logOptions))) throw new LogError('refused', 'Another process still signs with the key before. Start it anew first.')
    this.#key = rotateSigningKey(dataDir, secretFiles)
    await this.#log.adopt(this.#key.current)
    await this.#log.checkpoint()
    await handOnLogs(this.logOptions)
    return this.#log.signer.key.text
  }

  /** Appends an entry about the control plane: canonical JSON. Rejects with `LogError`. */
  async audit(text: string): Promise<void> {
    await this.#log.append([{ kind: 'audit', text }])
    // There is nothing to index in it, and the index must not seem to lack it.
    this.#indexer.catchUp()
  }

  /** Reads all logs of this folder anew, and adds to the index what it lacks. Resolves to how many entries were read. */
  async reindex(): Promise<number> {
    let read = 0
    for (const id of listLogs(this.folder)) read += await this.#indexFrom(id, 0)
    return read
  }

  /** Stores what is left. Resolves to the number of receipts that could not be. */
  async close(ms: number): Promise<number> {
    const lost = await this.recorder.outbox.close(ms)
    await this.#indexer.close(ms)
    await this.#log.close().catch((error: unknown) => this.#tell(this.#log.id, error))
    return lost
  }

  #isHere(log: string): boolean {
    return listLogs(this.folder).includes(log)
  }

  #index(log: { readonly id: string; readonly size: number }): Indexer {
    const { receipts } = this.#options
    return new Indexer({
      log,
      indexed: async (id) => (await receipts.progress()).find((one) => one.log === id)?.indexed ?? 0,
      store: async (entries, { log: id, next }) => {
        await receipts.append(entries, { log: id, indexed: next })
        this.#options.indexed(entries)
      },
      outage: this.#outage,
      isHopeless: (error) => error instanceof StorageError && error.reason === 'invalid',
      report: (position, _error, entry) => {
        this.#options.log.tell('error', 'a receipt of the log cannot stand in the index', { log: log.id, position })
        // Nobody waits for it any more.
        this.#options.indexed([entry])
      },
      read: (from) => this.#read(log.id, from),
    })
  }

  async #read(log: string, from: number): Promise<Piece> {
    for await (const placed of readFromPosition(this.folder, log, from)) return pieceOf(log, placed, this.#options.receipts.keepsLines)
    return { from, to: from, entries: [] }
  }

  async #indexFrom(log: string, from: number): Promise<number> {
    const { receipts } = this.#options
    let read = 0
    for await (const placed of readFromPosition(this.folder, log, from)) {
      const { entries, to } = pieceOf(log, placed, receipts.keepsLines)
      await receipts.append(entries, { log, indexed: to })
      this.#options.indexed(entries)
      read += placed.length
    }
    return read
  }

  /** Who ended before its log was indexed may not come back. What fails here is done by the next start. */
  async #indexOthers(): Promise<void> {
    try {
      const known = new Map((await this.#options.receipts.progress()).map(({ log, indexed }) => [log, indexed]))
      for (const id of listLogs(this.folder)) if (id !== this.#log.id) await this.#indexFrom(id, known.get(id) ?? 0)
    } catch {
      this.#options.log.tell('warn', 'logs of other processes are not indexed to their ends yet')
    }
  }

  /** The disk lost what was written to this log: what it has is found out by opening it again. */
  async #reopen(): Promise<void> {
    await this.#log.close().catch((error: unknown) => this.#tell(this.#log.id, error))
    this.#log = await openLog({ ...this.logOptions, living: this.#log.openCalls, own: this.#log.id })
    for (const listener of this.#listeners) this.#log.onCheckpoint(listener)
    this.#indexer = this.#index(this.#log)
    this.#indexer.catchUp()
  }

  #tell(log: string, error: unknown): void {
    this.#options.log.tell('error', 'the log of receipts has a fault', { log, ...faultOf(error) })
  }

  #outageOfLog(): OutageListener {
    const { log, isRequired } = this.#options
    return {
      begins: (fault) => log.tell('error', 'receipts cannot be written', { ...fault, waiting: this.recorder.outbox.depth, required: isRequired() }),
      ends: () => log.tell('info', 'receipts can be written again', { dropped: this.recorder.outbox.dropped }),
    }
  }

  #outageOfIndex(): OutageListener {
    const { log } = this.#options
    return {
      begins: (fault) => log.tell('warn', 'the index of receipts cannot be written to', { ...fault, behind: this.#indexer.behind }),
      ends: () => log.tell('info', 'the index of receipts can be written to again', { behind: this.#indexer.behind }),
    }
  }
}

const secretFiles = { read: readSecret, create: createSecret, destroy: destroySecret }

const folderOf = ({ settings }: Pick<RecordsOptions, 'settings'>): string => join(settings.dataDir, 'receipts')

function logOptions(options: RecordsOptions, key: SigningKey): LogOptions {
  const { instance, version, build, log } = options
  return {
    folder: folderOf(options),
    key,
    instance,
    version,
    build,
    config: () => options.config(),
    recover: (intent) => {
      const record = readInterrupted(intent)
      return record && writeRecord(record)
    },
    report: (id, error) => log.tell('error', 'the log of receipts has a fault', { log: id, ...faultOf(error) }),
  }
}

/** What the index needs of entries on the disk. Where one cannot be read, the others are not held up. */
function pieceOf(
  log: string,
  placed: readonly { readonly position: number; readonly offset: number; readonly length: number; readonly line: string }[],
  keepsLines: boolean,
): Piece {
  const entries: IndexEntry[] = []
  for (const { line, ...place } of placed) {
    const entry = readEntry(line)
    if (entry?.is !== 'whole' || entry.kind !== 'receipt') continue
    entries.push(indexEntry(readRecord(entry.text), { log, ...place, ...(keepsLines && { line: entry.text }) }))
  }
  const from = placed[0]!.position
  return { from, to: from + placed.length, entries }
}
