/** Tools through both vendors' packages: parallel calls, whole and streamed, and the second turn with their results. */

import assert from 'node:assert/strict'
import type Anthropic from '@anthropic-ai/sdk'
import { describe, test } from 'node:test'
import type OpenAI from 'openai'
import type { JsonObject } from '../../src/base/json.ts'
import { openScene } from '../contract/scene.ts'
import { openai } from '../upstream/index.ts'
import { anthropicOf, ask, behindChat, behindMessages, bothWires, lookFunction, lookTool, openaiOf, twoCalls } from './clients.ts'

const scene = await openScene()
const openaiClient = openaiOf(scene)
const anthropicClient = anthropicOf(scene)
const inputs = twoCalls.map(({ input }) => input)

type OpenAICalls = readonly OpenAI.ChatCompletionMessageToolCall[] | undefined
const inputsOf = (calls: OpenAICalls) => calls?.map((call) => (call.type === 'function' ? (JSON.parse(call.function.arguments) as unknown) : undefined))
const toolUses = ({ content }: Anthropic.Message) => content.filter((block) => block.type === 'tool_use')

for (const { wire, model, stage, speak } of bothWires) {
  describe(`with a provider of ${wire}`, () => {
    const begin = () => stage(scene).play(speak('Let me look.', { toolCalls: twoCalls, isInterleaved: true }), speak('Both are fine.'))
    const asked = { model, messages: ask, tools: [lookFunction] }

    test('the openai package reads parallel calls beside text (case 51)', async () => {
      begin()
      const { choices } = await openaiClient.chat.completions.create(asked)
      assert.equal(choices[0]!.message.content, 'Let me look.')
      assert.deepEqual(
        choices[0]!.message.tool_calls?.map(({ id }) => id),
        ['call_1', 'call_2'],
      )
      assert.deepEqual(inputsOf(choices[0]!.message.tool_calls), inputs)
      assert.equal(choices[0]!.finish_reason, 'tool_calls')
    })

    test('the openai package puts streamed calls together by index (cases 70, 88)', async () => {
      begin()
      const named = new Set<string>()
      const stream = openaiClient.chat.completions.stream(asked).on('tool_calls.function.arguments.delta', ({ index, name }) => named.add(`${index} ${name}`))
      const { choices } = await stream.finalChatCompletion()
      assert.deepEqual(inputsOf(choices[0]!.message.tool_calls), inputs)
      assert.deepEqual([...named], ['0 look', '1 look'])
      assert.equal(choices[0]!.finish_reason, 'tool_calls')
    })

    test('the Anthropic package reads parallel calls beside text', async () => {
      begin()
      const message = await anthropicClient.messages.create({ model, max_tokens: 99, messages: ask, tools: [lookTool] })
      assert.deepEqual(
        message.content.map(({ type }) => type),
        ['text', 'tool_use', 'tool_use'],
      )
      assert.deepEqual(
        toolUses(message).map(({ id, input }) => [id, input]),
        twoCalls.map(({ id, input }) => [id, input]),
      )
      assert.equal(message.stop_reason, 'tool_use')
    })

    test('the Anthropic package gets streamed calls one block after the other, each whole (cases 97, 98)', async () => {
      begin()
      const stream = anthropicClient.messages.stream({ model, max_tokens: 99, messages: ask, tools: [lookTool] })
      const order: string[] = []
      stream.on('streamEvent', (event) => {
        if ('index' in event && event.type !== 'content_block_delta') order.push(`${event.type.slice(14)} ${event.index}`)
      })
      const message = await stream.finalMessage()
      assert.deepEqual(
        order,
        [0, 1, 2].flatMap((index) => [`start ${index}`, `stop ${index}`]),
      )
      assert.deepEqual(
        toolUses(message).map(({ input }) => input),
        inputs,
      )
      assert.equal(message.stop_reason, 'tool_use')
    })

    test('the openai package sends the results back with its messages (case 35)', async () => {
      begin()
      const first = await openaiClient.chat.completions.stream(asked).finalChatCompletion()
      const results = twoCalls.map(({ id }) => ({ role: 'tool' as const, tool_call_id: id, content: `fine at ${id}` }))
      const second = await openaiClient.chat.completions.create({ ...asked, messages: [...ask, first.choices[0]!.message, ...results] })
      assert.equal(second.choices[0]!.message.content, 'Both are fine.')
      assert.deepEqual(resultsIn(stage(scene).asked()[1]!.json()), [
        ['call_1', 'fine at call_1'],
        ['call_2', 'fine at call_2'],
      ])
    })

    test('the Anthropic package sends the results back with its messages', async () => {
      begin()
      const tools = [lookTool]
      const first = await anthropicClient.messages.stream({ model, max_tokens: 99, messages: ask, tools }).finalMessage()
      const results = toolUses(first).map(({ id }) => ({ type: 'tool_result' as const, tool_use_id: id, content: `fine at ${id}` }))
      const turns = [...ask, { role: 'assistant' as const, content: first.content }, { role: 'user' as const, content: results }]
      const second = await anthropicClient.messages.create({ model, max_tokens: 99, messages: turns, tools })
      assert.deepEqual(
        second.content.map((block) => block.type === 'text' && block.text),
        ['Both are fine.'],
      )
      assert.deepEqual(resultsIn(stage(scene).asked()[1]!.json()), [
        ['call_1', 'fine at call_1'],
        ['call_2', 'fine at call_2'],
      ])
    })
  })
}

/** The results that a provider was told, whichever wire it speaks: the id of the call and what came of it. */
function resultsIn({ messages }: JsonObject): unknown[] {
  return (messages as JsonObject[]).flatMap((message) => {
    if (message.role === 'tool') return [[message.tool_call_id, message.content]]
    const blocks = Array.isArray(message.content) ? (message.content as JsonObject[]) : []
    return blocks.filter(({ type }) => type === 'tool_result').map((block) => [block.tool_use_id, textOf(block.content)])
  })
}

function textOf(content: unknown): unknown {
  return Array.isArray(content) ? content.map((part: JsonObject) => part.text).join('') : content
}

test('a choice of tools goes over to the other wire (cases 18, 19, 33)', async () => {
  scene.claude.play(behindMessages.speak('ok'))
  const named = { type: 'function', function: { name: 'look' } } as const
  const asked = { model: behindMessages.model, messages: ask, tools: [lookFunction] }
  for (const tool_choice of ['required', 'none', named] as const) await openaiClient.chat.completions.create({ ...asked, tool_choice })
  await openaiClient.chat.completions.create({ ...asked, parallel_tool_calls: false })
  assert.deepEqual(
    scene.claude.asked().map((request) => request.json().tool_choice),
    [{ type: 'any' }, { type: 'none' }, { type: 'tool', name: 'look' }, { type: 'auto', disable_parallel_tool_use: true }],
  )
  scene.chat.play(behindChat.speak('ok'))
  const tool_choice = { type: 'tool', name: 'look', disable_parallel_tool_use: true } as const
  await anthropicClient.messages.create({ model: behindChat.model, max_tokens: 9, messages: ask, tools: [lookTool], tool_choice })
  const sent = scene.chat.asked()[0]!.json()
  assert.deepEqual([sent.tool_choice, sent.parallel_tool_calls], [named, false])
})

describe('legacy functions', () => {
  const { name, parameters } = lookFunction.function
  const asked = { messages: ask, functions: [{ name, parameters }], function_call: 'auto' as const }

  test('go to Messages as tools, and the call comes back as the client asked for it, whole and streamed (case 32)', async () => {
    scene.claude.play(behindMessages.speak('', { toolCalls: twoCalls.slice(0, 1) }))
    const whole = await openaiClient.chat.completions.create({ ...asked, model: behindMessages.model })
    const streamed = await openaiClient.chat.completions.create({ ...asked, model: behindMessages.model, stream: true })
    const deltas = (await Array.fromAsync(streamed)).map(({ choices }) => choices[0]?.delta.function_call)
    assert.deepEqual(
      (scene.claude.asked()[0]!.json().tools as JsonObject[]).map((tool) => tool.name),
      ['look'],
    )
    assert.deepEqual(whole.choices[0]!.message.function_call, { name: 'look', arguments: JSON.stringify(inputs[0]) })
    assert.equal(whole.choices[0]!.finish_reason, 'function_call')
    assert.equal(deltas.map((call) => call?.name ?? '').join(''), 'look')
    assert.deepEqual(JSON.parse(deltas.map((call) => call?.arguments ?? '').join('')), inputs[0])
  })

  test('and their results in the history go with them', async () => {
    scene.claude.play(behindMessages.speak('ok'))
    const call = { name: 'look', arguments: '{"at":"Bern"}' }
    const messages = [
      ...ask,
      { role: 'assistant', content: null, function_call: call },
      { role: 'function', name: 'look', content: 'fine' },
    ] as OpenAI.ChatCompletionMessageParam[]
    await openaiClient.chat.completions.create({ ...asked, messages, model: behindMessages.model })
    const [, spoken, result] = scene.claude.asked()[0]!.json().messages as { content: JsonObject[] }[]
    assert.deepEqual(
      spoken!.content.map(({ type, input }) => [type, input]),
      [['tool_use', { at: 'Bern' }]],
    )
    assert.equal(result!.content[0]!.tool_use_id, spoken!.content[0]!.id)
  })

  test('pass a provider of Chat Completions as they are', async () => {
    scene.chat.play(openai.speak('ok'))
    await openaiClient.chat.completions.create({ ...asked, model: behindChat.model })
    const sent = scene.chat.asked()[0]!.json()
    assert.deepEqual([sent.functions, sent.function_call, sent.tools], [asked.functions, 'auto', undefined])
  })
})

test('the built-in provider calls the tool that the last message names, for both packages', async () => {
  const messages = [{ role: 'user' as const, content: 'call look' }]
  const model = 'omni-runtime/smoke'
  const chat = await openaiClient.chat.completions.stream({ model, messages, tools: [lookFunction] }).finalChatCompletion()
  const message = await anthropicClient.messages.stream({ model, max_tokens: 99, messages, tools: [lookTool] }).finalMessage()
  assert.deepEqual(inputsOf(chat.choices[0]!.message.tool_calls), [{ at: 'text' }])
  assert.deepEqual(
    toolUses(message).map(({ name, input }) => [name, input]),
    [['look', { at: 'text' }]],
  )
})
