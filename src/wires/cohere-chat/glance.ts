/** What is passed on, looked at only as far as a receipt needs. */

import { isObject, type JsonObject } from '../../base/json.ts'
import type { Message } from '../../base/framing.ts'
import type { Glance } from '../../canonical/chat.ts'
import { weighAnswer } from '../weigh.ts'
import { readFinish, readUsage } from './usage.ts'

/** Undefined where it is not plainly a finished answer with its usage: then it is read whole. */
export function glance({ id, message, finish_reason: word, usage }: JsonObject): Glance | undefined {
  if (!isObject(message) || !isObject(usage) || typeof word !== 'string' || word === 'ERROR' || word === 'TIMEOUT') return undefined
  const { rest: _, ...counted } = readUsage(usage)
  if (counted.input === undefined || counted.output === undefined) return undefined
  const toolCalls = Array.isArray(message.tool_calls) ? message.tool_calls.length : 0
  return { id: typeof id === 'string' ? id : '', model: '', finish: readFinish(word).finish, usage: counted, toolCalls, said: weighAnswer(message) }
}

/** The event's name and its type agree, and these events say nothing else. */
const plain = /^event: ?(content-delta|tool-call-delta|tool-plan-delta)\r?\ndata: ?\{"type":"\1",[^\r\n]*\}\r?\n\r?\n$/

export function isPlainDelta({ bytes }: Message): boolean {
  return plain.test(bytes.toString('latin1'))
}
