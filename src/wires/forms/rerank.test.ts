/** Reranking: three vendors' spellings on one path, each answered in its own. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '../../base/json.ts'
import { cohereRerank, jinaRerank, voyageRerank } from './rerank.ts'

const body = { model: 'm', query: 'q', documents: ['a', 'b', 'c'] }
const read = (fields: JsonObject = {}) => cohereRerank.readRequest({ ...body, ...fields })

test('a request that is read and written back says the same', () => {
  for (const fields of [{} as JsonObject, { top_n: 2 }, { max_tokens_per_doc: 99, priority: 1 }]) {
    cohereRerank.checkRequest({ ...body, ...fields })
    assert.deepEqual(cohereRerank.writeRequest(read(fields), assert.fail), { ...body, ...fields })
  }
})

test('documents may be objects with a text, and nothing else', () => {
  cohereRerank.checkRequest({ ...body, documents: ['a', { text: 'b' }] })
  assert.deepEqual(read({ documents: ['a', { text: 'b', id: 7 }] }).documents, ['a', 'b'])
  for (const documents of [[], [{ title: 'b' }], [7], 'a']) assert.throws(() => cohereRerank.checkRequest({ ...body, documents }), /documents/)
})

test('each vendor is asked in its own words, and by none are the documents asked back (case 207)', () => {
  const asked = read({ top_k: 2, truncation: true, return_documents: true })
  const lost: string[] = []
  const lose = (word: string) => lost.push(word)
  assert.deepEqual(voyageRerank.writeRequest(asked, lose), { ...body, top_k: 2, truncation: true })
  assert.deepEqual(jinaRerank.writeRequest(asked, lose), { ...body, top_n: 2, return_documents: false })
  assert.deepEqual(cohereRerank.writeRequest(asked, lose), { ...body, top_n: 2 })
  assert.deepEqual(lost, ['truncation', 'truncation'])
})

test('results are sorted by relevance, cut to what was asked, and say which document they are of (case 207)', () => {
  const results = [
    { index: 0, relevance_score: 0.1 },
    { index: 2, relevance_score: 0.9 },
    { index: 1, relevance_score: 0.5 },
  ]
  for (const said of [{ results, usage: { total_tokens: 7 } } as JsonObject, { data: results, usage: { total_tokens: 7 } }]) {
    const answer = voyageRerank.readResponse(said, read({ top_n: 2 }))
    assert.deepEqual(answer.results, [
      { index: 2, score: 0.9 },
      { index: 1, score: 0.5 },
    ])
    assert.deepEqual(answer.usage, { input: 7, output: 0 })
  }
  assert.equal(cohereRerank.readResponse({ results, meta: { billed_units: { search_units: 1 } } }, read()).searches, 1)
})

test('a result that is of no document is no answer', () => {
  for (const result of [{ index: 3, relevance_score: 1 } as JsonObject, { index: -1, relevance_score: 1 }, { index: 0.5, relevance_score: 1 }, { index: 0 }, 7])
    assert.throws(() => cohereRerank.readResponse({ results: [result] }, read()), { reason: 'upstream_invalid_response' })
  assert.throws(() => cohereRerank.readResponse({}, read()), { reason: 'upstream_invalid_response' })
})

test('the answer has the shape of the client’s own vendor, with the documents where it wants them (case 207)', () => {
  const answer = { results: [{ index: 1, score: 0.5 }], usage: { input: 7 }, searches: 1 }
  const write = (fields: JsonObject) => cohereRerank.writeResponse(answer, { asked: read(fields), id: 'r', tokens: 4 })
  assert.deepEqual(write({ top_n: 1, return_documents: true }), {
    id: 'r',
    model: 'm',
    results: [{ index: 1, relevance_score: 0.5, document: { text: 'b' } }],
    meta: { api_version: { version: '2' }, billed_units: { search_units: 1 } },
    usage: { total_tokens: 7 },
  })
  assert.deepEqual(write({ top_k: 1, return_documents: true }), {
    object: 'list',
    data: [{ index: 1, relevance_score: 0.5, document: 'b' }],
    model: 'm',
    usage: { total_tokens: 7 },
  })
})

test('bytes go on only where they are what the vendor’s second version takes', () => {
  assert.equal(cohereRerank.mustRewrite!(body, 'm'), false)
  for (const fields of [{ top_k: 1 } as JsonObject, { truncation: true }, { return_documents: false }, { documents: [{ text: 'a' }] }])
    assert.equal(cohereRerank.mustRewrite!({ ...body, ...fields }, 'm'), true)
})
