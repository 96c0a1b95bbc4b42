/** Posts to a scripted provider through the gateway's own transport, and reads what comes of it. */

import assert from 'node:assert/strict'
import { after } from 'node:test'
import type { Deadlines } from '../../src/base/deadlines.ts'
import { Failure, type Reason } from '../../src/canonical/failure.ts'
import type { Exchange, StreamedBody, Watcher } from '../../src/upstream/exchange.ts'
import { HttpTransport, type HttpOptions } from '../../src/upstream/http.ts'
import type { Upstream } from './upstream.ts'

const patient: Deadlines = { connect: 2000, firstByteStreamed: 5000, firstByteWhole: 5000, firstWord: 5000, idle: 5000, progress: 5000, total: 20_000 }
export const options: HttpOptions = { connections: 100, keepAlive: 2000, headerBytes: 16_384, streamBuffer: 256 * 1024 }

/** One for all that need no other options; closed after the last test. */
const network = new HttpTransport(options)
after(() => network.close())

export interface Asking {
  readonly deadlines?: Partial<Deadlines>
  readonly asksStream?: boolean
  readonly headers?: Readonly<Record<string, string>>
  readonly onCancel?: (cancel: () => void) => void
  readonly transport?: HttpTransport
  readonly upload?: StreamedBody
  readonly watcher?: Watcher
}

export function post(
  origin: string,
  { deadlines, asksStream = false, headers = {}, onCancel = () => {}, transport = network, upload, watcher }: Asking = {},
): Promise<Exchange> {
  const sent = { body: '{"model":"m"}', ...(upload && { upload }) }
  return transport.post({ origin, path: '/v1/x', headers, ...sent, deadlines: { ...patient, ...deadlines } }, asksStream, onCancel, watcher)
}

export async function readAll(exchange: Exchange): Promise<string> {
  const chunks: Buffer[] = []
  for (let piece = await exchange.next(); piece !== undefined; piece = await exchange.next()) chunks.push(piece)
  return Buffer.concat(chunks).toString()
}

export const ask = async (upstream: Upstream, asking?: Asking): Promise<string> => readAll(await post(upstream.url, asking))

/** What the promise fails with, and after how many milliseconds. */
export async function failing(promise: Promise<unknown>): Promise<{ readonly reason: Reason; readonly ms: number }> {
  const begun = performance.now()
  const error: unknown = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  assert.ok(error instanceof Failure, `it did not fail: ${String(error)}`)
  return { reason: error.reason, ms: performance.now() - begun }
}
