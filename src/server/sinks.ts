/** Anchors and exports together, with connections of their own: no provider waits for a receiver of receipts, and none of these for a provider. */

import { join } from 'node:path'
import type { Settings } from '../config/settings.ts'
import type { Log } from '../telemetry/log.ts'
import { writeAnchorMetrics, writeExportMetrics, type AnchorStatus, type ExportStatus } from '../telemetry/sinks.ts'
import { HttpTransport } from '../upstream/http.ts'
import { Names } from '../upstream/names.ts'
import { Anchors, type Noted } from './anchors.ts'
import { Exports, type ExportsOptions } from './exports.ts'

export interface SinksOptions {
  readonly settings: Pick<Settings, 'receipts' | 'upstream' | 'dataDir'>
  readonly logs: ExportsOptions['logs']
  readonly log: Log
}

export interface Sinks {
  /** Takes each checkpoint when it is on our own disk; never throws and never waits. */
  anchor(checkpoint: Noted): void
  status(): { readonly anchors: readonly AnchorStatus[]; readonly exports: readonly ExportStatus[] }
  /** In Prometheus' text format; empty where there is neither. */
  metrics(): string
  /** After the log's last checkpoint: hands out what is left, and gives up after `ms`. */
  close(ms: number): Promise<void>
}

/** Requests to one receiver that may be under way at once: its own, and those of entries that name the same host. */
const connections = 32
/** Bytes of an answer that wait to be read. */
const streamBuffer = 64 * 1024

export function startSinks({ settings: { receipts, upstream, dataDir }, logs, log }: SinksOptions): Sinks {
  const transport = new HttpTransport({ ...upstream, connections, streamBuffer })
  const names = new Names({ resolvers: upstream.resolvers })
  const anchors = new Anchors({ settings: receipts.anchors, log, transport, names })
  const exports = new Exports({ settings: receipts.exports, logs, folder: join(dataDir, 'exports'), transport, log })
  exports.start()
  return {
    anchor: (checkpoint) => anchors.put(checkpoint),
    status: () => ({ anchors: anchors.status(), exports: exports.status() }),
    metrics: () =>
      (receipts.anchors.length > 0 ? writeAnchorMetrics(anchors.status()) : '') + (receipts.exports.length > 0 ? writeExportMetrics(exports.status()) : ''),
    async close(ms) {
      await Promise.all([anchors.close(ms), exports.close(ms)])
      await transport.close()
      names.close()
    },
  }
}
