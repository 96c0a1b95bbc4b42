/** Removes what has had its time, and what somebody asked to be erased: from the index first, then from the logs that this process can write to. */

import { join } from 'node:path'
import { monotonic, now } from '../base/clock.ts'
import type { Settings } from '../config/settings.ts'
import { eraseEntries, type Wish } from '../ledger/erase.ts'
import { LogError } from '../ledger/errors.ts'
import { listLogs } from '../ledger/layout.ts'
import type { ReceiptLog } from '../ledger/log.ts'
import { openIdleLog, type LogOptions } from '../ledger/open.ts'
import { dropDead, findDead, type Keeping } from '../ledger/retention.ts'
import type { Store } from '../storage/store.ts'
import type { Log } from '../telemetry/log.ts'

export interface Sweeping {
  readonly store: Pick<Store, 'removals' | 'holds' | 'actions'>
  /** The log that this process writes: after a fault of the disk it is another. */
  readonly log: ReceiptLog
  /** How others of the same folder are opened, which nobody writes any more. */
  readonly options: LogOptions
  readonly settings: () => Settings['receipts']
  readonly tell: Log['tell']
}

/** How soon this process erases what another took out of the index. */
const everyMs = 60_000
/** How soon receipts go whose time has come. */
const hourMs = 3_600_000
const dayMs = 24 * hourMs

export class Sweeper {
  readonly #sweeping: Sweeping
  #timer: NodeJS.Timeout | undefined
  #dueAt = 0
  /** One sweep after the other. */
  #turn: Promise<void> = Promise.resolve()
  #isClosed = false

  constructor(sweeping: Sweeping) {
    this.#sweeping = sweeping
  }

  /** Begins at once, off the life of any call. */
  start(): void {
    const look = () => {
      const isDue = monotonic() >= this.#dueAt
      if (isDue) this.#dueAt = monotonic() + hourMs
      void this.#inTurn(() => (isDue ? this.#sweep() : this.#eraseOwn()))
    }
    this.#timer = setInterval(look, everyMs).unref()
    look()
  }

  /** Removes all that can be removed now, also what was asked for a moment ago. Never rejects: what fails is told, and tried again. */
  sweep(): Promise<void> {
    return this.#inTurn(() => this.#sweep())
  }

  async close(): Promise<void> {
    clearInterval(this.#timer)
    this.#isClosed = true
    await this.#turn
  }

  #inTurn(act: () => Promise<void>): Promise<void> {
    this.#turn = this.#turn.then(act).catch((error: unknown) => this.#report(error))
    return this.#turn
  }

  async #sweep(): Promise<void> {
    const { store, log, settings } = this.#sweeping
    const { retentionDays, summaryDays, auditDays } = settings()
    const at = now()
    while (!this.#isClosed && (await store.removals.takeExpired(at)) > 0);
    const held = new Set((await store.holds.list()).map(({ tenant }) => tenant))
    const keeping: Keeping = { at, retention: retentionDays * dayMs, audit: auditDays * dayMs, held }
    await dropDead(log, keeping)
    await this.#eraseOwn()
    await this.#visitIdle(keeping)
    await store.removals.dropSums(at - summaryDays * dayMs)
    await store.actions.sweep(at - auditDays * dayMs)
  }

  async #visitIdle(keeping: Keeping): Promise<void> {
    const { log, options, store } = this.#sweeping
    for (const id of listLogs(options.folder)) {
      if (this.#isClosed || id === log.id) continue
      // Each opening is told in the log: where there is nothing to do it is left as it is.
      const { before } = await findDead(join(options.folder, id), keeping)
      if (before === 0 && (await store.removals.due(id)).length === 0) continue
      const idle = await openIdleLog(options, id)
      if (idle === undefined) continue
      try {
        await dropDead(idle, keeping)
        await this.#erase(idle)
      } finally {
        await idle.close()
      }
    }
  }

  #eraseOwn(): Promise<void> {
    return this.#erase(this.#sweeping.log)
  }

  /** What is not erased stays noted, and is tried again. */
  async #erase(log: ReceiptLog): Promise<void> {
    const { removals } = this.#sweeping.store
    for (let due = await removals.due(log.id); due.length > 0 && !this.#isClosed; due = await removals.due(log.id)) {
      const [{ by, reason } = due[0]!] = due
      const positions = due.filter((one) => one.by === by && one.reason === reason).map(({ position }) => position)
      await this.#eraseThese(log, positions, { by, reason })
      await removals.done(log.id, positions)
    }
  }

  /** An index may be newer than its log, where that was restored from a copy: what is not there cannot be erased. */
  async #eraseThese(log: ReceiptLog, positions: readonly number[], wish: Wish): Promise<void> {
    try {
      await eraseEntries(log, positions, wish)
    } catch (error) {
      if (!isAbsent(error)) throw error
      if (positions.length > 1) for (const position of positions) await this.#eraseThese(log, [position], wish)
      else this.#sweeping.tell('warn', 'an entry of the index is not in its log', { log: log.id, position: positions[0]! })
    }
  }

  #report(error: unknown): void {
    this.#sweeping.tell('error', 'receipts could not be removed; it is tried again', { problem: error instanceof Error ? error.message : 'unknown' })
  }
}

const isAbsent = (error: unknown): boolean => error instanceof LogError && (error.reason === 'missing' || error.reason === 'refused')
