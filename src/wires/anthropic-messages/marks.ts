/** Cache marks: taken from what carries them, written on it, and never more of them than the wire takes. */

import { isObject, type Json, type JsonObject } from '../../base/json.ts'
import type { CacheMark, Rest } from '../../canonical/chat.ts'
import type { Loss } from '../losses.ts'
import { own } from '../rest.ts'
import { wire } from './writing.ts'

/** https://platform.claude.com/docs/en/build-with-claude/prompt-caching: a request with more is refused. */
const mostMarks = 4

/** Takes the mark out of a block's fields. A mark that says more than the form knows (a scope) stays among them too. */
export function takeMark(fields: JsonObject): { readonly cache?: CacheMark } {
  const mark = fields.cache_control
  if (!isObject(mark) || mark.type !== 'ephemeral') return {}
  const ttl = mark.ttl === '5m' || mark.ttl === '1h' ? mark.ttl : undefined
  if (Object.keys(mark).length === (ttl ? 2 : 1)) delete fields.cache_control
  return { cache: ttl ? { ttl } : {} }
}

export function writeMark(cache: CacheMark | undefined, rest: Rest | undefined): { readonly cache_control?: Json } {
  if (cache === undefined) return {}
  return { cache_control: own(wire, rest).cache_control ?? { type: 'ephemeral', ...(cache.ttl && { ttl: cache.ttl }) } }
}

/** Takes the first marks off a written body until few enough are left: the last ones cover the most. */
export function keepLastMarks(body: JsonObject, lose: Loss): void {
  const marked = [
    ...marksIn(body.tools),
    ...marksIn(body.system),
    ...asList(body.messages).flatMap((message) => marksIn(isObject(message) ? message.content : undefined)),
  ]
  // A mark on the request itself puts one on its last block.
  const surplus = marked.length + (isObject(body.cache_control) ? 1 : 0) - mostMarks
  for (const block of marked.slice(0, Math.max(0, surplus))) {
    lose('cache_mark')
    delete block.cache_control
  }
}

/** All that carries a mark, in the order of the prompt: what stands in a result comes before the result's own. */
function marksIn(list: Json | undefined): JsonObject[] {
  return asList(list).flatMap((item) =>
    isObject(item) ? [...(item.type === 'tool_result' ? marksIn(item.content) : []), ...(isObject(item.cache_control) ? [item] : [])] : [],
  )
}

const asList = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? value : [])
