/** Token counts, read and written. The wire counts cached tokens beside the input; the form counts them in. */

import { isObject, type Json, type JsonObject } from '../../base/json.ts'
import type { Usage } from '../../canonical/chat.ts'
import { kept, own, spelling } from '../rest.ts'
import { wire } from './writing.ts'

export function readUsage(usage: JsonObject): Usage {
  const { input_tokens, output_tokens, cache_read_input_tokens, cache_creation_input_tokens, ...fields } = usage
  const [cacheRead, cacheWrite] = [countOf(cache_read_input_tokens), countOf(cache_creation_input_tokens)]
  const [plain, output] = [countOf(input_tokens), countOf(output_tokens)]
  const saysCache = cache_read_input_tokens !== undefined || cache_creation_input_tokens !== undefined
  const hour = takeOnly(fields, 'cache_creation', ['ephemeral_1h_input_tokens', 'ephemeral_5m_input_tokens'])
  const thought = takeOnly(fields, 'output_tokens_details', ['thinking_tokens'])
  return {
    ...(plain !== undefined && { input: plain + (cacheRead ?? 0) + (cacheWrite ?? 0) }),
    ...(output !== undefined && { output }),
    ...(cacheRead !== undefined && { cacheRead }),
    ...(cacheWrite !== undefined && { cacheWrite }),
    ...(hour !== undefined && { cacheWriteHour: hour }),
    ...(thought !== undefined && { reasoning: thought }),
    ...kept(wire, fields, saysCache ? undefined : { cache: 'none' }),
  }
}

/** What a provider says is not believed blindly: a count is a number of things. */
function countOf(value: Json | undefined): number | undefined {
  return Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : undefined
}

/** The first count of an object that has these fields alone; an object with more to it stays. */
function takeOnly(fields: JsonObject, name: string, counts: readonly string[]): number | undefined {
  const said = fields[name]
  if (!isObject(said) || Object.keys(said).some((field) => !counts.includes(field))) return undefined
  const first = countOf(said[counts[0]!])
  if (first !== undefined) delete fields[name]
  return first
}

/** Clients add the cached counts up, so they are told also where nobody counted; only a server of this wire may leave them out. */
export function writeUsage(usage: Usage): JsonObject {
  const { input = 0, output = 0, cacheRead = 0, cacheWrite = 0, cacheWriteHour: hour, reasoning, rest } = usage
  return {
    ...own(wire, rest),
    input_tokens: Math.max(0, input - cacheRead - cacheWrite),
    ...(spelling(wire, rest, 'cache') === undefined && { cache_creation_input_tokens: cacheWrite, cache_read_input_tokens: cacheRead }),
    ...(hour !== undefined && { cache_creation: { ephemeral_5m_input_tokens: Math.max(0, cacheWrite - hour), ephemeral_1h_input_tokens: hour } }),
    output_tokens: output,
    ...(reasoning !== undefined && { output_tokens_details: { thinking_tokens: reasoning } }),
  }
}
