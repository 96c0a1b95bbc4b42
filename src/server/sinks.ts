/** Anchors and exports together, with connections of their own: no provider waits for a receiver of receipts, and none of these for a provider. */

import { join } from 'node:path'
import type { Settings } from '../config/settings.ts'
import type { Log } from '../telemetry/log.ts'
import { writeAnchorMetrics, writeExportMetrics, type AnchorStatus, type ExportStatus } from '../telemetry/sinks.ts'
import { HttpTransport } from '../upstream/http.ts'
import { Names } from '../upstream/names.ts'
import { Anchors, type Noted } from './anchors.ts'
import { Exports } from './exports.ts'
import { readableLogs, type OwnLog } from './readable-logs.ts'

/** Where receipts are kept: as `Records` is. */
export interface Source {
  /** The log that this process writes. */
  readonly log: OwnLog
  /** Of all logs. */
  readonly folder: string
  onCheckpoint(listener: (checkpoint: Noted) => void): void
}

export interface SinksOptions {
  readonly settings: Pick<Settings, 'receipts' | 'upstream' | 'dataDir'>
  readonly records: Source
  readonly log: Log
}

export interface Sinks {
  status(): { readonly anchors: readonly AnchorStatus[]; readonly exports: readonly ExportStatus[] }
  /** In Prometheus' text format; empty where there is neither. */
  metrics(): string
  /** After the log's last checkpoint: hands out what is left, and gives up after `ms`, or where a receiver is away. */
  close(ms: number): Promise<void>
}

/** Requests to one host that may be under way at once: more than there are receivers. */
const connections = 32
/** Bytes of an answer that wait to be read. */
const streamBuffer = 64 * 1024

/** Rejects with `LogError` where the folder of logs cannot be read. */
export async function startSinks({ settings, records, log }: SinksOptions): Promise<Sinks> {
  const { upstream, dataDir } = settings
  const { anchors: anchored, exports: exported } = settings.receipts
  const transport = new HttpTransport({ ...upstream, connections, streamBuffer })
  const names = new Names({ resolvers: upstream.resolvers })
  const anchors = new Anchors({ settings: anchored, log, transport, names })
  records.onCheckpoint((checkpoint) => anchors.put(checkpoint))
  const logs = exported.length > 0 ? await readableLogs(records.folder, () => records.log) : () => []
  const exports = new Exports({ settings: exported, logs, folder: join(dataDir, 'exports'), transport, log })
  exports.start()
  return {
    status: () => ({ anchors: anchors.status(), exports: exports.status() }),
    metrics: () => (anchored.length > 0 ? writeAnchorMetrics(anchors.status()) : '') + (exported.length > 0 ? writeExportMetrics(exports.status()) : ''),
    async close(ms) {
      await Promise.all([anchors.close(ms), exports.close(ms)])
      await transport.close()
      names.close()
    },
  }
}
