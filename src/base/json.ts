/** JSON values, and the little that everyone does with them. */

export type Json = string | number | boolean | null | Json[] | JsonObject
export type JsonObject = { [key: string]: Json }

/** Copies `fields` without those that are undefined, so that an absent option stays absent on the wire. */
export function present(fields: { [key: string]: Json | undefined }): JsonObject {
  const kept: JsonObject = {}
  for (const key in fields) {
    const value = fields[key]
    if (value !== undefined) kept[key] = value
  }
  return kept
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/**
 * Parses text, and keeps every number past 2^53 as it was spelled: it becomes a raw value that `JSON.stringify` writes back unchanged.
 * Slower than `JSON.parse`, so it is for texts that are known to hold one.
 */
export function parseExact(text: string): unknown {
  return JSON.parse(text, keepExact as (key: string, value: unknown) => unknown)
}

function keepExact(_key: string, value: unknown, { source }: { readonly source?: string }): unknown {
  if (typeof value !== 'number' || source === undefined || Math.abs(value) <= Number.MAX_SAFE_INTEGER) return value
  return (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON(source)
}
