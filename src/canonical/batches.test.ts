/** Requests that are cut, and answers that are joined. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cutRequest, joinAnswers } from './batches.ts'
import type { EmbeddingRequest } from './forms.ts'

const rest = { dialect: 'openai-embeddings', fields: {} } as const
const request = (count: number): EmbeddingRequest => ({ model: 'm', inputs: Array.from({ length: count }, (_, at) => `text ${at}`), encoding: 'float', rest })

test('a request is cut into parts that keep their order, and only where it must be', () => {
  const parts = cutRequest('embeddings', request(5), 2) as EmbeddingRequest[]
  assert.deepEqual(
    parts.map(({ inputs }) => inputs),
    [['text 0', 'text 1'], ['text 2', 'text 3'], ['text 4']],
  )
  for (const [count, most] of [
    [5, 5],
    [5, undefined],
    [0, 1],
  ] as const)
    assert.equal(cutRequest('embeddings', request(count), most).length, 1)
})

test('what shapes the answer is not cut, and neither is a ranking, whose scores belong together', () => {
  assert.equal(cutRequest('embeddings', { ...request(5), rest: { ...rest, shaping: 'images' } }, 2).length, 1)
  assert.equal(cutRequest('rerank', { model: 'm', query: 'q', documents: ['a', 'b'], rest }, 1).length, 1)
})

test('answers are joined in order, and their tokens are summed', () => {
  const joined = joinAnswers('embeddings', [
    { id: 'a', model: 'm', vectors: [[1], [2]], usage: { input: 2, output: 0 } },
    { id: 'b', model: 'm', vectors: [[3]], usage: { input: 1, output: 0 } },
  ])
  assert.deepEqual(joined, { id: 'a', model: 'm', vectors: [[1], [2], [3]], usage: { input: 3, output: 0 } })
})

test('tokens that one part did not tell are not told of the whole', () => {
  const joined = joinAnswers('moderations', [
    { moderations: [], usage: { input: 2, output: 0 } },
    { moderations: [], usage: {} },
  ])
  assert.deepEqual(joined.usage, {})
})
