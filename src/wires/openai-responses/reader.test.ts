/** Streams of Responses, read: from servers that tell all, and from those that tell the least. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '../../base/json.ts'
import { SseCutter } from '../../base/sse.ts'
import type { ChatEvent, ChatResponse } from '../../canonical/chat.ts'
import { Failure, type Reason } from '../../canonical/failure.ts'
import { fold } from '../../canonical/fold.ts'
import { openaiChat } from '../openai-chat/index.ts'
import { openaiResponses } from './index.ts'

type Told = readonly [type: string, fields?: JsonObject]

const frame = ([type, fields = {}]: Told): string => `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`
const messages = (...told: readonly Told[]) => new SseCutter(1 << 20).push(Buffer.from(told.map(frame).join('')))

function read(...told: readonly Told[]): ChatEvent[] {
  const reader = openaiResponses.eventReader()
  return [...messages(...told).flatMap((message) => reader.read(message)), ...reader.end()]
}

const blocksOf = (...told: readonly Told[]): ChatResponse['choices'][number]['blocks'] => fold(read(...told)).choices[0]?.blocks ?? []

const at = { item_id: 'x', output_index: 0 }
const call = { type: 'function_call', id: 'fc_1', call_id: 'a', name: 'f', arguments: '{"a":1}', status: 'completed' }
const said = { type: 'message', id: 'msg_1', role: 'assistant', status: 'completed', content: [{ type: 'output_text', text: 'Hi.', annotations: [] }] }
const completed: Told = ['response.completed', { response: { id: 'resp_1' } }]

function failsFor(...told: readonly Told[]): Reason {
  try {
    read(...told)
  } catch (error) {
    assert.ok(error instanceof Failure)
    return error.reason
  }
  return assert.fail('nothing was thrown')
}

test('the end of an item and of the answer are enough', () => {
  const { choices } = fold(read(['response.output_item.done', { item: said }], ['response.output_item.done', { item: call }], completed))
  assert.equal(choices[0]?.finish, 'tool-calls')
  assert.deepEqual(
    choices[0]?.blocks.map((block) => ('input' in block ? block.input : 'text' in block ? block.text : '')),
    ['Hi.', '{"a":1}'],
  )
})

test('an item that only the whole answer tells is told once', () => {
  const whole: Told = ['response.completed', { response: { id: 'resp_1', output: [said, call], status: 'completed' } }]
  assert.equal(blocksOf(whole).length, 2)
  assert.equal(blocksOf(['response.output_item.done', { output_index: 0, item: said }], whole).length, 2)
})

test('[76] arguments that come only at their end are told once', () => {
  const begun: Told = ['response.output_item.added', { ...at, item: { ...call, arguments: '', status: 'in_progress' } }]
  const whole: Told = ['response.function_call_arguments.done', { ...at, arguments: call.arguments }]
  const half: Told = ['response.function_call_arguments.delta', { ...at, delta: '{"a"' }]
  const done: Told = ['response.output_item.done', { ...at, item: call }]
  for (const told of [
    [begun, whole],
    [begun, whole, done],
    [begun, half, whole, done],
    [begun, half, done],
    [begun, done],
    [half, done],
  ]) {
    const [block] = blocksOf(...told, completed)
    assert.equal(block?.type === 'tool-call' && block.input, call.arguments)
  }
})

test('[77] calls side by side are counted from nought on Chat Completions', () => {
  const writer = openaiChat.eventWriter({ now: 1, asked: openaiChat.readRequest({ model: 'm', messages: [{ role: 'user', content: 'hi' }] }) })
  const other = { ...call, id: 'fc_2', call_id: 'b' }
  const told = read(['response.output_item.done', { output_index: 0, item: call }], ['response.output_item.done', { output_index: 1, item: other }], completed)
  const stream = told.map((event) => writer.write(event)).join('')
  assert.deepEqual(
    [...stream.matchAll(/"tool_calls":\[\{"index":(\d),"id":"(\w)"/g)].map(([, index, id]) => [index, id]),
    [
      ['0', 'a'],
      ['1', 'b'],
    ],
  )
})

test('a text that comes only at its end is told once', () => {
  const where = { ...at, content_index: 0 }
  const whole: Told = ['response.output_text.done', { ...where, text: 'Hi.' }]
  const half: Told = ['response.output_text.delta', { ...where, delta: 'H' }]
  const done: Told = ['response.output_item.done', { ...at, item: said }]
  for (const told of [[whole], [half, whole], [half, done], [whole, done]]) {
    const [block] = blocksOf(...told, completed)
    assert.equal(block?.type === 'text' && block.text, 'Hi.')
  }
})

test('[147] summaries and open thoughts are reasoning, with the seal that comes at their end', () => {
  const item = {
    type: 'reasoning',
    id: 'rs_1',
    summary: [
      { type: 'summary_text', text: 'a' },
      { type: 'summary_text', text: 'b' },
    ],
    encrypted_content: 'gAAAA==',
  }
  const told: Told[] = [
    ['response.output_item.added', { ...at, item: { ...item, summary: [], encrypted_content: 'gAA' } }],
    ['response.reasoning_summary_text.delta', { ...at, summary_index: 0, delta: 'a' }],
    ['response.reasoning_summary_text.delta', { ...at, summary_index: 1, delta: 'b' }],
  ]
  const [block, ...others] = blocksOf(...told, ['response.output_item.done', { ...at, item }], completed)
  assert.deepEqual(others, [])
  assert.ok(block?.type === 'reasoning')
  assert.deepEqual([block.text, block.signature], ['a\n\nb', { scheme: 'encrypted-reasoning', value: 'gAAAA==' }])
  const [open] = blocksOf(['response.reasoning_text.delta', { ...at, content_index: 0, delta: 'in the open' }], completed)
  assert.equal(open?.type === 'reasoning' && open.text, 'in the open')
})

test('probabilities stay with their words', () => {
  const token = { token: 'Hi', logprob: -1, top_logprobs: [] }
  const delta: Told = ['response.output_text.delta', { ...at, content_index: 0, delta: 'Hi.', logprobs: [token] }]
  const item = { ...said, content: [{ ...said.content[0]!, logprobs: [token] }] }
  const [block] = blocksOf(delta, ['response.output_item.done', { ...at, item }], completed)
  assert.deepEqual(block?.rest?.fields.logprobs, [token])
})

test('[91] [110] a stream without its end has no finish, and one that failed says why', () => {
  assert.equal(
    read(['response.output_item.done', { item: said }]).some(({ type }) => type === 'finish'),
    false,
  )
  const failed = (code: string): Reason => failsFor(['response.failed', { response: { status: 'failed', error: { code, message: 'x' } } }])
  assert.equal(failed('rate_limit_exceeded'), 'rate_limit_exceeded')
  assert.equal(failed('context_length_exceeded'), 'context_length_exceeded')
  assert.equal(failed('server_is_overloaded'), 'overloaded')
  assert.equal(failed('insufficient_quota'), 'upstream_quota_exceeded')
  assert.equal(failed('bio_policy'), 'content_filter')
  assert.equal(failed('nobody_knows'), 'upstream_error')
  assert.equal(failsFor(['response.failed', { response: { status: 'failed', error: null } }]), 'upstream_error')
  assert.equal(failsFor(['error', { code: 'rate_limit_exceeded', message: 'x', param: null }]), 'rate_limit_exceeded')
  assert.equal(failsFor(['error', { error: { type: 'server_error', message: 'x' } }]), 'upstream_error')
})

test('what is unknown is ignored, and what is broken is a failure', () => {
  assert.deepEqual(read(['keepalive'], ['response.of_tomorrow', { delta: 'x' }]), [])
  assert.equal(failsFor(['response.output_item.done']), 'upstream_invalid_response')
  const reader = openaiResponses.eventReader()
  const [broken, done] = new SseCutter(1 << 20).push(Buffer.from('data: {\n\ndata: [DONE]\n\n'))
  assert.throws(() => reader.read(broken!), Failure)
  assert.deepEqual(reader.read(done!), [])
})

test('an end that is told again is known for what it is', () => {
  const reader = openaiResponses.eventReader()
  const [first, second] = messages(completed, completed)
  assert.equal(reader.read(first!).filter(({ type }) => type === 'finish').length, 1)
  assert.deepEqual(reader.read(second!), [])
  assert.equal(reader.hasRepeatedEnd && reader.isTerminated, true)
})

test('words are plain by their bytes, and nothing else is', () => {
  const isPlain = (...told: Told): boolean => openaiResponses.eventReader().isPlainDelta(messages(told)[0]!)
  assert.equal(isPlain('response.output_text.delta', { delta: '"type":"response.completed"' }), true)
  assert.equal(isPlain('response.function_call_arguments.delta', { delta: '{"error":' }), true)
  assert.equal(isPlain('response.output_text.done', { text: 'x' }), false)
  assert.equal(isPlain('response.completed', { response: {} }), false)
  assert.equal(isPlain('error', { message: 'response.output_text.delta' }), false)
})
