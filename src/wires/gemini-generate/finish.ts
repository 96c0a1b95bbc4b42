/** How answers end. https://ai.google.dev/api/generate-content#FinishReason */

import type { Json } from '../../base/json.ts'
import type { FinishReason } from '../../canonical/chat.ts'
import { Failure, upstreamSentence } from '../../canonical/failure.ts'

const reasons: { readonly [word: string]: FinishReason } = {
  STOP: 'stop',
  MAX_TOKENS: 'length',
  SAFETY: 'refused',
  RECITATION: 'refused',
  BLOCKLIST: 'refused',
  PROHIBITED_CONTENT: 'refused',
  SPII: 'refused',
  MODEL_ARMOR: 'refused',
  IMAGE_SAFETY: 'refused',
  IMAGE_PROHIBITED_CONTENT: 'refused',
  IMAGE_RECITATION: 'refused',
  CONTINUATION: 'paused',
}

/** The model wrote a call that is none, or one that nobody offered: asked again, it may do better. */
const malformed: ReadonlySet<Json> = new Set(['MALFORMED_FUNCTION_CALL', 'UNEXPECTED_TOOL_CALL', 'TOO_MANY_TOOL_CALLS'])

const words: { readonly [reason in FinishReason]: string } = {
  stop: 'STOP',
  'stop-sequence': 'STOP',
  length: 'MAX_TOKENS',
  context: 'MAX_TOKENS',
  'tool-calls': 'STOP',
  refused: 'SAFETY',
  paused: 'STOP',
  other: 'STOP',
}

/** What an answer held, as far as its end says different things for it. */
export interface Held {
  readonly calls: boolean
  readonly anything: boolean
}

/** The wire has no word for calls. Throws `Failure` for endings that are none: a malformed call or answer, and an unknown reason for saying nothing. */
export function readFinish(word: Json | undefined, held: Held): FinishReason {
  if (malformed.has(word ?? null)) throw new Failure('upstream_malformed_tool_call', 'The model called a tool in a way that cannot be understood.')
  const reason = typeof word === 'string' && Object.hasOwn(reasons, word) ? reasons[word]! : 'other'
  if (word === 'MALFORMED_RESPONSE') throw new Failure('upstream_invalid_response', upstreamSentence('upstream_invalid_response'))
  if (reason === 'other' && !held.anything) throw new Failure('upstream_error', upstreamSentence('upstream_error'))
  return held.calls && (reason === 'stop' || reason === 'other') ? 'tool-calls' : reason
}

export function writeFinish(reason: FinishReason): string {
  return words[reason]
}
