/** OpenAI's embeddings and those near to them: what is asked, in which words, and what comes of the answer. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Failure } from '../../canonical/failure.ts'
import type { JsonObject } from '../../base/json.ts'
import { jinaEmbeddings, mistralEmbeddings, openaiEmbeddings, voyageEmbeddings } from './openai-embeddings.ts'
import type { UpstreamDialect } from './dialect.ts'

const asked = (body: JsonObject) => openaiEmbeddings.readRequest({ model: 'm', input: ['a', 'b'], ...body })

function write(dialect: UpstreamDialect<'embeddings'>, body: JsonObject) {
  const lost: string[] = []
  return { body: dialect.writeRequest(asked(body), (word) => lost.push(word)), lost }
}

const vectors = (...placed: readonly (readonly [index: number, embedding: number[] | string])[]) => ({
  object: 'list',
  data: placed.map(([index, embedding]) => ({ object: 'embedding', index, embedding })),
  model: 'm-1',
  usage: { prompt_tokens: 4, total_tokens: 4 },
})

test('a request that is read and written back says the same, whatever was spelled how', () => {
  const bodies: readonly JsonObject[] = [
    { model: 'm', input: 'a' },
    { model: 'm', input: ['a'], dimensions: 8, encoding_format: 'float', user: 'u' },
    { model: 'm', input: [1, 2], encoding_format: 'base64' },
    { model: 'm', input: [[1], [2, 3]], input_type: 'passage', truncate: 'END' },
    { model: 'm', input: 'a', task: 'nobody-knows' },
  ]
  for (const body of bodies) {
    openaiEmbeddings.checkRequest(body)
    assert.deepEqual(openaiEmbeddings.writeRequest(openaiEmbeddings.readRequest(body), assert.fail), body)
  }
})

test('what is no input is refused by its name', () => {
  for (const input of [[], [''.length, 'a'], [[]], 7, { a: 1 }, ['a', ['b']], [1.5]])
    assert.throws(() => openaiEmbeddings.checkRequest({ model: 'm', input }), { reason: 'invalid_type', param: 'input' })
  assert.throws(() => openaiEmbeddings.checkRequest({ model: 'm' }), { reason: 'missing_parameter', param: 'input' })
  assert.throws(() => openaiEmbeddings.checkRequest({ model: 'm', input: 'a', encoding_format: 'int8' }), { param: 'encoding_format' })
})

test('each vendor is told size and purpose in its own words (case 205)', () => {
  const body = { dimensions: 8, input_type: 'search_query', encoding_format: 'base64', user: 'u' }
  const input = ['a', 'b']
  assert.deepEqual(write(voyageEmbeddings, body), { body: { model: 'm', input, output_dimension: 8, input_type: 'query' }, lost: ['user'] })
  assert.deepEqual(write(jinaEmbeddings, body), { body: { model: 'm', input, dimensions: 8, task: 'retrieval.query' }, lost: ['user'] })
  assert.deepEqual(write(mistralEmbeddings, body), { body: { model: 'm', input, output_dimension: 8 }, lost: ['user', 'task'] })
  assert.deepEqual(write(voyageEmbeddings, { task: 'text-matching' }).lost, ['task'])
})

test('tokens are refused where the vendor takes texts alone', () => {
  for (const dialect of [voyageEmbeddings, jinaEmbeddings, mistralEmbeddings])
    assert.throws(() => write(dialect, { input: [1, 2] }), { reason: 'unsupported_parameter', param: 'input' })
})

test('vectors come in the order of the texts, whatever order they were told in (case 205)', () => {
  const answer = openaiEmbeddings.readResponse(vectors([1, [2]], [0, [1]]), asked({}))
  assert.deepEqual([answer.vectors, answer.usage], [[[1], [2]], { input: 4, output: 0 }])
})

test('an answer that misses a vector, or has one twice, or something else in its place, is none', () => {
  const none = { ...vectors(), data: 7 }
  for (const answer of [vectors([0, [1]]), vectors([0, [1]], [0, [2]]), vectors([0, [1]], [2, [2]]), vectors([0, []], [1, [1]]), none])
    assert.throws(() => openaiEmbeddings.readResponse(answer, asked({})), { reason: 'upstream_invalid_response' })
})

test('numbers are packed as little-endian floats where the client wants base64, and unpacked where it does not (case 205)', () => {
  const packed = 'AACAPwAAAMA='
  const write = (embedding: number[] | string, encoding: string) =>
    (
      openaiEmbeddings.writeResponse(openaiEmbeddings.readResponse(vectors([0, embedding]), asked({ input: 'a' })), {
        asked: asked({ input: 'a', encoding_format: encoding }),
        id: 'id-1',
        tokens: 4,
      }).data as JsonObject[]
    )[0]!.embedding
  assert.deepEqual(write([1, -2], 'base64'), packed)
  assert.deepEqual(write(packed, 'float'), [1, -2])
  assert.deepEqual(write(packed, 'base64'), packed)
  for (const broken of ['AAA', '!!!', 'AACAPwAAA', 'AACAPwAA MA=', 'AACAPwAAAMA=x'])
    assert.throws(() => write(broken, 'float'), { reason: 'upstream_invalid_response' }, broken)
})

test('an answer is as asked for only in the encoding and the order that were', () => {
  const is = (answer: JsonObject, encoding: string) => openaiEmbeddings.isAsAsked!(answer, asked({ encoding_format: encoding }))
  assert.equal(is(vectors([0, [1]], [1, [1]]), 'float'), true)
  assert.equal(is(vectors([0, [1]], [1, [1]]), 'base64'), false)
  assert.equal(is(vectors([0, 'AACAPw=='], [1, 'AACAPw==']), 'base64'), true)
  assert.equal(is(vectors([1, [1]], [0, [1]]), 'float'), false)
})

test('an answer without an id gets ours, and one that tells no usage claims none', () => {
  const answer = openaiEmbeddings.readResponse({ data: [{ embedding: [1] }] }, asked({ input: 'a' }))
  assert.deepEqual(answer, { vectors: [[1]], usage: {} })
  assert.deepEqual(openaiEmbeddings.supply!(answer, { asked: asked({}), id: 'id-1', tokens: 4 }), { id: 'id-1' })
  assert.deepEqual(openaiEmbeddings.supply!({ ...answer, id: 'own' }, { asked: asked({}), id: 'id-1', tokens: 4 }), {})
})

test('a failure is written in the envelope of the vendor', () => {
  assert.deepEqual(openaiEmbeddings.writeError(new Failure('invalid_value', 'No.', { param: 'input' }), 'r'), {
    error: { message: 'No.', type: 'invalid_request_error', param: 'input', code: 'invalid_value' },
  })
})
