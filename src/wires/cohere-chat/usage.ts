/** Tokens, and how answers end. */

import { isObject, type Json, type JsonObject } from '../../base/json.ts'
import type { FinishReason, Usage } from '../../canonical/chat.ts'
import { Failure, upstreamSentence } from '../../canonical/failure.ts'
import { kept, own, spelling } from '../rest.ts'
import { wire } from './own.ts'

/** `ERROR_TOXIC` and `ERROR_LIMIT` are words of the wire's first version: the second has none for what they say. */
const reasons: ReadonlyMap<Json | undefined, FinishReason> = new Map<Json | undefined, FinishReason>([
  ['COMPLETE', 'stop'],
  ['STOP_SEQUENCE', 'stop-sequence'],
  ['MAX_TOKENS', 'length'],
  ['ERROR_LIMIT', 'context'],
  ['TOOL_CALL', 'tool-calls'],
  ['ERROR_TOXIC', 'refused'],
])

const words: { readonly [reason in FinishReason]: string } = {
  stop: 'COMPLETE',
  'stop-sequence': 'STOP_SEQUENCE',
  length: 'MAX_TOKENS',
  context: 'MAX_TOKENS',
  'tool-calls': 'TOOL_CALL',
  refused: 'ERROR_TOXIC',
  paused: 'COMPLETE',
  other: 'COMPLETE',
}

export interface Ending {
  readonly finish: FinishReason
  readonly spelled?: { readonly finish: string }
}

/** Throws `Failure` for an answer that broke off at the provider. */
export function readFinish(word: Json | undefined): Ending {
  if (word === 'ERROR') throw new Failure('upstream_error', upstreamSentence('upstream_error'))
  if (word === 'TIMEOUT') throw new Failure('upstream_timeout', upstreamSentence('upstream_timeout'))
  const finish = reasons.get(word) ?? 'other'
  return { finish, ...(words[finish] !== word && typeof word === 'string' && { spelled: { finish: word } }) }
}

export function writeFinish(reason: FinishReason): string {
  return words[reason]
}

/** What is billed leaves out what the vendor added to the prompt; it stands beside, and is believed where nothing else is told. */
export function readUsage({ tokens, cached_tokens: cached, ...fields }: JsonObject): Usage {
  const counted = isObject(tokens) ? tokens : fields.billed_units
  const { input_tokens, output_tokens, ...left } = isObject(counted) ? counted : {}
  const billed = isObject(tokens) ? billedIn(fields.billed_units) : undefined
  const [input, output, cacheRead] = [countOf(input_tokens), countOf(output_tokens), countOf(cached)]
  const beside = { ...fields, ...(isObject(tokens) ? Object.keys(left).length > 0 && { tokens: left } : tokens !== undefined && { tokens }) }
  return {
    ...(input !== undefined && { input }),
    ...(output !== undefined && { output }),
    ...(cacheRead !== undefined && { cacheRead }),
    ...(billed && { billed }),
    ...kept(wire, cached === null ? { ...beside, cached_tokens: null } : beside, isObject(tokens) ? undefined : { tokens: 'absent' }),
  }
}

/** What the vendor charges for, of both; undefined where it does not tell. https://docs.cohere.com/docs/how-does-cohere-pricing-work */
function billedIn(units: Json | undefined): Usage['billed'] {
  const [input, output] = isObject(units) ? [countOf(units.input_tokens), countOf(units.output_tokens)] : []
  return input === undefined || output === undefined ? undefined : { input, output }
}

/** What a provider says is not believed blindly: a count is a number of things. */
function countOf(value: Json | undefined): number | undefined {
  return Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : undefined
}

export function writeUsage({ input = 0, output = 0, cacheRead, rest }: Usage): JsonObject {
  const { tokens: left, ...fields } = own(wire, rest)
  if (spelling(wire, rest, 'tokens') === 'absent')
    return { ...fields, ...(left !== undefined && { tokens: left }), ...(cacheRead !== undefined && { cached_tokens: cacheRead }) }
  return {
    ...fields,
    tokens: { ...(isObject(left) && left), input_tokens: input, output_tokens: output },
    ...(cacheRead !== undefined && { cached_tokens: cacheRead }),
  }
}
