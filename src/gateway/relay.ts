/** Passes a call on to a provider of the client's own dialect, and its answer back: JSON, text, sound or events, as they came. */

import { monotonic } from '../base/clock.ts'
import { FramingFault, type Message } from '../base/framing.ts'
import { sse } from '../base/sse.ts'
import { splice } from '../base/splice.ts'
import { Failure, toFailure } from '../canonical/failure.ts'
import type { MediaForm } from '../canonical/media.ts'
import type { MediaPlace } from '../providers/provider.ts'
import type { Receipt } from '../receipts/receipt.ts'
import type { Target } from '../routing/target.ts'
import type { Exchange, UpstreamRequest } from '../upstream/exchange.ts'
import { requestIdOf } from '../upstream/request-id.ts'
import type { Written } from '../wires/media/dialect.ts'
import { begin } from './begin.ts'
import { address } from './address.ts'
import { collect, parseAnswer } from './answer.ts'
import type { MediaCall } from './call.ts'
import { costHeader } from './deliver.ts'
import { extensionFields } from './extensions.ts'
import { answerHeaders, dollars } from './headers.ts'
import { readModelRefusal, type Terms } from './send.ts'

/** An answer that goes to the client as it is. `bytes` flow: the first have come, and the rest is awaited. */
export type Relayed =
  | { readonly kind: 'whole'; readonly type: string; readonly bytes: Buffer }
  | { readonly kind: 'flow'; readonly type: string; readonly first: Buffer; readonly exchange: Exchange }
  | { readonly kind: 'events'; readonly events: EventRelay }

export async function relay<F extends MediaForm>(call: MediaCall<F>, target: Target, place: MediaPlace, { gateway, receipt }: Terms): Promise<Relayed> {
  const { client, surface, snapshot } = call
  await begin(gateway, receipt, { call, target })
  const exchange = await gateway.network.post(requestOf(call, target, place), call.streams, (cancel) => client.onGone(cancel), receipt)
  client.onGone(() => exchange.abort())
  receipt.answered(exchange.status, requestIdOf(exchange.headers))
  if (exchange.status !== 200) throw await readModelRefusal(exchange, surface.wire, target.connection.provider)
  checkType(exchange, surface.operation)
  const type = typeOf(exchange)
  if (type.startsWith(sse.type)) {
    exchange.awaitWord(target.connection.deadlines.firstWord)
    const events = await EventRelay.open(exchange, call, receipt)
    exchange.awaitWord(Infinity)
    return { kind: 'events', events }
  }
  if (surface.operation === 'speech') return awaitFirst(exchange)
  const bytes = await collect(exchange, snapshot.limits.answer)
  const { usage = {} } = type.startsWith('application/json') ? surface.wire.readPassed(parseAnswer(bytes)) : {}
  receipt.observeForm({ usage })
  return { kind: 'whole', type, bytes }
}

function requestOf<F extends MediaForm>(call: MediaCall<F>, target: Target, { path }: MediaPlace): UpstreamRequest {
  const { upload, client, body, streams } = call
  const way = { path, accept: streams ? sse.type : '*/*', passedHeaders: upload === undefined ? [] : ['content-type'] }
  const json = upload === undefined ? splice(body.bytes, body.members, new Map([['model', JSON.stringify(target.model)]]), extensionFields) : ''
  return { ...address({ client }, target, way, json), ...(upload && { upload: upload.form(target.model) }) }
}

/** What browsers might run is not among them: that goes as bytes. */
const plainTypes = /^(audio\/[\w.+-]{1,60}|text\/(plain|vtt|srt|event-stream)|application\/(json|x-subrip|octet-stream))( *; *[\w-]{1,20}=[\w-]{1,20})*$/i

function typeOf({ headers }: Exchange): string {
  const type = headers['content-type'] ?? ''
  return plainTypes.test(type) ? type.toLowerCase() : 'application/octet-stream'
}

/** What is none of what was asked for: a page of somebody between us and the provider, or an error that its server told with 200. */
const unfit: { readonly [F in MediaForm]: RegExp } = {
  transcriptions: /html|xml|\+json|^(audio|video|image)\//i,
  translations: /html|xml|\+json|^(audio|video|image)\//i,
  speech: /^text\/(?!event-stream)|html|xml|json/i,
  images: /^(?!application\/json|text\/event-stream)/i,
  image_edits: /^(?!application\/json|text\/event-stream)/i,
}

/** A type that is not told is no reason to refuse. Throws `Failure`. */
function checkType(exchange: Exchange, operation: MediaForm): void {
  const { 'content-type': type } = exchange.headers
  if (type === undefined || !unfit[operation].test(type)) return
  exchange.abort()
  throw new Failure('upstream_invalid_response', `The provider answered with another type of content than ${operation} have.`)
}

/** Waits for the first sound: before it, another target may still be asked. */
export async function awaitFirst(exchange: Exchange): Promise<Relayed> {
  checkType(exchange, 'speech')
  const type = typeOf(exchange)
  const first = await exchange.next()
  if (first === undefined) throw new Failure('upstream_truncated', 'The provider ended its answer before the first sound.')
  exchange.awaitWord(Infinity)
  return { kind: 'flow', type, first, exchange }
}

export async function passOn<F extends MediaForm>(relayed: Relayed, call: MediaCall<F>, receipt: Receipt): Promise<void> {
  receipt.speak()
  switch (relayed.kind) {
    case 'whole':
      return giveWhole({ type: relayed.type, body: relayed.bytes }, call, receipt)
    case 'flow':
      return flow(relayed, call, receipt)
    case 'events':
      return relayed.events.passOn()
  }
}

export function giveWhole<F extends MediaForm>({ type, body }: Written, { client }: MediaCall<F>, receipt: Receipt): void {
  const cost = receipt.currentCost()
  const told = cost === null ? [] : [costHeader, dollars(cost)]
  receipt.record.status = 200
  client.begin(200, [...answerHeaders(receipt, type), ...told, 'content-length', String(Buffer.byteLength(body))])
  client.end(body)
}

/** As fast as the client takes it. What breaks off breaks the client's connection: half a sound must not look whole. */
async function flow<F extends MediaForm>(
  { type, first, exchange }: Extract<Relayed, { kind: 'flow' }>,
  { client }: MediaCall<F>,
  receipt: Receipt,
): Promise<void> {
  receipt.record.status = 200
  client.begin(200, answerHeaders(receipt, type))
  for (let piece: Buffer | undefined = first; piece !== undefined; piece = exchange.take() ?? (await exchange.next())) {
    if (!client.write(piece)) await client.drained()
  }
  receipt.observeForm({ usage: {} })
  client.end()
}

/** A stream of events that is passed on and read: without its last event it was cut. */
export class EventRelay {
  readonly #exchange: Exchange
  readonly #call: MediaCall
  readonly #receipt: Receipt
  readonly #cutter
  /** What has come before the client was told anything, but for comments; bounded by the longest event. */
  #held: readonly Message[] = []
  #isFinished = false

  private constructor(exchange: Exchange, call: MediaCall, receipt: Receipt) {
    this.#exchange = exchange
    this.#call = call
    this.#receipt = receipt
    // Pictures come in events: one may be as long as a whole answer.
    this.#cutter = sse.cutter(call.snapshot.limits.answer)
  }

  /** Resolves when it has said something. Throws `Failure` before that. */
  static async open<F extends MediaForm>(exchange: Exchange, call: MediaCall<F>, receipt: Receipt): Promise<EventRelay> {
    const events = new EventRelay(exchange, call, receipt)
    while (events.#held.every(({ data }) => data === '')) {
      const messages = await events.#next()
      if (messages === undefined) throw new Failure('upstream_truncated', 'The provider ended its stream before it said anything.')
      events.#held = messages
    }
    return events
  }

  async passOn(): Promise<void> {
    const { client } = this.#call
    const { record } = this.#receipt
    record.status = 200
    record.stream = true
    this.#receipt.beginStream()
    client.begin(200, [...answerHeaders(this.#receipt, `${sse.type}; charset=utf-8`), 'x-accel-buffering', 'no'])
    this.#call.isInEvents = true
    let frames = 0
    for (let messages: readonly Message[] | undefined = this.#held; messages !== undefined; messages = await this.#next()) {
      frames += messages.length
      record.frames = frames
      if (messages.length > 0 && !client.write(joined(messages))) await client.drained()
    }
    client.end()
  }

  /** Messages that may be passed on; undefined at the good end. */
  async #next(): Promise<readonly Message[] | undefined> {
    const chunk = this.#exchange.take() ?? (await this.#wait())
    const messages = this.#cut(chunk)
    if (chunk !== undefined || messages.length > 0) return messages
    if (!this.#isFinished) throw new Failure('upstream_truncated', 'The provider ended its stream before the answer was finished.')
    return undefined
  }

  /** What is lost behind the last event is nothing that anybody needs. */
  async #wait(): Promise<Buffer | undefined> {
    const from = monotonic()
    try {
      return await this.#exchange.next()
    } catch (error) {
      if (this.#isFinished && toFailure(error).reason !== 'client_closed') return undefined
      throw error
    } finally {
      if (this.#call.isInEvents) this.#receipt.silent(monotonic() - from)
    }
  }

  #cut(chunk: Buffer | undefined): readonly Message[] {
    try {
      const messages = chunk === undefined ? this.#cutter.end() : this.#cutter.push(chunk)
      return messages.filter(({ data }) => this.#read(data))
    } catch (error) {
      // Nobody reads on: the provider need not go on.
      this.#exchange.abort()
      if (error instanceof FramingFault) throw new Failure('upstream_invalid_response', `The provider’s stream has ${error.message}.`, { cause: error })
      throw error
    }
  }

  /** Whether it may be passed on: an end that nobody finished may not. Throws `Failure` where the event tells an error. */
  #read(data: string): boolean {
    if (data === '[DONE]') return this.#isFinished
    if (data === '') return true
    const { usage, isLast } = this.#call.surface.wire.readPassed(parseAnswer(Buffer.from(data)))
    if (usage !== undefined || isLast) this.#receipt.observeForm({ usage: usage ?? {} })
    this.#isFinished ||= isLast
    return true
  }
}

const joined = (messages: readonly Message[]): Buffer => (messages.length === 1 ? messages[0]!.bytes : Buffer.concat(messages.map(({ bytes }) => bytes)))
