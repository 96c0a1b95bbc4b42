/** Gemini's embeddings: a batch is one request of the form where its parts agree. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '../../base/json.ts'
import { geminiEmbed, geminiEmbedSingle } from './gemini-embed.ts'
import { openaiEmbeddings } from './openai-embeddings.ts'

const part = (text: string, fields: JsonObject = {}): JsonObject => ({ model: 'models/m', content: { parts: [{ text }] }, ...fields })

test('a request that is read and written back says the same, also where its parts differ', () => {
  for (const requests of [
    [part('a'), part('b')],
    [part('a', { autoTruncate: true }), part('b', { autoTruncate: true })],
    [part('a', { taskType: 'TASK_TYPE_UNSPECIFIED', outputDimensionality: 8 }), part('b', { taskType: 'TASK_TYPE_UNSPECIFIED', outputDimensionality: 8 })],
    [part('a', { title: 'A', taskType: 'RETRIEVAL_DOCUMENT' }), part('b', { title: 'B', taskType: 'RETRIEVAL_DOCUMENT' })],
    [{ model: 'models/m', content: { parts: [{ inlineData: { mimeType: 'image/png', data: 'AA==' } }] } }],
  ]) {
    geminiEmbed.checkRequest({ requests })
    assert.deepEqual(geminiEmbed.writeRequest(geminiEmbed.readRequest({ requests }), assert.fail), { requests })
  }
  for (const body of [{} as JsonObject, { requests: [] }, { requests: [{ content: {} }] }])
    assert.throws(() => geminiEmbed.checkRequest(body), { reason: 'missing_parameter' })
})

test('another vendor’s client is asked for as a batch, with size and purpose in each part (case 205)', () => {
  const asked = openaiEmbeddings.readRequest({ model: 'm', input: ['a', 'b'], dimensions: 8, input_type: 'query' })
  const fields = { taskType: 'RETRIEVAL_QUERY', outputDimensionality: 8 }
  assert.deepEqual(geminiEmbed.writeRequest(asked, assert.fail), { requests: [part('a', fields), part('b', fields)] })
  assert.throws(() => geminiEmbed.writeRequest({ ...asked, inputs: [[1]] }, assert.fail), { reason: 'unsupported_parameter', param: 'input' })
})

test('only its own vendor can be told parts that differ, or that are no text', () => {
  assert.equal(geminiEmbed.readRequest({ requests: [part('a'), part('b')] }).rest.shaping, undefined)
  assert.deepEqual(geminiEmbed.readRequest({ requests: [part('a', { own: 1 })] }).rest, { dialect: 'gemini-embed', fields: { own: 1 } })
  assert.equal(geminiEmbed.readRequest({ requests: [part('a'), part('b', { title: 'B' })] }).rest.shaping, 'requests')
  assert.equal(geminiEmbed.readRequest({ requests: [{ content: { parts: [{ fileData: {} }] } }] }).rest.shaping, 'requests')
})

test('the bytes go on only where each part names the model as the path does', () => {
  assert.equal(geminiEmbed.mustRewrite!({ requests: [part('a')] }, 'm'), false)
  assert.equal(geminiEmbed.mustRewrite!({ requests: [part('a')] }, 'other'), true)
})

test('one content is a batch of one, and its answer is one vector', () => {
  const body = part('a', { outputDimensionality: 2 })
  geminiEmbedSingle.checkRequest(body)
  const asked = geminiEmbedSingle.readRequest(body)
  assert.deepEqual(geminiEmbed.writeRequest(asked, assert.fail), { requests: [body] })
  const answer = geminiEmbed.readResponse({ embeddings: [{ values: [1, 2] }], usageMetadata: { promptTokenCount: 5 } }, asked)
  assert.deepEqual(geminiEmbedSingle.writeResponse(answer, { asked, id: 'r', tokens: 4 }), {
    embedding: { values: [1, 2] },
    usageMetadata: { promptTokenCount: 5, promptTokensDetails: [{ modality: 'TEXT', tokenCount: 5 }] },
  })
  assert.deepEqual(geminiEmbed.writeResponse({ vectors: ['AACAPw=='], usage: {} }, { asked, id: 'r', tokens: 4 }), { embeddings: [{ values: [1] }] })
  assert.throws(() => geminiEmbed.readResponse({ embeddings: [] }, asked), { reason: 'upstream_invalid_response' })
})
