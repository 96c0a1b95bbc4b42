/** Streams of providers, well behaved and not. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '../../base/json.ts'
import { SseMessage } from '../../base/sse.ts'
import type { ChatEvent } from '../../canonical/chat.ts'
import { fold } from '../../canonical/fold.ts'
import { eventReader } from './reader.ts'

const raw = (type: string, data: string) => new SseMessage(Buffer.from(`event: ${type}\ndata: ${data}\n\n`))
const message = (type: string, fields: JsonObject = {}) => raw(type, JSON.stringify({ type, ...fields }))
const begin = (usage: JsonObject = { input_tokens: 10, output_tokens: 1 }) => message('message_start', { message: { id: 'msg_1', model: 'up', usage } })
const open = (index: number, content_block: JsonObject) => message('content_block_start', { index, content_block })
const grow = (index: number, delta: JsonObject) => message('content_block_delta', { index, delta })
const close = (index: number) => message('content_block_stop', { index })
const end = (stop_reason: string | null = 'end_turn', usage: JsonObject = { output_tokens: 5 }) =>
  message('message_delta', { delta: { stop_reason, stop_sequence: null }, usage })
const text = open(0, { type: 'text', text: '' })

function read(...messages: readonly SseMessage[]): ChatEvent[] {
  const reader = eventReader()
  return [...messages.flatMap((each) => reader.read(each)), ...reader.end()]
}

test('[69] Pings, comments, unknown events and unknown deltas mean nothing.', () => {
  const known = [begin(), text, grow(0, { type: 'text_delta', text: 'a' }), close(0), end()]
  const odd = [message('ping'), new SseMessage(Buffer.from(': alive\n\n')), message('tomorrow', { index: 0 }), grow(0, { type: 'tomorrow_delta', text: 'x' })]
  assert.deepEqual(read(known[0]!, known[1]!, ...odd, ...known.slice(2)), read(...known))
})

test('[71] A call without a delta has the arguments of its start.', () => {
  const inputOf = (...messages: readonly SseMessage[]) => fold(read(begin(), ...messages)).choices[0]!.blocks
  const call = (input: JsonObject) => open(0, { type: 'tool_use', id: 'a', name: 'n', input })
  assert.partialDeepStrictEqual(inputOf(call({}), close(0)), [{ input: '{}' }])
  assert.partialDeepStrictEqual(inputOf(call({ at: 1 }), close(0)), [{ input: '{"at":1}' }])
  assert.partialDeepStrictEqual(inputOf(call({}), grow(0, { type: 'input_json_delta', partial_json: '{"at":2}' }), close(0)), [{ input: '{"at":2}' }])
})

test('[87] A stream finishes once, and counts alone are no finish.', () => {
  const finishes = read(begin(), end(null), end('tool_use'), end('end_turn')).filter(({ type }) => type === 'finish')
  assert.deepEqual(finishes, [{ type: 'finish', choice: 0, reason: 'tool-calls' }])
})

test('[91] The end of the bytes is no finish: it closes what is open and says no more.', () => {
  assert.deepEqual(read(begin({}), text).slice(1), [
    { type: 'usage', usage: { rest: { wire: 'anthropic-messages', fields: {}, spelled: { cache: 'none' } } } },
    { type: 'open', choice: 0, index: 0, block: { type: 'text', text: '' } },
    { type: 'close', index: 0 },
  ])
})

test('A block that nobody closed is closed before the finish.', () => {
  assert.deepEqual(
    read(begin(), text, end()).map(({ type }) => type),
    ['start', 'usage', 'open', 'close', 'usage', 'finish'],
  )
})

test('[154] The counts of the start hold where the end does not tell them again.', () => {
  const counts = read(begin({ input_tokens: 10, cache_read_input_tokens: 90, output_tokens: 1 }), end('end_turn', { input_tokens: null, output_tokens: 5 }))
  assert.deepEqual(counts.filter(({ type }) => type === 'usage').at(-1), { type: 'usage', usage: { input: 100, output: 5, cacheRead: 90 } })
})

test('[186] An error in the stream is a failure, also as the first event, and says none of the provider’s words.', () => {
  const error = { error: { type: 'overloaded_error', message: 'secret' } }
  for (const broken of [message('error', error), raw('error', JSON.stringify(error)), raw('message', JSON.stringify(error))]) {
    assert.throws(
      () => read(broken),
      (failure: Error) => 'reason' in failure && failure.reason === 'overloaded' && !failure.message.includes('secret'),
    )
  }
})

test('[93] A37: What is no JSON, or not what the wire says, is a failure.', () => {
  const broken = [
    raw('message_stop', '{"type":'),
    raw('x', '[]'),
    message('message_start'),
    message('content_block_start', { index: 0 }),
    grow(7, { type: 'text_delta', text: 'a' }),
  ]
  for (const each of broken) assert.throws(() => read(each), { reason: 'upstream_invalid_response' })
})

test('[91] [92] The terminator is told apart from the finish.', () => {
  const reader = eventReader()
  for (const each of [begin(), end()]) reader.read(each)
  assert.equal(reader.isTerminated, false)
  reader.read(message('message_stop'))
  assert.equal(reader.isTerminated, true)
})

test('Blocks of the vendor’s own are whole where they close.', () => {
  const events = read(
    begin(),
    open(0, { type: 'server_tool_use', id: 's', name: 'web_search', input: {} }),
    grow(0, { type: 'input_json_delta', partial_json: '{"query":' }),
    grow(0, { type: 'input_json_delta', partial_json: '"a"}' }),
    close(0),
    open(1, { type: 'compaction', content: null }),
    grow(1, { type: 'compaction_delta', content: 'sum' }),
    close(1),
  )
  assert.partialDeepStrictEqual(fold(events).choices[0]!.blocks, [
    { type: 'native', name: 'server_tool_use', rest: { fields: { type: 'server_tool_use', id: 's', input: { query: 'a' } } } },
    { type: 'native', name: 'compaction', rest: { fields: { content: 'sum' } } },
  ])
})

test('Only the words of a block are plain by their bytes.', () => {
  const { isPlainDelta } = eventReader()
  const plain = [
    grow(0, { type: 'text_delta', text: '"type":"error" stop_reason' }),
    grow(1, { type: 'thinking_delta', thinking: 'a' }),
    grow(1, { type: 'input_json_delta', partial_json: '{' }),
  ]
  const telling = [
    begin(),
    text,
    close(0),
    end(),
    message('message_stop'),
    message('error', { error: {} }),
    message('ping'),
    grow(0, { type: 'signature_delta', signature: '"type":"text_delta"' }),
    grow(0, { type: 'citations_delta', citation: {} }),
    raw('content_block_delta', '{"type":"content_block_delta","delta":{"type":"text_delta","text":"cut'),
    raw('error', '{"type":"content_block_delta","delta":{"type":"text_delta"}}'),
  ]
  for (const each of plain) assert.equal(isPlainDelta(each), true, each.data)
  for (const each of telling) assert.equal(isPlainDelta(each), false, each.data)
})
