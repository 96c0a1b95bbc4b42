/** A scenario: one way to misbehave, as data, with what a good gateway makes of it. */

import type { Answer } from './answer.ts'
import type { Speech } from './speech.ts'

/**
 * What a good gateway does.
 * - `answers`: the whole answer reaches the client, from this provider alone.
 * - `recovers`: a retry or a fallback gives the whole answer; where there is none, the client gets a clean typed error in time.
 * - `tells`: some words have gone out, so the client is told the truth behind them: an error, and nothing that looks like an end.
 * - `refuses`: the fault is the client's own: a clean typed error, and nobody else is asked.
 */
export type Want = 'answers' | 'recovers' | 'tells' | 'refuses'

/** Milliseconds. */
export interface Times {
  /** How long a silence lasts before the connection breaks; ten of them bound what would go on for ever. */
  readonly stall: number
  /** Before the first word of a provider that is slow and sound, and between the words of one that trickles. */
  readonly slow: number
  /** Between two words. */
  readonly beat: number
}

/** What a script knows of the call that it answers. */
export interface Stage {
  readonly speech: Speech
  readonly streams: boolean
  /** How often this model was asked before. */
  readonly turn: number
  readonly path: string
  /** Milliseconds since 1970. */
  readonly now: number
  readonly times: Times
}

export interface Scenario {
  /** The model to ask for. */
  readonly name: string
  /** What happens, as one sentence without its subject, which is the provider. */
  readonly says: string
  /** By the way of asking; null where the fault makes no sense there. */
  readonly whole: Want | null
  readonly stream: Want | null
  /** The most calls that one call of a client may cost; `fewCalls` where absent, and one where words have gone out. */
  readonly calls?: number
  /** The provider says when to come back, which is the client's to know where nobody else can answer. */
  readonly saysWhen?: true
  readonly play: (stage: Stage) => Answer
}

/** A first try and three more. */
const fewCalls = 4

export interface Way {
  readonly streams: boolean
  /** Whether the call names a fallback. */
  readonly hasFallback: boolean
}

export const wantOf = (scenario: Scenario, { streams }: Way): Want | null => (streams ? scenario.stream : scenario.whole)

export const mostCalls = (scenario: Scenario, way: Way): number => (wantOf(scenario, way) === 'tells' && way.streams ? 1 : (scenario.calls ?? fewCalls))
