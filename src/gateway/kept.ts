/** Serves what clients ask of an answer that they were given: here where it is kept here, else by whoever keeps it. */

import { isObject, type JsonObject } from '../base/json.ts'
import { Failure, toFailure, upstreamSentence } from '../canonical/failure.ts'
import { mayGo, type Access } from '../policy/access.ts'
import { pathOf } from '../providers/provider.ts'
import type { Receipt } from '../receipts/receipt.ts'
import { connectionOf, type RoutingTable } from '../routing/resolve.ts'
import type { Connection, Target } from '../routing/target.ts'
import type { KeptSurface } from '../surfaces/surface.ts'
import type { Exchange, UpstreamRequest } from '../upstream/exchange.ts'
import { address } from './address.ts'
import { collect, parseAnswer } from './answer.ts'
import { endAttempt, tellTarget } from './attempt.ts'
import { begin } from './begin.ts'
import type { Client } from './client.ts'
import type { Gateway } from './gateway.ts'
import { answerHeaders, refusalHeaders, streamHeaders } from './headers.ts'
import { blocked } from './deciding.ts'
import { listInput } from './kept-input.ts'
import { passStream } from './kept-stream.ts'
import type { KeptAnswer } from './memory.ts'
import { openReceipt, tellCaller } from './observe.ts'
import { permit } from './permit.ts'
import { ownerOf } from './recall.ts'
import { readRefusal } from './send.ts'
import { requestIdOf } from '../upstream/request-id.ts'
import { attend } from './witness.ts'

/** Who asks, and the record of it. */
interface Asking {
  readonly surface: KeptSurface
  readonly client: Client
  readonly gateway: Gateway
  readonly receipt: Receipt
}

interface Known extends Asking {
  /** Of whoever asks: the answer may be kept where a credential of their own leads. */
  readonly routing: RoutingTable
  readonly access: Access | undefined
  /** A rule that answers are held to while they are told: what a provider kept of one was not. */
  readonly heldBy: string | undefined
}

/** Never throws. Resolves when the answer is out, or the client is gone; then the receipt is closed, once. */
export async function serveKept(surface: KeptSurface, asker: Client, house: Gateway): Promise<void> {
  const receipt = openReceipt({ name: surface.wire.name, operation: 'kept_answer' }, asker, house)
  const [client, gateway] = attend(asker, house, receipt)
  // Its tokens were counted when it was made.
  receipt.guessNothing()
  const asking = { surface, client, gateway, receipt }
  try {
    const caller = gateway.identify(client, gateway.snapshot)
    tellCaller(caller, receipt)
    permit(caller, { name: surface.wire.name }, receipt)
    if (gateway.isDraining) throw new Failure('shutting_down', 'The gateway is about to stop.')
    await answer({ ...asking, routing: caller.routing ?? gateway.snapshot.routing, access: caller.access, heldBy: caller.rules?.ofAnswers }, ownerOf(caller))
  } catch (error) {
    const failure = client.interruption ?? toFailure(error)
    gateway.note(failure, receipt.record.request_id)
    refuse(failure, asking)
  } finally {
    gateway.settle(receipt.close(), client)
  }
}

async function answer(asking: Known, owner: string): Promise<void> {
  const { surface, client, gateway, receipt } = asking
  const [place] = await gateway.memory.find(owner, [client.named])
  if (place === undefined || place.id !== place.responseId) throw notFound()
  receipt.record.response_id = receipt.names.id(place.responseId)
  receipt.record.parsed_after = receipt.time.elapsed()
  if (place.connection !== null) return pass(asking, owner, place.connection)
  if (surface.question === 'delete') return remove(asking, owner)
  const kept = await gateway.memory.load(owner, place.id)
  if (kept === undefined) throw notFound()
  receipt.record.content_stored = true
  send(asking, JSON.stringify(answerHere(surface, kept, new URLSearchParams(client.query))))
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

async function remove(asking: Asking, owner: string): Promise<void> {
  const { client, gateway } = asking
  if (!(await gateway.memory.remove(owner, client.named))) throw notFound()
  send(asking, JSON.stringify({ id: client.named, object: 'response', deleted: true }))
}

/** Asks whoever keeps it, and hands on what comes. */
async function pass(asking: Known, owner: string, keeper: string): Promise<void> {
  const { surface, client, gateway, receipt, routing } = asking
  const connection = connectionOf(keeper, routing)
  if (connection === undefined) throw notFound()
  checkPlace(connection, asking)
  if (asking.heldBy !== undefined && (surface.question === 'retrieve' || surface.question === 'input_items')) throw blocked({ by: asking.heldBy }, receipt)
  const target: Target = { connection, model: '' }
  tellTarget(gateway, target, receipt)
  receipt.record.resolved_model = null
  receipt.record.wire = surface.wire.name
  receipt.record.context_delta = 'unchanged'
  try {
    const exchange = await ask(asking, target)
    endAttempt(target, 'answered', receipt)
    await handOn(exchange, asking, owner)
  } catch (error) {
    if (receipt.isAttempting) endAttempt(target, (client.interruption ?? toFailure(error)).reason, receipt)
    throw error
  }
}

/** What a key might use when the answer was made, it may not use any more. Of which model it was, nobody here knows. Throws `Failure`. */
function checkPlace({ name: provider, region }: Connection, { access }: Known): void {
  const { models: _, ...places } = access ?? {}
  if (!mayGo(places, { provider, region, model: '', asked: '' }))
    throw new Failure('insufficient_scope', 'Your key may not use the provider that keeps this answer.')
}

async function ask({ surface, client, gateway, receipt }: Asking, target: Target): Promise<Exchange> {
  const request = requestTo(target, surface, client)
  await begin(gateway, receipt)
  const exchange = await gateway.network.post(request, request.headers.accept !== 'application/json', (cancel) => client.onGone(cancel), receipt)
  client.onGone(() => exchange.abort())
  receipt.answered(exchange.status, requestIdOf(exchange.headers))
  if (exchange.status === 200) return exchange
  const failure = await readRefusal(exchange, surface.wire, target.connection.provider)
  throw failure.reason === 'model_not_found' ? notFound() : failure
}

async function handOn(exchange: Exchange, asking: Known, owner: string): Promise<void> {
  const { surface, client, gateway, receipt } = asking
  const { wire, question } = surface
  const most = gateway.snapshot.limits.answer
  const type = exchange.headers['content-type'] ?? ''
  if (type.startsWith('text/event-stream')) return passStream(exchange, { wire, client, receipt, most, begin: () => beginStream(asking) })
  const bytes = await collect(exchange, most)
  const body = parseAnswer(bytes)
  checkAnswer(body, surface)
  receipt.speak()
  if (question === 'delete') return remove(asking, owner)
  send(asking, asking.heldBy === undefined ? bytes : JSON.stringify({ ...body, output: [] }))
}

function beginStream({ client, receipt }: Asking): void {
  receipt.speak()
  receipt.beginStream()
  receipt.record.status = 200
  receipt.record.stream = true
  client.begin(200, streamHeaders(receipt))
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

function requestTo(target: Target, { wire, question, method }: KeptSurface, client: Client): UpstreamRequest {
  const asked = new URLSearchParams([...new URLSearchParams(client.query)].filter(([name]) => passedQuery.has(name))).toString()
  const place = pathOf(target.connection.provider.speaks[wire.name] ?? '', false)
  const way = {
    path: `${place}/${client.named}${suffixes[question]}${asked === '' ? '' : `?${asked}`}`,
    accept: new URLSearchParams(asked).get('stream') === 'true' ? 'text/event-stream' : 'application/json',
    passedHeaders: [],
  }
  const request = address({ client }, target, way, '')
  return method === 'POST' ? request : { ...request, method }
}

function send({ client, receipt }: Asking, body: Buffer | string): void {
  receipt.record.status = 200
  receipt.record.stream = false
  client.begin(200, [...answerHeaders(receipt, 'application/json; charset=utf-8'), 'content-length', String(Buffer.byteLength(body))])
  client.end(body)
}

function refuse(given: Failure, { surface: { wire }, client, receipt }: Asking): void {
  const failure = client.isGone ? new Failure('client_closed', 'The client hung up.') : given
  const { request_id: id } = receipt.record
  receipt.fail(failure, client.hasBegun ? 200 : failure.row.status)
  if (client.isGone) return client.destroy()
  // Only a stream has begun before it fails.
  if (client.hasBegun) return client.end(wire.writeErrorFrame(failure, id))
  const body = JSON.stringify(wire.writeError(failure, id))
  client.begin(failure.row.status, [...refusalHeaders(failure, receipt), 'content-length', String(Buffer.byteLength(body))])
  client.end(body)
}
