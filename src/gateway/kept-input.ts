/** The list of what a kept answer's model was given, in pages. https://platform.openai.com/docs/api-reference/responses/input-items */

import { createHash } from 'node:crypto'
import { isObject, type Json, type JsonObject } from '../base/json.ts'
import { Failure } from '../canonical/failure.ts'
import type { KeptAnswer } from './memory.ts'

const mostItems = 100
const usualItems = 20

/** Newest first, unless `order` is `asc`. */
export function listInput({ id, input }: KeptAnswer, query: URLSearchParams): JsonObject {
  const limit = Number(query.get('limit') ?? usualItems)
  if (!Number.isInteger(limit) || limit < 1 || limit > mostItems)
    throw new Failure('invalid_value', `\`limit\` must be a whole number from 1 to ${mostItems}.`, { param: 'limit' })
  const order = query.get('order') ?? 'desc'
  if (order !== 'asc' && order !== 'desc') throw new Failure('invalid_value', '`order` must be `asc` or `desc`.', { param: 'order' })
  const all = input.map((item, at) => listed(item, `${id} ${at}`))
  if (order === 'desc') all.reverse()
  const after = query.get('after')
  const from = after === null ? 0 : all.findIndex((item) => item.id === after) + 1
  if (after !== null && from === 0) throw new Failure('invalid_value', '`after` is not the id of an item of this list.', { param: 'after' })
  const data = all.slice(from, from + limit)
  return { object: 'list', data, first_id: data[0]?.id ?? null, last_id: data.at(-1)?.id ?? null, has_more: from + limit < all.length }
}

/** With what the vendor's list always has: a type, an id, and of a message its content as a list. */
function listed(item: Json, place: string): JsonObject {
  const fields = isObject(item) ? item : {}
  const { type = 'message', content } = fields
  const id =
    typeof fields.id === 'string' ? fields.id : `${type === 'message' ? 'msg' : 'item'}_${createHash('sha256').update(place).digest('hex').slice(0, 32)}`
  if (type !== 'message') return { ...fields, id, type }
  const kind = fields.role === 'assistant' ? 'output_text' : 'input_text'
  return { ...fields, id, type, status: fields.status ?? 'completed', content: typeof content === 'string' ? [{ type: kind, text: content }] : (content ?? []) }
}
