/** Receipts from the side of the process: written and indexed, anchored and exported, removed when their time has come. */

import type { Settings } from '../config/settings.ts'
import { Failure, type Reason } from '../canonical/failure.ts'
import type { Control, Ledger } from '../control/control.ts'
import { LogError, type LogReason } from '../ledger/errors.ts'
import type { Log } from '../telemetry/log.ts'
import { openAlerting, type Alerting } from './alerting.ts'
import type { Data } from './data.ts'
import type { Plane } from './plane.ts'
import type { Recorder } from './recorder.ts'
import { Records } from './records.ts'
import { startSinks } from './sinks.ts'
import { Sweeper } from './sweeper.ts'

export interface KeepingOptions {
  readonly settings: Settings
  readonly data: Data
  readonly log: Log
  readonly plane: Plane
  readonly instance: string
  readonly version: string
  /** SHA-256 in hex. */
  readonly build: string
  /** Hears of receipts that are in the index, and what they cost added up with them. */
  readonly indexed: (receipts: readonly string[]) => void
}

export interface Keeping {
  readonly recorder: Recorder
  readonly ledger: Ledger
  readonly alerting: Alerting
  readonly testAlerts: Control['testAlerts']
  /** Removes what can be removed now. */
  sweep(): Promise<void>
  status(): object
  /** Entries that the index does not have yet. */
  behind(): number
  /** In Prometheus' text format. */
  metrics(): string
  /** Stores what is left, and gives up after `ms`. Resolves to the number of receipts that could not be stored. */
  close(ms: number): Promise<number>
}

/** Rejects with `LogError` where receipts cannot be written. */
export async function openKeeping({ settings, data, log, plane, indexed, ...made }: KeepingOptions): Promise<Keeping> {
  const { store } = data
  const alerting = openAlerting({ settings, store, log })
  const records = await Records.open({
    ...made,
    settings,
    receipts: store.receipts,
    log,
    config: () => plane.digest,
    isRequired: () => plane.snapshot.receipts.isRequired,
    indexed: (entries) => {
      indexed(entries.map(({ id }) => id))
      alerting.indexed(entries)
    },
  })
  const sinks = await startSinks({ settings, records, log })
  alerting.start()
  const sweeper = startSweeper(store, records, { plane, log })
  return {
    recorder: records.recorder,
    ledger: ledgerOf(records),
    alerting,
    testAlerts: alerting.test,
    sweep: () => sweeper.sweep(),
    status: () => ({ ...records.status, ...sinks.status() }),
    behind: () => records.status.receipts_behind,
    metrics: () => sinks.metrics() + alerting.metrics(),
    async close(ms) {
      await sweeper.close()
      const lost = await records.close(ms)
      await Promise.all([sinks.close(ms), alerting.close(ms)])
      return lost
    },
  }
}

function startSweeper(store: Data['store'], records: Records, { plane, log }: Pick<KeepingOptions, 'plane' | 'log'>): Sweeper {
  const sweeper = new Sweeper({
    store,
    get log() {
      return records.log
    },
    get options() {
      return records.logOptions
    },
    settings: () => plane.settings.receipts,
    tell: (level, message, fields) => log.tell(level, message, fields),
  })
  sweeper.start()
  return sweeper
}

/** What the log says, as the control API's envelope does. */
const toldAs: { readonly [reason in LogReason]?: Reason } = {
  missing: 'not_found',
  erased: 'not_found',
  unproved: 'conflict',
  refused: 'conflict',
  damaged: 'conflict',
}

async function telling<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (cause) {
    if (!(cause instanceof LogError)) throw cause
    throw new Failure(toldAs[cause.reason] ?? 'receipts_unavailable', cause.message, { cause })
  }
}

function ledgerOf(records: Records): Ledger {
  return {
    readLines: (places) => telling(records.readLines(places)),
    readLeaves: (places) => telling(records.readLeaves(places)),
    proofOf: (place, line) => telling(records.proofOf(place, line)),
    bundleOf: (place) => telling(records.bundleOf(place)),
    reindex: () => telling(records.reindex()),
    rotate: () => telling(records.rotate()),
    audit: (text) => telling(records.audit(text)),
  }
}
