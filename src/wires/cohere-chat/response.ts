/** Whole answers, read and written. https://docs.cohere.com/reference/chat */

import { isObject, type JsonObject } from '../../base/json.ts'
import type { ChatResponse } from '../../canonical/chat.ts'
import { Failure } from '../../canonical/failure.ts'
import { kept, own, spelling } from '../rest.ts'
import type { StreamOptions } from '../wire.ts'
import { readAssistant, writeAssistant } from './assistant.ts'
import { failureOf } from './error.ts'
import { toClient, wire } from './own.ts'
import { readFinish, readUsage, writeFinish, writeUsage } from './usage.ts'

/** The wire does not say which model answered. Throws `Failure` where the body is an error after all, or no answer. */
export function readResponse(body: JsonObject): ChatResponse {
  const { id, message, finish_reason: word, usage, ...fields } = body
  if (typeof message === 'string') throw failureOf(body)
  if (!isObject(message)) throw new Failure('upstream_invalid_response', 'The provider’s answer has no message.')
  const { blocks, fields: beside, spelled } = readAssistant(message)
  const { finish, spelled: ending } = readFinish(word)
  return {
    id: typeof id === 'string' ? id : '',
    model: '',
    choices: [{ blocks, finish, ...kept(wire, beside, { ...spelled, ...ending }) }],
    usage: isObject(usage) ? readUsage(usage) : {},
    ...kept(wire, fields, isObject(usage) ? undefined : { usage: 'absent' }),
  }
}

export function writeResponse(response: ChatResponse, { now }: StreamOptions): JsonObject {
  const { blocks, finish, rest } = response.choices[0] ?? { blocks: [], finish: 'other' as const, rest: undefined }
  return {
    ...own(wire, response.rest),
    id: idOf(response.id, now),
    finish_reason: spelling(wire, rest, 'finish') ?? writeFinish(finish),
    message: writeAssistant(blocks, rest, toClient),
    ...(spelling(wire, response.rest, 'usage') !== 'absent' && { usage: writeUsage(response.usage) }),
  }
}

/** Clients want an id where the provider gave none. */
export function idOf(id: string, now: number): string {
  return id || `chat-${now}`
}
