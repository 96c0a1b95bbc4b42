/** A dialect: one grammar for requests and answers of a small form, in two halves as a wire has them. */

import type { JsonObject } from '../../base/json.ts'
import type { DialectName, FormName, FormRequest, FormRest, Forms } from '../../canonical/forms.ts'
import type { Failure } from '../../canonical/failure.ts'
import type { Weights } from '../../canonical/weights.ts'
import type { Loss } from '../losses.ts'
import type { Outline, ProviderError } from '../wire.ts'

/** The half that is spoken to providers. */
export interface UpstreamDialect<F extends FormName = FormName> {
  readonly name: DialectName
  readonly form: F
  /** What had to be left out is told to `lose`; what would make another answer and cannot be said throws `Failure`. */
  writeRequest(request: Forms[F]['request'], lose: Loss): JsonObject
  /** Throws `Failure` where the answer is not what the dialect promises for that request. */
  readResponse(body: JsonObject, asked: Forms[F]['request']): Forms[F]['answer']
  readError(body: JsonObject): ProviderError
}

/** What an answer is written for. */
export interface Wanted<F extends FormName = FormName> {
  /** The request that is answered. */
  readonly asked: Forms[F]['request']
  /** An id of ours, for dialects whose answers have one where the provider gave none. */
  readonly id: string
  /** Tokens in, told or estimated, for dialects whose clients want a number. */
  readonly tokens: number
}

/** The half that is spoken to clients. */
export interface SurfaceDialect<F extends FormName = FormName> {
  readonly name: DialectName
  readonly form: F
  /** The fields of a request that hold what is said to the model. */
  readonly promptFields: readonly string[]
  outline(body: JsonObject): Outline
  /** Throws `Failure` with the path of the first field of a wrong type. */
  checkRequest(body: JsonObject): void
  readRequest(body: JsonObject): Forms[F]['request']
  writeResponse(answer: Forms[F]['answer'], wanted: Wanted<F>): JsonObject
  /** Whether a body holds what this dialect takes from clients and its providers do not, or the model where the path names it: then its bytes cannot be passed on. */
  mustRewrite?(body: JsonObject, model: string): boolean
  /** Whether a provider's answer in this dialect is as the client asked for it; where not, it is written anew. */
  isAsAsked?(body: JsonObject, asked: Forms[F]['request']): boolean
  /** What clients of the dialect need and its providers may leave out: added to an answer that is passed on. */
  supply?(answer: Forms[F]['answer'], wanted: Wanted<F>): JsonObject
  writeError(failure: Failure, requestId: string): JsonObject
}

export type Dialect<F extends FormName> = UpstreamDialect<F> & SurfaceDialect<F>

/** What a receipt tells of a request that holds so many pieces. */
export function outlineOf(pieces: number, weights: Weights): Outline {
  return { wantsJson: true, messages: pieces, tools: 0, weights }
}

/** The rest of a request: its fields but those that were read. */
export function restOf(
  dialect: DialectName,
  body: JsonObject,
  read: readonly string[],
  told: Pick<FormRest, 'spelled' | 'shaping'> = {},
): { readonly rest: FormRest } {
  const fields = Object.fromEntries(Object.entries(body).filter(([field]) => !read.includes(field)))
  return { rest: { dialect, fields, ...told } }
}

/** What this dialect itself said beyond its form; of another's nothing. */
export function ownFields(dialect: DialectName, { rest }: FormRequest): JsonObject {
  return rest.dialect === dialect ? rest.fields : {}
}

export function ownSpelling(dialect: DialectName, { rest }: FormRequest): NonNullable<FormRest['spelled']> {
  return rest.dialect === dialect ? (rest.spelled ?? {}) : {}
}
