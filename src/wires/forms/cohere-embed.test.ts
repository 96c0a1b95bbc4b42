/** Cohere's embeddings: several kinds of vectors at once, and what only it can be asked. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '../../base/json.ts'
import { cohereEmbed } from './cohere-embed.ts'
import { openaiEmbeddings } from './openai-embeddings.ts'

const read = (body: JsonObject) => cohereEmbed.readRequest({ model: 'm', ...body })

test('a request that is read and written back says the same', () => {
  const bodies: readonly JsonObject[] = [
    { model: 'm', texts: ['a', 'b'], input_type: 'search_query', embedding_types: ['float'] },
    { model: 'm', texts: ['a'], input_type: 'image', embedding_types: ['int8', 'float'], output_dimension: 256, truncate: 'START', priority: 3 },
    { model: 'm', images: ['data:image/png;base64,AA=='], input_type: 'image', embedding_types: ['float'] },
    { model: 'm', inputs: [{ content: [{ type: 'text', text: 'a' }] }], input_type: 'classification', embedding_types: ['base64'] },
  ]
  for (const body of bodies) {
    cohereEmbed.checkRequest(body)
    assert.deepEqual(cohereEmbed.writeRequest(cohereEmbed.readRequest(body), assert.fail), body)
  }
  assert.throws(() => cohereEmbed.checkRequest({ model: 'm' }), { reason: 'missing_parameter', param: 'texts' })
})

test('another vendor’s client is asked for floats, for the purpose it told, or for the usual one (case 205)', () => {
  const write = (body: JsonObject, lost: string[] = []) =>
    cohereEmbed.writeRequest(openaiEmbeddings.readRequest({ model: 'm', input: 'a', ...body }), (word) => lost.push(word))
  assert.deepEqual(write({ encoding_format: 'base64', dimensions: 256 }), {
    model: 'm',
    texts: ['a'],
    input_type: 'search_document',
    embedding_types: ['float'],
    output_dimension: 256,
  })
  assert.equal(write({ task_type: 'RETRIEVAL_QUERY' }).input_type, 'search_query')
  const lost: string[] = []
  assert.equal(write({ task: 'text-matching', user: 'u' }, lost).input_type, 'search_document')
  assert.deepEqual(lost, ['user', 'task'])
  assert.throws(() => write({ input: [1, 2] }), { reason: 'unsupported_parameter', param: 'input' })
})

test('what only this vendor can be asked is marked as what shapes the answer', () => {
  assert.equal(read({ texts: ['a'], embedding_types: ['float', 'base64'] }).rest.shaping, undefined)
  assert.equal(read({ texts: ['a'], embedding_types: ['ubinary'] }).rest.shaping, 'embedding_types')
  assert.equal(read({ images: ['data:'] }).rest.shaping, 'images')
})

test('vectors are read by type, as an older model’s plain list, and counted against the texts', () => {
  const asked = read({ texts: ['a', 'b'] })
  const meta = { billed_units: { input_tokens: 6 } }
  const vectors = [[1], [2]]
  assert.deepEqual(cohereEmbed.readResponse({ id: 'i', embeddings: { float: vectors }, meta }, asked), { id: 'i', vectors, usage: { input: 6, output: 0 } })
  assert.deepEqual(cohereEmbed.readResponse({ embeddings: vectors }, asked), { vectors, usage: {} })
  for (const embeddings of [{ float: [[1]] } as JsonObject, {}, 'x'])
    assert.throws(() => cohereEmbed.readResponse({ embeddings }, asked), { reason: 'upstream_invalid_response' })
  assert.deepEqual(cohereEmbed.readResponse({ embeddings: { int8: [[1]] } }, read({ texts: ['a'], embedding_types: ['int8'] })).vectors, [])
})

test('a client gets each kind of vector that it asked for', () => {
  const answer = cohereEmbed.writeResponse(
    { vectors: [[1, -2]], usage: { input: 3 } },
    { asked: read({ texts: ['a'], embedding_types: ['float', 'base64'] }), id: 'r', tokens: 4 },
  )
  assert.deepEqual(answer, {
    id: 'r',
    embeddings: { float: [[1, -2]], base64: ['AACAPwAAAMA='] },
    texts: ['a'],
    meta: { api_version: { version: '2' }, billed_units: { input_tokens: 3 } },
    response_type: 'embeddings_by_type',
  })
})
