/** Moderations: one verdict for each text, or one for parts of one content. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '../../base/json.ts'
import { mistralModerations, openaiModerations } from './moderations.ts'

const read = (input: JsonObject[string], fields: JsonObject = {}) => openaiModerations.readRequest({ model: 'm', input, ...fields })
const picture = { type: 'image_url', image_url: { url: 'https://a.example/a.png' } }
const verdict = { categories: { hate: false, pii: true }, category_scores: { hate: 0.1, pii: 0.9 } }

test('a request that is read and written back says the same', () => {
  const bodies: readonly JsonObject[] = [
    { model: 'm', input: 'a' },
    { model: 'm', input: ['a', 'b'], own: 1 },
    { model: 'm', input: [{ type: 'text', text: 'a' }, picture] },
  ]
  for (const body of bodies) {
    openaiModerations.checkRequest(body)
    assert.deepEqual(openaiModerations.writeRequest(openaiModerations.readRequest(body), assert.fail), body)
  }
  for (const input of [[], 7, [7], [{ text: 'a' }]]) assert.throws(() => openaiModerations.checkRequest({ input }), /input/)
})

test('pictures are refused where texts alone are understood', () => {
  assert.deepEqual(mistralModerations.writeRequest(read('a'), assert.fail), { model: 'm', input: ['a'] })
  assert.throws(() => mistralModerations.writeRequest(read([picture]), assert.fail), { reason: 'unsupported_parameter', param: 'input' })
})

test('a verdict that does not say the whole is guilty by any category', () => {
  const { moderations } = mistralModerations.readResponse({ id: 'i', model: 'm', results: [verdict] }, read('a'))
  assert.deepEqual(moderations, [{ isFlagged: true, categories: verdict.categories, scores: verdict.category_scores }])
  const types = Object.fromEntries(Object.keys(verdict.categories).map((category) => [category, ['text']]))
  const said = openaiModerations.writeResponse({ moderations, usage: {} }, { asked: read('a'), id: 'r', tokens: 4 })
  assert.deepEqual(said, { id: 'r', model: 'm', results: [{ flagged: true, ...verdict, category_applied_input_types: types }] })
})

test('there is one verdict for each text, and one for all parts of a content', () => {
  assert.throws(() => openaiModerations.readResponse({ results: [verdict] }, read(['a', 'b'])), { reason: 'upstream_invalid_response' })
  assert.equal(openaiModerations.readResponse({ results: [verdict] }, read([picture, picture])).moderations.length, 1)
  assert.throws(() => openaiModerations.readResponse({ results: [{}] }, read('a')), { reason: 'upstream_invalid_response' })
})
