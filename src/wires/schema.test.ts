/** Schemas, bent for targets that take less of them. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '../base/json.ts'
import { claudeSchema, geminiJsonSchema, geminiSchema, openaiStrictSchema, plainSchema } from './schema-dialects.ts'
import { bendSchema, type Dialect } from './schema.ts'

const bent = (schema: JsonObject, dialect: Dialect): unknown => JSON.parse(JSON.stringify(bendSchema(schema, dialect)))

test('keywords that a target does not know are said in those that it knows (case 27)', () => {
  const schema: JsonObject = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    type: 'object',
    properties: {
      at: { $ref: '#/$defs/place' },
      kind: { const: 'cat' },
      size: { type: ['integer', 'null'], exclusiveMinimum: 0 },
      either: { oneOf: [{ type: 'string' }, { type: 'number' }] },
      all: { allOf: [{ type: 'object', properties: { a: { type: 'string' } }, required: ['a'] }, { properties: { b: { type: 'string', format: 'uuid' } } }] },
      list: { type: 'array', uniqueItems: true },
    },
    required: ['at'],
    additionalProperties: false,
    $defs: { place: { type: 'string', description: 'Where.' } },
  }
  assert.deepEqual(bent(schema, geminiSchema), {
    type: 'OBJECT',
    properties: {
      at: { type: 'STRING', description: 'Where.' },
      kind: { type: 'STRING', enum: ['cat'] },
      size: { type: 'INTEGER', nullable: true, minimum: 1 },
      either: { anyOf: [{ type: 'STRING' }, { type: 'NUMBER' }] },
      all: { type: 'OBJECT', properties: { a: { type: 'STRING' }, b: { type: 'STRING' } }, required: ['a'] },
      list: { type: 'ARRAY', items: {}, description: '{uniqueItems: true}' },
    },
    required: ['at'],
  })
})

test('what a part of a schema, or one that may be null, points at keeps its properties (case 27)', () => {
  const place = { type: 'object', properties: { town: { type: 'string' } }, required: ['town'] }
  const schema: JsonObject = {
    type: 'object',
    properties: {
      maybe: { anyOf: [{ $ref: '#/$defs/place' }, { type: 'null' }] },
      told: { allOf: [{ $ref: '#/$defs/place' }], description: 'Where.' },
      more: { allOf: [{ $ref: '#/$defs/outer' }, { properties: { street: { type: 'string' } } }] },
    },
    $defs: { place, outer: { allOf: [{ $ref: '#/$defs/place' }] } },
  }
  const PLACE = { type: 'OBJECT', properties: { town: { type: 'STRING' } }, required: ['town'] }
  const { properties } = bent(schema, geminiSchema) as { properties: JsonObject }
  assert.deepEqual(properties, {
    maybe: { ...PLACE, nullable: true },
    told: { ...PLACE, description: 'Where.' },
    more: { ...PLACE, properties: { ...PLACE.properties, street: { type: 'STRING' } } },
  })
  const { told, more } = (bent(schema, geminiJsonSchema) as { properties: { [name: string]: { $ref?: string; properties: JsonObject } } }).properties
  assert.deepEqual([told!.$ref, Object.keys(told!.properties), Object.keys(more!.properties)], [undefined, ['town'], ['town', 'street']])
})

test('a property may be called like a keyword (case 28)', () => {
  const names = ['additionalProperties', 'title', 'type', '$ref', '$schema', 'const', 'properties', 'oneOf', '__proto__', 'nullable', 'enum']
  const properties = Object.fromEntries(names.map((name) => [name, { type: 'string' }]))
  for (const dialect of [geminiSchema, geminiJsonSchema, claudeSchema, openaiStrictSchema, plainSchema]) {
    const { properties: kept } = bendSchema({ type: 'object', properties, required: names }, dialect)
    assert.deepEqual(Object.keys(kept as JsonObject), names)
  }
})

test('a schema that points at itself is written out so often and no further (case 30)', () => {
  const tree = { $ref: '#/$defs/node', $defs: { node: { type: 'object', properties: { left: { $ref: '#/$defs/node' }, right: { $ref: '#/$defs/node' } } } } }
  const leaf = { type: 'OBJECT' }
  const inner = { type: 'OBJECT', properties: { left: leaf, right: leaf } }
  assert.deepEqual(bent(tree, geminiSchema), { type: 'OBJECT', properties: { left: inner, right: inner } })
  assert.deepEqual(bent({ type: 'object', properties: { self: { $ref: '#' } } }, geminiSchema), {
    type: 'OBJECT',
    properties: { self: { type: 'OBJECT', properties: { self: { type: 'OBJECT', properties: { self: leaf } } } } },
  })
})

test('a schema that would fill the memory, or leads nowhere, ends (case 30)', () => {
  const many = Object.fromEntries(Array.from({ length: 40 }, (_, place) => [`d${place}`, { type: 'object', properties: properties(place + 1) }]))
  function properties(next: number): JsonObject {
    return next < 40 ? { a: { $ref: `#/$defs/d${next}` }, b: { $ref: `#/$defs/d${next}` } } : {}
  }
  const size = JSON.stringify(bendSchema({ $ref: '#/$defs/d0', $defs: many }, geminiSchema)).length
  assert.ok(size < 1_000_000, String(size))
  for (const lost of ['#/$defs/none', 'https://example.org/other.json', '#/%zz', '#/__proto__'])
    assert.deepEqual(bent({ $ref: lost }, geminiSchema), { type: 'OBJECT' })
})

test('the schema given stays as it was, for the next target (case 14)', () => {
  const schema = { type: 'object', properties: { a: { const: 1 }, b: { allOf: [{ type: 'string' }] } }, $defs: { x: { nullable: true, type: 'STRING' } } }
  const before = JSON.stringify(schema)
  for (const dialect of [geminiSchema, geminiJsonSchema, claudeSchema, openaiStrictSchema, plainSchema]) bendSchema(schema, dialect)
  assert.equal(JSON.stringify(schema), before)
})

test('what Claude’s formats do not take is told in the description, as its vendor’s SDK does', () => {
  const schema = {
    type: 'object',
    properties: { size: { type: 'integer', description: 'How many.', minimum: 1, maximum: 9 }, kind: { type: 'string', enum: ['a'] } },
  }
  assert.deepEqual(bent(schema, claudeSchema), {
    type: 'object',
    properties: { size: { type: 'integer', description: 'How many.\n\n{minimum: 1, maximum: 9}' }, kind: { enum: ['a'] } },
    additionalProperties: false,
  })
})

test('in OpenAI’s strict mode every property is there, and may be null where it was optional', () => {
  const schema = { type: 'object', properties: { a: { type: 'string' }, b: { type: 'string' } }, required: ['a'] }
  assert.deepEqual(bent(schema, openaiStrictSchema), {
    type: 'object',
    properties: { a: { type: 'string' }, b: { anyOf: [{ type: 'string' }, { type: 'null' }] } },
    required: ['a', 'b'],
    additionalProperties: false,
  })
})

test('Google’s schemas are plain ones with other words', () => {
  const schema = {
    type: 'OBJECT',
    properties: { a: { type: 'STRING', nullable: true, enum: ['x'], min_length: '1' }, b: { anyOf: [{ type: 'NULL' }], example: 1 } },
  }
  assert.deepEqual(bent(schema, plainSchema), {
    type: 'object',
    properties: { a: { type: ['string', 'null'], enum: ['x', null], minLength: 1 }, b: { anyOf: [{ type: 'null' }], examples: [1] } },
  })
})
