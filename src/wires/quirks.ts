/** The small ways in which providers stray from a wire, each one named once and applied to the written body. */

import { isObject, type JsonObject } from '../base/json.ts'

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
  /** What the provider wants call ids to look like, where it is stricter than the wire. */
  readonly callIdPattern?: RegExp
  /** The provider does not take `stream_options`, or tells usage without it. */
  readonly noStreamOptions?: boolean
}

/** Whether the ways concern this body at all: if not, its bytes can go as they are. */
export function quirksTouch(body: JsonObject, quirks: Quirks): boolean {
  if (quirks.drop?.some((field) => field in body)) return true
  for (const field in quirks.rename) if (field in body) return true
  for (const field in quirks.cap) if (Number(body[field]) > quirks.cap[field]!) return true
  if (quirks.add !== undefined) return true
  return quirks.developerAsSystem === true && Array.isArray(body.messages) && body.messages.some((message) => isObject(message) && message.role === 'developer')
}

/** A new body, bent; the one given stays as it was, since another target may need it. */
export function applyQuirks(body: JsonObject, quirks: Quirks): JsonObject {
  // The client chooses the names: on an object that inherits nothing, each is only a name.
  const bent = Object.create(null) as JsonObject
  const rename = new Map(Object.entries(quirks.rename ?? {}))
  const cap = new Map(Object.entries(quirks.cap ?? {}))
  for (const field in body) {
    if (quirks.drop?.includes(field)) continue
    const value = body[field]!
    const most = cap.get(field)
    bent[rename.get(field) ?? field] = most !== undefined && typeof value === 'number' && value > most ? most : value
  }
  if (quirks.developerAsSystem && Array.isArray(bent.messages)) {
    bent.messages = bent.messages.map((message) => (isObject(message) && message.role === 'developer' ? { ...message, role: 'system' } : message))
  }
  return { ...quirks.add, ...bent }
}
