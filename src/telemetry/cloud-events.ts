/** Entries of the log as CloudEvents in batches, signed as Standard Webhooks says. https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md */

import { createHmac } from 'node:crypto'
import type { EntryKind } from '../receipts/entry.ts'

/** One entry that a reader of the log has before it. */
export interface ReadEntry {
  readonly position: number
  readonly kind: EntryKind
  /** Its JSON, in canonical form. */
  readonly text: string
}

export const batchType = 'application/cloudevents-batch+json; charset=utf-8'

/** The data of each event is the entry as it stands in the log, byte for byte. `log` is the log's id. */
export function writeEvents(log: string, entries: readonly ReadEntry[]): string {
  return `[${entries.map((entry) => writeEvent(log, entry)).join(',')}]`
}

function writeEvent(log: string, { position, kind, text }: ReadEntry): string {
  // A receipt has an id and was created; what is told of the log itself happened at a time, and is known by its place.
  const { id, created_at: created, at = created } = JSON.parse(text) as { readonly id?: string; readonly created_at?: number; readonly at?: number }
  const head = {
    specversion: '1.0',
    id: id ?? `${log}-${position}`,
    source: `omni-gateway/${log}`,
    type: `omni-gateway.${kind}.v1`,
    ...(at !== undefined && { time: new Date(at).toISOString() }),
    datacontenttype: 'application/json',
    // Numbers of CloudEvents end at 2^31.
    position: String(position),
  }
  return `${JSON.stringify(head).slice(0, -1)},"data":${text}}`
}

export interface Signed {
  /** The same each time that the same batch is sent. */
  readonly id: string
  /** Milliseconds since 1970: receivers refuse what is older than some minutes. */
  readonly at: number
  readonly body: string
}

/** https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md */
export function signWebhook(secret: string | undefined, { id, at, body }: Signed): { readonly [name: string]: string } {
  const stamp = String(Math.floor(at / 1000))
  const unsigned = { 'webhook-id': id, 'webhook-timestamp': stamp }
  if (secret === undefined) return unsigned
  const signature = createHmac('sha256', keyOf(secret)).update(`${id}.${stamp}.${body}`).digest('base64')
  return { ...unsigned, 'webhook-signature': `v1,${signature}` }
}

const prefix = 'whsec_'

const keyOf = (secret: string): Buffer => (secret.startsWith(prefix) ? Buffer.from(secret.slice(prefix.length), 'base64') : Buffer.from(secret))
