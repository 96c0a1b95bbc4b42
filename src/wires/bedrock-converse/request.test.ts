/** Conversations of other wires, as Converse wants them said. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { asking, assistant, call, result, system, text, user, writeWith } from '../../../test/asking.ts'
import type { JsonObject } from '../../base/json.ts'
import type { Block, ChatRequest, FunctionTool, Turn } from '../../canonical/chat.ts'
import type { ModelTraits } from '../traits.ts'
import { readRequest, writeRequest } from './request.ts'

const claude = 'anthropic.claude-sonnet-4-5-20250929-v1:0'
const write = (request: ChatRequest, traits: Partial<ModelTraits> = { model: claude }) => writeWith(writeRequest, request, traits)
const messagesOf = (...turns: readonly Turn[]) => write(asking(turns)).body.messages as JsonObject[]
const tool: FunctionTool = { type: 'function', name: 'look', schema: { type: 'object' } }
const spec = { toolSpec: { name: 'look', inputSchema: { json: { type: 'object' } } } }

test('neighbours of one role become one message, so that roles alternate (case 6)', () => {
  assert.deepEqual(messagesOf(user(text('a')), user(text('b')), assistant(text('c')), assistant(text('d')), user(text('e'))), [
    { role: 'user', content: [{ text: 'a' }, { text: 'b' }] },
    { role: 'assistant', content: [{ text: 'c' }, { text: 'd' }] },
    { role: 'user', content: [{ text: 'e' }] },
  ])
})

test('a conversation that the model began is refused, and so is one without a word of the user (case 12)', () => {
  for (const turns of [[assistant(text('a')), user(text('b'))], [system('s')], [user(text(' '))]]) {
    assert.throws(() => write(asking(turns)), { reason: 'invalid_value', message: /messages must start with user/, param: 'messages' })
  }
})

test('system texts stand apart, in their order, and their place is reported lost', () => {
  const { body, lost } = write(asking([system('a'), user(text('hi')), system('b')]))
  assert.deepEqual(body, { system: [{ text: 'a' }, { text: 'b' }], messages: [{ role: 'user', content: [{ text: 'hi' }] }] })
  assert.deepEqual(lost, ['system_position'])
})

test('results stand first, in the order of their calls, with their status (cases 35, 36, 47)', () => {
  const failed: Block = { type: 'tool-result', callId: 'b', blocks: [text('no')], failed: true }
  const [, , answered] = messagesOf(user(text('x')), assistant(call('a'), call('b')), user(text('and'), failed), user(result('a', 'yes')))
  assert.deepEqual(answered!.content, [
    { toolResult: { toolUseId: 'a', content: [{ text: 'yes' }] } },
    { toolResult: { toolUseId: 'b', content: [{ text: 'no' }], status: 'error' } },
    { text: 'and' },
  ])
})

test('a call without a result is refused by its id (case 39), and an empty result says so in the least words', () => {
  assert.throws(() => messagesOf(user(text('x')), assistant(call('a'))), { reason: 'invalid_value', message: /call a has no result/ })
  const [, , answered] = messagesOf(user(text('x')), assistant(call('a')), user(result('a', '')))
  assert.deepEqual(answered!.content, [{ toolResult: { toolUseId: 'a', content: [{ json: {} }] } }])
})

test('without a choice of tools there are none, unless the conversation has called some (cases 17, 21)', () => {
  const none = write(asking([user(text('x'))], { tools: [tool], toolChoice: { mode: 'none' } }))
  assert.equal(none.body.toolConfig, undefined)
  assert.deepEqual(none.lost, [])
  const history = [user(text('x')), assistant(call('a')), user(result('a', 'r'))]
  const kept = write(asking(history, { tools: [tool], toolChoice: { mode: 'none' } }))
  assert.deepEqual(kept.body.toolConfig, { tools: [spec] })
  assert.deepEqual(kept.lost, ['tool_choice'])
  assert.equal(write(asking([user(text('x'))], { tools: [], toolChoice: { mode: 'required' } })).body.toolConfig, undefined)
})

test('tools that the conversation has called are declared where none are given (case 22)', () => {
  const history = [user(text('x')), assistant(call('a'), call('b')), user(result('a', 'r'), result('b', 'r'))]
  assert.deepEqual(write(asking(history)).body.toolConfig, { tools: [spec] })
})

test('a choice among tools is said in one word of three', () => {
  const choices = { auto: { auto: {} }, required: { any: {} }, named: { tool: { name: 'look' } } } as const
  for (const mode of ['auto', 'required', 'named'] as const) {
    const { body } = write(asking([user(text('x'))], { tools: [tool], toolChoice: { mode, ...(mode === 'named' && { name: 'look' }) } }))
    assert.deepEqual(body.toolConfig, { tools: [spec], toolChoice: choices[mode] })
  }
})

test('a schema is told where the model can be held to one, as text (case 125), and refused where it cannot (case 133)', () => {
  const format = { type: 'schema', name: 'answer', schema: { type: 'object' } } as const
  const { body } = write(asking([user(text('x'))], { format }))
  assert.deepEqual(body.outputConfig, { textFormat: { type: 'json_schema', structure: { jsonSchema: { schema: '{"type":"object"}', name: 'answer' } } } })
  assert.throws(() => write(asking([user(text('x'))], { format }), { nativeSchema: false }), { reason: 'unsupported_parameter' })
  assert.throws(() => write(asking([user(text('x'))], { format: { type: 'json' } })), { reason: 'unsupported_parameter' })
})

test('sampling and limits have names of their own, temperature ends at 1 (case 171), and nothing is invented (case 172)', () => {
  const { body, lost } = write(asking([user(text('x'))], { maxTokens: 9, temperature: 1.7, topP: 0.5, topK: 4, stop: ['END', ' '] }))
  assert.deepEqual(body.inferenceConfig, { maxTokens: 9, temperature: 1, topP: 0.5, stopSequences: ['END'] })
  assert.deepEqual(body.additionalModelRequestFields, { top_k: 4 })
  assert.deepEqual(lost.toSorted(), ['stop', 'temperature'])
  assert.deepEqual(Object.keys(write(asking([user(text('x'))])).body), ['messages'])
})

test('thoughts go back as they were signed and sealed, and those of other vendors stay here (cases 139, 141, 146)', () => {
  const signed: Block = { type: 'reasoning', text: 'hm', signature: { scheme: 'signed-thinking', value: 'c2ln' } }
  const sealed: Block = { type: 'reasoning', text: '', redacted: 'c2VhbGVk' }
  const foreign: Block = { type: 'reasoning', text: 'ha', signature: { scheme: 'thought-signature', value: 'T' } }
  const turns = [user(text('x')), assistant(signed, sealed, foreign, { type: 'reasoning', text: 'unsigned' }, text('so')), user(text('y'))]
  const { body, lost } = write(asking(turns))
  assert.deepEqual((body.messages as JsonObject[])[1]!.content, [
    { reasoningContent: { reasoningText: { text: 'hm', signature: 'c2ln' } } },
    { reasoningContent: { redactedContent: 'c2VhbGVk' } },
    { text: 'so' },
  ])
  assert.deepEqual(lost, ['signature', 'reasoning'])
  assert.deepEqual((write(asking(turns), { model: 'amazon.nova-pro-v1:0' }).body.messages as JsonObject[])[1]!.content, [{ text: 'so' }])
})

test('a prefill ends in a word (case 9), and is left out where the model refuses it', () => {
  const turns = [user(text('x')), assistant(text('Hi  \n'))]
  assert.deepEqual(messagesOf(...turns)[1], { role: 'assistant', content: [{ text: 'Hi' }] })
  const { body, lost } = write(asking(turns), { model: claude, prefill: false })
  assert.equal((body.messages as JsonObject[]).length, 1)
  assert.deepEqual(lost, ['prefill'])
})

test('what a client of this wire says to its model is read for those who speak another', () => {
  const ask = (additionalModelRequestFields: JsonObject) =>
    readRequest({ messages: [{ role: 'user', content: [{ text: 'x' }] }], additionalModelRequestFields })
  assert.deepEqual(ask({ thinking: { type: 'enabled', budget_tokens: 9 }, top_k: 4 }).thinking, { mode: 'budget', budget: 9 })
  assert.equal(ask({ top_k: 4 }).topK, 4)
  assert.equal(ask({ inferenceConfig: { topK: 5 } }).topK, 5)
  assert.deepEqual(ask({ reasoningConfig: { type: 'enabled', maxReasoningEffort: 'low' } }).thinking, { mode: 'effort', effort: 'low' })
  assert.deepEqual(ask({ reasoning_effort: 'none' }).thinking, { mode: 'off', effort: 'none' })
})
