/** How answers end, in the words of this wire: a status, and what was incomplete. */

import { isObject, asText, type Json, type JsonObject } from '../../base/json.ts'
import type { Block, Choice, FinishReason } from '../../canonical/chat.ts'
import { kept } from './own.ts'

type Types = ReadonlySet<Block['type']>

const byReason: { readonly [reason: string]: FinishReason } = { max_output_tokens: 'length', content_filter: 'refused' }

/** `types` are those of the answer's blocks: the wire has no word for an end by a call or a refusal. */
export function readFinish(status: Json | undefined, details: Json | undefined, types: Types): FinishReason {
  if (status === 'incomplete') {
    const reason = isObject(details) ? asText(details.reason) : ''
    return Object.hasOwn(byReason, reason) ? byReason[reason]! : 'other'
  }
  if (status !== 'completed' && status !== undefined) return 'other'
  return types.has('tool-call') ? 'tool-calls' : types.has('refusal') ? 'refused' : 'stop'
}

export function writeFinish(finish: FinishReason, types: Types): { readonly status: string; readonly incomplete_details: JsonObject | null } {
  if (finish === 'length' || finish === 'context') return incomplete('max_output_tokens')
  return finish === 'refused' && !types.has('refusal') ? incomplete('content_filter') : { status: 'completed', incomplete_details: null }
}

const incomplete = (reason: string) => ({ status: 'incomplete', incomplete_details: { reason } })

/** Takes the ending out of an answer's fields; what the form's word would not bring back is kept. */
export function takeEnding(fields: JsonObject, types: Types): Omit<Choice, 'blocks'> {
  const { status, incomplete_details: details } = fields
  const finish = readFinish(status, details, types)
  const usual = writeFinish(finish, types)
  const left: JsonObject = {}
  if (status !== undefined && status !== usual.status) left.status = status
  if (details !== undefined && JSON.stringify(details) !== JSON.stringify(usual.incomplete_details)) left.incomplete_details = details
  for (const field of ['status', 'incomplete_details']) delete fields[field]
  return { finish, ...kept(left) }
}

export const typesOf = (blocks: readonly Block[]): Set<Block['type']> => new Set(blocks.map(({ type }) => type))
