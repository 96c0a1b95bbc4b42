/**
 * The one walker over JSON Schema. It knows where a schema stands and where a map of property names stands, so that a property called `title`
 * or `$ref` is never taken for a keyword. What a target takes is data: see `schema-dialects.ts`.
 */

import { isObject, type Json, type JsonObject } from '../base/json.ts'

/** Makes a schema of one that says the same, or nearly, in other keywords. Looks at one level alone, and changes nothing that it was given. */
export type Fold = (schema: JsonObject) => JsonObject

export interface Dialect {
  /** The keywords that the target takes, all where undefined. */
  readonly keywords?: ReadonlySet<string>
  /** Applied to each schema in order, before keywords are left out. */
  readonly folds: readonly Fold[]
  /** The target resolves no `$ref`: what it points at is written in its place. */
  readonly inlinesReferences?: true
  /** The target has no `allOf`: a fold makes one schema of its parts, which must say themselves what they point at. */
  readonly joinsParts?: true
  /** What is left out of these is told in the schema's description, as vendors' own SDKs do. */
  readonly described?: ReadonlySet<string>
}

/** A schema that points at itself is written out so often inside itself. */
const mostUnrolled = 2
/** The most schemas that one may be written out to; what is deeper than `mostDeep` or behind the last is anything. */
const mostSchemas = 5000
const mostDeep = 64

const single: ReadonlySet<string> = new Set([
  'additionalProperties',
  'additionalItems',
  'contains',
  'contentSchema',
  'else',
  'if',
  'items',
  'not',
  'propertyNames',
  'then',
  'unevaluatedItems',
  'unevaluatedProperties',
])
const lists: ReadonlySet<string> = new Set(['allOf', 'anyOf', 'oneOf', 'prefixItems', 'items'])
const maps: ReadonlySet<string> = new Set(['properties', 'patternProperties', '$defs', 'definitions', 'dependentSchemas'])

/** The schema as a target takes it. The one given stays as it is: another target may need it. */
export function bendSchema(schema: JsonObject, dialect: Dialect): JsonObject {
  return new Bending(schema, dialect).bend(schema, [], 0)
}

class Bending {
  readonly #root: JsonObject
  readonly #dialect: Dialect
  #room = mostSchemas

  constructor(root: JsonObject, dialect: Dialect) {
    this.#root = root
    this.#dialect = dialect
  }

  /** `inside` are the references that this schema stands in. */
  bend(schema: JsonObject, inside: readonly string[], depth: number): JsonObject {
    this.#room -= 1
    if (this.#room < 0 || depth > mostDeep) return {}
    const reference = schema.$ref
    if (this.#dialect.inlinesReferences && typeof reference === 'string') {
      const { $ref: _, ...beside } = schema
      const target = inside.filter((name) => name === reference).length < mostUnrolled ? resolve(this.#root, reference) : undefined
      return this.bend({ ...(target ?? { type: 'object' }), ...beside }, [...inside, reference], depth + 1)
    }
    const within = [...inside]
    const folded = this.#dialect.folds.reduce((said, fold) => fold(said), this.#openParts(schema, within))
    // Of a reference or null, a fold makes a reference that may be null.
    if (this.#dialect.inlinesReferences && typeof folded.$ref === 'string') return this.bend(folded, within, depth + 1)
    const { kept, lost } = this.#pick(folded)
    const bent = emptied()
    for (const keyword in kept) bent[keyword] = this.#bendKeyword(keyword, kept[keyword]!, within, depth + 1)
    return describe(bent, lost)
  }

  /** A lone reference may stay one. Adds to `within` what it looked up. */
  #openParts(schema: JsonObject, within: string[]): JsonObject {
    const { allOf, ...beside } = schema
    if (this.#dialect.joinsParts !== true || !Array.isArray(allOf)) return schema
    const isLone = allOf.length === 1 && Object.keys(beside).length === 0
    if (isLone && this.#dialect.inlinesReferences !== true) return schema
    return { ...beside, allOf: allOf.flatMap((part) => (isObject(part) ? this.#partsOf(part, within) : [])) }
  }

  #partsOf(part: JsonObject, within: string[]): JsonObject[] {
    const { $ref: reference, allOf, ...beside } = part
    if (typeof reference === 'string') {
      const target = within.filter((name) => name === reference).length < mostUnrolled ? resolve(this.#root, reference) : undefined
      if (target === undefined) return [part]
      within.push(reference)
      return [...this.#partsOf(target, within), ...this.#partsOf({ ...beside, ...(allOf !== undefined && { allOf }) }, within)]
    }
    return Array.isArray(allOf) ? [...allOf.flatMap((inner) => (isObject(inner) ? this.#partsOf(inner, within) : [])), beside] : [part]
  }

  #pick(schema: JsonObject): { readonly kept: JsonObject; readonly lost: JsonObject } {
    const { keywords, described } = this.#dialect
    const [kept, lost] = [emptied(), emptied()]
    for (const keyword in schema) {
      if (keywords === undefined || keywords.has(keyword)) kept[keyword] = schema[keyword]!
      else if (described?.has(keyword)) lost[keyword] = schema[keyword]!
    }
    return { kept, lost }
  }

  #bendKeyword(keyword: string, value: Json, inside: readonly string[], depth: number): Json {
    const bend = (inner: Json): Json => (isObject(inner) ? this.bend(inner, inside, depth) : inner)
    if (lists.has(keyword) && Array.isArray(value)) return value.map(bend)
    if (single.has(keyword)) return bend(value)
    return maps.has(keyword) && isObject(value) ? mapValues(value, bend) : value
  }
}

/** The client chooses the names: on an object that inherits nothing, each is only a name. */
const emptied = (): JsonObject => Object.create(null) as JsonObject

function mapValues(map: JsonObject, change: (value: Json) => Json): JsonObject {
  const changed = emptied()
  for (const name in map) changed[name] = change(map[name]!)
  return changed
}

/** What a pointer into the same document points at; undefined where it is another document, or nothing. */
function resolve(root: JsonObject, reference: string): JsonObject | undefined {
  if (reference !== '#' && !reference.startsWith('#/')) return undefined
  let at: Json | undefined = root
  for (const step of reference.split('/').slice(1)) {
    const name = decode(step)
    at = (isObject(at) || Array.isArray(at)) && Object.hasOwn(at, name) ? (at as JsonObject)[name] : undefined
  }
  return isObject(at) ? at : undefined
}

/** https://www.rfc-editor.org/rfc/rfc6901#section-6 */
function decode(step: string): string {
  try {
    return decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~')
  } catch {
    return step
  }
}

function describe(schema: JsonObject, lost: JsonObject): JsonObject {
  const said = Object.entries(lost).map(([keyword, value]) => `${keyword}: ${JSON.stringify(value)}`)
  if (said.length === 0) return schema
  const before = typeof schema.description === 'string' ? `${schema.description}\n\n` : ''
  return { ...schema, description: `${before}{${said.join(', ')}}` }
}
