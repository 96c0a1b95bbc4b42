/** Which models there are, and how long a prompt is, as the vendors' packages ask. */

import assert from 'node:assert/strict'
import Anthropic from '@anthropic-ai/sdk'
import { test } from 'node:test'
import OpenAI from 'openai'
import { openScene } from '../contract/scene.ts'
import { messages } from '../upstream/index.ts'
import { anthropicOf, ask, behindChat, behindMessages, lookTool, openaiOf } from './clients.ts'

const scene = await openScene({
  providers: ({ chat }) => `  east: { like: openai, baseUrl: "${chat}/v1", models: [llama, org/qwen] }`,
  config: () => 'aliases: { fast: east/llama }\nchains: { careful: { targets: [east/llama, anthropic/claude-sonnet-4-5] } }\n',
})
const openaiClient = openaiOf(scene)
const anthropicClient = anthropicOf(scene)
const expected = ['careful', 'fast', 'east/llama', 'east/org/qwen', 'omni-runtime/smoke']

test('the openai package lists chains, aliases and models, and retrieves each of them', async () => {
  const models = await Array.fromAsync(openaiClient.models.list())
  const ids = models.map(({ id }) => id)
  for (const id of expected) {
    assert.ok(ids.includes(id), id)
    assert.deepEqual(
      await openaiClient.models.retrieve(id),
      models.find((model) => model.id === id),
    )
  }
  await assert.rejects(openaiClient.models.retrieve('groq/unconnected'), OpenAI.NotFoundError)
})

test('the Anthropic package lists and retrieves the same', async () => {
  const models = await Array.fromAsync(anthropicClient.models.list({ limit: 1000 }))
  const ids = models.map(({ id }) => id)
  for (const id of expected) {
    assert.ok(ids.includes(id), id)
    assert.equal((await anthropicClient.models.retrieve(id)).type, 'model')
  }
  await assert.rejects(anthropicClient.models.retrieve('groq/unconnected'), Anthropic.NotFoundError)
})

test('tokens are counted by the provider where it can (case 210)', async () => {
  scene.claude.play(messages.speak('', { usage: { input: 321, output: 0 } }))
  const { data, response } = await anthropicClient.messages.countTokens({ model: behindMessages.model, messages: ask, tools: [lookTool] }).withResponse()
  assert.equal(data.input_tokens, 321)
  assert.equal(response.headers.get('x-omni-usage-source'), 'reported')
  const [request] = scene.claude.asked()
  assert.equal(request!.path, '/v1/messages/count_tokens')
  assert.deepEqual(request!.json(), { model: 'claude-sonnet-4-5', messages: ask, tools: [lookTool] })
})

test('and estimated where it cannot, which the answer says (case 210)', async () => {
  const { data, response } = await anthropicClient.messages.countTokens({ model: behindChat.model, messages: ask }).withResponse()
  assert.ok(data.input_tokens > 0 && data.input_tokens < 20)
  assert.equal(response.headers.get('x-omni-usage-source'), 'estimated')
})

test('and a picture is not estimated by its bytes (case 210)', async () => {
  const source = { type: 'base64', media_type: 'image/png', data: `iVBORw0KGgo${'A1b+'.repeat(250_000)}` } as const
  const messages = [{ role: 'user', content: [{ type: 'image', source }] }] as const
  const { input_tokens: tokens } = await anthropicClient.messages.countTokens({ model: behindChat.model, messages: [...messages] as never })
  assert.ok(tokens > 1000 && tokens < 2000, String(tokens))
})
