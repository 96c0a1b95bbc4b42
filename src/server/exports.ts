/** Sends the log's entries to receivers elsewhere: each reads the log at its own pace, from where it stopped, also after a restart. */

import { now, pause } from '../base/clock.ts'
import { Failure } from '../canonical/failure.ts'
import type { ExportSettings } from '../config/sinks.ts'
import { batchType, signWebhook, writeEvents, type ReadEntry } from '../telemetry/cloud-events.ts'
import type { Log } from '../telemetry/log.ts'
import { rejectedIn, writeSpans } from '../telemetry/otlp.ts'
import type { ExportStatus } from '../telemetry/sinks.ts'
import { deliver, isOfMessage } from '../upstream/deliver.ts'
import type { Transport } from '../upstream/exchange.ts'
import { readBatch, resume, type Batch, type ReadableLog } from './batches.ts'
import { Cursors, type Mark } from './cursors.ts'
import { Reach } from './reach.ts'

export interface ExportsOptions {
  readonly settings: readonly ExportSettings[]
  /** All that no other process writes to. One that was opened again is another. */
  readonly logs: () => readonly ReadableLog[]
  /** Where each reader keeps how far it has come. */
  readonly folder: string
  readonly transport: Transport
  readonly log: Log
}

/** Milliseconds between two looks at logs that had nothing new. */
const lookEvery = 500
/** Entries that are sent at once: to write them takes the event loop two milliseconds. */
const mostEntries = 64
/** How often a batch may be refused before its entries are sent one by one, to find those that it is about. */
const mostRefusals = 3

export class Exports {
  readonly #exports: readonly Export[]

  constructor({ settings, logs, folder, transport, log }: ExportsOptions) {
    this.#exports = settings.map((to) => {
      const reach = new Reach(to.name, log)
      return new Export({ reach, log, logs, cursors: new Cursors(folder, `${to.to} ${to.url}`), receiver: receiverOf(to, transport) })
    })
  }

  start(): void {
    for (const one of this.#exports) one.start()
  }

  status(): readonly ExportStatus[] {
    return this.#exports.map((one) => one.status)
  }

  /** Sends what is left, and gives up after `ms`, or where a receiver is away: it has the rest after the next start. */
  async close(ms: number): Promise<void> {
    await Promise.all(this.#exports.map((one) => one.close(ms)))
  }
}

interface Receiver {
  readonly wants: (entry: ReadEntry) => boolean
  /** Resolves to how many of the entries were not taken though the batch was. Throws `Failure`. */
  readonly send: (batch: Batch) => Promise<number>
}

interface Cursor {
  mark: Mark
  /** Refusals of the batch that begins there. */
  refusals: number
  /** Up to there entries are sent one by one. */
  singlyTo: number
  /** Entries refused for good that the log was not told of yet. */
  skipped: number
}

interface Parts {
  readonly reach: Reach
  readonly log: Log
  readonly logs: ExportsOptions['logs']
  readonly cursors: Cursors
  readonly receiver: Receiver
}

class Export {
  readonly #parts: Parts
  readonly #cursors = new WeakMap<ReadableLog, Cursor>()
  #sent = 0
  #skipped = 0
  #running: Promise<void> | undefined
  #isClosing = false
  #hasGivenUp = false

  constructor(parts: Parts) {
    this.#parts = parts
  }

  get status(): ExportStatus {
    const waiting = this.#parts.logs().reduce((sum, log) => sum + Math.max(0, log.size - (this.#cursors.get(log)?.mark.position ?? 0)), 0)
    return { ...this.#parts.reach.status, sent: this.#sent, skipped: this.#skipped, waiting }
  }

  start(): void {
    this.#running = this.#run()
  }

  async close(ms: number): Promise<void> {
    this.#isClosing = true
    this.#parts.reach.hurry()
    const late = pause(ms)
    await Promise.race([this.#running, late.done])
    late.cancel()
    this.#hasGivenUp = true
  }

  async #run(): Promise<void> {
    while (!this.#isClosing) {
      const isReached = await this.#turn()
      if (!this.#isClosing) await this.#parts.reach.rest(isReached ? lookEvery : undefined)
    }
    // What was written before the end came.
    await this.#turn()
  }

  /** Reads every log to its end; false where the receiver would not have it. */
  async #turn(): Promise<boolean> {
    const { reach, logs } = this.#parts
    try {
      for (const log of logs()) await this.#drain(log)
      reach.succeed()
      return true
    } catch (cause) {
      reach.fail(
        cause instanceof Failure ? cause : new Failure('internal_error', 'The gateway could not read its log, or write down how far it came.', { cause }),
      )
      return false
    }
  }

  async #drain(log: ReadableLog): Promise<void> {
    const { cursors, receiver } = this.#parts
    const cursor = await this.#cursorOf(log)
    while (cursor.mark.position < log.size && !this.#hasGivenUp) {
      const { position } = cursor.mark
      await this.#send(await readBatch(log, position, position < cursor.singlyTo ? 1 : mostEntries, receiver.wants), cursor)
      if (cursor.mark.position > position) await cursors.write(log.id, cursor.mark)
    }
  }

  async #cursorOf(log: ReadableLog): Promise<Cursor> {
    const known = this.#cursors.get(log)
    if (known !== undefined) return known
    const mark = await this.#parts.cursors.read(log.id)
    const cursor = { mark: { ...mark, position: await resume(log, mark) }, refusals: 0, singlyTo: 0, skipped: 0 }
    this.#cursors.set(log, cursor)
    return cursor
  }

  /** Moves the cursor behind what was taken, and behind what never will be. Throws where it is to be tried again later. */
  async #send(batch: Batch, cursor: Cursor): Promise<void> {
    const { reach, receiver } = this.#parts
    const { length } = batch.entries
    try {
      const rejected = length === 0 ? 0 : Math.min(length, await receiver.send(batch))
      this.#sent += length - rejected
      cursor.skipped += rejected
      if (length > 0) reach.succeed()
    } catch (error) {
      if (!(error instanceof Failure && isOfMessage(error))) throw error
      if (cursor.mark.position >= cursor.singlyTo) return refuse(batch, cursor, error)
      cursor.skipped += length
    }
    cursor.mark = batch.next
    cursor.refusals = 0
    this.#tell(batch.log, cursor)
  }

  #tell(log: string, cursor: Cursor): void {
    const { skipped, singlyTo, mark } = cursor
    if (skipped === 0 || mark.position < singlyTo) return
    this.#skipped += skipped
    cursor.skipped = 0
    const fields = { receiver: this.#parts.reach.name, log, before: mark.position, entries: skipped }
    this.#parts.log.tell('error', 'a receiver refused entries of the log for good', fields)
  }
}

/** Some refuse what they take a moment later. */
function refuse({ next }: Batch, cursor: Cursor, failure: Failure): void {
  cursor.refusals += 1
  if (cursor.refusals < mostRefusals) throw failure
  cursor.singlyTo = next.position
}

function receiverOf(to: ExportSettings, transport: Transport): Receiver {
  switch (to.to) {
    case 'webhook':
      return {
        wants: () => true,
        send: async ({ log, entries, next }) => {
          const body = written(() => writeEvents(log, entries))
          const signed = signWebhook(to.secret, { id: `${log}-${entries[0]!.position}-${next.position}`, at: now(), body })
          await deliver(transport, { url: to.url, headers: { 'content-type': batchType, ...signed }, body })
          return 0
        },
      }
    case 'otlp':
      return {
        wants: ({ kind }) => kind === 'receipt',
        send: async ({ entries }) => {
          const body = written(() => writeSpans(entries.map(({ text }) => text)))
          return rejectedIn(await deliver(transport, { url: to.url, headers: { ...to.headers, 'content-type': 'application/json' }, body }))
        },
      }
  }
}

/** A log that somebody has changed may hold what is no entry: that is left out as what a receiver refuses is, and holds up nothing. */
function written(write: () => string): string {
  try {
    return write()
  } catch (cause) {
    throw new Failure('upstream_refused_request', 'The log holds an entry that cannot be read.', { cause })
  }
}
