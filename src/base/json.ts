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

// TypeScript does not know it yet. https://tc39.es/proposal-json-parse-with-source/
const { isRawJSON } = JSON as unknown as { isRawJSON(value: unknown): boolean }

/** Canonical JSON (RFC 8785), for small objects; numbers past 2^53 that were kept as they were spelled stay so. */
export function writeCanonical(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(writeCanonical).join(',')}]`
  if (!isObject(value) || isRawJSON(value)) return JSON.stringify(value)
  const names = Object.keys(value).toSorted()
  return `{${names.map((name) => `${JSON.stringify(name)}:${writeCanonical(value[name]!)}`).join(',')}}`
}

/** The object that a JSON text says; undefined for what is no JSON, or no object. */
export function readObject(text: string): JsonObject | undefined {
  try {
    const found: unknown = JSON.parse(text)
    return isObject(found) ? found : undefined
  } catch {
    return undefined
  }
}

/** A string, number or truth as text; nothing of anything else: the objects of strangers may not even be able to say what they are. */
export function asText(value: Json | undefined): string {
  return typeof value === 'string' ? value : typeof value === 'number' || typeof value === 'boolean' ? String(value) : ''
}

/**
 * Parses text that `JSON.parse` would change: a number past 2^53 is kept as it was spelled, as a raw value that `JSON.stringify` writes back,
 * and a key with an escape is the key it says, which V8 may take for another that it has seen (https://github.com/nodejs/node/issues/63785).
 * Much slower, so it is for texts that are known to hold one of these, and are not deep. Throws what `JSON.parse` throws.
 */
export function parseExact(text: string): unknown {
  JSON.parse(text)
  return new Reader(text).read()
}

/** Reads text that is known to be JSON: each string and number by itself, and keys in no object. */
class Reader {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  read(): unknown {
    switch (this.#next()) {
      case '{':
        return Object.fromEntries(this.#items('}', () => [this.#string(), this.read()]))
      case '[':
        return this.#items(']', () => this.read())
      case '"':
        return this.#string()
      default:
        return this.#scalar()
    }
  }

  #next(): string | undefined {
    while (/[\s:,]/.test(this.#text[this.#at] ?? '')) this.#at += 1
    return this.#text[this.#at]
  }

  #items<T>(close: string, item: () => T): T[] {
    const items: T[] = []
    this.#at += 1
    while (this.#next() !== close) items.push(item())
    this.#at += 1
    return items
  }

  #string(): string {
    const from = this.#at
    do {
      this.#at = this.#text.indexOf('"', this.#at + 1)
    } while (isEscaped(this.#text, this.#at))
    this.#at += 1
    return JSON.parse(this.#text.slice(from, this.#at)) as string
  }

  #scalar(): unknown {
    const from = this.#at
    while (/[\w.+-]/.test(this.#text[this.#at] ?? '')) this.#at += 1
    const source = this.#text.slice(from, this.#at)
    const value: unknown = JSON.parse(source)
    return typeof value === 'number' && Math.abs(value) > Number.MAX_SAFE_INTEGER
      ? (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON(source)
      : value
  }
}

function isEscaped(text: string, at: number): boolean {
  let slashes = 0
  while (text[at - 1 - slashes] === '\\') slashes += 1
  return slashes % 2 === 1
}
