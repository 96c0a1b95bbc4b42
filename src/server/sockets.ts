/** The clients that speak by WebSocket: who may connect, and how the connections end. https://developers.openai.com/docs/guides/websocket-mode */

import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { WebSocketServer } from 'ws'
import { Roster } from '../base/roster.ts'
import { Failure, toFailure } from '../canonical/failure.ts'
import type { Settings } from '../config/settings.ts'
import type { Headers } from '../gateway/client.ts'
import type { ChatSurface } from '../surfaces/surface.ts'
import { barred } from './addresses.ts'
import { checkQuery, guard } from './guard.ts'
import { match } from './routes.ts'
import { SocketSession, type Opened, type SocketLimits, type SocketWorld } from './socket-session.ts'

/** How often it is asked whether clients are still there, at least. */
const lookEvery = 30_000

export class Sockets {
  readonly #world: SocketWorld
  /** Bounded by `limits.connections`. */
  readonly #sessions = new Roster<SocketSession>()
  /** Connections that are being made; they count. */
  #opening = 0
  /** Loaded with the first client that needs it. */
  #server: Promise<WebSocketServer> | undefined
  #timer: NodeJS.Timeout | undefined

  constructor(world: SocketWorld) {
    this.#world = world
  }

  /** Whether a request is one for `take`; any other that speaks of an upgrade is served as if it did not. */
  wants({ method, url = '', headers }: IncomingMessage): boolean {
    return this.#world.limits.connections > 0 && method === 'GET' && /^(\/v1)?\/responses(\?|$)/.test(url) && headers.upgrade?.toLowerCase() === 'websocket'
  }

  /** Makes the connection, or calls `refuse`: then nothing was said on the socket yet. */
  async take(request: IncomingMessage, socket: Socket, { head, refuse }: { head: Buffer; refuse: (failure: Failure) => void }): Promise<void> {
    socket.on('error', () => socket.destroy())
    this.#opening += 1
    try {
      const opened = this.#admit(request)
      this.#server ??= loadServer(this.#world.gateway.snapshot.limits.body)
      const server = await this.#server
      server.handleUpgrade(request, socket, head, (connection) => {
        const session = new SocketSession({ socket: connection, ...opened }, this.#world)
        this.#sessions.add(session)
        connection.on('close', () => this.#sessions.remove(session))
        this.#timer ??= setInterval(() => this.#look(), Math.min(lookEvery, this.#world.limits.idle / 2)).unref()
      })
    } catch (error) {
      const failure = toFailure(error)
      this.#world.refused(failure)
      refuse(failure)
    } finally {
      this.#opening -= 1
    }
  }

  /** Connections without an answer in flight end now, the others after it. */
  drain(): void {
    for (const session of this.#sessions) session.end()
  }

  close(): void {
    clearInterval(this.#timer)
    for (const session of this.#sessions) session.terminate()
  }

  #look(): void {
    for (const session of this.#sessions) session.look()
  }

  #admit(request: IncomingMessage): Omit<Opened, 'socket'> {
    const { gateway, hosts, limits, addressOf } = this.#world
    guard(request, hosts)
    // Before 24.9 Node.js asks nobody which upgrades are wanted.
    if (!this.wants(request)) throw new Failure('upgrade_required', 'This path is not served by WebSocket.')
    const [path = '', query = ''] = request.url!.split('?', 2)
    checkQuery(query)
    checkOrigin(request)
    if (gateway.isDraining) throw new Failure('shutting_down', 'The gateway is about to stop.')
    const address = addressOf(request)
    const { snapshot } = gateway
    const headers = headersOf(request)
    if (snapshot.edges?.mayCall(address) === false) throw barred()
    gateway.identify({ headers, address }, snapshot)
    if (this.#sessions.size + this.#opening > limits.connections)
      throw new Failure('overloaded', 'As many clients are connected by WebSocket as the operator allows.')
    return { path, address, headers, surface: surfaceAt(path) }
  }
}

/** Bytes, milliseconds and connections, as the settings have them. */
export function socketLimits({ responses, limits, http }: Pick<Settings, 'responses' | 'limits' | 'http'>): SocketLimits {
  const { sockets: connections, socketIdle: idle, socketMemory: memory } = responses
  return { connections, idle, memory, frame: limits.answer, buffer: limits.streamBuffer, writeIdle: http.writeIdle }
}

async function loadServer(maxPayload: number): Promise<WebSocketServer> {
  const ws = await import('ws')
  return new ws.WebSocketServer({ noServer: true, clientTracking: false, perMessageDeflate: false, maxPayload, handleProtocols: chooseProtocol })
}

/** What is served by POST is served here. */
function surfaceAt(path: string): ChatSurface {
  const found = match('POST', path)
  if (found.kind === 'found' && found.route.serving.kind === 'surface' && 'recall' in found.route.serving.surface) return found.route.serving.surface
  throw new Failure('not_found', 'Nothing is served on this path.')
}

/** With client auth off, any page in the user's browser could otherwise speak to a gateway on loopback: browsers always say where a page is from. */
function checkOrigin({ headers: { origin, host } }: IncomingMessage): void {
  if (origin === undefined) return
  if (!URL.canParse(origin) || new URL(origin).host !== host) throw new Failure('insufficient_scope', 'Pages of other hosts may not connect to this gateway.')
}

const keyProtocol = 'openai-insecure-api-key.'

/** A protocol that holds a key is never said back. */
export function chooseProtocol(offered: ReadonlySet<string>): string | false {
  return [...offered].find((protocol) => !protocol.startsWith(keyProtocol)) ?? false
}

/** Of the connection, not of a request on it. */
const hopHeaders = new Set(['connection', 'upgrade', 'content-length', 'transfer-encoding', 'x-request-id'])

/** The headers of every call on the connection. Browsers can send a key nowhere but in the list of protocols. */
export function headersOf({ headers }: Pick<IncomingMessage, 'headers'>): Headers {
  const kept: Record<string, string | undefined> = { 'content-type': 'application/json' }
  for (const [name, value] of Object.entries(headers)) {
    if (typeof value === 'string' && name !== 'content-type' && !hopHeaders.has(name) && !name.startsWith('sec-websocket-')) kept[name] = value
  }
  const key = headers['sec-websocket-protocol']
    ?.split(',')
    .map((protocol) => protocol.trim())
    .find((protocol) => protocol.startsWith(keyProtocol))
    ?.slice(keyProtocol.length)
  if (key !== undefined) {
    if (kept.authorization !== undefined && kept.authorization !== `Bearer ${key}`)
      throw new Failure('ambiguous_credentials', 'The request carries two different keys: send one.')
    kept.authorization = `Bearer ${key}`
  }
  // What is said of the connection is nothing to a provider that is asked by POST.
  const beta = kept['openai-beta']?.split(',').filter((one) => !one.trim().startsWith('responses_websockets='))
  if (beta !== undefined) kept['openai-beta'] = beta.length > 0 ? beta.join(',') : undefined
  return kept
}
