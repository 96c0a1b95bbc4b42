/** Keeps receipts: their intents and what they came to go to the log, and from there into the index. */

import { writeCanonical } from '../base/json.ts'
import { now } from '../base/clock.ts'
import { Failure } from '../canonical/failure.ts'
import { LogError } from '../ledger/errors.ts'
import type { ReceiptLog } from '../ledger/log.ts'
import { indexEntry } from '../receipts/index-entry.ts'
import { writeIntent } from '../receipts/intent.ts'
import { valuesOf, writeRecord } from '../receipts/line.ts'
import { Outbox, type OutboxLimits } from '../receipts/outbox.ts'
import type { Receipt } from '../receipts/receipt.ts'
import type { ReceiptRecord } from '../receipts/signals.ts'
import type { Indexer } from './indexer.ts'
import { Outage, type Fault, type OutageListener } from './outage.ts'

export interface Recording {
  /** Another one where the disk lost what was written to the first. */
  log(): ReceiptLog
  indexer(): Indexer
  readonly limits: OutboxLimits
  /** Whether the index keeps the lines too: others of a fleet cannot read this machine's disk. */
  readonly keepsLines: boolean
  /** Calls are refused while receipts cannot be written. */
  isRequired(): boolean
  /** Hears when receipts cannot be written, and when they can again. */
  readonly outage: OutageListener
  /** Opens the log again, or another. */
  reopen(): Promise<void>
}

/** What a record takes in memory, about: it is written down with all others of its batch, which takes a third of what it takes one by one between calls. */
const recordBytes = 4096

/** An intent that says of itself that it is over: whoever reads it passes it by. */
const trial = { id: 'trial', text: '-trial' }

export class Recorder {
  readonly #recording: Recording
  readonly outbox: Outbox<ReceiptRecord>
  readonly #outage: Outage<'intents' | 'entries'>
  #lostIntents = 0

  constructor(recording: Recording) {
    this.#recording = recording
    this.#outage = new Outage(recording.outage)
    this.outbox = new Outbox((batch, missed) => this.#append(batch, missed), recording.limits)
  }

  /** Calls that went to a provider and could not be written down before. */
  get lostIntents(): number {
    return this.#lostIntents
  }

  /** Why receipts cannot be written now; undefined where they can. */
  get fault(): Fault | undefined {
    return this.#outage.fault
  }

  get canWrite(): boolean {
    return this.fault === undefined && !this.outbox.isFull
  }

  /** Where intents could not be written, tries whether they can be now; never rejects. Entries are tried by themselves as long as one waits. */
  async check(): Promise<void> {
    if (!this.#outage.isOf('intents')) return
    const log = this.#recording.log()
    try {
      await log.intend(trial.id, trial.text)
      log.forget(trial.id)
      this.#outage.mend('intents')
    } catch (error) {
      this.#outage.fail('intents', error)
    }
  }

  /** Resolves when it is written that the call goes to a provider. Rejects with `Failure` where it cannot be, and must. */
  async intend({ record }: Receipt): Promise<void> {
    if (this.outbox.isFull && this.#recording.isRequired()) throw unavailable()
    try {
      await this.#recording.log().intend(record.id, writeIntent(record))
    } catch (cause) {
      this.#outage.fail('intents', cause)
      if (this.#recording.isRequired()) throw unavailable(cause)
      this.#lostIntents += 1
    }
  }

  /** Takes the record of a call that has ended; never throws and never waits. */
  keep(record: ReceiptRecord): void {
    if (!this.outbox.put(record, recordBytes)) this.#recording.log().forget(record.id)
  }

  async #append(batch: readonly ReceiptRecord[], missed: number): Promise<void> {
    try {
      await this.#write(batch, missed)
    } catch (error) {
      this.#outage.fail('entries', error)
      if (error instanceof LogError && !error.again) await this.#recording.reopen()
      throw error
    }
    this.#outage.mend('entries')
    await this.check()
  }

  async #write(batch: readonly ReceiptRecord[], missed: number): Promise<void> {
    const { keepsLines } = this.#recording
    const log = this.#recording.log()
    const gaps = missed === 0 ? [] : [{ kind: 'gap', text: writeCanonical({ at: now(), count: missed, reason: 'overflow' }) } as const]
    const values = batch.map(valuesOf)
    const receipts = batch.map((record, at) => ({ kind: 'receipt', text: writeRecord(record, values[at]), closes: record.id }) as const)
    const placed = await log.append([...gaps, ...receipts])
    const entries = batch.map((record, at) => {
      const { position, offset, length } = placed[at + gaps.length]!
      const { text } = receipts[at]!
      return indexEntry(record, { log: log.id, position, offset, length, ...(keepsLines && { line: text }) }, values[at])
    })
    const from = placed[0]!.position
    this.#recording.indexer().push({ from, to: from + placed.length, entries })
  }
}

const unavailable = (cause?: unknown) =>
  new Failure('receipts_unavailable', 'Receipts cannot be written now, and no call is served without one.', { ...(cause !== undefined && { cause }) })
