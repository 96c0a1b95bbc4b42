/** Serves what clients ask of an answer that they were given: here where it is kept here, else by whoever keeps it. */

import { isObject, type JsonObject } from '../base/json.ts'
import { Failure, toFailure, upstreamSentence } from '../canonical/failure.ts'
import { pathOf } from '../providers/provider.ts'
import { connectionOf } from '../routing/resolve.ts'
import type { Connection } from '../routing/target.ts'
import type { KeptSurface } from '../surfaces/surface.ts'
import type { Exchange, UpstreamRequest } from '../upstream/exchange.ts'
import { address } from './address.ts'
import { collect, parseAnswer } from './answer.ts'
import type { Client } from './client.ts'
import type { Gateway } from './gateway.ts'
import { retryHeaders } from './headers.ts'
import { identify } from './identify.ts'
import { listInput } from './kept-input.ts'
import { passStream } from './kept-stream.ts'
import type { KeptAnswer } from './memory.ts'
import { requestIdOf } from './observe.ts'
import { ownerOf } from './recall.ts'
import { readRefusal } from './send.ts'

/** Never throws. Resolves when the answer is out, or the client is gone. */
export async function serveKept(surface: KeptSurface, client: Client, gateway: Gateway): Promise<void> {
  try {
    if (gateway.isDraining) throw new Failure('shutting_down', 'The gateway is about to stop.')
    const owner = ownerOf(identify(client.headers, gateway.snapshot))
    const [place] = await gateway.memory.find(owner, [client.named])
    if (place === undefined || place.id !== place.responseId) throw notFound()
    if (place.connection !== null) return await pass(surface, { client, gateway, owner, connection: place.connection })
    if (surface.question === 'delete') return await remove(client, owner, gateway)
    const kept = await gateway.memory.load(owner, place.id)
    if (kept === undefined) throw notFound()
    sendJson(client, answerHere(surface, kept, new URLSearchParams(client.query)))
  } catch (error) {
    const failure = client.interruption ?? toFailure(error)
    const id = requestIdOf(client.headers)
    gateway.note(failure, id)
    refuse(surface, client, { failure, id })
  }
}

const notFound = () => new Failure('not_found', 'There is no response of this id: it is not one of your key’s, was not kept, or has expired.')

function answerHere({ question }: KeptSurface, kept: KeptAnswer, query: URLSearchParams): JsonObject {
  switch (question) {
    case 'cancel':
      throw new Failure('bad_request', 'Cannot cancel a synchronous response.')
    case 'input_items':
      return listInput(kept, query)
    default:
      if (query.get('stream') !== 'true') return kept.response
      throw new Failure('unsupported_parameter', 'A response that is kept here is given whole: ask without `stream`.', { param: 'stream' })
  }
}

async function remove(client: Client, owner: string, { memory }: Gateway): Promise<void> {
  if (!(await memory.remove(owner, client.named))) throw notFound()
  sendJson(client, { id: client.named, object: 'response', deleted: true })
}

interface Passing {
  readonly client: Client
  readonly gateway: Gateway
  readonly owner: string
  readonly connection: string
}

async function pass(surface: KeptSurface, { client, gateway, owner, connection: name }: Passing): Promise<void> {
  const connection = connectionOf(name, gateway.snapshot.routing)
  if (connection === undefined) throw notFound()
  const request = requestTo(connection, surface, client)
  const exchange = await gateway.network.post(request, request.headers.accept !== 'application/json', (cancel) => client.onGone(cancel))
  client.onGone(() => exchange.abort())
  if (exchange.status !== 200) throw await refusalOf(exchange, surface, connection)
  const { wire, question } = surface
  const most = gateway.snapshot.limits.answer
  const type = exchange.headers['content-type'] ?? ''
  const begin = () => client.begin(200, headers(client, 'text/event-stream; charset=utf-8'))
  if (type.startsWith('text/event-stream')) return passStream(exchange, { wire, client, most, begin })
  const bytes = await collect(exchange, most)
  checkAnswer(parseAnswer(bytes), surface)
  if (question === 'delete') return remove(client, owner, gateway)
  send(client, bytes)
}

/** An answer that failed tells why beside its id: that is no error of this call. Throws `Failure`. */
function checkAnswer(body: JsonObject, { wire, question }: KeptSurface): void {
  if (isObject(body.error) && body.id === undefined) {
    const { reason = 'upstream_error', message } = wire.readError(body)
    throw new Failure(reason, upstreamSentence(reason), { upstream: { message } })
  }
  if (question === 'delete' && body.deleted === false) throw new Failure('upstream_error', 'The provider did not delete the answer.')
}

/** What clients may ask beside the id; the provider's own parameters are not theirs to set. */
const passedQuery: ReadonlySet<string> = new Set(['include', 'include[]', 'stream', 'starting_after', 'include_obfuscation', 'limit', 'order', 'after'])
const suffixes = { retrieve: '', delete: '', cancel: '/cancel', input_items: '/input_items' } as const

function requestTo(connection: Connection, { wire, question, method }: KeptSurface, client: Client): UpstreamRequest {
  const asked = new URLSearchParams([...new URLSearchParams(client.query)].filter(([name]) => passedQuery.has(name))).toString()
  const place = pathOf(connection.provider.speaks[wire.name] ?? '', false)
  const way = {
    path: `${place}/${client.named}${suffixes[question]}${asked === '' ? '' : `?${asked}`}`,
    accept: new URLSearchParams(asked).get('stream') === 'true' ? 'text/event-stream' : 'application/json',
    passedHeaders: [],
  }
  const request = address({ client }, { connection, model: '' }, way, '')
  return method === 'POST' ? request : { ...request, method }
}

async function refusalOf(exchange: Exchange, { wire }: KeptSurface, { provider }: Connection): Promise<Failure> {
  const failure = await readRefusal(exchange, wire, provider)
  return failure.reason === 'model_not_found' ? notFound() : failure
}

const headers = (client: Client, type: string, id = requestIdOf(client.headers)): readonly string[] => {
  return ['content-type', type, 'cache-control', 'no-store', 'vary', 'Authorization, Origin', 'x-request-id', id, 'request-id', id]
}

const json = 'application/json; charset=utf-8'

function send(client: Client, body: Buffer | string): void {
  client.begin(200, [...headers(client, json), 'content-length', String(Buffer.byteLength(body))])
  client.end(body)
}

const sendJson = (client: Client, body: JsonObject): void => send(client, JSON.stringify(body))

function refuse({ wire }: KeptSurface, client: Client, { failure, id }: { readonly failure: Failure; readonly id: string }): void {
  if (client.isGone) return client.destroy()
  // Only a stream has begun before it fails.
  if (client.hasBegun) return client.end(wire.writeErrorFrame(failure, id))
  const body = JSON.stringify(wire.writeError(failure, id))
  client.begin(failure.row.status, [...headers(client, json, id), ...retryHeaders(failure), 'content-length', String(Buffer.byteLength(body))])
  client.end(body)
}
