/** Whole answers, their ends and their counts. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '../../base/json.ts'
import type { Block, ChatResponse, Choice, FinishReason } from '../../canonical/chat.ts'
import { readRequest } from './request.ts'
import { readResponse, writeResponse } from './response.ts'
import { readUsage, writeUsage } from './usage.ts'

const message = (fields: JsonObject = {}): JsonObject => ({
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'up',
  content: [{ type: 'text', text: 'a' }],
  stop_reason: 'end_turn',
  stop_sequence: null,
  usage: { input_tokens: 1, output_tokens: 2 },
  ...fields,
})
const options = { now: 1700000000, asked: readRequest({ model: 'm', messages: [] }) }
const answer = (choice: Choice): ChatResponse => ({ id: 'r', model: 'up', choices: [choice], usage: {} })
const written = (blocks: readonly Block[], finish: FinishReason) => writeResponse(answer({ blocks, finish }), options)

test('[51] [52] Calls are read with their arguments as JSON text, never an empty one.', () => {
  const content: JsonObject[] = [
    { type: 'text', text: 't' },
    { type: 'tool_use', id: 'a', name: 'n', input: { at: 1 } },
    { type: 'tool_use', id: 'b', name: 'n', input: {} },
  ]
  const [choice] = readResponse(message({ content, stop_reason: 'tool_use' })).choices
  assert.deepEqual(choice, {
    blocks: [
      { type: 'text', text: 't' },
      { type: 'tool-call', id: 'a', name: 'n', input: '{"at":1}' },
      { type: 'tool-call', id: 'b', name: 'n', input: '{}' },
    ],
    finish: 'tool-calls',
  })
})

test('[63] [100] Every way to end is read and written, and a reason without a word is kept for this wire.', () => {
  const ways: { readonly [said: string]: FinishReason } = {
    end_turn: 'stop',
    stop_sequence: 'stop-sequence',
    max_tokens: 'length',
    model_context_window_exceeded: 'context',
    tool_use: 'tool-calls',
    refusal: 'refused',
    pause_turn: 'paused',
    tomorrow: 'other',
  }
  for (const [stop_reason, finish] of Object.entries(ways)) {
    const body = message({ stop_reason, stop_sequence: finish === 'stop-sequence' ? 'END' : null })
    const response = readResponse(body)
    assert.equal(response.choices[0]!.finish, finish)
    assert.equal(response.choices[0]!.stopSequence, finish === 'stop-sequence' ? 'END' : undefined)
    assert.deepEqual(writeResponse(response, options), body)
  }
  assert.equal(written([], 'other').stop_reason, 'end_turn')
})

test('A stop with calls in it is said as their use, and a stop with a refusal as one.', () => {
  assert.equal(written([{ type: 'tool-call', id: 'a', name: 'n', input: '{}' }], 'stop').stop_reason, 'tool_use')
  assert.partialDeepStrictEqual(written([{ type: 'refusal', text: 'No.' }], 'stop'), { stop_reason: 'refusal', content: [{ type: 'text', text: 'No.' }] })
})

test('[62] Arguments that were cut short are an empty object, and the end says why.', () => {
  const { content, stop_reason } = written([{ type: 'tool-call', id: 'a', name: 'n', input: '{"at":"le' }], 'length')
  assert.deepEqual([content, stop_reason], [[{ type: 'tool_use', id: 'a', name: 'n', input: {} }], 'max_tokens'])
})

test('An answer of another wire has all that this one’s clients look for.', () => {
  assert.deepEqual(
    writeResponse(
      {
        id: '',
        model: 'up',
        choices: [
          {
            blocks: [
              { type: 'text', text: '' },
              { type: 'text', text: ' ' },
            ],
            finish: 'stop',
          },
        ],
        usage: {},
      },
      options,
    ),
    {
      id: 'msg_1700000000',
      type: 'message',
      role: 'assistant',
      model: 'up',
      content: [{ type: 'text', text: ' ' }],
      stop_reason: 'end_turn',
      stop_sequence: null,
      usage: { input_tokens: 0, cache_creation_input_tokens: 0, cache_read_input_tokens: 0, output_tokens: 0 },
    },
  )
})

test('[149] Thoughts without a signature are shown with an empty one.', () => {
  assert.deepEqual(written([{ type: 'reasoning', text: 'hm' }], 'stop').content, [{ type: 'thinking', thinking: 'hm', signature: '' }])
})

test('A citation of another wire points at its page.', () => {
  const citations = [{ url: 'https://example.org', title: 'T', quoted: 'q' }]
  assert.deepEqual((written([{ type: 'text', text: 'a', citations }], 'stop').content as JsonObject[])[0]!.citations, [
    { type: 'web_search_result_location', url: 'https://example.org', title: 'T', cited_text: 'q', encrypted_index: '' },
  ])
})

test('[150] Cached tokens count as input.', () => {
  const usage = readUsage({ input_tokens: 10, cache_creation_input_tokens: 100, cache_read_input_tokens: 1000, output_tokens: 5 })
  assert.deepEqual(usage, { input: 1110, output: 5, cacheRead: 1000, cacheWrite: 100 })
})

test('[151] Input of another wire is told without its cached tokens, and is never negative.', () => {
  assert.partialDeepStrictEqual(writeUsage({ input: 1110, cacheRead: 1000, output: 5 }), {
    input_tokens: 110,
    cache_read_input_tokens: 1000,
    cache_creation_input_tokens: 0,
    output_tokens: 5,
  })
  assert.equal(writeUsage({ input: 1, cacheRead: 1000 }).input_tokens, 0)
})

test('[155] Thinking is part of the output and not added to it.', () => {
  assert.deepEqual(readUsage({ output_tokens: 50, output_tokens_details: { thinking_tokens: 40 }, cache_read_input_tokens: 0 }), {
    output: 50,
    reasoning: 40,
    cacheRead: 0,
  })
})

test('[156] What is cached for an hour is told apart.', () => {
  const said = {
    input_tokens: 1,
    cache_creation_input_tokens: 100,
    cache_read_input_tokens: 0,
    cache_creation: { ephemeral_5m_input_tokens: 70, ephemeral_1h_input_tokens: 30 },
    output_tokens: 1,
  }
  assert.equal(readUsage(said).cacheWriteHour, 30)
  assert.deepEqual(writeUsage(readUsage(said)), said)
})

test('A54: Counts that are none are not believed.', () => {
  assert.deepEqual(readUsage({ input_tokens: -5, output_tokens: 1e300, cache_read_input_tokens: '7' }), {})
})

test('A40: A body that is an error after all, or no message, is a failure.', () => {
  assert.throws(() => readResponse({ type: 'error', error: { type: 'overloaded_error', message: 'x' } }), { reason: 'overloaded' })
  for (const body of [{}, { content: 'text' }, { content: [7] }] as JsonObject[])
    assert.throws(() => readResponse(body), { reason: 'upstream_invalid_response' })
})
