/**
 * Google reads a field by two names, `inlineData` and `inline_data`. Here they are read as one,
 * and the names that came in the second spelling are given back in it.
 */

import { isObject, type Json, type JsonObject } from '../../base/json.ts'

/** What is inside is another grammar, or the client's own words: the names there are not Google's. */
const opaque: ReadonlySet<string> = new Set([
  'args',
  'response',
  'parameters',
  'parametersJsonSchema',
  'responseSchema',
  'responseJsonSchema',
  'labels',
  'partMetadata',
  'customConfigs',
])

const camel = (name: string): string => name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())

/** A body whose fields have their first names, and the second names that it had, in one text; the body itself where it had none. */
export function readNames(body: JsonObject): { readonly body: JsonObject; readonly names?: string } {
  const snakes = new Set<string>()
  collect(body, snakes)
  return snakes.size === 0 ? { body } : { body: respell(body, camel) as JsonObject, names: [...snakes].join(' ') }
}

export function writeNames(body: JsonObject, names: string | undefined): JsonObject {
  if (names === undefined) return body
  const snakes = new Map(names.split(' ').map((name) => [camel(name), name]))
  return respell(body, (name) => snakes.get(name) ?? name) as JsonObject
}

function collect(value: Json, snakes: Set<string>): void {
  if (Array.isArray(value)) for (const item of value) collect(item, snakes)
  else if (isObject(value)) {
    for (const name in value) {
      if (/^[a-z]+(_[a-z0-9]+)+$/.test(name)) snakes.add(name)
      if (!opaque.has(camel(name))) collect(value[name]!, snakes)
    }
  }
}

function respell(value: Json, spell: (name: string) => string): Json {
  if (Array.isArray(value)) return value.map((item) => respell(item, spell))
  if (!isObject(value)) return value
  // The client chooses the names: each is defined, none is assigned.
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [spell(name), opaque.has(camel(name)) ? inner : respell(inner, spell)]))
}
