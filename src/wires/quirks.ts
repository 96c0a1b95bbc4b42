/** The small ways in which providers stray from a wire, each one named once and applied to the written body. */

import { isObject, type Json, type JsonObject } from '../base/json.ts'
import { Failure } from '../canonical/failure.ts'

/** Data of a provider; top-level ways are cheap, `developerAsSystem` walks the messages. */
export interface Quirks {
  /** Fields that the provider refuses. */
  readonly drop?: readonly string[]
  /** Fields that the provider knows by another name. */
  readonly rename?: { readonly [field: string]: string }
  /** Fields that the provider wants on every request. */
  readonly add?: JsonObject
  /** The highest number that the provider takes for a field. */
  readonly cap?: { readonly [field: string]: number }
  /** The provider does not know the role `developer`. */
  readonly developerAsSystem?: boolean
  /** The provider refuses `cache_control` in messages, their parts and tools: it caches by itself. */
  readonly noCacheMarks?: boolean
  /** The provider takes tools of plain text on a wire where most take functions alone. */
  readonly textTools?: boolean
  /** Media types that the provider calls otherwise; null for one that it does not take. */
  readonly mediaTypes?: { readonly [type: string]: string | null }
  /** What the provider wants call ids to look like, where it is stricter than the wire. */
  readonly callIdPattern?: RegExp
  /** The model stands in the path, and is refused in the body. */
  readonly modelInPath?: boolean
  /** The provider does not take `stream_options`, or tells usage without it. */
  readonly noStreamOptions?: boolean
}

/** Whether the ways concern this body at all: if not, its bytes can go as they are. */
export function quirksTouch(body: JsonObject, quirks: Quirks): boolean {
  if (quirks.drop?.some((field) => field in body)) return true
  for (const field in quirks.rename) if (field in body) return true
  for (const field in quirks.cap) if (isAbove(body[field], quirks.cap[field]!)) return true
  if (quirks.add !== undefined || (quirks.modelInPath && 'model' in body)) return true
  if (losesCacheMarks(body, quirks)) return true
  if (quirks.mediaTypes && someTyped(body.contents, quirks.mediaTypes)) return true
  return quirks.developerAsSystem === true && Array.isArray(body.messages) && body.messages.some((message) => isObject(message) && message.role === 'developer')
}

/** Whether the body holds marks that the provider is not to see. */
export function losesCacheMarks({ messages, tools }: JsonObject, { noCacheMarks }: Quirks): boolean {
  return noCacheMarks === true && (someMarked(messages) || someMarked(tools))
}

/** Whether a member of the list, or a part of its content, is marked. */
function someMarked(list: Json | undefined): boolean {
  return Array.isArray(list) && list.some((one) => isObject(one) && (one.cache_control !== undefined || someMarked(one.content)))
}

function unmarked(one: Json): Json {
  if (!isObject(one)) return one
  const { cache_control: _, ...rest } = one
  return Array.isArray(rest.content) ? { ...rest, content: rest.content.map(unmarked) } : rest
}

const isAbove = (value: Json | undefined, most: number): boolean => typeof value === 'number' && value > most

function someTyped(value: Json | undefined, types: NonNullable<Quirks['mediaTypes']>): boolean {
  if (Array.isArray(value)) return value.some((one) => someTyped(one, types))
  if (!isObject(value)) return false
  const { mimeType } = value
  if (typeof mimeType === 'string' && Object.hasOwn(types, mimeType)) return true
  return Object.values(value).some((one) => typeof one === 'object' && someTyped(one, types))
}

/** A copy in which every medium has the type that the provider knows. Throws `Failure` for one that it does not take. Bodies are not deep. */
function retyped(value: Json, types: ReadonlyMap<string, string | null>): Json {
  if (Array.isArray(value)) return value.map((one) => retyped(one, types))
  if (!isObject(value)) return value
  const copy: JsonObject = {}
  for (const field in value) {
    const said = value[field]!
    const type = field === 'mimeType' && typeof said === 'string' ? types.get(said) : undefined
    if (type === null) throw new Failure('unsupported_parameter', `The model’s provider takes no ${String(said)}.`, { param: 'contents' })
    copy[field] = type ?? retyped(said, types)
  }
  return copy
}

/** A new body, bent; the one given stays as it was, since another target may need it. */
export function applyQuirks(body: JsonObject, quirks: Quirks): JsonObject {
  // The client chooses the names: on an object that inherits nothing, each is only a name.
  const bent = Object.create(null) as JsonObject
  const rename = new Map(Object.entries(quirks.rename ?? {}))
  const cap = new Map(Object.entries(quirks.cap ?? {}))
  for (const field in body) {
    if (quirks.drop?.includes(field) || (quirks.modelInPath && field === 'model')) continue
    const value = body[field]!
    const most = cap.get(field)
    bent[rename.get(field) ?? field] = most !== undefined && isAbove(value, most) ? most : value
  }
  if (quirks.developerAsSystem && Array.isArray(bent.messages)) {
    bent.messages = bent.messages.map((message) => (isObject(message) && message.role === 'developer' ? { ...message, role: 'system' } : message))
  }
  if (quirks.noCacheMarks) for (const field of ['messages', 'tools']) if (Array.isArray(bent[field])) bent[field] = bent[field].map(unmarked)
  if (quirks.mediaTypes && bent.contents !== undefined) bent.contents = retyped(bent.contents, new Map(Object.entries(quirks.mediaTypes)))
  return { ...quirks.add, ...bent }
}
