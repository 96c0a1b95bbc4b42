/** A wire: one grammar for requests, answers and streams. It reads the grammar into the canonical form, and writes it back. */

import type { Json, JsonObject } from '../base/json.ts'
import type { Framing, Message } from '../base/framing.ts'
import type { Member } from '../base/survey.ts'
import type { ChatEvent, ChatRequest, ChatResponse, Glance, Served, WireName } from '../canonical/chat.ts'
import type { Failure, Reason, Told } from '../canonical/failure.ts'
import type { Weights } from '../canonical/weights.ts'
import type { CannotSay, Loss, Word } from './losses.ts'
import type { ModelTraits } from './traits.ts'

/** Reads one stream. Made anew for every stream: it remembers what it saw. */
export interface EventReader {
  /** What a message means; a message that means nothing to the form (a ping) is an empty list. Throws `Failure` where the wire says an error or the message is broken. */
  read(message: Message): readonly ChatEvent[]
  /**
   * Whether the message, by its bytes alone, surely says nothing but more words of a stream that has spoken:
   * no start, no finish, no usage, no error. Then passing it on needs no parsing. May say no to be safe.
   */
  isPlainDelta(message: Message): boolean
  /** Called when the bytes have ended well: what was implied and not yet said. */
  end(): readonly ChatEvent[]
  /** Whether the last message told once more that a choice has finished, where servers of the wire do that: no client needs to hear it twice. */
  readonly hasRepeatedEnd?: boolean
  /** Whether the last message told in whole what others had told in pieces, where the wire does that. */
  readonly isRetelling?: boolean
  /** How the answer is served, as far as it was told; the same object until more is. Absent where the wire never says. */
  readonly served?: Served | undefined
  /** Whether the wire's terminator has been read. */
  readonly isTerminated: boolean
}

/** Writes one stream. Made anew for every stream: it remembers what it wrote. */
export interface EventWriter {
  /** The text of the frames that say this event; often empty, since wires differ in what they say when. */
  write(event: ChatEvent): string
  /** The end of a stream that finished: what was held back, and the wire's terminator. */
  end(): string
  /** The end of a stream that broke off, where the wire's frame for it needs what was written before; else `writeErrorFrame` says it. */
  fail?(failure: Failure, requestId: string): string
}

/** What a client wants of a written stream, beyond the events. */
export interface StreamOptions {
  /** Seconds since 1970, for wires that stamp their frames. */
  readonly now: number
  /** The request that is answered: some wires answer in the shape they were asked in. */
  readonly asked: ChatRequest
  /** The client wants one JSON array instead of server-sent events, on the wire that has such a way. */
  readonly inArray?: boolean
  /** The gateway keeps the answer, so that it can be asked for again, on wires that tell so. */
  readonly isKept?: boolean
}

/** An error of a provider, as its body tells it. */
export interface ProviderError extends Omit<Told, 'status'> {
  readonly reason?: Reason
  /** The provider's own words: never shown to a client unless the operator allows it. */
  readonly message: string
  /** The request field the provider blames, if it names one of the wire's own. */
  readonly param?: string
}

/** How a provider of the wire is asked what a request would count. */
export interface Counting {
  /** Of a written request body. */
  write(body: JsonObject, model: string): JsonObject
  /** Tokens; undefined where the answer has no count. */
  read(answer: JsonObject): number | undefined
}

/** The half that the gateway speaks to providers. */
export interface UpstreamWire {
  readonly name: WireName
  /** What this wire cannot tell a provider. One declaration: receipts, headers, strict mode, routing and laws read it. */
  readonly cannotSay: CannotSay
  /** Request headers that go on as the client sent them when it speaks this wire too, in lower case. */
  readonly passedHeaders: readonly string[]
  /** How its streams are framed; server-sent events where absent. */
  readonly framing?: Framing
  /** The model, and whether a stream is wanted, stand in the path: no request body of the wire has them. */
  readonly namesModelInPath?: true
  /** What tool names and call ids must look like on this wire, where it is strict; `gateway/` bends them to it and back. */
  readonly toolNamePattern?: RegExp
  readonly callIdPattern?: RegExp
  /** The wire has no tools whose input is plain text: they are offered as functions of one string, see `text-tools.ts`. */
  readonly hasNoTextTools?: true
  /** The wire can hold an answer to a schema but has no word for JSON of any shape: see `json-tool.ts`. */
  readonly hasNoJsonMode?: true
  /** The wire takes no format beside tools: then the answer is given in one more tool, see `json-tool.ts`. */
  readonly hasNoFormatBesideTools?: true
  /**
   * Whether a client's body of this wire holds what only the gateway can have told it (a thought of another vendor),
   * so that its bytes cannot be passed on and the request must be read and written.
   */
  mustRewrite?(body: JsonObject): boolean
  /** Writes a request. Each thing that had to be left out or changed is told to `lose`; what changes the shape of the answer and cannot be said throws `Failure`. */
  writeRequest(request: ChatRequest, target: ModelTraits, lose: Loss): JsonObject
  readResponse(body: JsonObject): ChatResponse
  /** The same for an answer that is passed on, where a look is enough: undefined where it must be read whole, as when something is missing or wrong. */
  glance(body: JsonObject): Glance | undefined
  /** How a whole answer was served; undefined where it does not say. Absent where the wire never does. */
  readServed?(body: JsonObject): Served | undefined
  eventReader(): EventReader
  readError(body: JsonObject): ProviderError
  /** Absent where no provider of the wire counts. */
  readonly counting?: Counting
  /** The top-level fields that a passed-on stream request must be given so that usage is told; undefined where it is told anyway. */
  askForUsage(body: JsonObject): JsonObject | undefined
}

/** What a receipt tells of a request: numbers and a choice, and nothing that was said. */
export interface Outline {
  readonly maxTokens?: Json | undefined
  readonly temperature?: Json | undefined
  readonly choices?: Json | undefined
  readonly wantsJson: boolean
  readonly messages: number
  readonly tools: number
  /** Of the prompt; all 0 where it is in files, which are not read. */
  readonly weights: Weights
}

/** The half that the gateway speaks to clients. */
export interface SurfaceWire {
  readonly name: WireName
  /** The fields of a request that hold what is said to the model, but for its tools. */
  readonly promptFields: readonly string[]
  /** What clients of the wire call the words of the form in a request, where they call them otherwise: errors name their fields. */
  readonly fieldOf: { readonly [word in Word]?: string }
  /**
   * Reads no further than it must: it is made of every call. Values are as the client sent them. With `members`, which are those of its bytes,
   * tools are as long as they stand there; without, as they would be written.
   */
  outline(body: JsonObject, members?: readonly Member[]): Outline
  /** Throws `Failure` with the path of the first field of a wrong type. Costs no allocation where all is well. */
  checkRequest(body: JsonObject): void
  readRequest(body: JsonObject): ChatRequest
  writeResponse(response: ChatResponse, options: StreamOptions): JsonObject
  eventWriter(options: StreamOptions): EventWriter
  /** The answer to a client that asked for a count of tokens; absent where the wire has no such question. */
  writeCount?(tokens: number): JsonObject
  /** The error in this wire's envelope. */
  writeError(failure: Failure, requestId: string): JsonObject
  /** One frame that tells an error at the end of a stream that has begun. */
  writeErrorFrame(failure: Failure, requestId: string): string
  /** What the text of written frames stands for, where they are binary: each character a byte. UTF-8 where absent. */
  readonly encoding?: 'latin1'
  /** What ends a well-finished stream, to be supplied where a provider left it out; empty where the wire has none. */
  readonly terminator: string
}

export type Wire = UpstreamWire & SurfaceWire
