/** Numbers of who has the log's checkpoints, who hears of receipts and who is told of alerts, for people and for Prometheus. */

import { writeFamily, type Sample } from './exposition.ts'

interface Reached {
  readonly name: string
  /** Deliveries that failed since the process began. */
  readonly failures: number
  /** Why the last delivery failed, in a sentence of ours; null where it did not. */
  readonly fault: string | null
}

export interface AnchorStatus extends Reached {
  /** Entries that the last checkpoint there counts, and its time in milliseconds since 1970; null where it has had none of this process. */
  readonly size: number | null
  readonly time: number | null
}

export interface ExportStatus extends Reached {
  /** Entries that were taken since the process began, and those that were refused for good. */
  readonly sent: number
  readonly skipped: number
  /** Entries that wait in the log. */
  readonly waiting: number
}

const samplesOf = <Status extends Reached>(label: string, statuses: readonly Status[], value: (status: Status) => number | null): readonly Sample[] =>
  statuses.flatMap((status) => {
    const found = value(status)
    return found === null ? [] : [{ labels: { [label]: status.name }, value: found }]
  })

export function writeAnchorMetrics(statuses: readonly AnchorStatus[]): string {
  const of = (value: (status: AnchorStatus) => number | null) => samplesOf('anchor', statuses, value)
  return [
    writeFamily(
      'omni_anchor_entries',
      'gauge',
      'Entries that the last checkpoint at the anchor counts.',
      of(({ size }) => size),
    ),
    writeFamily(
      'omni_anchor_checkpoint_seconds',
      'gauge',
      'When the last checkpoint at the anchor was made, since 1970.',
      of(({ time }) => time && time / 1000),
    ),
    writeFamily(
      'omni_anchor_failures_total',
      'counter',
      'Times that the anchor could not be given a checkpoint.',
      of(({ failures }) => failures),
    ),
  ].join('')
}

export function writeExportMetrics(statuses: readonly ExportStatus[]): string {
  const of = (value: (status: ExportStatus) => number) => samplesOf('export', statuses, value)
  return [
    writeFamily(
      'omni_export_sent_total',
      'counter',
      'Entries of the log that the receiver took.',
      of(({ sent }) => sent),
    ),
    writeFamily(
      'omni_export_skipped_total',
      'counter',
      'Entries that the receiver refused for good.',
      of(({ skipped }) => skipped),
    ),
    writeFamily(
      'omni_export_waiting',
      'gauge',
      'Entries of the log that the receiver has not had yet.',
      of(({ waiting }) => waiting),
    ),
    writeFamily(
      'omni_export_failures_total',
      'counter',
      'Times that the receiver could not be given a batch.',
      of(({ failures }) => failures),
    ),
  ].join('')
}

export function writeAlertMetrics(statuses: readonly Reached[]): string {
  const failures = samplesOf('receiver', statuses, ({ failures: value }) => value)
  return writeFamily('omni_alert_failures_total', 'counter', 'Times that the receiver could not be told of an alert.', failures)
}
