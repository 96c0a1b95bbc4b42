/** Whole answers, read and written. https://platform.openai.com/docs/api-reference/chat/object */

import { isObject, present, type Json, type JsonObject } from '../../base/json.ts'
import type { Block, ChatResponse, Choice, Rest, TokenOdds } from '../../canonical/chat.ts'
import { Failure } from '../../canonical/failure.ts'
import type { StreamOptions } from '../wire.ts'
import { readAssistant, writeAssistant } from './assistant.ts'
import { failureIn } from './error.ts'
import { kept, leftOf, own, ownWithin, spelling } from './own.ts'
import { asksInLegacyWay } from './tools.ts'
import { readFinish, readUsage, writeFinish, writeUsage } from './usage.ts'

/** Throws `Failure` where a server says an error with status 200, or something that is no answer. */
export function readResponse(body: JsonObject): ChatResponse {
  const { id, object, created, model, choices, usage, ...fields } = body
  const told = failureIn(body)
  if (told) throw told
  if (!Array.isArray(choices) || choices.length === 0) throw new Failure('upstream_invalid_response', 'The provider’s answer has no choices.')
  const said = typeof id === 'string' ? id : ''
  return {
    id: said,
    model: typeof model === 'string' ? model : '',
    ...(typeof created === 'number' && { created }),
    choices: choices.map((choice, place) => readChoice(choice, place, said)),
    usage: isObject(usage) ? readUsage(usage) : {},
    ...kept({ ...fields, ...(object !== 'chat.completion' && object !== undefined && { object }) }, isObject(usage) ? {} : { usage: 'absent' }),
  }
}

function readChoice(choice: Json, place: number, answerId: string): Choice {
  if (!isObject(choice) || !isObject(choice.message)) throw new Failure('upstream_invalid_response', 'The provider’s answer has a choice without a message.')
  const told = failureIn(choice)
  if (told) throw told
  const { index, message, finish_reason: word, ...left } = choice
  const said = readAssistant(message, (call) => callId(answerId, place, call))
  const { blocks, fields } = said.spelled.content === 'list' ? { blocks: said.blocks, fields: left } : takeLogprobs(said.blocks, left)
  const finish = readFinish(
    word,
    blocks.some(({ type }) => type === 'tool-call'),
  )
  const spelled = {
    ...said.spelled,
    ...(!('refusal' in message) && { refusal: 'absent' }),
    ...(!('logprobs' in choice) && { logprobs: 'absent' }),
    ...(writeFinish(finish, false) !== word && typeof word === 'string' && { finish: word }),
  }
  return { blocks, finish, ...kept({ ...fields, ...(index !== undefined && index !== place && { index }), ...leftOf('message', said.fields) }, spelled) }
}

/** Probabilities belong to the words they are of, as they do in streams. */
function takeLogprobs(blocks: readonly Block[], fields: JsonObject): { blocks: readonly Block[]; fields: JsonObject } {
  const place = isObject(fields.logprobs) ? blocks.findIndex(({ type }) => type === 'text') : -1
  if (place === -1) return { blocks, fields }
  const { logprobs, ...left } = fields
  return { blocks: blocks.with(place, { ...blocks[place]!, ...kept({ ...own(blocks[place]!.rest), logprobs: logprobs! }) }), fields: left }
}

/** An id for a call that came without one: other answers of the conversation have others. */
export function callId(answerId: string, choice: number, call: number): string {
  return `call_${answerId.replace(/[^a-zA-Z0-9]/g, '').slice(-24)}_${choice}_${call}`
}

/** The answer as its client asked for it. */
export function writeResponse(response: ChatResponse, { now, asked }: StreamOptions): JsonObject {
  const isLegacy = asksInLegacyWay(asked)
  return {
    id: response.id,
    object: 'chat.completion',
    created: response.created ?? now,
    model: response.model,
    choices: response.choices.map((choice, index) => writeChoice(choice, index, isLegacy)),
    ...(spelling(response.rest, 'usage') !== 'absent' && { usage: writeUsage(response.usage) }),
    ...own(response.rest),
  }
}

function writeChoice({ blocks, finish, odds, rest }: Choice, index: number, isLegacy: boolean): JsonObject {
  const message = writeAssistant(blocks, rest, { isAnswer: true, isLegacy, lose: () => {} })
  const { message: _, ...fields } = own(rest)
  return {
    index,
    message: { ...message, ...deltaFields(blocks), ...ownWithin(rest, 'message') },
    ...present({ logprobs: odds ? writeOdds(odds) : logprobsOf(blocks, rest) }),
    ...fields,
    finish_reason: spelling(rest, 'finish') ?? writeFinish(finish, isLegacy),
  }
}

/** https://platform.openai.com/docs/api-reference/chat/object#chat-object-choices-logprobs */
export function writeOdds(odds: readonly TokenOdds[]): JsonObject {
  const written = ({ token, logprob }: TokenOdds): JsonObject => ({ token, logprob, bytes: [...Buffer.from(token)] })
  return { content: odds.map((one) => ({ ...written(one), top_logprobs: (one.others ?? []).map(written) })), refusal: null }
}

function logprobsOf(blocks: readonly Block[], rest: Rest | undefined): Json | undefined {
  for (const block of blocks) if (block.type === 'text' && 'logprobs' in own(block.rest)) return own(block.rest).logprobs
  return spelling(rest, 'logprobs') === 'absent' ? undefined : null
}

/** What stood beside the words of a stream that was folded. */
function deltaFields(blocks: readonly Block[]): JsonObject {
  return Object.assign({}, ...blocks.map((block) => ownWithin(block.rest, 'delta'))) as JsonObject
}
