/** Both vendors' packages get the same plain answer, whole and streamed, whichever wire the provider speaks, and from the built-in one too. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type OpenAI from 'openai'
import { openScene } from '../contract/scene.ts'
import { anthropicOf, ask, behindChat, behindMessages, bothWires, openaiOf } from './clients.ts'

const scene = await openScene()
const openaiClient = openaiOf(scene)
const anthropicClient = anthropicOf(scene)
const usage = { input: 20, output: 9, cached: 5, reasoning: 4 }
const said = 'Grüezi Wält 🏔'

for (const { wire, model, stage, speak } of bothWires) {
  describe(`with a provider of ${wire}`, () => {
    const begin = () => stage(scene).play(speak(said, { usage }))

    test('the openai package reads a whole answer', async () => {
      begin()
      const { data, response, request_id: id } = await openaiClient.chat.completions.create({ model, messages: ask }).withResponse()
      assert.equal(data.choices[0]!.message.content, said)
      assert.equal(data.choices[0]!.finish_reason, 'stop')
      assert.deepEqual([data.usage?.prompt_tokens, data.usage?.completion_tokens, data.usage?.total_tokens], [20, 9, 29])
      assert.equal(data.usage?.prompt_tokens_details?.cached_tokens, 5)
      assert.equal(data.usage?.completion_tokens_details?.reasoning_tokens, 4)
      assert.match(id ?? '', /^req_/)
      assert.equal((await scene.receiptOf(response)).client, 'openai-sdk')
    })

    test('the openai package reads a stream, with the usage that it asked for (cases 66, 68)', async () => {
      begin()
      const stream = openaiClient.chat.completions.stream({ model, messages: ask, stream_options: { include_usage: true } })
      const pieces: string[] = []
      let chunks = 0
      stream.on('content', (piece) => pieces.push(piece)).on('chunk', () => (chunks += 1))
      const answer = await stream.finalChatCompletion()
      assert.equal(answer.choices[0]!.message.content, said)
      assert.equal(pieces.join(''), said)
      assert.ok(pieces.length > 1 && chunks > pieces.length, 'it came in pieces')
      assert.equal(answer.choices[0]!.finish_reason, 'stop')
      assert.deepEqual([answer.usage?.prompt_tokens, answer.usage?.completion_tokens], [20, 9])
    })

    test('the openai package is told no usage where it did not ask, and the receipt has it (cases 67, 158)', async () => {
      begin()
      const { data, response } = await openaiClient.chat.completions.create({ model, messages: ask, stream: true }).withResponse()
      const chunks = await Array.fromAsync(data)
      assert.deepEqual(
        chunks.filter((chunk) => chunk.usage || chunk.choices.length === 0),
        [],
      )
      assert.equal(new Set(chunks.map(({ id, created }) => `${id} ${created}`)).size, 1)
      assert.equal(chunks.filter(({ choices }) => choices[0]?.finish_reason).length, 1)
      const receipt = await scene.receiptOf(response)
      assert.deepEqual([receipt.prompt_tokens, receipt.completion_tokens, receipt.usage_source], [20, 9, 'reported'])
    })

    test('the Anthropic package reads a whole answer', async () => {
      begin()
      const { data, response } = await anthropicClient.messages.create({ model, max_tokens: 99, messages: ask }).withResponse()
      assert.deepEqual(
        data.content.map((block) => block.type === 'text' && block.text),
        [said],
      )
      assert.deepEqual([data.type, data.role, data.stop_reason], ['message', 'assistant', 'end_turn'])
      assert.deepEqual([data.usage.input_tokens, data.usage.cache_read_input_tokens, data.usage.output_tokens], [15, 5, 9])
      assert.equal((await scene.receiptOf(response)).client, 'messages-sdk')
    })

    test('the Anthropic package reads a stream, its usage at the end (cases 95, 101)', async () => {
      begin()
      const stream = anthropicClient.messages.stream({ model, max_tokens: 99, messages: ask })
      const events: string[] = []
      stream.on('streamEvent', ({ type }) => events.push(type))
      const message = await stream.finalMessage()
      assert.equal(await stream.finalText(), said)
      assert.equal(message.stop_reason, 'end_turn')
      assert.deepEqual([message.usage.input_tokens, message.usage.cache_read_input_tokens, message.usage.output_tokens], [15, 5, 9])
      assert.deepEqual([events[0], ...events.slice(-2)], ['message_start', 'message_delta', 'message_stop'])
      assert.equal(events.filter((type) => type === 'message_delta').length, 1)
    })
  })
}

describe('a system prompt', () => {
  test('of the openai package stands at the top for Messages, all of it, in order (case 2)', async () => {
    scene.claude.play(behindMessages.speak('ok'))
    const messages: OpenAI.ChatCompletionMessageParam[] = [
      { role: 'system', content: 'one' },
      { role: 'developer', content: [{ type: 'text', text: 'two' }] },
      { role: 'system', content: 'three' },
      ...ask,
    ]
    await openaiClient.chat.completions.create({ model: behindMessages.model, messages })
    const { system: sent, messages: turns } = scene.claude.asked()[0]!.json()
    const texts = Array.isArray(sent) ? sent.map((block) => (block as { text: string }).text) : String(sent).split(/\n+/)
    assert.deepEqual(texts, ['one', 'two', 'three'])
    assert.deepEqual(
      (turns as { role: string }[]).map(({ role }) => role),
      ['user'],
    )
  })

  test('of the Anthropic package goes first for Chat Completions, without its cache marks (case 4)', async () => {
    scene.chat.play(behindChat.speak('ok'))
    const system = [
      { type: 'text' as const, text: 'one', cache_control: { type: 'ephemeral' as const } },
      { type: 'text' as const, text: 'two' },
    ]
    await anthropicClient.messages.create({ model: behindChat.model, max_tokens: 99, system, messages: ask })
    const received = scene.chat.asked()[0]!
    const [first] = received.json().messages as { role: string; content: unknown }[]
    assert.equal(first?.role, 'system')
    assert.match(JSON.stringify(first?.content), /one.*two/)
    assert.ok(!received.body.includes('cache_control'))
  })
})

describe('the built-in provider', () => {
  const model = 'omni-runtime/smoke'

  test('answers the openai package, whole and streamed, and calls no provider', async () => {
    const whole = await openaiClient.chat.completions.create({ model, messages: ask }).withResponse()
    const streamed = await openaiClient.chat.completions.stream({ model, messages: ask, stream_options: { include_usage: true } }).finalChatCompletion()
    assert.match(whole.data.choices[0]!.message.content ?? '', /Omni Gateway/)
    assert.equal(streamed.choices[0]!.message.content, whole.data.choices[0]!.message.content)
    assert.deepEqual(streamed.usage, whole.data.usage)
    const { provider_called: called, runtime_mode: mode, cost } = await scene.receiptOf(whole.response)
    assert.deepEqual({ called, mode, cost }, { called: false, mode: 'smoke', cost: 0 })
  })

  test('answers the Anthropic package, whole and streamed', async () => {
    const asked = { model, max_tokens: 99, messages: ask }
    const whole = await anthropicClient.messages.create(asked)
    const streamed = await anthropicClient.messages.stream(asked).finalMessage()
    assert.match(whole.content[0]?.type === 'text' ? whole.content[0].text : '', /Omni Gateway/)
    assert.deepEqual(streamed.content, whole.content)
    assert.equal(streamed.stop_reason, 'end_turn')
    assert.equal(streamed.usage.output_tokens, whole.usage.output_tokens)
  })
})
