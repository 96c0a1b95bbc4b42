/** Streams as clients of this wire get them, frame by frame. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '../../base/json.ts'
import { SseCutter } from '../../base/sse.ts'
import type { Block, ChatEvent, FinishReason } from '../../canonical/chat.ts'
import { readRequest } from './request.ts'
import { eventWriter } from './writer.ts'

const options = { now: 1700000000, asked: readRequest({ model: 'm', messages: [] }) }
const begin: ChatEvent = { type: 'start', id: 'r', model: 'up' }
const open = (index: number, block: Block): ChatEvent => ({ type: 'open', choice: 0, index, block })
const grow = (index: number, text: string): ChatEvent => ({ type: 'delta', index, text })
const close = (index: number): ChatEvent => ({ type: 'close', index })
const finish = (reason: FinishReason = 'stop'): ChatEvent => ({ type: 'finish', choice: 0, reason })
const text: Block = { type: 'text', text: '' }
const call = (id: string): Block => ({ type: 'tool-call', id, name: 'look', input: '' })

/** The messages of a written stream; each is checked to have the `event` line that its data says. */
function said(stream: string): JsonObject[] {
  return new SseCutter(1 << 20).push(Buffer.from(stream)).map((message) => {
    const data = JSON.parse(message.data) as JsonObject
    assert.equal(message.event, data.type)
    return data
  })
}

function written(...events: readonly ChatEvent[]): JsonObject[] {
  const writer = eventWriter(options)
  return said(events.map((event) => writer.write(event)).join('') + writer.end())
}
const blocksOf = (messages: readonly JsonObject[]) => messages.filter(({ type }) => String(type).startsWith('content_block'))
const textDelta = (index: number, words: string) => ({ type: 'content_block_delta', index, delta: { type: 'text_delta', text: words } })
const inputDelta = (index: number, partial_json: string) => ({ type: 'content_block_delta', index, delta: { type: 'input_json_delta', partial_json } })
const startOf = (index: number, content_block: JsonObject) => ({ type: 'content_block_start', index, content_block })
const stopOf = (index: number) => ({ type: 'content_block_stop', index })
const useOf = (id: string) => ({ type: 'tool_use', id, name: 'look', input: {} })

test('[95] [101] A text is said in the order of the wire, with the counts that came after the finish.', () => {
  const usage: ChatEvent = { type: 'usage', usage: { input: 11, output: 4 } }
  assert.deepEqual(written(begin, open(0, text), grow(0, 'Grüße\n'), grow(0, '"雪"'), close(0), finish(), usage), [
    {
      type: 'message_start',
      message: {
        id: 'r',
        type: 'message',
        role: 'assistant',
        model: 'up',
        content: [],
        stop_reason: null,
        stop_sequence: null,
        usage: { input_tokens: 0, cache_creation_input_tokens: 0, cache_read_input_tokens: 0, output_tokens: 0 },
      },
    },
    startOf(0, { type: 'text', text: '' }),
    textDelta(0, 'Grüße\n'),
    textDelta(0, '"雪"'),
    stopOf(0),
    {
      type: 'message_delta',
      delta: { stop_reason: 'end_turn', stop_sequence: null },
      usage: { input_tokens: 11, cache_creation_input_tokens: 0, cache_read_input_tokens: 0, output_tokens: 4 },
    },
    { type: 'message_stop' },
  ])
})

test('Counts that are known before the first word are told at the start.', () => {
  const [start] = written(begin, { type: 'usage', usage: { input: 110, cacheRead: 100 } }, open(0, text), grow(0, 'a'), finish())
  assert.partialDeepStrictEqual(start!, { message: { usage: { input_tokens: 10, cache_read_input_tokens: 100 } } })
})

test('[96] A stream of calls alone has no empty text.', () => {
  const messages = written(begin, open(0, text), close(0), open(1, call('a')), grow(1, '{}'), close(1), finish('tool-calls'))
  assert.deepEqual(blocksOf(messages), [startOf(0, useOf('a')), inputDelta(0, '{}'), stopOf(0)])
  assert.partialDeepStrictEqual(messages.at(-2)!, { delta: { stop_reason: 'tool_use' } })
})

test('[97] A text is stopped before a call starts.', () => {
  const messages = written(begin, open(4, text), grow(4, 'a'), close(4), open(9, call('a')), close(9), finish('tool-calls'))
  assert.deepEqual(blocksOf(messages), [startOf(0, { type: 'text', text: '' }), textDelta(0, 'a'), stopOf(0), startOf(1, useOf('a')), stopOf(1)])
})

test('[98] [105] Calls that come interleaved are said one after the other, the first one live. (routing 18)', () => {
  const writer = eventWriter(options)
  const steps = [
    begin,
    open(0, call('a')),
    open(1, call('b')),
    grow(0, '{"a"'),
    grow(1, '{"b":1}'),
    grow(0, ':1}'),
    open(2, text),
    grow(2, 'c'),
    close(1),
    close(0),
    grow(2, 'd'),
    close(2),
  ]
  const live = steps.map((event) => blocksOf(said(writer.write(event))))
  assert.deepEqual(live, [
    [],
    [startOf(0, useOf('a'))],
    [],
    [inputDelta(0, '{"a"')],
    [],
    [inputDelta(0, ':1}')],
    [],
    [],
    [],
    [stopOf(0), startOf(1, useOf('b')), inputDelta(1, '{"b":1}'), stopOf(1), startOf(2, { type: 'text', text: '' }), textDelta(2, 'c')],
    [textDelta(2, 'd')],
    [stopOf(2)],
  ])
})

test('[98] Of the blocks that wait, the next one goes live and the others go on waiting.', () => {
  const writer = eventWriter(options)
  for (const event of [begin, open(0, call('a')), open(1, call('b')), open(2, call('c'))]) writer.write(event)
  assert.deepEqual(said(writer.write(close(0))), [stopOf(0), startOf(1, useOf('b'))])
  assert.deepEqual(said(writer.write(grow(1, '{}'))), [inputDelta(1, '{}')])
})

test('Blocks that nobody closed are said and stopped at the end.', () => {
  const messages = written(begin, open(0, call('a')), open(1, call('b')), grow(1, '{}'), finish('tool-calls'))
  assert.deepEqual(blocksOf(messages), [startOf(0, useOf('a')), stopOf(0), startOf(1, useOf('b')), inputDelta(1, '{}'), stopOf(1)])
})

test('[99] [149] A thought starts with an empty signature, and its signature comes before its stop.', () => {
  const start = startOf(0, { type: 'thinking', thinking: '', signature: '' })
  const words = { type: 'content_block_delta', index: 0, delta: { type: 'thinking_delta', thinking: 'hm' } }
  const signature = { scheme: 'signed-thinking', value: 'c2ln' } as const
  const thought: Block = { type: 'reasoning', text: '' }
  assert.deepEqual(blocksOf(written(begin, open(0, thought), grow(0, 'hm'), close(0), finish())), [start, words, stopOf(0)])
  const signed = { type: 'content_block_delta', index: 0, delta: { type: 'signature_delta', signature: 'c2ln' } }
  assert.deepEqual(blocksOf(written(begin, open(0, thought), grow(0, 'hm'), { type: 'close', index: 0, signature }, finish())), [
    start,
    words,
    signed,
    stopOf(0),
  ])
  assert.deepEqual(blocksOf(written(begin, open(0, thought), { type: 'close', index: 0, signature }, finish())), [start, signed, stopOf(0)])
  assert.deepEqual(blocksOf(written(begin, open(0, thought), close(0), finish())), [])
})

test('[106] The signature of a call of another wire follows it on an empty thought.', () => {
  const signature = { scheme: 'thought-signature', value: 'v' } as const
  assert.deepEqual(blocksOf(written(begin, open(0, call('a')), { type: 'close', index: 0, signature }, finish())), [
    startOf(0, useOf('a')),
    stopOf(0),
    startOf(1, { type: 'thinking', thinking: '', signature: '' }),
    { type: 'content_block_delta', index: 1, delta: { type: 'signature_delta', signature: 'thought-signature:v' } },
    stopOf(1),
  ])
})

test('[100] Length, filter and refusal have their reasons.', () => {
  const reasonOf = (reason: FinishReason, block: Block = text) =>
    (written(begin, open(0, block), grow(0, 'a'), finish(reason)).at(-2)!.delta as JsonObject).stop_reason
  assert.deepEqual([reasonOf('length'), reasonOf('refused'), reasonOf('stop'), reasonOf('other')], ['max_tokens', 'refusal', 'end_turn', 'end_turn'])
  assert.equal(reasonOf('stop', { type: 'refusal', text: '' }), 'refusal')
  assert.equal(reasonOf('stop', call('a')), 'tool_use')
})

test('Blocks that only another wire understands are left out, and all that they bring.', () => {
  const native: Block = { type: 'native', name: 'x', rest: { wire: 'openai-responses', fields: { type: 'x' } } }
  assert.deepEqual(blocksOf(written(begin, open(0, native), grow(0, ''), close(0), finish())), [])
})

test('An answer without a word is still a whole message.', () => {
  assert.deepEqual(
    written(begin, finish('refused')).map(({ type }) => type),
    ['message_start', 'message_delta', 'message_stop'],
  )
})

test('What waits for its turn has a bound.', () => {
  const writer = eventWriter(options)
  for (const event of [begin, open(0, call('a')), open(1, call('b'))]) writer.write(event)
  const piece = 'x'.repeat(1 << 20)
  assert.throws(
    () => {
      for (let count = 0; count < 20; count += 1) writer.write(grow(1, piece))
    },
    { reason: 'upstream_invalid_response' },
  )
})
