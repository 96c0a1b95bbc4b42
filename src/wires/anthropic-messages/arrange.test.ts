/** Conversations of other wires, in the order that this one wants. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { asking, assistant, call, result, system, text, user, writeWith } from '../../../test/asking.ts'
import type { JsonObject } from '../../base/json.ts'
import type { Block, ChatRequest, Turn } from '../../canonical/chat.ts'
import type { ModelTraits } from '../traits.ts'
import { readRequest, writeRequest } from './request.ts'

const write = (request: ChatRequest, traits: Partial<ModelTraits> = {}) => writeWith(writeRequest, request, traits)
const messagesOf = (...turns: readonly Turn[]) => write(asking(turns)).body.messages as JsonObject[]

test('[1] [2] System texts of another wire go to the top in their order, and their place is reported lost.', () => {
  const { body, lost } = write(asking([system('a'), system('b'), user(text('hi')), system('c')]))
  assert.deepEqual(body, {
    model: 'm',
    system: [
      { type: 'text', text: 'a' },
      { type: 'text', text: 'b' },
      { type: 'text', text: 'c' },
    ],
    messages: [{ role: 'user', content: 'hi' }],
    max_tokens: 4096,
  })
  assert.deepEqual(lost, ['system_position'])
})

test('[7] [8] There are no empty texts, and no turns without a word.', () => {
  assert.deepEqual(messagesOf(user(text('a')), assistant(text(''), call('c')), user(result('c', 'r'))), [
    { role: 'user', content: 'a' },
    { role: 'assistant', content: [{ type: 'tool_use', id: 'c', name: 'look', input: {} }] },
    { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'c', content: 'r' }] },
  ])
  assert.deepEqual(messagesOf(user(text('a')), assistant(), assistant(text(' \n')), user(text('b'))), [
    {
      role: 'user',
      content: [
        { type: 'text', text: 'a' },
        { type: 'text', text: 'b' },
      ],
    },
  ])
})

test('[9] White space at the end of a last turn of the model’s is cut.', () => {
  assert.deepEqual(messagesOf(user(text('a')), assistant(text('Hi  \n'))), [
    { role: 'user', content: 'a' },
    { role: 'assistant', content: 'Hi' },
  ])
})

test('[10] A model that goes on from no turn of its own is sent none at the end.', () => {
  const { body, lost } = write(asking([user(text('a')), assistant(text('Hi'))]), { prefill: false })
  assert.deepEqual(body.messages, [{ role: 'user', content: 'a' }])
  assert.deepEqual(lost, ['prefill'])
})

test('[12] A conversation may begin with the model.', () => {
  assert.deepEqual(messagesOf(assistant(text('Hello.')), user(text('a'))), [
    { role: 'assistant', content: 'Hello.' },
    { role: 'user', content: 'a' },
  ])
})

test('[35] [36] The results of one round are one message, first in it and in the order of the calls.', () => {
  assert.deepEqual(messagesOf(user(text('a')), assistant(call('x'), call('y')), user(result('y', '2')), user(result('x', '1')), user(text('go'))), [
    { role: 'user', content: 'a' },
    {
      role: 'assistant',
      content: [
        { type: 'tool_use', id: 'x', name: 'look', input: {} },
        { type: 'tool_use', id: 'y', name: 'look', input: {} },
      ],
    },
    {
      role: 'user',
      content: [
        { type: 'tool_result', tool_use_id: 'x', content: '1' },
        { type: 'tool_result', tool_use_id: 'y', content: '2' },
        { type: 'text', text: 'go' },
      ],
    },
  ])
})

test('[39] A call without a result, and a result without a call, are refused by their id.', () => {
  const missing = { reason: 'invalid_value', param: 'messages', message: 'The tool call y has no result.' }
  assert.throws(() => messagesOf(user(text('a')), assistant(call('x'), call('y')), user(result('x', '1'))), missing)
  assert.throws(() => messagesOf(user(text('a')), assistant(call('y'))), missing)
  assert.throws(() => messagesOf(user(text('a')), assistant(call('y')), assistant(text('b')), user(text('c'))), missing)
  assert.throws(() => messagesOf(user(result('z', '1'))), { reason: 'invalid_value', message: 'The tool result z answers no call of the turn before it.' })
  const twice = [assistant(call('x')), user(result('x', '1'), result('x', '2'))]
  assert.throws(() => messagesOf(...twice), { reason: 'invalid_value', message: 'The tool call x has two results.' })
  assert.throws(() => messagesOf(user(text('a')), assistant(call('a <secret>'))), { message: 'The tool call has no result.' })
})

test('[41] [42] A result is a string, or the texts it was given; an empty one is an empty string.', () => {
  const parts: Block = { type: 'tool-result', callId: 'x', blocks: [text('a'), text('b')] }
  assert.partialDeepStrictEqual(messagesOf(assistant(call('x'), call('y')), user(parts, result('y', ''))), [
    {},
    {
      content: [
        {
          content: [
            { type: 'text', text: 'a' },
            { type: 'text', text: 'b' },
          ],
        },
        { tool_use_id: 'y', content: '' },
      ],
    },
  ])
})

test('[47] A failed result says so, and a good one of another wire says nothing of it.', () => {
  const [, message] = messagesOf(assistant(call('x'), call('y')), user({ ...result('x', 'no'), failed: true } as Block, result('y', 'yes')))
  assert.deepEqual(
    (message!.content as JsonObject[]).map((block) => block.is_error),
    [true, undefined],
  )
})

test('[62] Arguments that are no JSON object still make one: cut JSON has no arguments, the rest is put into one.', () => {
  const [first] = messagesOf(
    assistant(call('a', '{"at":'), call('b', ''), call('c', '[1]'), call('d', '{"n":12345678901234567890}'), { ...call('e', 'free'), custom: true } as Block),
    user(...['a', 'b', 'c', 'd', 'e'].map((id) => result(id, 'r'))),
  )
  const inputs = (first!.content as JsonObject[]).map(({ input }) => JSON.stringify(input))
  assert.deepEqual(inputs, ['{}', '{}', '{"input":[1]}', '{"n":12345678901234567890}', '{"input":"free"}'])
})

test('[139] [140] Signed thoughts go back as they came, sealed ones and empty signed ones too.', () => {
  const signature = { scheme: 'signed-thinking', value: 'EoQD+/==' } as const
  const blocks: Block[] = [
    { type: 'reasoning', text: 'hm', signature },
    { type: 'reasoning', text: '', signature },
    { type: 'reasoning', text: '', redacted: 'c2U=' },
    text('a'),
  ]
  const [, message] = messagesOf(user(text('a')), assistant(...blocks))
  assert.deepEqual(message, {
    role: 'assistant',
    content: [
      { type: 'thinking', thinking: 'hm', signature: 'EoQD+/==' },
      { type: 'thinking', thinking: '', signature: 'EoQD+/==' },
      { type: 'redacted_thinking', data: 'c2U=' },
      { type: 'text', text: 'a' },
    ],
  })
})

test('[140] [141] [149] Unsigned thoughts and those another vendor signed are left out and reported.', () => {
  const foreign: Block = { type: 'reasoning', text: 'x', signature: { scheme: 'encrypted-reasoning', value: 'v' } }
  const { body, lost } = write(
    asking([user(text('a')), assistant({ type: 'reasoning', text: 'x' }, foreign, text('b')), assistant({ type: 'reasoning', text: 'y' })]),
  )
  assert.deepEqual(body.messages, [
    { role: 'user', content: 'a' },
    { role: 'assistant', content: 'b' },
  ])
  assert.deepEqual(lost, ['reasoning', 'signature', 'reasoning'])
  const own = readRequest({
    model: 'm',
    max_tokens: 1,
    messages: [
      {
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: 'x', signature: '' },
          { type: 'text', text: 'b' },
        ],
      },
    ],
  })
  assert.deepEqual(own.turns[0]!.blocks[0], { type: 'reasoning', text: 'x' })
  assert.deepEqual(write(own).body.messages, [{ role: 'assistant', content: 'b' }])
})

test('A refusal of another wire is text, and blocks that only another wire knows are left out and reported.', () => {
  const native: Block = { type: 'native', name: 'x', rest: { wire: 'openai-chat', fields: { type: 'x' } } }
  const { body, lost } = write(asking([user(text('a'), native), assistant({ type: 'refusal', text: 'No.' })]))
  assert.deepEqual(body.messages, [
    { role: 'user', content: 'a' },
    { role: 'assistant', content: 'No.' },
  ])
  assert.deepEqual(lost, ['native_block'])
})
