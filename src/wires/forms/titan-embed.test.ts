/** Titan's embeddings: one text a request. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openaiEmbeddings } from './openai-embeddings.ts'
import { titanEmbed } from './titan-embed.ts'

test('a text and a size are asked for, and what else there was is told as lost (case 205)', () => {
  const lost: string[] = []
  const asked = openaiEmbeddings.readRequest({ model: 'm', input: ['a'], dimensions: 256, task: 'clustering', user: 'u' })
  assert.deepEqual(
    titanEmbed.writeRequest(asked, (word) => lost.push(word)),
    { model: 'm', inputText: 'a', dimensions: 256 },
  )
  assert.deepEqual(lost, ['task', 'user'])
  assert.throws(() => titanEmbed.writeRequest({ ...asked, inputs: [[1]] }, assert.fail), { param: 'input' })
})

test('its answer is one vector, with the tokens it counted', () => {
  const asked = openaiEmbeddings.readRequest({ model: 'm', input: 'a' })
  assert.deepEqual(titanEmbed.readResponse({ embedding: [1, 2], inputTextTokenCount: 3 }, asked), { vectors: [[1, 2]], usage: { input: 3, output: 0 } })
  assert.throws(() => titanEmbed.readResponse({}, asked), { reason: 'upstream_invalid_response' })
})
