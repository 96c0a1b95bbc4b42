/** Checking the types of a request's fields: each wire brings its tables, and this is the one way to apply them. */

import { isObject, type Json, type JsonObject } from '../base/json.ts'
import { Failure } from '../canonical/failure.ts'

/** What a field may be. `count` is a whole number of at least 0; `content` is text or a list. Null says the same as leaving the field out. */
export type Kind = 'string' | 'boolean' | 'number' | 'count' | 'object' | 'list' | 'content'

export type Fields = readonly (readonly [field: string, kind: Kind])[]

const named: { readonly [kind in Kind]: string } = {
  string: 'a string',
  boolean: 'true or false',
  number: 'a number',
  count: 'a whole number of at least 0',
  object: 'an object',
  list: 'a list',
  content: 'a string or a list',
}

/** Fields that elsewhere steer where a call goes and with which key: here the configuration alone does. */
const routing = ['api_base', 'base_url', 'api_key', 'extra_headers', 'custom_llm_provider', 'mock_response'] as const

/** A number as `JSON.parse` or `parseExact` made it; undefined for all else, and for what no number can hold (`1e400`). */
export function numberOf(value: Json | undefined): number | undefined {
  const number = typeof value === 'number' ? value : isRaw(value) ? Number(value.rawJSON) : Number.NaN
  return Number.isFinite(number) ? number : undefined
}

function isRaw(value: unknown): value is { readonly rawJSON: string } {
  return typeof value === 'object' && value !== null && (JSON as unknown as { isRawJSON(value: unknown): boolean }).isRawJSON(value)
}

export function fits(value: Json, kind: Kind): boolean {
  switch (kind) {
    case 'number':
      return numberOf(value) !== undefined
    case 'count':
      return Number.isInteger(numberOf(value)) && Number(numberOf(value)) >= 0
    case 'object':
      return isObject(value) && !isRaw(value)
    case 'list':
      return Array.isArray(value)
    case 'content':
      return typeof value === 'string' || Array.isArray(value)
    default:
      return typeof value === kind
  }
}

/** The first field of another kind than its table says; undefined where all is well, which allocates nothing. */
export function wrongField(object: JsonObject, fields: Fields): Fields[number] | undefined {
  for (const entry of fields) {
    const value = object[entry[0]]
    if (value !== undefined && value !== null && !fits(value, entry[1])) return entry
  }
  return undefined
}

/** Throws `forbidden_parameter` for a field that would choose the place or the key of the call. */
export function checkRouting(body: JsonObject): void {
  for (const field of routing) {
    if (Object.hasOwn(body, field)) throw new Failure('forbidden_parameter', `The field ${field} is not taken from a request: providers are configured.`, { param: field })
  }
}

export function mistyped(param: string, kind: Kind): Failure {
  return new Failure('invalid_type', `The field ${param} must be ${named[kind]}.`, { param })
}

export function missing(param: string): Failure {
  return new Failure('missing_parameter', `The field ${param} is missing.`, { param })
}
