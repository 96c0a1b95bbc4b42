/** Answers held to a schema: natively where the model can, through a tool where it cannot, and the same to both vendors' packages. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { JsonObject } from '../../src/base/json.ts'
import { openScene } from '../contract/scene.ts'
import { messages } from '../upstream/index.ts'
import { anthropicOf, ask, behindChat, behindMessages, lookFunction, openaiOf, twoCalls } from './clients.ts'

const scene = await openScene()
const openaiClient = openaiOf(scene)
const anthropicClient = anthropicOf(scene)
const schema = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'], additionalProperties: false }
const response_format = { type: 'json_schema', json_schema: { name: 'place', schema, strict: true } } as const
const answer = { city: 'Bern' }
const json = JSON.stringify(answer)
const parsed = (content: string | null): unknown => JSON.parse(content ?? '')

test('a schema goes to a provider of Chat Completions as it came', async () => {
  scene.chat.play(behindChat.speak(json))
  const { choices } = await openaiClient.chat.completions.parse({ model: behindChat.model, messages: ask, response_format })
  assert.deepEqual(parsed(choices[0]!.message.content), answer)
  assert.deepEqual(scene.chat.asked()[0]!.json().response_format, response_format)
})

test('a Claude that can be held to a schema is, without a tool (case 125)', async () => {
  scene.claude.play(behindMessages.speak(json))
  const { choices } = await openaiClient.chat.completions.create({ model: behindMessages.model, messages: ask, response_format })
  assert.deepEqual(parsed(choices[0]!.message.content), answer)
  const { output_config: config, tools } = scene.claude.asked()[0]!.json()
  assert.deepEqual((config as JsonObject).format, { type: 'json_schema', schema })
  assert.equal(tools, undefined)
})

test('a schema of the Anthropic package reaches a provider of Chat Completions, with a name (case 131)', async () => {
  scene.chat.play(behindChat.speak(json))
  const message = await anthropicClient.messages.create({
    model: behindChat.model,
    max_tokens: 99,
    messages: ask,
    output_config: { format: { type: 'json_schema', schema } },
  })
  assert.deepEqual(
    message.content.map((block) => block.type === 'text' && parsed(block.text)),
    [answer],
  )
  const format = scene.chat.asked()[0]!.json().response_format as { type: string; json_schema: JsonObject }
  assert.equal(format.type, 'json_schema')
  assert.deepEqual(format.json_schema.schema, schema)
  assert.match(String(format.json_schema.name), /^[\w-]{1,64}$/)
})

describe('an older Claude answers in a tool that the client never sees', () => {
  const model = 'anthropic/claude-sonnet-4-20250514'
  /** Calls the tool that it was given for the answer, as the vendor's model would. */
  const playAnswer = () =>
    scene.claude.play((request) => {
      const [tool] = (request.json().tools as JsonObject[]).filter(({ name }) => name !== 'look')
      return messages.speak('', { toolCalls: [{ id: 'toolu_1', name: String(tool!.name), input: answer }] })(request)
    })

  test('whole (case 126)', async () => {
    playAnswer()
    const { choices } = await openaiClient.chat.completions.create({ model, messages: ask, response_format })
    assert.deepEqual(parsed(choices[0]!.message.content), answer)
    assert.equal(choices[0]!.message.tool_calls, undefined)
    assert.equal(choices[0]!.finish_reason, 'stop')
    const { tools, tool_choice: choice, output_config: config } = scene.claude.asked()[0]!.json()
    assert.deepEqual(
      (tools as JsonObject[]).map((tool) => tool.input_schema),
      [schema],
    )
    assert.equal((choice as JsonObject).type, 'tool')
    assert.equal(config, undefined)
  })

  test('streamed: its pieces are pieces of content (case 126)', async () => {
    playAnswer()
    const pieces: string[] = []
    const stream = openaiClient.chat.completions.stream({ model, messages: ask, response_format }).on('content', (piece) => pieces.push(piece))
    const { choices } = await stream.finalChatCompletion()
    assert.deepEqual(parsed(pieces.join('')), answer)
    assert.ok(pieces.length > 1, 'in pieces')
    assert.equal(choices[0]!.finish_reason, 'stop')
  })

  test('beside real tools, a real call stays a call (case 127)', async () => {
    scene.claude.play(behindMessages.speak('', { toolCalls: twoCalls.slice(0, 1) }))
    const { choices } = await openaiClient.chat.completions.create({ model, messages: ask, response_format, tools: [lookFunction] })
    assert.deepEqual(
      choices[0]!.message.tool_calls?.map(({ id }) => id),
      ['call_1'],
    )
    assert.equal(choices[0]!.finish_reason, 'tool_calls')
    playAnswer()
    const second = await openaiClient.chat.completions.create({ model, messages: ask, response_format, tools: [lookFunction] })
    assert.deepEqual(parsed(second.choices[0]!.message.content), answer)
    assert.equal(second.choices[0]!.finish_reason, 'stop')
  })

  test('and so does any Claude that is asked for JSON of any shape', async () => {
    scene.claude.play((request) => {
      const [tool] = request.json().tools as JsonObject[]
      return messages.speak('', { toolCalls: [{ id: 'toolu_1', name: String(tool!.name), input: answer }] })(request)
    })
    const { choices } = await openaiClient.chat.completions.create({ model: behindMessages.model, messages: ask, response_format: { type: 'json_object' } })
    assert.deepEqual(parsed(choices[0]!.message.content), answer)
  })
})

test('the built-in provider answers by the schema, to both packages', async () => {
  const model = 'omni-runtime/smoke'
  const chat = await openaiClient.chat.completions.parse({ model, messages: ask, response_format })
  const message = await anthropicClient.messages.create({ model, max_tokens: 99, messages: ask, output_config: { format: { type: 'json_schema', schema } } })
  assert.deepEqual(parsed(chat.choices[0]!.message.content), { city: 'text' })
  assert.deepEqual(
    message.content.map((block) => block.type === 'text' && parsed(block.text)),
    [{ city: 'text' }],
  )
})
