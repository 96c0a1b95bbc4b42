/** Whole answers, read and written. https://ai.google.dev/api/generate-content#generatecontentresponse */

import { isObject, present, asText, type Json, type JsonObject } from '../../base/json.ts'
import type { Block, ChatResponse, Choice, FinishReason, Rest } from '../../canonical/chat.ts'
import { Failure, upstreamSentence } from '../../canonical/failure.ts'
import { citeBlocks, writeGrounding } from './citations.ts'
import { failureOf } from './error.ts'
import { readFinish, writeFinish, type Held } from './finish.ts'
import { type Ids, kept, leftOf, listed, own, ownWithin, type Spelled, spelling } from './own.ts'
import { readOdds, writeOdds } from './odds.ts'
import { readPart, writeAnswer } from './parts.ts'
import { readUsage, writeUsage } from './usage.ts'

/** Throws `Failure` for an error, for something that is no answer, and for endings that are none. */
export function readResponse(body: JsonObject): ChatResponse {
  if (isObject(body.error) || Array.isArray(body)) throw failureOf(body)
  const { candidates, usageMetadata, modelVersion, responseId, ...fields } = body
  const id = textIn(responseId)
  const said = listed(candidates)
  if (said.length === 0 && !isBlocked(body)) throw broken()
  const choices = said.length === 0 ? [blocked] : said.map((candidate, place) => readCandidate(candidate, place, id))
  return {
    id,
    model: textIn(modelVersion),
    choices,
    usage: isObject(usageMetadata) ? readUsage(usageMetadata) : {},
    ...kept(fields, isObject(usageMetadata) ? {} : { usage: 'absent' }),
  }
}

export const textIn = (value: Json | undefined): string => (typeof value === 'string' ? value : '')

function broken(): Failure {
  return new Failure('upstream_invalid_response', upstreamSentence('upstream_invalid_response'))
}

/** Whether the prompt itself was refused: then there are no candidates. */
export function isBlocked({ promptFeedback }: JsonObject): boolean {
  return isObject(promptFeedback) && typeof promptFeedback.blockReason === 'string'
}

/** What is answered to a prompt that was refused. */
export const blocked: Choice = { blocks: [], finish: 'refused', ...kept({}, { candidate: 'none' }) }

function readCandidate(said: Json, place: number, answerId: string): Choice {
  if (!isObject(said)) throw broken()
  const { content, finishReason, index, ...fields } = said
  const { role, parts, ...inner } = isObject(content) ? content : {}
  const ids = answerIds(answerId, place)
  const blocks = listed(parts).map((part) => readPart(part, ids))
  const finish = readFinish(finishReason, heldIn(blocks))
  const spelled: Spelled = {
    ...spellFinish(finish, finishReason),
    ...(index !== place && { index: index === undefined ? 'absent' : asText(index) }),
    ...(!isObject(content) ? { content: 'absent' } : !Array.isArray(parts) && { content: 'bare' }),
    ...(isObject(content) && role !== 'model' && { role: 'absent' }),
  }
  const odds = readOdds(fields.logprobsResult)
  return { blocks: citeBlocks(blocks, said), finish, ...(odds.length > 0 && { odds }), ...kept({ ...fields, ...leftOf('content', inner) }, spelled) }
}

export function spellFinish(finish: FinishReason, word: Json | undefined): { readonly finish?: string } {
  return writeFinish(finish) === word ? {} : { finish: typeof word === 'string' ? word : 'absent' }
}

function heldIn(blocks: readonly Block[]): Held {
  return { calls: blocks.some(({ type }) => type === 'tool-call'), anything: blocks.length > 0 }
}

/** Ids for calls that came without: other answers of the conversation have others. */
export function answerIds(answerId: string, choice: number): Ids {
  let calls = 0
  const next = () => `call_${answerId.replace(/[^a-zA-Z0-9]/g, '').slice(-24)}_${choice}_${calls++}`
  return { call: next, result: next }
}

export function writeResponse(response: ChatResponse): JsonObject {
  const { choices, usage, rest } = response
  const candidates = choices.flatMap((choice, index) => (spelling(choice.rest, 'candidate') ? [] : writeCandidate(choice, index)))
  return {
    ...(candidates.length > 0 && { candidates }),
    ...(spelling(rest, 'usage') !== 'absent' && { usageMetadata: writeUsage(usage) }),
    ...writeHead(response),
    ...own(rest),
  }
}

/** Who answers, as far as the provider said it. */
export function writeHead({ id, model }: Pick<ChatResponse, 'id' | 'model'>): JsonObject {
  return present({ modelVersion: model || undefined, responseId: id || undefined })
}

function writeCandidate({ blocks, finish, odds, rest }: Choice, place: number): JsonObject {
  const citations = blocks.flatMap((block) => (block.type === 'text' ? (block.citations ?? []) : []))
  return {
    ...writeEnding({ finish, ...(odds && { odds }), ...(rest && { rest }) }, writeGrounding(citations)),
    ...present({ content: writeContent(blocks, rest), index: writeIndex(rest, place) }),
  }
}

/** What is said of a candidate at its end. What it rests on is told as the vendor told it, where it did. */
export function writeEnding({ finish, odds, rest }: Omit<Choice, 'blocks'>, grounding: JsonObject | undefined): JsonObject {
  const { content: _, ...said } = own(rest)
  const word = spelling(rest, 'finish') ?? writeFinish(finish)
  const isGrounded = said.groundingMetadata !== undefined || said.citationMetadata !== undefined
  return {
    ...(grounding && !isGrounded && { groundingMetadata: grounding }),
    ...(odds && { logprobsResult: writeOdds(odds) }),
    ...said,
    ...(word !== 'absent' && { finishReason: word }),
  }
}

function writeIndex(rest: Rest | undefined, place: number): number | undefined {
  const spelled = spelling(rest, 'index')
  return spelled === undefined ? place : spelled === 'absent' ? undefined : Number(spelled)
}

function writeContent(blocks: readonly Block[], rest: Rest | undefined): JsonObject | undefined {
  const spelled = spelling(rest, 'content')
  const parts = writeAnswer(blocks)
  if (spelled === 'absent' && parts.length === 0) return undefined
  return {
    ...ownWithin(rest, 'content'),
    ...(!(spelled === 'bare' && parts.length === 0) && { parts }),
    ...(spelling(rest, 'role') === undefined && { role: 'model' }),
  }
}
