/** Official packages get embeddings through the gateway, whichever provider makes them. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { openScene } from '../contract/scene.ts'
import { embeddings, numbersOf } from '../upstream/forms.ts'
import { openaiOf } from './clients.ts'

const scene = await openScene()
const openai = openaiOf(scene)

describe('with a provider of the same dialect', () => {
  test('the openai package gets its vectors in the order of its texts, by the base64 that it asks for (case 205)', async () => {
    scene.chat.play(embeddings)
    const { data, response } = await openai.embeddings.create({ model: 'openai/text-embedding-3-small', input: ['one', 'three'] }).withResponse()
    assert.deepEqual(
      data.data.map(({ embedding }) => embedding),
      ['one', 'three'].map((text) => numbersOf(text)),
    )
    const asked = scene.chat.asked()[0]!
    assert.equal(asked.path, '/v1/embeddings')
    assert.deepEqual(asked.json(), { model: 'text-embedding-3-small', input: ['one', 'three'], encoding_format: 'base64' })
    const receipt = await scene.receiptOf(response)
    assert.deepEqual(
      [receipt.operation, receipt.surface, receipt.wire, receipt.prompt_tokens, receipt.completion_tokens, receipt.usage_source, receipt.context_delta],
      ['embeddings', 'openai-embeddings', 'openai-embeddings', 10, 0, 'reported', 'unchanged'],
    )
  })
})
