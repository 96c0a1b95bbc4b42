/** What a target answered, from its first word to its end: read always, and handed on in frames. */

import { monotonic, pause } from '../base/clock.ts'
import { isObject, type JsonObject } from '../base/json.ts'
import { FramingFault, type Cutter, type Message } from '../base/framing.ts'
import { sse } from '../base/sse.ts'
import type { ChatEvent, ChatResponse, Served } from '../canonical/chat.ts'
import { Failure, toFailure } from '../canonical/failure.ts'
import { fold, unfold } from '../canonical/fold.ts'
import type { Receipt } from '../receipts/receipt.ts'
import { believable, isTold } from '../receipts/usage.ts'
import type { Exchange } from '../upstream/exchange.ts'
import type { EventReader } from '../wires/wire.ts'
import type { Outgoing } from './outgoing.ts'
import type { CallLimits } from './snapshot.ts'

/** A piece of a stream: the bytes as they came, and what they mean. `isPlain`: words of the answer, not looked into. */
export interface Frame {
  readonly bytes: Buffer
  readonly events: readonly ChatEvent[]
  readonly isPlain: boolean
  readonly isTerminator: boolean
}

/** A whole answer. */
export interface WholeAnswer {
  readonly kind: 'whole'
  readonly outgoing: Outgoing
  readonly bytes: Buffer
  readonly body: JsonObject
  /** What it means; undefined where it is passed on and a glance was enough. */
  readonly response: ChatResponse | undefined
}

export type Answer = WholeAnswer | StreamAnswer

/** A stream that has spoken. */
export class StreamAnswer {
  readonly kind = 'stream'
  readonly outgoing: Outgoing
  readonly #exchange: Exchange
  readonly #reader: EventReader
  readonly #cutter: Cutter
  readonly #receipt: Receipt
  /** Words that are passed on need no reading; but of several choices each must be seen, or a cut of one is not. */
  readonly #mayGlance: boolean
  /** Bounded by `#mostHeld` bytes. */
  #held: Frame[] = []
  readonly #mostHeld: number
  #hasSpoken = false
  #served: Served | undefined
  /** Bytes before the first word. */
  #unspoken = 0
  readonly #choices = new Set<number>()
  readonly #finished = new Set<number>()
  #isOver = false

  constructor(exchange: Exchange, outgoing: Outgoing, limits: CallLimits, receipt: Receipt) {
    this.outgoing = outgoing
    this.#exchange = exchange
    this.#reader = outgoing.wire.eventReader()
    this.#cutter = (outgoing.wire.framing ?? sse).cutter(limits.sseEvent)
    this.#mostHeld = limits.sseEvent
    this.#receipt = receipt
    this.#mayGlance = outgoing.passesOn && (receipt.record.choices ?? 1) === 1
  }

  /** Whether the model said why it stopped, for each of its choices: without that, an end is a cut. */
  get hasFinished(): boolean {
    return this.#finished.size > 0 && this.#finished.size >= this.#choices.size
  }

  /** Reads on until a frame says a word: until then the target can still be left for another. */
  async untilSpoken(): Promise<void> {
    while (!this.#hasSpoken) {
      const frames = await this.#read()
      if (frames === undefined) throw new Failure('upstream_truncated', 'The provider ended its stream before it said anything.')
      if (this.#unspoken > this.#mostHeld)
        throw this.#giveUp(new Failure('upstream_invalid_response', 'The provider’s stream goes on without saying anything.'))
      this.#held.push(...frames)
    }
  }

  /** The next frames, as many as came together; undefined at the end. Throws `Failure` where the stream breaks off or ends unfinished. */
  async next(): Promise<readonly Frame[] | undefined> {
    if (this.#held.length > 0) {
      const held = this.#held
      this.#held = []
      return held
    }
    return this.#isOver ? undefined : this.#read()
  }

  abort(why?: Failure): void {
    this.#exchange.abort(why)
  }

  async #read(): Promise<readonly Frame[] | undefined> {
    if (this.#reader.isTerminated && this.hasFinished) this.#letGo()
    if (this.#isOver) return undefined
    const chunk = this.#exchange.take() ?? (await this.#wait())
    if (chunk === undefined) return this.#end()
    if (!this.#hasSpoken) this.#unspoken += chunk.length
    try {
      return this.#frames(this.#cut(chunk))
    } catch (error) {
      throw this.#giveUp(error)
    }
  }

  /** All has been said: whether the provider ends its connection properly is not the client's to wait for. */
  #letGo(): void {
    this.#isOver = true
    const late = pause(lingerMs)
    void late.done.then(() => this.#exchange.abort())
    void collect(this.#exchange, lingerBytes).then(late.cancel, late.cancel)
  }

  /** Nobody reads on: the provider need not go on. */
  #giveUp<E>(error: E): E {
    this.#exchange.abort()
    return error
  }

  #end(): readonly Frame[] | undefined {
    if (this.#isOver) return undefined
    this.#isOver = true
    const last = this.#rest()
    const implied = this.#observe(this.#reader.end())
    if (!this.hasFinished) throw new Failure('upstream_truncated', 'The provider ended its stream before the answer was finished.')
    return implied.length > 0 ? [...last, { bytes: nothing, events: implied, isPlain: false, isTerminator: false }] : last
  }

  /** A connection that is lost after the finish has lost nothing. */
  async #wait(): Promise<Buffer | undefined> {
    const from = monotonic()
    try {
      return await this.#exchange.next()
    } catch (error) {
      if (this.hasFinished && toFailure(error).reason !== 'client_closed') return undefined
      throw error
    } finally {
      // Before the first piece it is no silence.
      if (this.#hasSpoken || this.#unspoken > 0) this.#receipt.silent(monotonic() - from)
    }
  }

  /** What was cut off behind the finish is nothing that anybody needs. */
  #rest(): readonly Frame[] {
    try {
      return this.#frames(this.#cutter.end())
    } catch (error) {
      if (this.hasFinished) return []
      throw error
    }
  }

  #cut(chunk: Buffer): readonly Message[] {
    try {
      return this.#cutter.push(chunk)
    } catch (error) {
      if (error instanceof FramingFault) throw new Failure('upstream_invalid_response', `The provider’s stream has ${error.message}.`, { cause: error })
      throw error
    }
  }

  #frames(messages: readonly Message[]): Frame[] {
    const frames: Frame[] = []
    let spoken = 0
    let weight = 0
    for (const message of messages) {
      if (this.#hasSpoken && this.#mayGlance && this.#receipt.words.canPass && this.#reader.isPlainDelta(message)) {
        this.#receipt.words.pass(message.bytes.length)
        spoken += 1
        weight += message.bytes.length
        frames.push({ bytes: message.bytes, events: noEvents, isPlain: true, isTerminator: false })
      } else {
        const wasTerminated = this.#reader.isTerminated
        const events = this.#observe(this.#reader.read(message))
        if (this.#mayGlance) this.#receipt.words.read(message.bytes.length, isPadded(message), this.#reader.isRetelling)
        const words = weigh(events, message.bytes.length)
        if (words > 0) spoken += 1
        weight += words
        if (events.length === 0 && (isNoise(message) || this.#reader.hasRepeatedEnd)) continue
        frames.push({ bytes: message.bytes, events, isPlain: false, isTerminator: this.#reader.isTerminated && !wasTerminated })
      }
    }
    if (spoken > 0) this.#exchange.noteWords(spoken, weight)
    return frames
  }

  #observe(read: readonly ChatEvent[]): readonly ChatEvent[] {
    if (read.length === 0) return read
    const { served } = this.#reader
    if (served !== this.#served && served !== undefined) this.#receipt.tellServed((this.#served = served))
    let events = read
    for (const undo of this.outgoing.undo) events = undo(events)
    for (const event of events) {
      if (event.type === 'open') this.#choices.add(event.choice)
      else if (event.type === 'finish') this.#finished.add(event.choice)
      if (isWord(event)) this.#hasSpoken = true
    }
    this.#receipt.observe(events)
    return this.outgoing.passesOn || !events.some(isUsage) ? events : events.map(believed)
  }
}

/**
 * Whether it gives the client something of the answer. A text that opens and has said nothing yet does not: who fails then can still be left.
 * A thought does, for it may be long, and its words be kept from everyone.
 */
function isWord(event: ChatEvent): boolean {
  switch (event.type) {
    case 'start':
    case 'usage':
    case 'close':
      return false
    case 'open':
      return event.block.type !== 'text' || event.block.text !== ''
    case 'delta':
    case 'finish':
      return true
  }
}

/** Lines that are not of a stream's grammar mean nothing, and may be the page of somebody in between: no client is shown them. */
function isNoise({ data, bytes }: Message): boolean {
  return data === '' && !/^(:|data|event|id|retry|[\r\n])/.test(bytes.toString('latin1', 0, 5))
}

/** Two vendors fill their frames up, so that who listens on the line does not see how long the words are. */
const isPadded = ({ data }: Message): boolean => data.includes('"obfuscation":') || data.includes('"p":')

/** What of a frame of `length` bytes are words. A block that opens is worth any number: the model goes on to something else, as to a search. */
function weigh(events: readonly ChatEvent[], length: number): number {
  let words = 0
  for (const { type } of events) {
    if (type === 'open') return Infinity
    if (type === 'delta') words = length
  }
  return words
}

const isUsage = ({ type }: ChatEvent): boolean => type === 'usage'
const believed = (event: ChatEvent): ChatEvent => (event.type === 'usage' ? { ...event, usage: believable(event.usage) } : event)

const nothing = Buffer.alloc(0)
const noEvents: readonly ChatEvent[] = []

/** How long a finished stream may take to end its connection, so that the next call can have it; and how much it may still say. */
const lingerMs = 1000
const lingerBytes = 64 * 1024

/** Takes bytes for a whole answer only if they are one. */
export function readWhole(bytes: Buffer, outgoing: Outgoing, receipt: Receipt): WholeAnswer {
  const body = parseAnswer(bytes)
  const served = outgoing.wire.readServed?.(body)
  if (served !== undefined) receipt.tellServed(served)
  const glance = outgoing.passesOn ? outgoing.wire.glance(body) : undefined
  if (glance !== undefined && isTold(glance.usage)) {
    receipt.glance(glance)
    return { kind: 'whole', outgoing, bytes, body, response: undefined }
  }
  const read = outgoing.wire.readResponse(body)
  // Whoever is given none of it: it was made, and is paid for.
  if (outgoing.undo.length > 0) receipt.observe([{ type: 'usage', usage: read.usage }])
  const response = outgoing.undo.length === 0 ? read : fold(outgoing.undo.reduce<readonly ChatEvent[]>((events, undo) => undo(events), unfold(read)))
  if (response.choices.length === 0) throw new Failure('upstream_invalid_response', 'The provider’s answer has no choices.')
  receipt.observe(unfold(response))
  return { kind: 'whole', outgoing, bytes, body, response: { ...response, usage: believable(response.usage) } }
}

export async function collect(exchange: Exchange, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let length = 0
  for (let chunk = exchange.take() ?? (await exchange.next()); chunk !== undefined; chunk = exchange.take() ?? (await exchange.next())) {
    length += chunk.length
    if (length > limit) {
      exchange.abort()
      throw new Failure('upstream_invalid_response', 'The provider’s answer is too long.')
    }
    chunks.push(chunk)
  }
  return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)
}

export function parseAnswer(bytes: Buffer): JsonObject {
  try {
    const body: unknown = JSON.parse(bytes.toString('utf8'))
    if (isObject(body)) return body
  } catch {
    // Told below: the parser's message quotes the answer.
  }
  throw new Failure('upstream_invalid_response', 'The provider’s answer is not a JSON object.')
}
