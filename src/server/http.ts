/** The listening side: every request comes in here, is guarded, found in the table of routes, and handed to who serves it. */

import type { Listed, Roster } from '../base/roster.ts'
import { createServer, STATUS_CODES, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { Socket } from 'node:net'
import { Failure, toFailure, type Reason } from '../canonical/failure.ts'
import type { Headers } from '../gateway/client.ts'
import { serveKept } from '../gateway/kept.ts'
import { requestIdOf } from '../gateway/observe.ts'
import { serve } from '../gateway/serve.ts'
import type { Gateway } from '../gateway/gateway.ts'
import { openaiChat } from '../wires/openai-chat/index.ts'
import { anthropicMessages } from '../wires/anthropic-messages/index.ts'
import { cohereChat } from '../wires/cohere-chat/index.ts'
import { geminiGenerate } from '../wires/gemini-generate/index.ts'
import type { SurfaceWire } from '../wires/wire.ts'
import { checkAddress } from './addresses.ts'
import { HttpClient, type ClientLimits } from './client.ts'
import { departAll } from './departures.ts'
import type { Door } from './door.ts'
import { checkQuery, guard, takeQueryKey, takesQueryKey } from './guard.ts'
import { askerOf } from './models.ts'
import { match, type Route } from './routes.ts'

export interface HttpLimits extends ClientLimits {
  readonly headerBytes: number
  /** Milliseconds until a request's headers must be whole. */
  readonly headerTime: number
}

/** Serves what is no model surface. May throw `Failure`. */
export type Side = (
  request: IncomingMessage,
  response: ServerResponse,
  found: { readonly route: Route; readonly rest: string; readonly query: string },
) => Promise<void> | void

export interface Listening extends Omit<Door, 'throttle'> {
  readonly gateway: Gateway
  readonly limits: HttpLimits
  readonly tls: { readonly cert: string; readonly key: string } | undefined
  readonly side: Side
  readonly upgrades: Upgrades
}

/** Who takes connections that go on in another protocol. */
export interface Upgrades {
  wants(request: IncomingMessage): boolean
  /** Makes the connection, or calls `refuse`, before anything is said on the socket. */
  take(request: IncomingMessage, socket: Socket, handshake: { readonly head: Buffer; readonly refuse: (failure: Failure) => void }): Promise<void>
}

/** A call, as whoever ends the process sees it. */
export interface LiveCall extends Listed {
  interrupt(failure: Failure): void
  /** All was said, and the client has not taken it to its end. */
  readonly isTaking: boolean
  /** Whether bytes on this socket belong to another request. */
  isAnswering(socket: Socket): boolean
}

/** The calls that are in flight, to be told when the process must end. Bounded by the connections. */
export type Live = Roster<LiveCall>

export function createHttp(listening: Listening, live: Live): Server {
  const { limits, tls, upgrades } = listening
  const options = {
    maxHeaderSize: limits.headerBytes,
    headersTimeout: limits.headerTime,
    requestTimeout: 0,
    connectionsCheckingInterval: 2000,
    noDelay: true,
    keepAliveTimeout: 65_000,
    requireHostHeader: false,
    shouldUpgradeCallback: (request: IncomingMessage) => upgrades.wants(request),
  }
  const server = tls ? createTlsServer({ ...options, cert: tls.cert, key: tls.key }) : createServer(options)
  // Ours counts every header; the parser would leave the rest out and say nothing.
  server.maxHeadersCount = 0
  // Node ends our side when the client ends its own: what was said before that is handed over first.
  server.on(tls ? 'secureConnection' : 'connection', (socket: Socket) => void socket.prependListener('end', departAll))
  const handle = (request: IncomingMessage, response: ServerResponse) => void take(request, response, listening, live)
  server.on('request', handle)
  // The body is asked for when somebody wants it, not before.
  server.on('checkContinue', handle)
  server.on('checkExpectation', (request, response) =>
    refuseSide(request, response, new Failure('bad_request', 'The `Expect` header asks for something that is not known here.'), listening.gateway),
  )
  server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    departAll()
    void upgrades.take(request, socket, { head, refuse: (failure) => refuseBytes(failure, socket, listening.gateway) })
  })
  server.on('connect', (_request, socket: Socket) => {
    departAll()
    refuseBytes(new Failure('method_not_allowed', 'The gateway is no proxy: CONNECT is not served.'), socket)
  })
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => refuseBroken(error, socket, live))
  return server
}

async function take(request: IncomingMessage, response: ServerResponse, listening: Listening, live: Live): Promise<void> {
  try {
    guard(request, listening.hosts)
    const url = request.url!
    const mark = url.indexOf('?')
    const path = mark === -1 ? url : url.slice(0, mark)
    const query = mark === -1 ? '' : url.slice(mark + 1)
    const found = match(request.method!, path)
    if (found.kind === 'none') throw new Failure('not_found', 'Nothing is served on this path.')
    if (found.kind === 'wrong_method') {
      response.setHeader('allow', found.allow.join(', '))
      throw new Failure('method_not_allowed', 'This path is served by another method.')
    }
    const { serving } = found.route
    const { gateway, addressOf } = listening
    const { edges } = gateway.snapshot
    if (edges !== undefined) checkAddress(edges, found.route, addressOf(request))
    if (takesQueryKey(path)) takeQueryKey(request, query)
    else checkQuery(query)
    if (serving.kind !== 'surface' && serving.kind !== 'kept') {
      response.setHeader('x-request-id', requestIdOf(request.headers as Headers))
      return await listening.side(request, response, { ...found, query })
    }
    const client = new HttpClient(request, response, { path: found.route.path, named: found.rest, query, addressOf }, listening.limits)
    live.add(client)
    try {
      await (serving.kind === 'kept' ? serveKept(serving.surface, client, gateway) : serve(serving.surface, client, gateway))
    } finally {
      client.onTaken(() => live.remove(client))
    }
  } catch (error) {
    const failure = toFailure(error)
    listening.refused(failure)
    refuseSide(request, response, failure, listening.gateway)
  }
}

/** In the envelope that the path's clients read: what is about to be refused may not have found its surface. */
export function refuseSide(request: IncomingMessage, response: ServerResponse, failure: Failure, listener: Pick<Gateway, 'note'>): void {
  const id = requestIdOf(request.headers as Headers)
  listener.note(failure, id)
  if (response.headersSent) return void response.destroy()
  const wire = envelopeOf(request)
  const body = JSON.stringify(wire.writeError(failure, id))
  if (!failure.row.retry) response.setHeader('x-should-retry', 'false')
  if (failure.reason === 'misdirected_request' || !request.complete) response.setHeader('connection', 'close')
  response.writeHead(failure.row.status, {
    ...plainHeaders,
    'content-type': jsonType,
    'x-request-id': id,
    'request-id': id,
    'content-length': Buffer.byteLength(body),
  })
  response.end(request.method === 'HEAD' ? undefined : body)
}

function envelopeOf({ method, url = '', headers }: IncomingMessage): SurfaceWire {
  if (method === 'GET' && /^(\/v1)?\/models\b/.test(url)) return askers[askerOf(url, headers)]
  // Names of chains stand in these paths, and may be any.
  if (url.startsWith('/_omni/')) return openaiChat
  if (/\/messages\b/.test(url)) return anthropicMessages
  if (/^\/v2\/|\/rerank\b/.test(url)) return cohereChat
  return takesQueryKey(url.split('?', 1)[0]!) ? geminiGenerate : openaiChat
}

/** On the path of the models, which all of them ask. */
const askers = { 'gemini-generate': geminiGenerate, 'anthropic-messages': anthropicMessages, 'openai-chat': openaiChat } as const

const jsonType = 'application/json; charset=utf-8'

/** On everything we say: answers are nobody else's, and depend on who asks. */
export const plainHeaders = { 'cache-control': 'no-store', vary: 'Authorization, Origin', 'x-content-type-options': 'nosniff' } as const

const broken: Readonly<Record<string, readonly [Reason, string]>> = {
  HPE_HEADER_OVERFLOW: ['headers_too_large', 'The headers are too large.'],
  ERR_HTTP_REQUEST_TIMEOUT: ['request_timeout', 'The headers did not come in time.'],
}

/** Bytes that are no HTTP get an answer all the same, and the connection ends. Where one is being answered, nothing may be mixed into that. */
function refuseBroken(error: NodeJS.ErrnoException, socket: Socket, live: Live): void {
  departAll()
  if (error.code === 'ECONNRESET' || [...live].some((client) => client.isAnswering(socket))) return void socket.destroy()
  refuseBytes(new Failure(...(broken[error.code ?? ''] ?? (['bad_request', 'The request is not valid HTTP.'] as const))), socket)
}

/** Answers on a socket that has no response of Node's. */
function refuseBytes(failure: Failure, socket: Socket, listener?: Pick<Gateway, 'note'>): void {
  const id = requestIdOf({})
  listener?.note(failure, id)
  if (!socket.writable) return void socket.destroy()
  const { status, retry } = failure.row
  const body = JSON.stringify(openaiChat.writeError(failure, id))
  const headers = {
    ...plainHeaders,
    'content-type': jsonType,
    'content-length': Buffer.byteLength(body),
    'x-request-id': id,
    ...(!retry && { 'x-should-retry': 'false' }),
    connection: 'close',
  }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
  socket.end([`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...lines, '', body].join('\r\n'))
}
