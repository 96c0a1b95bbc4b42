/** Reading streams of Chat Completions. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Json, JsonObject } from '../../base/json.ts'
import { SseMessage } from '../../base/sse.ts'
import type { Block, ChatEvent } from '../../canonical/chat.ts'
import { Failure } from '../../canonical/failure.ts'
import { fold } from '../../canonical/fold.ts'
import { eventReader } from './reader.ts'

const message = (data: string) => new SseMessage(Buffer.from(`data: ${data}\n\n`))
const chunk = (fields: JsonObject) => JSON.stringify({ id: 'c-1', object: 'chat.completion.chunk', created: 7, model: 'm', ...fields })
const said = (delta: JsonObject, more: JsonObject = {}) => chunk({ choices: [{ index: 0, delta, finish_reason: null, ...more }] })
const ended = (reason: string, index = 0) => chunk({ choices: [{ index, delta: {}, finish_reason: reason }] })
const calls = (...list: Json[]) => said({ tool_calls: list })

function read(...data: string[]): ChatEvent[] {
  const reader = eventReader()
  return [...data.flatMap((one) => reader.read(message(one))), ...reader.end()]
}

const blocksOf = (...data: string[]): readonly Block[] => fold(read(...data, ended('tool_calls'))).choices[0]!.blocks
const reasonOf = (...data: string[]): string => {
  try {
    return JSON.stringify(read(...data))
  } catch (error) {
    assert.ok(error instanceof Failure)
    return error.reason
  }
}
const call = (id: string, name: string, input: string): Block => ({ type: 'tool-call', id, name, input })

test('[69] comments and empty messages mean nothing', () => {
  const reader = eventReader()
  assert.deepEqual(reader.read(new SseMessage(Buffer.from(': OPENROUTER PROCESSING\n\n'))), [])
})

test('[85] a first chunk without choices does not begin the answer, and what it says is kept', () => {
  const [start, ...more] = read(chunk({ id: '', model: '', choices: [], prompt_filter_results: [1] }), said({ content: 'x' }))
  assert.ok(start?.type === 'start')
  assert.equal(start.id, 'c-1')
  assert.deepEqual(start.rest?.fields, { prompt_filter_results: [1] })
  assert.equal(more[0]?.type, 'open')
})

test('[86] choices are kept apart', () => {
  const other = (delta: JsonObject) => chunk({ choices: [{ index: 1, delta, finish_reason: null }] })
  const response = fold(
    read(said({ content: 'he' }), other({ content: 'ta' }), said({ content: 'ads' }), other({ content: 'ils' }), ended('stop'), ended('length', 1)),
  )
  assert.deepEqual(response.choices, [
    { blocks: [{ type: 'text', text: 'heads' }], finish: 'stop' },
    { blocks: [{ type: 'text', text: 'tails' }], finish: 'length' },
  ])
})

test('[87] a choice finishes once', () => {
  assert.equal(read(said({ content: 'x' }), ended('stop'), ended('stop'), ended('length')).filter(({ type }) => type === 'finish').length, 1)
})

test('[88] fragments of several calls find their own by place (routing 18)', () => {
  const begin = (index: number) => ({ index, id: `c${index}`, type: 'function', function: { name: 'f', arguments: '' } })
  const more = (index: number, input: string) => ({ index, function: { arguments: input } })
  assert.deepEqual(blocksOf(calls(begin(0), begin(1)), calls(more(1, '{"b"'), more(0, '{"a"')), calls(more(0, ':1}')), calls(more(1, ':2}'))), [
    call('c0', 'f', '{"a":1}'),
    call('c1', 'f', '{"b":2}'),
  ])
})

test('calls are told apart where a server gives no place, repeats ids, or gives one place to all', () => {
  const made = (name: string, input: string) => ({ function: { name, arguments: input } })
  assert.deepEqual(blocksOf(calls({ id: 'a', ...made('f', '{}') }, { id: 'b', ...made('g', '{}') })), [call('a', 'f', '{}'), call('b', 'g', '{}')])
  assert.deepEqual(blocksOf(calls({ index: 0, id: 'a', ...made('f', '{') }), calls({ index: 0, id: 'a', ...made('', '}') })), [call('a', 'f', '{}')])
  assert.deepEqual(blocksOf(calls({ index: 0, id: 'a', ...made('f', '{}') }), calls({ index: 0, id: 'b', ...made('f', '{}') })), [
    call('a', 'f', '{}'),
    call('b', 'f', '{}'),
  ])
  assert.deepEqual(blocksOf(calls({ id: 'a', ...made('f', '{') }), calls({ function: { arguments: '}' } })), [call('a', 'f', '{}')])
  assert.deepEqual(blocksOf(calls(made('f', '{}'), made('g', '{}'))), [call('call_c1_0_0', 'f', '{}'), call('call_c1_0_1', 'g', '{}')])
})

test('[105] arguments that come whole with the call are kept', () => {
  assert.deepEqual(blocksOf(calls({ index: 0, id: 'a', type: 'function', function: { name: 'f', arguments: '{"x":1}' } })), [call('a', 'f', '{"x":1}')])
})

test('[32] a function_call of 2023 is a call', () => {
  const [block] = blocksOf(said({ function_call: { name: 'f', arguments: '' } }), said({ function_call: { arguments: '{}' } }))
  assert.ok(block?.type === 'tool-call')
  assert.deepEqual([block.name, block.input], ['f', '{}'])
})

test('[89] what the form has no word for goes with the words it came with', () => {
  const events = read(said({ content: 'x', mood: 'calm' }, { logprobs: { content: [1] } }))
  const delta = events.find(({ type }) => type === 'delta')
  assert.deepEqual(delta?.type === 'delta' && delta.rest?.fields, { logprobs: { content: [1] }, delta: { mood: 'calm' } })
})

test('[139] a signature that comes at the end of a thought closes it, and repeats no text', () => {
  const details = (entry: JsonObject) => said({ reasoning_details: [{ index: 0, format: 'anthropic-claude-v1', ...entry }] })
  const signed = (text: string): Block => ({ type: 'reasoning', text, signature: { scheme: 'signed-thinking', value: 'S' } })
  const without = (blocks: readonly Block[]) => blocks.map(({ rest: _, ...block }) => block)
  const plain = said({ reasoning: 'hm', reasoning_details: [{ type: 'reasoning.text', text: 'hm', index: 0 }] })
  assert.deepEqual(without(blocksOf(plain, details({ type: 'reasoning.text', signature: 'S' }))), [signed('hm')])
  assert.deepEqual(without(blocksOf(said({ reasoning_content: 'hm' }), details({ type: 'reasoning.text', text: 'hm', signature: 'S' }))), [signed('hm')])
  assert.deepEqual(without(blocksOf(details({ type: 'reasoning.text', text: 'hm' }), details({ type: 'reasoning.text', signature: 'S' }))), [signed('hm')])
  assert.deepEqual(without(blocksOf(details({ type: 'reasoning.encrypted', data: 'Z' }))), [{ type: 'reasoning', text: '', redacted: 'Z' }])
})

test('reasoning in parts of the content is reasoning', () => {
  const part = { type: 'thinking', thinking: [{ type: 'text', text: 'hm' }] }
  assert.deepEqual(blocksOf(said({ content: [part] }), said({ content: [{ type: 'text', text: 'so' }] })), [
    { type: 'reasoning', text: 'hm' },
    { type: 'text', text: 'so' },
  ])
})

test('usage is found in the last chunk, beside the finish, in its choice, and where one vendor puts it', () => {
  const usage = { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 }
  const places: readonly string[] = [
    chunk({ choices: [], usage }),
    chunk({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }], usage }),
    chunk({ choices: [{ index: 0, delta: {}, finish_reason: 'stop', usage }] }),
    chunk({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }], x_groq: { usage } }),
  ]
  for (const place of places) assert.deepEqual(fold(read(said({ content: 'x' }), place)).usage, { input: 3, output: 4 })
})

test('[90] [93] an error and a broken message are failures', () => {
  assert.equal(reasonOf(said({ content: 'x' }), '{"error":{"message":"slow down","code":429}}'), 'rate_limit_exceeded')
  assert.equal(reasonOf(said({ content: 'x' }), '{"choices":['), 'upstream_invalid_response')
  assert.equal(reasonOf('[1]'), 'upstream_invalid_response')
  assert.equal(reasonOf(said({}, { finish_reason: 'error' })), 'upstream_error')
  assert.equal(reasonOf(chunk({ choices: [{ index: 500, delta: { content: 'x' } }] })), 'upstream_invalid_response')
  assert.throws(
    () => eventReader().read(new SseMessage(Buffer.from('event: error\ndata: {"message":"x","code":503}\n\n'))),
    (error) => error instanceof Failure && error.reason === 'overloaded',
  )
})

test('[91] [92] a stream that ends without a finish gets none, and the terminator is seen', () => {
  const reader = eventReader()
  const events = reader.read(message(said({ content: 'x' })))
  assert.deepEqual(reader.end(), [{ type: 'close', index: 0 }])
  assert.ok(!events.some(({ type }) => type === 'finish'))
  assert.equal(reader.isTerminated, false)
  assert.deepEqual(reader.read(message('[DONE]')), [])
  assert.equal(reader.isTerminated, true)
})
