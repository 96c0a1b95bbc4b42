/** Tokens, read and written. https://platform.openai.com/docs/api-reference/responses/object#responses/object-usage */

import { isObject, present, type Json, type JsonObject } from '../../base/json.ts'
import type { Usage } from '../../canonical/chat.ts'
import { kept, own, ownWithin, spelling, take } from './own.ts'

/** The counts of details, and where they stand. */
const details = {
  input_tokens_details: { cached_tokens: 'cacheRead', cache_write_tokens: 'cacheWrite' },
  output_tokens_details: { reasoning_tokens: 'reasoning' },
} as const satisfies { readonly [field: string]: { readonly [count: string]: keyof Usage } }

type Details = keyof typeof details
const detailFields = Object.keys(details) as Details[]

export function readUsage(said: JsonObject): Usage {
  const { input_tokens: input, output_tokens: output, total_tokens: total, ...fields } = said
  const counts: { [word: string]: number } = {}
  let isSparse = false
  for (const field of detailFields) isSparse = takeDetails(field, fields, counts) || isSparse
  if (total !== undefined && (typeof input !== 'number' || typeof output !== 'number' || total !== input + output)) fields.total_tokens = total
  return {
    ...(typeof input === 'number' && { input }),
    ...(typeof output === 'number' && { output }),
    ...counts,
    ...kept(fields, isSparse ? { details: 'given' } : {}),
  }
}

/** Whether a count is missing. What is not taken stays, be it empty or null. */
function takeDetails(field: Details, fields: JsonObject, counts: { [word: string]: number }): boolean {
  const said = fields[field]
  if (!isObject(said)) return true
  const left = { ...said }
  const names: { readonly [count: string]: string } = details[field]
  let taken = 0
  for (const name in names) {
    if (typeof left[name] !== 'number') continue
    counts[names[name]!] = take(left, name) as number
    taken += 1
  }
  if (taken > 0 && Object.keys(left).length === 0) delete fields[field]
  else fields[field] = left
  return taken < Object.keys(names).length
}

/** Clients count on every count; only a server of this wire may leave some out. */
export function writeUsage(usage: Usage): JsonObject {
  const { input = 0, output = 0, rest } = usage
  const isGiven = spelling(rest, 'details') === 'given'
  return {
    input_tokens: input,
    output_tokens: output,
    total_tokens: input + output,
    ...own(rest),
    ...Object.fromEntries(detailFields.flatMap((field) => writeDetails(field, usage, isGiven))),
  }
}

function writeDetails(field: Details, usage: Usage, isGiven: boolean): [string, Json][] {
  const names: { readonly [count: string]: keyof Usage } = details[field]
  const counts: { [count: string]: Json | undefined } = {}
  for (const name in names) counts[name] = (usage[names[name]!] as number | undefined) ?? (isGiven ? undefined : 0)
  const said = own(usage.rest)[field]
  if (said !== undefined && !isObject(said)) return []
  const written = { ...present(counts), ...ownWithin(usage.rest, field) }
  return said === undefined && Object.keys(written).length === 0 ? [] : [[field, written]]
}
