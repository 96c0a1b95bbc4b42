/** Checking what a client sent before anyone reads it: small checks that are put together into the check of a whole body, once, when the program starts. */

import { isObject, type Json, type JsonObject } from '../base/json.ts'
import { Failure, type Reason } from '../canonical/failure.ts'

/** What is wrong, and where. `path` is relative to the checked value: empty for the value itself. */
export interface Flaw {
  readonly path: string
  /** Ends a sentence that begins with the path. */
  readonly says: string
  readonly reason: Reason
}

/** Looks at a value that is there. Allocates nothing where all is well. */
export type Check = (value: Json) => Flaw | undefined

export function check(holds: (value: Json) => boolean, wants: string, reason: Reason = 'invalid_type'): Check {
  const flaw = { path: '', says: `must be ${wants}`, reason }
  return (value) => (holds(value) ? undefined : flaw)
}

/** Numbers past what JavaScript holds exactly come as raw JSON, made by `parseExact`. */
const { isRawJSON } = JSON as unknown as { isRawJSON(value: unknown): value is { readonly rawJSON: string } }

const isText = (value: Json) => typeof value === 'string'
const isNumber = (value: Json) => (typeof value === 'number' ? Number.isFinite(value) : isRawJSON(value) && Number.isFinite(Number(value.rawJSON)))
const isInteger = (value: Json) => (typeof value === 'number' ? Number.isSafeInteger(value) : isRawJSON(value) && /^-?\d+$/.test(value.rawJSON))
const isRecord = (value: Json) => isObject(value) && !isRawJSON(value)
const isTexts = (value: Json) => Array.isArray(value) && value.every(isText)

export const text = check(isText, 'a string')
export const flag = check((value) => typeof value === 'boolean', 'true or false')
export const number = check(isNumber, 'a number')
export const integer = check(isInteger, 'an integer')
/** A positive integer: of tokens, of choices. */
export const count = check((value) => Number.isSafeInteger(value) && (value as number) > 0, 'a positive integer')
export const object = check(isRecord, 'an object')
export const list = check((value) => Array.isArray(value), 'a list')
export const texts = check(isTexts, 'a list of strings')
export const textOrTexts = check((value) => isText(value) || isTexts(value), 'a string or a list of strings')
export const anything: Check = () => undefined

/** `null` for a field that is not set. */
export function orNull(inner: Check): Check {
  return (value) => (value === null ? undefined : inner(value))
}

/** A string alone, or what `inner` says of anything else. */
export function textOr(inner: Check): Check {
  return (value) => (typeof value === 'string' ? undefined : inner(value))
}

export function both(first: Check, second: Check): Check {
  return (value) => first(value) ?? second(value)
}

/** One of a closed list of strings. */
export function oneOf(values: readonly string[]): Check {
  const known = new Set<Json>(values)
  return both(
    text,
    check((value) => known.has(value), `one of ${values.join(', ')}`, 'invalid_value'),
  )
}

/** A positive integer with a bound. */
export function countTo(most: number): Check {
  return both(
    count,
    check((value) => Number(value) <= most, `at most ${most}`, 'invalid_value'),
  )
}

/** Fields of other gateways that would change where a call goes or with whose key: never ours, never sent on. */
const forbidden: Check = () => ({ path: '', says: 'is not for clients to set', reason: 'forbidden_parameter' })
export const forbiddenFields = {
  api_base: forbidden,
  base_url: forbidden,
  api_key: forbidden,
  extra_headers: forbidden,
  custom_llm_provider: forbidden,
  mock_response: forbidden,
} as const

/** An object. The fields that `known` names are checked where they are there; others may be anything. */
export function fields(known: { readonly [field: string]: Check }, required: readonly string[] = []): Check {
  // A client chooses the names that are looked up: in a map each is only a name.
  const checks = new Map(Object.entries(known))
  return (value) => {
    const flaw = object(value)
    if (flaw !== undefined) return flaw
    const said = value as JsonObject
    for (const field of required) if (said[field] === undefined) return missing(field)
    for (const field in said) {
      const found = checks.get(field)?.(said[field]!)
      if (found !== undefined) return at(field, found)
    }
    return undefined
  }
}

export function listOf(inner: Check): Check {
  return (value) => {
    if (!Array.isArray(value)) return list(value)
    for (let index = 0; index < value.length; index += 1) {
      const flaw = inner(value[index]!)
      if (flaw !== undefined) return at(`[${index}]`, flaw)
    }
    return undefined
  }
}

/** An object that a string field tells what it is; `otherwise` checks those that `kinds` does not name. */
export function tagged(tag: string, kinds: { readonly [kind: string]: Check }, otherwise: Check): Check {
  const checks = new Map(Object.entries(kinds))
  return (value) => {
    const flaw = object(value)
    if (flaw !== undefined) return flaw
    const said = (value as JsonObject)[tag]
    if (said === undefined) return missing(tag)
    return typeof said === 'string' ? (checks.get(said) ?? otherwise)(value) : at(tag, text(said)!)
  }
}

const missing = (field: string): Flaw => ({ path: field, says: 'is missing', reason: 'missing_parameter' })

function at(step: string, flaw: Flaw): Flaw {
  const joint = flaw.path === '' || flaw.path.startsWith('[') ? '' : '.'
  return { ...flaw, path: `${step}${joint}${flaw.path}` }
}

/** Throws the first flaw of a request's body as a failure whose `param` is its path, as `messages[2].content`. */
export function checkBody(body: JsonObject, whole: Check): void {
  const flaw = whole(body)
  if (flaw === undefined) return
  throw new Failure(flaw.reason, flaw.path === '' ? `The request ${flaw.says}.` : `${flaw.path} ${flaw.says}.`, flaw.path === '' ? {} : { param: flaw.path })
}

/** Of a list: something is in it. */
export const isFilled = check((value) => (value as readonly unknown[]).length > 0, 'a list with something in it', 'missing_parameter')

/** How many a list holds; 0 where there is none. */
export function lengthOf(value: Json | undefined): number {
  return Array.isArray(value) ? value.length : 0
}
