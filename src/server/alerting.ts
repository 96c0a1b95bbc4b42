/** Alerts put together: who finds out, who is told, and by which connections. */

import type { Settings } from '../config/settings.ts'
import type { Control } from '../control/control.ts'
import { noticeId } from '../base/ids.ts'
import { now } from '../base/clock.ts'
import { entryTexts, type IndexEntry } from '../receipts/index-entry.ts'
import { toCharged } from '../storage/entry-fields.ts'
import type { Store } from '../storage/store.ts'
import type { Log } from '../telemetry/log.ts'
import { writeBudgetMetrics } from '../telemetry/budgets.ts'
import { writeAlertMetrics } from '../telemetry/sinks.ts'
import { HttpTransport } from '../upstream/http.ts'
import { receiversOf } from './alert-receivers.ts'
import { Alerts } from './alerts.ts'
import { Messenger } from './messenger.ts'

export interface Alerting {
  start(): void
  /** Something was spent of these counters of budgets. */
  touch(counters: Iterable<string>): void
  /** What these entries spent of budgets is added up. */
  indexed(entries: readonly IndexEntry[]): void
  /** A notice was written down by this process. */
  wake(): void
  readonly test: Control['testAlerts']
  /** In Prometheus' text format; empty where there are no budgets and nobody is told. */
  metrics(): string
  /** Gives up after `ms`: what is not told by then is told after the next start. */
  close(ms: number): Promise<void>
}

/** Requests to one host that may be under way at once. */
const connections = 8
const chargesAt = entryTexts.indexOf('charges')
/** Bytes of an answer that wait to be read. */
const streamBuffer = 64 * 1024

export function openAlerting({ settings, store, log }: { readonly settings: Settings; readonly store: Store; readonly log: Log }): Alerting {
  const transport = new HttpTransport({ ...settings.upstream, connections, streamBuffer })
  const messenger = new Messenger({ notices: store.notices, receivers: receiversOf(settings.alerts, transport), log })
  const alerts = new Alerts({ store, receivers: messenger.names, onNotice: () => messenger.wake() })
  const touch = (counters: Iterable<string>): void => {
    for (const counter of counters) alerts.touch(counter)
  }
  return {
    start() {
      messenger.start()
      alerts.start()
    },
    touch,
    indexed: (entries) => touch(chargedBy(entries)),
    wake: () => messenger.wake(),
    test: (told) => messenger.test({ id: noticeId(), tenant: null, at: now(), ...told }),
    metrics: () => (alerts.ratios.size > 0 ? writeBudgetMetrics(alerts.ratios) : '') + (settings.alerts.length > 0 ? writeAlertMetrics(messenger.status) : ''),
    async close(ms) {
      await alerts.close()
      await messenger.close(ms)
      await transport.close()
    },
  }
}

/** The counters that these entries are charged to. Most entries have none, or those of others of the batch. */
function* chargedBy(entries: readonly IndexEntry[]): Iterable<string> {
  for (const charges of new Set(entries.map(({ texts }) => texts[chargesAt]!))) {
    if (charges !== '') for (const charge of JSON.parse(charges) as readonly string[]) yield toCharged(charge).counter
  }
}
