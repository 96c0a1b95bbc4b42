/** Cache marks: on this wire they stand as blocks of their own, behind what they mark. */

import { isObject, type Json, type JsonObject } from '../../base/json.ts'
import type { CacheMark } from '../../canonical/chat.ts'
import type { Loss } from '../losses.ts'
import { asList, asObject, tagOf, type Writing } from './own.ts'

/** https://docs.aws.amazon.com/bedrock/latest/userguide/prompt-caching.html: a request with more is refused. */
const mostMarks = 4

/** Undefined where the block is no mark, or says more than the form knows. */
export function readPoint(block: JsonObject): CacheMark | undefined {
  const point = tagOf(block) === 'cachePoint' ? block.cachePoint : undefined
  if (!isObject(point) || point.type !== 'default') return undefined
  const { ttl } = point
  if (ttl === undefined) return Object.keys(point).length === 1 ? {} : undefined
  return (ttl === '5m' || ttl === '1h') && Object.keys(point).length === 2 ? { ttl } : undefined
}

/** A model that takes no marks refuses the request, and one that takes no lifetime refuses that. */
export function writePoint(cache: CacheMark | undefined, { marks, isOwn, lose }: Writing): JsonObject[] {
  if (cache === undefined) return []
  if (marks === 'none' && !isOwn) {
    lose('cache_mark')
    return []
  }
  const tellsTime = cache.ttl !== undefined && (isOwn || marks === 'timed')
  if (cache.ttl === '1h' && !tellsTime) lose('cache_ttl')
  return [{ cachePoint: { type: 'default', ...(tellsTime && { ttl: cache.ttl }) } }]
}

/** Takes the first marks out of a written body until few enough are left: the last ones cover the most. */
export function keepLastMarks(body: JsonObject, lose: Loss): void {
  const lists = [asObject(body.toolConfig).tools, body.system, ...asList(body.messages).map(({ content }) => content)]
  let surplus = -mostMarks
  for (const list of lists) surplus += asList(list).filter(isPoint).length
  for (const list of lists) {
    if (!Array.isArray(list)) continue
    for (let at = 0; at < list.length && surplus > 0;) {
      if (!isPoint(list[at]!)) at += 1
      else {
        list.splice(at, 1)
        surplus -= 1
        lose('cache_mark')
      }
    }
  }
}

const isPoint = (block: Json): boolean => isObject(block) && block.cachePoint !== undefined
