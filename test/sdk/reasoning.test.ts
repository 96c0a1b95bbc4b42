/** What a model thought, and the proof of it, over two turns: the second turn brings both back to the provider byte for byte. */

import assert from 'node:assert/strict'
import type Anthropic from '@anthropic-ai/sdk'
import { describe, test } from 'node:test'
import type OpenAI from 'openai'
import type { JsonObject } from '../../src/base/json.ts'
import { openScene } from '../contract/scene.ts'
import { messages, openai, reply } from '../upstream/index.ts'
import { anthropicOf, ask, behindChat, behindMessages, lookFunction, lookTool, openaiOf, twoCalls } from './clients.ts'

const scene = await openScene()
const openaiClient = openaiOf(scene)
const anthropicClient = anthropicOf(scene)

const thought = 'First the map, \nthen — the 🏔.'
const signature = 'EqQBCgIYAhIkMjQ3YWJj/+=='
const reasoning = ['First the map, ', '\nthen — ', 'the 🏔.']
const calls = twoCalls.slice(0, 1)
const { model } = behindMessages
const begin = () => scene.claude.play(behindMessages.speak('Let me look.', { reasoning, signature, toolCalls: calls }), behindMessages.speak('Fine.'))
const thinking = { type: 'enabled', budget_tokens: 1024 } as const
const result = { role: 'user' as const, content: [{ type: 'tool_result' as const, tool_use_id: 'call_1', content: 'fine' }] }

/** The assistant's turn as the provider got it the second time. */
const replayed = (): readonly JsonObject[] => {
  const { messages: sent } = scene.claude.asked()[1]!.json()
  return (sent as JsonObject[]).find(({ role }) => role === 'assistant')!.content as JsonObject[]
}

describe('thoughts of Claude', () => {
  const signed = { type: 'thinking', thinking: thought, signature }

  for (const way of ['whole', 'streamed'] as const) {
    test(`come back unchanged through the Anthropic package, ${way} (case 139)`, async () => {
      begin()
      const asked = { model, max_tokens: 2000, messages: ask, thinking, tools: [lookTool] }
      const first = way === 'whole' ? await anthropicClient.messages.create(asked) : await anthropicClient.messages.stream(asked).finalMessage()
      assert.deepEqual(first.content[0], signed)
      await anthropicClient.messages.create({ ...asked, messages: [...ask, { role: 'assistant', content: first.content }, result] })
      assert.deepEqual(replayed()[0], signed)
      assert.deepEqual(scene.claude.asked()[1]!.json().thinking, thinking)
    })

    test(`come back unchanged through the openai package, ${way} (case 139)`, async () => {
      begin()
      const asked = { model, messages: ask, reasoning_effort: 'low' as const, max_completion_tokens: 4000, tools: [lookFunction] }
      const message = way === 'whole' ? (await openaiClient.chat.completions.create(asked)).choices[0]!.message : await gather(asked)
      assert.equal((message as { reasoning_content?: string }).reasoning_content, thought)
      await openaiClient.chat.completions.create({ ...asked, messages: [...ask, message, { role: 'tool', tool_call_id: 'call_1', content: 'fine' }] })
      assert.deepEqual(replayed()[0], signed)
      assert.deepEqual(
        replayed().map(({ type }) => type),
        ['thinking', 'text', 'tool_use'],
      )
      assert.deepEqual(scene.claude.asked()[1]!.json().thinking, { type: 'enabled', budget_tokens: 1024 })
    })
  }

  test('that are sealed go and come as they are, beside an empty one that is signed (cases 139, 140)', async () => {
    const sealed = [
      { type: 'thinking', thinking: '', signature },
      { type: 'redacted_thinking', data: 'c2VhbGVk' },
    ] as const
    const body = messages.body('Fine.')
    scene.claude.play(reply(200, { ...body, content: [...sealed, ...(body.content as JsonObject[])] }))
    const asked = { model, messages: ask, reasoning_effort: 'low' as const, max_completion_tokens: 4000 }
    const { message } = (await openaiClient.chat.completions.create(asked)).choices[0]!
    await openaiClient.chat.completions.create({ ...asked, messages: [...ask, message, ...ask] })
    assert.deepEqual(replayed().slice(0, 2), [...sealed])
    const first = await anthropicClient.messages.create({ model, max_tokens: 2000, messages: ask, thinking })
    assert.deepEqual(first.content.slice(0, 2), [...sealed])
  })
})

/** Puts a stream's message together as an agent would that keeps every field it does not know: the package's own helper keeps text and calls alone. */
async function gather(asked: OpenAI.ChatCompletionCreateParamsNonStreaming): Promise<OpenAI.ChatCompletionAssistantMessageParam> {
  let content = ''
  let thoughts = ''
  const details: JsonObject[] = []
  const made = openaiClient.chat.completions.stream({ ...asked, stream: true }).on('chunk', ({ choices }) => {
    const delta = (choices[0]?.delta ?? {}) as { content?: string; reasoning_content?: string; reasoning_details?: JsonObject[] }
    content += delta.content ?? ''
    thoughts += delta.reasoning_content ?? ''
    details.push(...(delta.reasoning_details ?? []))
  })
  const { tool_calls } = (await made.finalChatCompletion()).choices[0]!.message
  const kept = { reasoning_content: thoughts, reasoning_details: joined(details) }
  return { role: 'assistant', content, ...(tool_calls && { tool_calls }), ...kept }
}

/** Entries of one index are pieces of one. */
function joined(details: readonly JsonObject[]): JsonObject[] {
  const byIndex = new Map<unknown, JsonObject>()
  for (const detail of details) {
    const known = byIndex.get(detail.index) ?? {}
    const text = `${String(known.text ?? '')}${String(detail.text ?? '')}`
    byIndex.set(detail.index, { ...known, ...detail, ...(text !== '' && { text }) })
  }
  return [...byIndex.values()]
}

describe('thoughts of a model of Chat Completions', () => {
  test('are thinking blocks to the Anthropic package, whole and streamed, and may come back (cases 99, 149)', async () => {
    scene.chat.play(behindChat.speak('Fine.', { reasoning }))
    const asked = { model: behindChat.model, max_tokens: 2000, messages: ask }
    const whole = await anthropicClient.messages.create(asked)
    const streamed = await anthropicClient.messages.stream(asked).finalMessage()
    for (const { content } of [whole, streamed])
      assert.deepEqual(
        content.map((block) => [block.type, block.type === 'thinking' && block.thinking]),
        [
          ['thinking', thought],
          ['text', false],
        ],
      )
    await anthropicClient.messages.create({ ...asked, messages: [...ask, { role: 'assistant', content: streamed.content }, ...ask] })
    assert.equal(scene.chat.asked().length, 3)
  })

  test('are not told to a Claude, which would refuse them unsigned (case 141)', async () => {
    scene.chat.play(behindChat.speak('Fine.', { reasoning }))
    begin()
    const first = await anthropicClient.messages.stream({ model: behindChat.model, max_tokens: 2000, messages: ask }).finalMessage()
    const turns: Anthropic.MessageParam[] = [...ask, { role: 'assistant', content: first.content }, ...ask]
    await anthropicClient.messages.create({ model, max_tokens: 2000, messages: turns })
    const [, spoken] = scene.claude.asked()[0]!.json().messages as JsonObject[]
    assert.match(JSON.stringify(spoken), /Fine\./)
    assert.doesNotMatch(JSON.stringify(spoken), /thinking|the map/)
  })

  test('and its effort is the effort that the client asked for', async () => {
    scene.chat.play(behindChat.speak('Fine.'))
    const asked = { model: 'openai/gpt-5.2', max_tokens: 9000, messages: ask }
    await anthropicClient.messages.create({ ...asked, thinking: { type: 'enabled', budget_tokens: 4096 } })
    await anthropicClient.messages.create({ ...asked, thinking: { type: 'adaptive' }, output_config: { effort: 'low' } })
    assert.deepEqual(
      scene.chat.asked().map((request) => request.json().reasoning_effort),
      ['high', 'low'],
    )
  })
})

test('an effort that nobody knows is the caller’s mistake, and no provider is asked (case 137)', async () => {
  begin()
  const asked = { model, messages: ask, reasoning_effort: 'ultra' as OpenAI.ReasoningEffort }
  await assert.rejects(openaiClient.chat.completions.create(asked), { status: 400, param: 'reasoning_effort' })
  assert.equal(scene.claude.asked().length, 0)
})

test('a thought signature of Google’s stays on its call, from the provider to the client and back (case 143)', async () => {
  const extra_content = { google: { thought_signature: 'R29vZ2xl/+==' } }
  const body = openai.body('', { toolCalls: calls })
  const [choice] = body.choices as { message: { tool_calls: JsonObject[] } }[]
  Object.assign(choice!.message.tool_calls[0]!, { extra_content })
  scene.chat.play(reply(200, body), behindChat.speak('ok'))
  const asked = { model: 'openai/gemini-3-flash', messages: ask, tools: [lookFunction] }
  const { message } = (await openaiClient.chat.completions.create(asked)).choices[0]!
  await openaiClient.chat.completions.create({ ...asked, messages: [...ask, message, { role: 'tool', tool_call_id: 'call_1', content: 'fine' }] })
  const sent = scene.chat.asked()[1]!.json().messages as JsonObject[]
  assert.deepEqual((sent[1]!.tool_calls as JsonObject[])[0]!.extra_content, extra_content)
})
