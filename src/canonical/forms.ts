/** What the small forms mean: calls beside chat that ask once and get one answer, whatever dialect they came in. */

import type { JsonObject } from '../base/json.ts'
import type { Usage } from './chat.ts'

/** Request and answer of each form. Its name is the operation that receipts tell. */
export interface Forms {
  readonly embeddings: { readonly request: EmbeddingRequest; readonly answer: EmbeddingAnswer }
  readonly rerank: { readonly request: RerankRequest; readonly answer: RerankAnswer }
  readonly moderations: { readonly request: ModerationRequest; readonly answer: ModerationAnswer }
}

export type FormName = keyof Forms

/** A dialect is a grammar of one small form, as a wire is one of chat. */
export type DialectName =
  | 'openai-embeddings'
  | 'mistral-embeddings'
  | 'voyage-embeddings'
  | 'jina-embeddings'
  | 'cohere-embed'
  | 'gemini-embed'
  | 'gemini-embed-single'
  | 'titan-embed'
  | 'cohere-rerank'
  | 'jina-rerank'
  | 'voyage-rerank'
  | 'openai-moderations'
  | 'mistral-moderations'

/** What a dialect said and its form has no word for. Only the same dialect writes it back. */
export interface FormRest {
  readonly dialect: DialectName
  readonly fields: JsonObject
  /** The field without which the answer would be another thing than was asked for: other dialects refuse it, and the request is not cut. */
  readonly shaping?: string
  /** The choice that the dialect made where it has several spellings for one meaning. */
  readonly spelled?: { readonly [word: string]: string }
}

/** What every request of a form has. */
export interface FormRequest {
  readonly model: string
  readonly rest: FormRest
}

/** What every answer of a form has; the receipt is told it. */
export interface FormAnswer {
  readonly id?: string
  readonly model?: string
  /** As the provider counted; empty where it did not. */
  readonly usage: Usage
}

/** What the vectors are for, where a model makes different ones. */
export type EmbeddingTask = 'query' | 'document' | 'similarity' | 'classification' | 'clustering' | 'code_query' | 'question' | 'fact_check'

/** A text, or the same as tokens of the model's own vocabulary. */
export type EmbeddingInput = string | readonly number[]

export interface EmbeddingRequest extends FormRequest {
  /** In the order of the answer's vectors. */
  readonly inputs: readonly EmbeddingInput[]
  readonly dimensions?: number
  readonly task?: EmbeddingTask
  /** How the client wants each vector: numbers, or base64 of little-endian 32-bit floats. */
  readonly encoding: 'float' | 'base64'
  /** The title of the document, on dialects that embed it with the text. */
  readonly title?: string
  /** Whether a text that is too long is cut; undefined leaves it to the provider. */
  readonly truncates?: boolean
  /** Who the client says its user is. */
  readonly user?: string
}

/** Numbers, or base64 of little-endian 32-bit floats. */
export type Vector = readonly number[] | string

export interface EmbeddingAnswer extends FormAnswer {
  /** In the order of the inputs. */
  readonly vectors: readonly Vector[]
}

export interface RerankRequest extends FormRequest {
  readonly query: string
  /** Texts; where clients gave objects, their text. */
  readonly documents: readonly string[]
  /** How many of the best are wanted; all where undefined. */
  readonly most?: number
  /** Whether the answer repeats the documents. */
  readonly returnsDocuments?: boolean
  readonly truncates?: boolean
}

export interface RerankAnswer extends FormAnswer {
  /** The most relevant first; `index` counts the request's documents from 0. */
  readonly results: readonly { readonly index: number; readonly score: number }[]
  /** Searches that the provider bills, where it bills so. */
  readonly searches?: number
}

export interface ModerationRequest extends FormRequest {
  /** Texts, or parts of one content as OpenAI's API spells them (`text`, `image_url`). */
  readonly inputs: readonly (string | JsonObject)[]
}

export interface Moderation {
  readonly isFlagged: boolean
  readonly categories: { readonly [category: string]: boolean }
  /** 0 to 1. */
  readonly scores: { readonly [category: string]: number }
}

export interface ModerationAnswer extends FormAnswer {
  readonly moderations: readonly Moderation[]
}
