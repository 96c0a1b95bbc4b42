/** Whole answers of Chat Completions. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '../../base/json.ts'
import type { Block, ChatResponse, Choice, Usage } from '../../canonical/chat.ts'
import { Failure } from '../../canonical/failure.ts'
import { openaiChat } from './index.ts'

const { glance, readRequest, readResponse, writeResponse } = openaiChat
const asked = readRequest({ model: 'm', messages: [{ role: 'user', content: 'hi' }] })
const askedInLegacyWay = readRequest({ model: 'm', messages: [{ role: 'user', content: 'hi' }], functions: [{ name: 'f' }] })

const answer = (blocks: readonly Block[], more: Partial<Choice & { usage: Usage }> = {}): ChatResponse => ({
  id: 'r',
  model: 'm',
  choices: [{ blocks, finish: 'stop', ...more }],
  usage: more.usage ?? {},
})
const write = (response: ChatResponse, request = asked) => writeResponse(response, { now: 5, asked: request })
const written = (response: ChatResponse, request = asked) => (write(response, request).choices as JsonObject[])[0] as JsonObject & { message: JsonObject }
const said = (message: JsonObject, more: JsonObject = {}) => ({
  id: 'r',
  object: 'chat.completion',
  model: 'm',
  choices: [{ index: 0, message: { role: 'assistant', ...message }, finish_reason: 'stop', ...more }],
})
const call = (id: string, name: string, input: string): Block => ({ type: 'tool-call', id, name, input })

test('[51] [52] text and calls are one message, and arguments are text', () => {
  const { message, finish_reason: reason } = written(
    answer([{ type: 'text', text: 'so' }, call('a', 'f', '{}'), call('b', 'g', '{"x":1}')], { finish: 'tool-calls' }),
  )
  assert.deepEqual(message, {
    role: 'assistant',
    content: 'so',
    refusal: null,
    tool_calls: [
      { id: 'a', type: 'function', function: { name: 'f', arguments: '{}' } },
      { id: 'b', type: 'function', function: { name: 'g', arguments: '{"x":1}' } },
    ],
  })
  assert.equal(reason, 'tool_calls')
})

test('an answer holds every field that the published schema requires', () => {
  const body = write(answer([call('a', 'f', '{}')], { usage: { input: 2, output: 3 } }))
  assert.deepEqual(Object.keys(body), ['id', 'object', 'created', 'model', 'choices', 'usage'])
  assert.equal(body.created, 5)
  const [choice] = body.choices as JsonObject[]
  assert.equal(choice?.logprobs, null)
  assert.deepEqual(choice?.message, {
    role: 'assistant',
    content: null,
    refusal: null,
    tool_calls: [{ id: 'a', type: 'function', function: { name: 'f', arguments: '{}' } }],
  })
  assert.deepEqual(body.usage, { prompt_tokens: 2, completion_tokens: 3, total_tokens: 5 })
})

test('[32] a client that declared functions gets a function_call', () => {
  const { message, finish_reason: reason } = written(answer([call('a', 'f', '{}')], { finish: 'tool-calls' }), askedInLegacyWay)
  assert.deepEqual(message, { role: 'assistant', content: null, refusal: null, function_call: { name: 'f', arguments: '{}' } })
  assert.equal(reason, 'function_call')
})

test('[139] [140] signed, sealed and signature-only thoughts are told to the client, who brings them back byte for byte', () => {
  const thoughts: Block[] = [
    { type: 'reasoning', text: 'hm', signature: { scheme: 'signed-thinking', value: 'S+/=' } },
    { type: 'reasoning', text: '', redacted: 'ZZ' },
    { type: 'reasoning', text: '', signature: { scheme: 'signed-thinking', value: 'only' } },
    { type: 'reasoning', text: 'sum', signature: { scheme: 'encrypted-reasoning', value: 'gAAA' } },
  ]
  const { message } = written(answer([...thoughts, { type: 'text', text: 'so' }]))
  assert.equal(message.reasoning_content, 'hmsum')
  const brought = readRequest({ model: 'm', messages: [message] }).turns[0]!.blocks
  assert.deepEqual(
    brought.slice(0, 4).map(({ rest: _, ...block }) => block),
    thoughts,
  )
})

test('[143] the signature of a call comes back from the client', () => {
  const signature = { scheme: 'thought-signature', value: 'T' } as const
  const { message } = written(answer([{ type: 'tool-call', id: 'a', name: 'f', input: '{}', signature }]))
  const [block] = readRequest({ model: 'm', messages: [message] }).turns[0]!.blocks
  assert.deepEqual(block?.type === 'tool-call' && block.signature, signature)
})

test('[57] every reason to finish has a word, and words of other servers have a reason', () => {
  const finish = (word: string, message: JsonObject = { content: 'x' }) => readResponse(said(message, { finish_reason: word })).choices[0]?.finish
  assert.deepEqual(
    ['stop', 'length', 'content_filter', 'eos', 'MAX_TOKENS', 'constructor'].map((word) => finish(word)),
    ['stop', 'length', 'refused', 'stop', 'length', 'other'],
  )
  assert.deepEqual(
    (['stop-sequence', 'context', 'refused', 'paused', 'other'] as const).map((reason) => written(answer([], { finish: reason })).finish_reason),
    ['stop', 'length', 'content_filter', 'stop', 'stop'],
  )
})

test('an answer with calls that says `stop` means the calls', () => {
  const message = { content: null, tool_calls: [{ id: 'a', type: 'function', function: { name: 'f', arguments: '' } }] }
  const [choice] = readResponse(said(message)).choices
  assert.equal(choice?.finish, 'tool-calls')
  assert.deepEqual(choice?.blocks, [call('a', 'f', '')])
})

test('[54] a call without an id gets one that no other answer has', () => {
  const message = {
    content: null,
    tool_calls: [
      { type: 'function', function: { name: 'f', arguments: {} } },
      { type: 'function', function: { name: 'f', arguments: '{}' } },
    ],
  }
  const blocks = readResponse({ ...said(message), id: 'chatcmpl-X1' }).choices[0]!.blocks
  assert.deepEqual(blocks, [call('call_chatcmplX1_0_0', 'f', '{}'), call('call_chatcmplX1_0_1', 'f', '{}')])
})

test('[64] what is no answer is a failure, and so is an error that comes with status 200', () => {
  const reasonOf = (body: JsonObject) => {
    try {
      return String(readResponse(body))
    } catch (error) {
      assert.ok(error instanceof Failure)
      return error.reason
    }
  }
  assert.equal(reasonOf({}), 'upstream_invalid_response')
  assert.equal(reasonOf({ choices: [] }), 'upstream_invalid_response')
  assert.equal(reasonOf({ choices: [{ index: 0 }] }), 'upstream_invalid_response')
  assert.equal(reasonOf({ error: { message: 'busy', code: 503 } }), 'overloaded')
  assert.equal(reasonOf(said({ content: '' }, { finish_reason: 'error' })), 'upstream_error')
})

test('[150] [152] usage is told with its details', () => {
  const usage = { input: 1110, output: 12, cacheRead: 1000, cacheWrite: 100, reasoning: 7, audioInput: 1, audioOutput: 2 }
  assert.deepEqual(write(answer([], { usage })).usage, {
    prompt_tokens: 1110,
    completion_tokens: 12,
    total_tokens: 1122,
    prompt_tokens_details: { cached_tokens: 1000, cache_write_tokens: 100, audio_tokens: 1 },
    completion_tokens_details: { reasoning_tokens: 7, audio_tokens: 2 },
  })
})

test('reasoning that a server leaves out of the completion’s tokens is counted in, and written as it came', () => {
  const usage = { prompt_tokens: 10, completion_tokens: 35, total_tokens: 420, completion_tokens_details: { reasoning_tokens: 375 } }
  const response = readResponse({ ...said({ content: 'x' }), usage })
  assert.equal(response.usage.output, 410)
  assert.deepEqual(write(response).usage, usage)
})

test('[124] images of an answer are told', () => {
  const images = [{ type: 'image_url', image_url: { url: 'data:image/png;base64,AA==' } }]
  assert.deepEqual(written(answer([{ type: 'media', kind: 'image', source: { type: 'data', mime: 'image/png', data: 'AA==' } }])).message.images, images)
  assert.equal(readResponse(said({ content: null, images })).choices[0]?.blocks[0]?.type, 'media')
})

test('probabilities stay with the words they are of', () => {
  const logprobs = { content: [{ token: 'x', logprob: -0.1, bytes: null, top_logprobs: [] }], refusal: null }
  const body = said({ content: 'x' }, { logprobs })
  assert.deepEqual((write(readResponse(body)).choices as JsonObject[])[0]?.logprobs, logprobs)
})

test('[157] what came from the cache is read where Kimi and DeepSeek tell it, and written as they told it', () => {
  const counts = { prompt_tokens: 19, completion_tokens: 13, total_tokens: 32 }
  const told: readonly JsonObject[] = [{ cached_tokens: 12 }, { prompt_cache_hit_tokens: 12, prompt_cache_miss_tokens: 7 }]
  for (const beside of told) {
    const body = { ...said({ content: 'x' }), usage: { ...counts, ...beside } }
    assert.equal(readResponse(body).usage.cacheRead, 12)
    assert.equal(glance(body)?.usage.cacheRead, 12)
    assert.deepEqual(write(readResponse(body)).usage, body.usage)
  }
  const both = { ...said({ content: 'x' }), usage: { ...counts, cached_tokens: 12, prompt_tokens_details: { cached_tokens: 11 } } }
  assert.equal(readResponse(both).usage.cacheRead, 11)
})
