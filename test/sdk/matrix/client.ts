/** A vendor's package as a client, whatever its words: what is asked of it, and what it says that it was told. */

import type { JsonObject } from '../../../src/base/json.ts'
import type { WireName } from '../../../src/canonical/chat.ts'
import type { Call } from '../../upstream/index.ts'

/** Messages in the package's own words: only the package reads them. */
export type History = readonly unknown[]

export interface Asking {
  readonly model: string
  readonly history: History
  readonly streams: boolean
  readonly system?: string
  /** Offers the tool `look`. */
  readonly hasTools?: boolean
  readonly schema?: JsonObject
  readonly thinks?: boolean
}

/** What the package made of an answer. */
export interface Told {
  readonly text: string
  readonly reasoning: string
  readonly calls: readonly Omit<Call, 'text'>[]
  readonly finish: string
  readonly usage: { readonly input: number; readonly output: number; readonly cached: number }
  /** The answer as it goes back with the next question, nothing of it left out. */
  readonly turn: History
}

export interface Client {
  readonly surface: WireName
  /** How it says that an answer was cut by its limit, and that it calls tools. */
  readonly finishes: { readonly length: string; readonly tools: string }
  /** A user's turn; the image is base64 of a PNG. */
  say(text: string, image?: string): History
  /** The results of calls, in their order. */
  answer(calls: Told['calls'], results: readonly string[]): History
  ask(asking: Asking): Promise<Told>
  /** The status and the word that the package's own error has; throws for an error that is none of its own. */
  failure(error: unknown): { readonly status: number | undefined; readonly word: string }
}

export const tool = {
  name: 'look',
  description: 'Looks at a place.',
  schema: { type: 'object', properties: { at: { type: 'string' } }, required: ['at'] },
} as const

export const parsed = (input: string): JsonObject => JSON.parse(input) as JsonObject
