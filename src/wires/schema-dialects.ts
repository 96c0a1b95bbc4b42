/** What vendors take of JSON Schema, each as their documentation or their own SDK says. */

import { isObject, asText, type Json, type JsonObject } from '../base/json.ts'
import { bendSchema, type Dialect, type Fold } from './schema.ts'

const withoutKeyword = (schema: JsonObject, keyword: string): JsonObject => {
  const { [keyword]: _, ...others } = schema
  return others
}

const constAsEnum: Fold = (schema) => (schema.const === undefined ? schema : { ...withoutKeyword(schema, 'const'), enum: [schema.const] })

const oneOfAsAnyOf: Fold = (schema) => (Array.isArray(schema.oneOf) ? { anyOf: schema.oneOf, ...withoutKeyword(schema, 'oneOf') } : schema)

/** Of whole numbers the bound is exact; of others it is as near as can be said. */
const exclusiveAsInclusive: Fold = (schema) => {
  const { exclusiveMinimum: above, exclusiveMaximum: below, ...others } = schema
  if (typeof above !== 'number' && typeof below !== 'number') return schema
  const types = Array.isArray(schema.type) ? schema.type : [schema.type]
  const step = types.includes('integer') && !types.includes('number') ? 1 : 0
  return { ...(typeof above === 'number' && { minimum: above + step }), ...(typeof below === 'number' && { maximum: below - step }), ...others }
}

/** All that must hold at once is one schema, but for what is said twice: there the later holds. */
const allOfAsOne: Fold = (schema) => {
  if (!Array.isArray(schema.allOf)) return schema
  const parts = [...schema.allOf.filter(isObject), withoutKeyword(schema, 'allOf')]
  const merged: JsonObject = Object.assign({}, ...parts)
  const properties = parts.map((part) => part.properties).filter(isObject)
  const required = parts.flatMap((part) => (Array.isArray(part.required) ? part.required : []))
  if (properties.length > 0) merged.properties = Object.assign(Object.create(null), ...properties) as JsonObject
  if (required.length > 0) merged.required = [...new Set(required)]
  return merged
}

const isNull = (schema: Json): boolean => isObject(schema) && schema.type === 'null'

/** `[string, null]`, or one of two schemas of which one is null: a schema that may be null. */
const nullAsNullable: Fold = (schema) => {
  const { type, anyOf } = schema
  if (Array.isArray(type)) {
    const types = type.filter((name) => name !== 'null')
    const [only = 'string', ...more] = types
    const said = more.length > 0 ? { ...withoutKeyword(schema, 'type'), anyOf: types.map((name) => ({ type: name })) } : { ...schema, type: only }
    return types.length < type.length ? { ...said, nullable: true } : said
  }
  if (!Array.isArray(anyOf) || !anyOf.some(isNull)) return schema
  const [first, ...more] = anyOf.filter((one) => !isNull(one))
  const others = withoutKeyword(schema, 'anyOf')
  if (first === undefined) return { ...others, nullable: true }
  return more.length === 0 && isObject(first) ? { ...first, ...others, nullable: true } : { ...others, anyOf: [first, ...more], nullable: true }
}

/** Its enums are lists of strings, and nothing but strings have a format of their own that is taken. */
const enumOfTexts: Fold = (schema) => {
  if (!Array.isArray(schema.enum)) return schema
  const values = schema.enum.filter((value) => value !== null && value !== '')
  const texts = values.map((value) => (typeof value === 'string' ? value : JSON.stringify(value)))
  const said: JsonObject = values.length === 0 ? withoutKeyword(schema, 'enum') : { type: 'string', ...schema, enum: texts }
  return schema.enum.includes(null) ? { ...said, nullable: true } : said
}

const formats: ReadonlySet<Json> = new Set(['float', 'double', 'int32', 'int64', 'enum', 'date-time'])
const knownFormats: Fold = (schema) => (schema.format === undefined || formats.has(schema.format) ? schema : withoutKeyword(schema, 'format'))

/** A list must say of what, and an object without properties says none. */
const wholeTypes: Fold = (schema) => {
  if (schema.type === 'array' && !isObject(schema.items)) return { ...schema, items: {} }
  return isObject(schema.properties) && Object.keys(schema.properties).length === 0 ? withoutKeyword(schema, 'properties') : schema
}

const upperTypes: Fold = (schema) => (typeof schema.type === 'string' ? { ...schema, type: schema.type.toUpperCase() } : schema)

const closedObjects: Fold = (schema) => (schema.type === 'object' || isObject(schema.properties) ? { ...schema, additionalProperties: false } : schema)

const typelessLiterals: Fold = (schema) => (Array.isArray(schema.enum) || schema.const !== undefined ? withoutKeyword(schema, 'type') : schema)

/** Strict mode has no optional properties: they are there, and may be null. */
const requiredAll: Fold = (schema) => {
  if (!isObject(schema.properties)) return schema
  const required: ReadonlySet<Json> = new Set(Array.isArray(schema.required) ? schema.required : [])
  const properties = Object.create(null) as JsonObject
  for (const name in schema.properties) {
    const property = schema.properties[name]!
    properties[name] = required.has(name) ? property : { anyOf: [property, { type: 'null' }] }
  }
  return { ...schema, properties, required: Object.keys(properties) }
}

const words = (text: string): ReadonlySet<string> => new Set(text.split(' '))

const constraints = words(
  'format pattern minLength maxLength minimum maximum exclusiveMinimum exclusiveMaximum multipleOf minItems maxItems uniqueItems minProperties maxProperties patternProperties propertyNames contains not if then else dependentRequired default examples',
)

/** Gemini's `Schema`, a part of OpenAPI 3.0: for models that take no JSON Schema. https://ai.google.dev/api/caching#Schema */
export const geminiSchema: Dialect = {
  keywords: words(
    'type format title description nullable enum items minItems maxItems properties required minProperties maxProperties minLength maxLength pattern example anyOf propertyOrdering default minimum maximum',
  ),
  folds: [allOfAsOne, oneOfAsAnyOf, constAsEnum, exclusiveAsInclusive, nullAsNullable, enumOfTexts, knownFormats, wholeTypes, upperTypes],
  inlinesReferences: true,
  joinsParts: true,
  described: constraints,
}

/** What Gemini takes in `responseJsonSchema`. https://ai.google.dev/api/generate-content#FIELDS.response_json_schema */
export const geminiJsonSchema: Dialect = {
  keywords: words(
    '$id $defs $ref $anchor type format title description enum items prefixItems minItems maxItems minimum maximum anyOf oneOf properties additionalProperties required propertyOrdering',
  ),
  folds: [allOfAsOne, constAsEnum, exclusiveAsInclusive],
  joinsParts: true,
  described: constraints,
}

/** Claude's `output_config.format` and strict tools, as Anthropic's own SDK bends schemas for them. https://platform.claude.com/docs/en/build-with-claude/structured-outputs */
export const claudeSchema: Dialect = {
  keywords: words('$defs $ref type enum const anyOf allOf title description properties additionalProperties required items'),
  folds: [oneOfAsAnyOf, typelessLiterals, closedObjects],
  described: constraints,
}

/** OpenAI's strict mode. https://platform.openai.com/docs/guides/structured-outputs#supported-schemas */
export const openaiStrictSchema: Dialect = {
  keywords: words(
    '$defs definitions $ref type enum const anyOf title description properties additionalProperties required items pattern format multipleOf minimum maximum exclusiveMinimum exclusiveMaximum minItems maxItems',
  ),
  folds: [allOfAsOne, oneOfAsAnyOf, requiredAll, closedObjects],
  joinsParts: true,
  described: constraints,
}

/** Whether a schema can be said in the dialect as it is. */
export function fitsDialect(schema: JsonObject, dialect: Dialect): boolean {
  return JSON.stringify(bendSchema(schema, dialect)) === JSON.stringify(schema)
}

const types: ReadonlySet<Json> = words('STRING NUMBER INTEGER BOOLEAN ARRAY OBJECT NULL')
const counts = ['minItems', 'maxItems', 'minLength', 'maxLength', 'minProperties', 'maxProperties']

const lowerTypes: Fold = (schema) => (types.has(schema.type!) ? { ...schema, type: asText(schema.type).toLowerCase() } : schema)

/** Google's JSON spells whole numbers of 64 bits as strings. */
const numericCounts: Fold = (schema) => {
  const spelled = counts.filter((keyword) => /^\d{1,15}$/.test(asText(schema[keyword])) && typeof schema[keyword] === 'string')
  return spelled.length === 0 ? schema : { ...schema, ...Object.fromEntries(spelled.map((keyword) => [keyword, Number(schema[keyword])])) }
}

const nullableAsType: Fold = (schema) => {
  if (typeof schema.nullable !== 'boolean') return schema
  const { nullable, ...others } = schema
  if (!nullable) return others
  if (typeof others.type === 'string') return { ...others, type: [others.type, 'null'], ...(Array.isArray(others.enum) && { enum: [...others.enum, null] }) }
  return Array.isArray(others.anyOf) ? { ...others, anyOf: [...others.anyOf, { type: 'null' }] } : others
}

const exampleAsExamples: Fold = (schema) => {
  const { example, ...others } = schema
  return example === undefined || schema.examples !== undefined ? schema : { ...others, examples: [example] }
}

const snake = /_([a-z])/g
const camelKeywords: Fold = (schema) => {
  if (!Object.keys(schema).some((keyword) => keyword.includes('_'))) return schema
  return Object.fromEntries(Object.entries(schema).map(([keyword, value]) => [keyword.replace(snake, (_, letter: string) => letter.toUpperCase()), value]))
}

/** Gemini's `Schema` as plain JSON Schema, which is what other wires know. */
export const plainSchema: Dialect = { folds: [camelKeywords, lowerTypes, numericCounts, nullableAsType, exampleAsExamples] }
