/** Puts the gateway together and starts it. The only place that knows all of its parts. */

import { readFileSync } from 'node:fs'
import type { IncomingMessage, Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Writable } from 'node:stream'
import { monotonic } from '../base/clock.ts'
import { Roster } from '../base/roster.ts'
import { uuid7 } from '../base/ids.ts'
import { SealError } from '../base/seal.ts'
import { onBlocked } from '../base/watch.ts'
import type { Settings } from '../config/settings.ts'
import type { Viewer } from '../control/route.ts'
import type { Gateway } from '../gateway/gateway.ts'
import { LogError } from '../ledger/errors.ts'
import { StorageError } from '../storage/errors.ts'
import { Log } from '../telemetry/log.ts'
import { contentType } from '../telemetry/exposition.ts'
import { Metrics } from '../telemetry/metrics.ts'
import { PlaceMetrics } from '../telemetry/places.ts'
import { HttpTransport } from '../upstream/http.ts'
import { MediaFetcher } from '../upstream/media.ts'
import { LocalTransport } from '../upstream/local.ts'
import { keyringOf } from './access.ts'
import { AnswerMemory } from './answer-memory.ts'
import { Checks } from './checks.ts'
import { digestBuild } from './build.ts'
import type { Counters } from './counters.ts'
import { openData, type Data } from './data.ts'
import { identifierOf, openDoor, type Door } from './door.ts'
import { openEpochs } from './epochs.ts'
import { governingOf } from './governing.ts'
import { HealthKeeper } from './health-keeper.ts'
import { gaugesOf, placeGaugesOf } from './gauges.ts'
import { createHttp, type Live, type Side } from './http.ts'
import { openKeeping, type Keeping } from './keeping.ts'
import { Overload } from './overload.ts'
import { Plane } from './plane.ts'
import { fetchPrices } from './prices.ts'
import { readReadiness } from './readiness.ts'
import type { Recorder } from './recorder.ts'
import { serveBeside } from './side.ts'
import { socketLimits, Sockets } from './sockets.ts'
import { stopping, type Ends } from './stop.ts'

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
  /** Ends it: new calls are refused, those in flight may finish within the drain limit, and what was recorded is stored. A second call ends the waiting. */
  stop(): Promise<void>
}

/** The gateway cannot, or must not, start: a sentence for the operator. */
export class StartRefused extends Error {}

/** Rejects with `StartRefused` where the operator must do something first. */
export async function start(asked: Start): Promise<Running> {
  try {
    return await assemble(asked)
  } catch (error) {
    const sentence = error instanceof StorageError || error instanceof SealError || error instanceof LogError ? error.message : sentenceOf(error)
    throw sentence === undefined ? error : new StartRefused(sentence, { cause: error })
  }
}

async function assemble(asked: Start): Promise<Running> {
  const data = await openData(asked.settings)
  const prepared = prepare(asked, data)
  try {
    return await run(asked, prepared)
  } catch (error) {
    await prepared.state.keeping?.close(hasty)
    await prepared.governing.counters.close()
    await data.store.close()
    throw error
  }
}

/** Milliseconds that what was begun has to end, where the rest could not be. */
const hasty = 1000

type Prepared = ReturnType<typeof prepare>

/** What can be there before anything is read or listened to. */
function prepare({ settings, readSettings, version, out }: Start, data: Data) {
  const log = new Log(out, settings.logLevel)
  onBlocked((ms) => log.tell('warn', 'event loop was blocked', { ms: Math.round(ms) }))
  const live: Live = new Roster()
  const memory = new AnswerMemory({ store: data.store.responses, seal: data.sealAnswer, open: data.openAnswer, settings: settings.responses })
  const digest = digestBuild(join(import.meta.dirname, '..'))
  const state: State = { isDraining: false, instance: `ins_${uuid7()}`, version, build: digest.slice(0, 16), keeping: undefined }
  const plane = new Plane({
    settings,
    readSettings,
    data,
    log,
    fetchPrices: (url) => fetchPrices(url, settings),
    status: () => ({ ...statusOf(state, { live, memory }), counters: governing.counters.stores, ...state.keeping?.status() }),
    lookAt: (under, own) => governing.counters.look(under, own),
    keeping: () => state.keeping!,
  })
  const placeMetrics = new PlaceMetrics(placeGaugesOf(plane.health))
  const keeper = new HealthKeeper({ health: plane.health, places: data.store.places, instance: state.instance, log, metrics: placeMetrics })
  const network = new HttpTransport({ ...settings.upstream, streamBuffer: settings.limits.streamBuffer })
  const hosts = new Set(settings.media.hosts.map((name) => name.toLowerCase()))
  const media = settings.media.fetch ? new MediaFetcher({ ...settings.media, resolvers: settings.upstream.resolvers, hosts }) : undefined
  const governing = governingOf({ settings, plane, log, instance: state.instance })
  return { data, log, live, memory, digest, state, plane, placeMetrics, keeper, network, media, governing }
}

async function run({ settings, version }: Start, prepared: Prepared): Promise<Running> {
  const { data, log, live, memory, digest: build, state, plane, placeMetrics, keeper, network, media, governing } = prepared
  await plane.publish()
  await keeper.start()
  const { counters, inspection } = governing
  const objects = await data.store.objects.list()
  await counters.prepare(new Set(objects.flatMap(({ kind, body }) => (body === null ? [] : [kind]))))
  const indexed = (receipts: readonly string[]) => counters.indexed(receipts)
  const keeping = (state.keeping = await openKeeping({ settings, data, log, plane, instance: state.instance, version, build, indexed }))
  const firstKey = await plane.makeFirstKey()
  const metrics = new Metrics(gaugesOf(keeping, log, plane), settings.metadata)
  const door = openDoor(settings, metrics, log)
  const overload = new Overload({ percent: () => plane.settings.limits.heapPercent, calls: () => live.size })
  const heard = readers({ metrics, recorder: keeping.recorder, log })
  const gateway = assembleGateway({ overload, state, plane, data, log, network, media, memory, identify: identifierOf(door), ...governing, ...heard })
  const tls = settings.tls && readTls(settings.tls)
  const sockets = new Sockets({ gateway, live, ...door, limits: socketLimits(settings) })
  const allMetrics = () => metrics.text() + placeMetrics.text() + keeping.metrics() + counters.metrics()
  const side = sideOf({ state, plane, data, counters, recorder: keeping.recorder, metrics: allMetrics, ...door })
  const server = createHttp({ gateway, ...door, limits: settings.http, tls, side, upgrades: sockets }, live)
  await listen(server, settings)
  // Without a listener, one client that finds no descriptor left would end the process for all others.
  server.on('error', (error: NodeJS.ErrnoException) => log.tell('error', 'a connection could not be accepted', { code: error.code ?? 'unknown' }))
  if (memory.keeps) log.tell('warn', 'answers are kept: what clients ask and are answered is stored, sealed', { ttl_ms: settings.responses.ttl })
  const unfollow = follow(plane, network)
  const stop = stopping({ settings, counters, inspection, keeper, state, data, log, keeping, live, plane, network, media, memory, sockets, server, unfollow })
  return { port: (server.address() as AddressInfo).port, plane, log, firstKey, stop }
}

function statusOf({ version, instance }: State, { live, memory }: Pick<Ends, 'live' | 'memory'>): object {
  return {
    version,
    instance,
    node: process.version,
    uptime_ms: Math.round(monotonic()),
    calls: live.size,
    answers_dropped: memory.dropped,
    answers_evicted: memory.evicted,
  }
}

/** How soon a key or a chain that another process stored counts here too, in milliseconds. */
const followEvery = 3000

/** Other processes may change what a database holds, or a file of one; where it cannot be asked, what is known goes on. Providers come and go. */
function follow(plane: Plane, network: HttpTransport): () => void {
  const timer = setInterval(() => void plane.follow(), followEvery)
  const checks = new Checks({
    providers: () => plane.settings.providers,
    connectionOf: (name) => plane.snapshot.routing.connections.get(name),
    standingOf: (name) => plane.health.place(`provider:${name}`),
    network,
  })
  checks.start()
  return () => {
    clearInterval(timer)
    checks.stop()
  }
}

interface State {
  isDraining: boolean
  readonly instance: string
  readonly version: string
  /** The first 16 hex digits of the digest of our own files. */
  readonly build: string
  /** Opened after the first snapshot. */
  keeping: Keeping | undefined
}

interface Parts {
  readonly state: State
  readonly plane: Plane
  readonly data: Data
}

/** What others made of it. */
type Given = Pick<Gateway, 'network' | 'media' | 'memory' | 'identify' | 'counters' | 'inspect' | 'reviews' | 'intend' | 'note' | 'settle'>

function assembleGateway({ overload, state, plane, data, log, ...given }: Parts & Given & { readonly overload: Overload; readonly log: Log }): Gateway {
  return {
    ...given,
    get snapshot() {
      return plane.snapshot
    },
    get isDraining() {
      return state.isDraining
    },
    hasRoomFor: (bytes) => overload.hasRoomFor(bytes),
    local: new LocalTransport(),
    spoolFolder: plane.settings.dataDir,
    instance: state.instance,
    version: state.version,
    build: state.build,
    hashInput: data.hashInput,
    epochOf: openEpochs(data.epochs, log),
  }
}

interface Readers {
  readonly metrics: Metrics
  readonly recorder: Recorder
  readonly log: Log
}

/** Who hears of calls when they end: of how they failed, and of their closed receipts. */
function readers({ metrics, recorder, log }: Readers): Pick<Gateway, 'intend' | 'note' | 'settle'> {
  return {
    intend: (receipt) => recorder.intend(receipt),
    note: (failure, requestId) => log.note(failure, requestId),
    settle: (receipt, { method, path, bytesSent }) => {
      // Who was never let in leaves a number, not a record: nobody can fill the database without a key.
      if (receipt.auth_method === null) return metrics.refuse(receipt.error ?? 'unknown')
      try {
        metrics.observe(receipt)
        recorder.keep(receipt)
        log.call(receipt, { method, path, responseBytes: bytesSent })
      } catch {
        log.tell('error', 'a call could not be recorded', { request_id: receipt.request_id })
      }
    },
  }
}

/** `metrics` are all of them, as text. */
interface Beside extends Parts, Door {
  readonly counters: Counters
  readonly recorder: Recorder
  readonly metrics: () => string
}

function sideOf({ state, plane, data, counters, recorder, metrics, ...door }: Beside): Side {
  const viewers = new WeakMap<IncomingMessage, Viewer>()
  return serveBeside({
    ...door,
    snapshot: () => plane.snapshot,
    keyring: keyringOf(data, () => plane.settings.sessions.idle),
    viewers,
    readiness: () => readReadiness({ state, plane, data, counters, recorder }),
    metrics: () => ({ type: contentType, text: metrics() }),
    control: plane.serveControl(viewers, door.addressOf),
  })
}

function readTls({ cert, key }: { readonly cert: string; readonly key: string }) {
  try {
    return { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') }
  } catch (cause) {
    throw new StartRefused('The certificate of `server.tls`, or its key, cannot be read.', { cause })
  }
}

function sentenceOf(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'EADDRINUSE') return 'The port is taken: another gateway may be running. Choose one with --port, or OMNI_PORT.'
  if (code === 'EACCES') return 'This port may not be listened on by this user: choose one above 1023.'
  if (code === 'EADDRNOTAVAIL') return 'The address to listen on is not one of this machine: see OMNI_HOST.'
  if (typeof code === 'string' && code.startsWith('ERR_OSSL')) return 'The certificate of `server.tls` and its key are not a pair in PEM.'
  return undefined
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
