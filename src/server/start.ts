/** Puts the gateway together and starts it. The only place that knows all of its parts. */

import { readFileSync } from 'node:fs'
import type { IncomingMessage, Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Writable } from 'node:stream'
import { monotonic, pause } from '../base/clock.ts'
import { uuid7 } from '../base/ids.ts'
import { Failure } from '../canonical/failure.ts'
import type { Settings } from '../config/settings.ts'
import type { Viewer } from '../control/route.ts'
import type { Gateway } from '../gateway/gateway.ts'
import { Outbox } from '../receipts/outbox.ts'
import { Log } from '../telemetry/log.ts'
import { Metrics } from '../telemetry/metrics.ts'
import { HttpTransport } from '../upstream/http.ts'
import { LocalTransport } from '../upstream/local.ts'
import { openData } from './data.ts'
import { createHttp, type Live } from './http.ts'
import { Plane } from './plane.ts'
import { serveBeside } from './side.ts'

export interface Start {
  readonly settings: Settings
  /** Reads the configuration anew; throws where it is broken. */
  readonly readSettings: () => Settings
  readonly version: string
  /** Where the log goes. */
  readonly out: Writable
}

export interface Running {
  readonly port: number
  readonly plane: Plane
  readonly log: Log
  /** The first client key, where this start made it. It is nowhere else. */
  readonly firstKey: string | undefined
  /** Ends it: new calls are refused, those in flight may finish within the drain limit, and what was recorded is stored. */
  stop(): Promise<void>
}

/** Rejects with a sentence for the operator where it cannot, or must not, start. */
export async function start({ settings, readSettings, version, out }: Start): Promise<Running> {
  const data = await openData(settings)
  const log = new Log(out, settings.logLevel)
  const outbox = new Outbox((lines) => data.store.receipts.append(lines), settings.receipts)
  const live: Live = new Set()
  const instance = `ins_${uuid7()}`
  const status = () => ({ version, instance, node: process.version, uptime_ms: Math.round(monotonic()), calls: live.size, receipts_waiting: outbox.depth, receipts_dropped: outbox.dropped })
  const plane = new Plane({ settings, readSettings, data, log, status })
  await plane.publish()
  const firstKey = await plane.makeFirstKey()
  const metrics = new Metrics({ outboxDepth: () => outbox.depth, outboxDropped: () => outbox.dropped, logDropped: () => log.dropped, configIsStale: () => plane.problem !== undefined })
  const network = new HttpTransport(settings.upstream)
  let isDraining = false
  const gateway: Gateway = {
    get snapshot() { return plane.snapshot },
    get isDraining() { return isDraining },
    network,
    local: new LocalTransport(),
    instance,
    version,
    hashInput: data.hashInput,
    pseudonym: data.pseudonym,
    settle: (receipt, client) => {
      // Who was never let in leaves a number, not a record: nobody can fill the database without a key.
      if (receipt.auth_method === null) return metrics.refuse(receipt.error ?? 'unknown')
      metrics.observe(receipt)
      outbox.put(JSON.stringify(receipt))
      log.call(receipt, { method: client.method, path: client.path, responseBytes: client.bytesSent })
    },
  }
  const viewers = new WeakMap<IncomingMessage, Viewer>()
  const side = serveBeside({
    snapshot: () => plane.snapshot,
    keyring: { adminHash: data.adminHash, hashKey: data.hashKey },
    viewers,
    readiness: async () => {
      const database = await data.store.ping().then(() => 'ok', () => 'unavailable')
      const config = plane.problem === undefined ? 'current' : 'stale'
      return { isReady: !isDraining, body: { status: isDraining ? 'draining' : 'ready', config, dependencies: { database } } }
    },
    metrics: async () => ({ type: metrics.contentType, text: await metrics.text() }),
    control: plane.serveControl(viewers),
  })
  const tls = settings.tls && { cert: readFileSync(settings.tls.cert, 'utf8'), key: readFileSync(settings.tls.key, 'utf8') }
  const server = createHttp({ gateway, hosts: hostsOf(settings), limits: settings.http, tls, side }, live)
  await listen(server, settings)
  const stop = async () => {
    isDraining = true
    await drain(server, live, settings.drain)
    await network.close()
    const lost = await outbox.close(settings.drain)
    if (lost > 0) log.tell('error', 'receipts could not be stored before the end', { receipts: lost })
    await plane.close()
    log.flush()
    await data.store.close()
  }
  return { port: (server.address() as AddressInfo).port, plane, log, firstKey, stop }
}

/** Loopback's names, where we listen, and what the operator added. */
function hostsOf({ host, hosts }: Settings): ReadonlySet<string> {
  return new Set(['localhost', '127.0.0.1', '[::1]', host.includes(':') ? `[${host}]` : host, ...hosts].map((name) => name.toLowerCase()))
}

async function listen(server: Server, { port, host }: Settings): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

/** Calls in flight may finish; what has not by then hears that we stop, in its own wire. */
async function drain(server: Server, live: Live, limit: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  server.closeIdleConnections()
  const late = pause(limit)
  const idle = setInterval(() => server.closeIdleConnections(), 100)
  await Promise.race([closed, late.done])
  late.cancel()
  for (const client of live) client.interrupt(new Failure('shutting_down', 'The gateway stops, and this call took longer than it waits.'))
  const last = pause(1000)
  await Promise.race([closed, last.done])
  last.cancel()
  clearInterval(idle)
  server.closeAllConnections()
}
