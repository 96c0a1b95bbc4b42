/** Folding streams into answers, and answers into streams. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ChatEvent, ChatResponse } from './chat.ts'
import { fold, Folder, mergeUsage, unfold } from './fold.ts'

const answer: ChatResponse = {
  id: 'r1',
  model: 'm',
  created: 7,
  rest: { wire: 'openai-chat', fields: { service_tier: 'default' } },
  usage: { input: 3, output: 5 },
  choices: [
    {
      finish: 'tool-calls',
      blocks: [
        { type: 'reasoning', text: 'hm', signature: { scheme: 'signed-thinking', value: 'S' } },
        { type: 'reasoning', text: '', redacted: 'ZZ' },
        { type: 'text', text: 'see', citations: [{ url: 'https://a.example', start: 0, end: 3 }] },
        { type: 'tool-call', id: 'c1', name: 'look', input: '{"at":1}' },
        { type: 'native', name: 'odd', rest: { wire: 'anthropic-messages', fields: { type: 'odd' } } },
      ],
    },
    { finish: 'stop-sequence', stopSequence: '###', blocks: [{ type: 'refusal', text: 'no' }], rest: { wire: 'openai-chat', fields: { logprobs: null } } },
  ],
}

test('what is unfolded folds back into the same answer', () => {
  assert.deepEqual(fold(unfold(answer)), answer)
})

test('interleaved blocks of two choices are kept apart, and choices come in their own order', () => {
  const events: ChatEvent[] = [
    { type: 'start', id: 'r', model: 'm' },
    { type: 'open', choice: 1, index: 0, block: { type: 'text', text: '' } },
    { type: 'open', choice: 0, index: 1, block: { type: 'text', text: '' } },
    { type: 'delta', index: 0, text: 'on' },
    { type: 'delta', index: 1, text: 'zero' },
    { type: 'delta', index: 0, text: 'e' },
    { type: 'finish', choice: 1, reason: 'stop' },
    { type: 'finish', choice: 0, reason: 'length' },
  ]
  assert.deepEqual(fold(events).choices, [
    { blocks: [{ type: 'text', text: 'zero' }], finish: 'length' },
    { blocks: [{ type: 'text', text: 'one' }], finish: 'stop' },
  ])
})

test('[154] usage that is told later holds, and what it leaves out does not overwrite what was told before', () => {
  const start = { input: 10, cacheRead: 4, rest: { wire: 'anthropic-messages', fields: { service_tier: 'x' } } } as const
  assert.deepEqual(mergeUsage(start, { output: 5, input: undefined, rest: { wire: 'anthropic-messages', fields: { more: 1 } } }), {
    input: 10,
    cacheRead: 4,
    output: 5,
    rest: { wire: 'anthropic-messages', fields: { service_tier: 'x', more: 1 } },
  })
})

test("pieces of a wire's own add up in the block they came with", () => {
  const folder = new Folder()
  folder.push([{ type: 'open', choice: 0, index: 0, block: { type: 'text', text: '' } }])
  for (const token of [1, 2, 3])
    folder.push([{ type: 'delta', index: 0, text: 'x', rest: { wire: 'openai-chat', fields: { logprobs: { content: [token] } } } }])
  assert.deepEqual(folder.result().choices[0]?.blocks[0]?.rest, { wire: 'openai-chat', fields: { logprobs: { content: [1, 2, 3] } } })
})

test('a stream that broke off folds into what had come', () => {
  const cut = fold(unfold(answer).slice(0, 4))
  assert.deepEqual(cut.choices, [{ blocks: [{ type: 'reasoning', text: 'hm', signature: { scheme: 'signed-thinking', value: 'S' } }], finish: 'other' }])
})
