/** The two halves of a media dialect: how clients are read and answered, and how a provider of another dialect is asked. */

import type { JsonObject } from '../../base/json.ts'
import type { Usage } from '../../canonical/chat.ts'
import type { Failure } from '../../canonical/failure.ts'
import type { MediaDialectName, MediaForm, MediaForms } from '../../canonical/media.ts'
import type { Weights } from '../../canonical/weights.ts'
import type { Loss } from '../losses.ts'
import type { Outline, ProviderError } from '../wire.ts'

/** One request of several that an answer may take. */
export interface Step {
  /** POST where absent. */
  readonly method?: 'GET'
  /** Behind the base URL, with its query. */
  readonly path: string
  /** What is sent; `file` is the client's, as it came, under its own media type. */
  readonly body?: JsonObject | 'file'
  /** Milliseconds to wait before: the provider is asked whether it is done. */
  readonly afterMs?: number
  /** The answer is no JSON, and goes to the client as it comes: the errand ends with it. */
  readonly isRelayed?: true
}

/** What is known of the place that is asked. */
export interface Place {
  /** The model's id at the provider. */
  readonly model: string
  /** Behind the base URL, as the provider's data has it, with the model in it. */
  readonly path: string
  /** Milliseconds between two questions after a job. */
  readonly pollMs: number
}

/** Asks a provider one thing after the other: gives steps, is given their answers, returns what it came for. Throws `Failure`. */
export type Errand<Answer> = Generator<Step, Answer | undefined, JsonObject>

/** The half that is spoken to providers, where it is not the client's own dialect. */
export interface UpstreamMedia<F extends MediaForm = MediaForm> {
  readonly name: MediaDialectName
  /** What had to be left out is told to `lose`; what would make another answer and cannot be said throws `Failure`. */
  run(request: MediaForms[F]['request'], place: Place, lose: Loss): Errand<MediaForms[F]['answer']>
  readError(body: JsonObject): ProviderError
}

/** Of a dialect that knows none of the client's further fields: they are left out. */
export function loseRest({ rest }: { readonly rest: JsonObject }, lose: Loss): void {
  for (const _ in rest) lose('unknown_field')
}

/** A whole answer as it goes to the client. */
export interface Written {
  readonly type: string
  readonly body: string | Buffer
}

/** What the gateway must know of an answer, or of an event of one, that it passes on. */
export interface Passed {
  readonly usage?: Usage
  /** The event that ends a stream well. */
  readonly isLast: boolean
}

/** What a receipt tells of a request. */
export function outlineOf(weights: Weights): Outline {
  return { wantsJson: false, messages: 1, tools: 0, weights }
}

/** The half that is spoken to clients. */
export interface SurfaceMedia<F extends MediaForm = MediaForm> {
  readonly name: MediaDialectName
  readonly media: F
  readonly promptFields: readonly string[]
  outline(body: JsonObject): Outline
  /** Throws `Failure` with the path of the first field of a wrong type. Of a form the fields are texts. */
  checkRequest(body: JsonObject): void
  readRequest(body: JsonObject): MediaForms[F]['request']
  /** `now` is seconds since 1970. */
  write(answer: MediaForms[F]['answer'], asked: MediaForms[F]['request'], now: number): Written
  /** Of an answer, or of an event's data. Throws `Failure` where it tells an error. */
  readPassed(body: JsonObject): Passed
  readError(body: JsonObject): ProviderError
  writeError(failure: Failure, requestId: string): JsonObject
  writeErrorFrame(failure: Failure, requestId: string): string
}
