/** Whole answers of Responses, and errors. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '../../base/json.ts'
import type { ChatResponse } from '../../canonical/chat.ts'
import { Failure, type Reason } from '../../canonical/failure.ts'
import { anthropicMessages } from '../anthropic-messages/index.ts'
import { openaiChat } from '../openai-chat/index.ts'
import { openaiResponses } from './index.ts'

const { glance, readRequest, readResponse, writeResponse } = openaiResponses
const asked = readRequest({ model: 'm', input: 'hi' })
const options = { now: 7, asked }
const usage = { input_tokens: 2, output_tokens: 3, total_tokens: 5 }
const message = (...content: JsonObject[]): JsonObject => ({ type: 'message', id: 'msg_1', status: 'completed', role: 'assistant', content })
const said = (text: string): JsonObject => ({ type: 'output_text', text, annotations: [] })
const call = (id: string): JsonObject => ({ type: 'function_call', id: `fc_${id}`, call_id: id, name: 'f', arguments: '{}', status: 'completed' })
const thought = { type: 'reasoning', id: 'rs_1', summary: [{ type: 'summary_text', text: 'Hm.' }] }
const answer = (output: JsonObject[], more: JsonObject = {}): JsonObject => ({
  id: 'resp_1',
  object: 'response',
  created_at: 1,
  model: 'm',
  status: 'completed',
  output,
  usage,
  ...more,
})
const plain: ChatResponse = {
  id: 'chatcmpl-1',
  model: 'm',
  choices: [{ blocks: [{ type: 'text', text: 'Hi' }], finish: 'stop' }],
  usage: { input: 2, output: 3 },
}

const failsFor = (body: JsonObject): Reason => {
  try {
    readResponse(body)
  } catch (error) {
    assert.ok(error instanceof Failure)
    return error.reason
  }
  return assert.fail('it was read')
}

test('[59] thought, text and calls are one choice on Chat Completions', () => {
  const chat = openaiChat.writeResponse(readResponse(answer([thought, message(said('I look.')), call('a'), call('b')])), {
    now: 1,
    asked: openaiChat.readRequest({ model: 'm', messages: [{ role: 'user', content: 'hi' }] }),
  })
  const [choice, ...others] = chat.choices as [JsonObject]
  assert.deepEqual(others, [])
  const { content, reasoning_content, tool_calls } = choice.message as JsonObject
  assert.deepEqual([content, reasoning_content, (tool_calls as JsonObject[]).length, choice.finish_reason], ['I look.', 'Hm.', 2, 'tool_calls'])
})

test('[60] an answer that met its limit is incomplete, and so is one that a filter ended', () => {
  const ended = (finish: 'length' | 'refused') => writeResponse({ ...plain, choices: [{ ...plain.choices[0]!, finish }] }, options)
  assert.deepEqual([ended('length').status, ended('length').incomplete_details], ['incomplete', { reason: 'max_output_tokens' }])
  assert.deepEqual([ended('refused').status, ended('refused').incomplete_details], ['incomplete', { reason: 'content_filter' }])
})

test('[61] an incomplete answer met its limit on Messages, too', () => {
  const response = readResponse(answer([message(said('Hi'))], { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } }))
  assert.equal(anthropicMessages.writeResponse(response, options).stop_reason, 'max_tokens')
})

test('an answer repeats what was asked, and says what its client did not', () => {
  const body = {
    model: 'm',
    input: 'hi',
    instructions: 'Be brief.',
    metadata: { a: 'b' },
    tools: [{ type: 'function', name: 'f' }],
    text: { verbosity: 'low' },
    reasoning: { effort: 'low' },
  }
  const written = writeResponse(plain, { now: 7, asked: readRequest(body) })
  assert.deepEqual(written, {
    id: 'resp_chatcmpl-1',
    object: 'response',
    created_at: 7,
    model: 'm',
    status: 'completed',
    error: null,
    incomplete_details: null,
    access_programs: null,
    background: false,
    instructions: 'Be brief.',
    max_output_tokens: null,
    max_tool_calls: null,
    metadata: { a: 'b' },
    output: [
      {
        type: 'message',
        id: 'msg_gw_respchatcmpl1_0',
        status: 'completed',
        role: 'assistant',
        content: [{ type: 'output_text', text: 'Hi', annotations: [], logprobs: [] }],
      },
    ],
    parallel_tool_calls: true,
    previous_response_id: null,
    prompt_cache_key: null,
    reasoning: { effort: 'low', summary: null },
    safety_identifier: null,
    service_tier: 'default',
    store: false,
    temperature: null,
    text: { format: { type: 'text' }, verbosity: 'low' },
    tool_choice: 'auto',
    tools: [{ type: 'function', name: 'f', parameters: null, strict: null }],
    top_logprobs: 0,
    top_p: null,
    truncation: 'disabled',
    usage: {
      input_tokens: 2,
      input_tokens_details: { cached_tokens: 0, cache_write_tokens: 0 },
      output_tokens: 3,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: 5,
    },
  })
})

test('[109] counts of cached and of reasoning tokens are told', () => {
  const { usage: told } = writeResponse({ ...plain, usage: { input: 9, cacheRead: 4, output: 6, reasoning: 5 } }, options) as { usage: JsonObject }
  assert.deepEqual(told.input_tokens_details, { cached_tokens: 4, cache_write_tokens: 0 })
  assert.deepEqual(told.output_tokens_details, { reasoning_tokens: 5 })
})

test('a call of a tool in a namespace is called as its client knows it', () => {
  const tools = [{ type: 'namespace', name: 'agents', description: 'd', tools: [{ type: 'function', name: 'spawn' }] }]
  const called = { ...plain, choices: [{ blocks: [{ type: 'tool-call', id: 'a', name: 'agents__spawn', input: '{}' }], finish: 'tool-calls' }] } as const
  const { output } = writeResponse(called, { now: 7, asked: readRequest({ model: 'm', input: 'hi', tools }) }) as { output: JsonObject[] }
  assert.deepEqual([output[0]?.name, output[0]?.namespace], ['spawn', 'agents'])
})

test('a picture that was made is a picture, and goes back as the call that made it', () => {
  const made = { type: 'image_generation_call', id: 'ig_1', status: 'completed', result: 'AA==', output_format: 'webp' }
  const response = readResponse(answer([made]))
  assert.deepEqual(response.choices[0]?.blocks[0], {
    type: 'media',
    kind: 'image',
    source: { type: 'data', mime: 'image/webp', data: 'AA==' },
    rest: { wire: 'openai-responses', fields: made },
  })
  assert.deepEqual(writeResponse(response, options).output, [made])
})

test('an answer in the making is told as it is, and one that failed is a failure', () => {
  const queued = answer([], { status: 'queued', usage: null })
  assert.deepEqual(writeResponse(readResponse(queued), options), { ...queued, incomplete_details: null })
  assert.equal(failsFor(answer([], { status: 'failed', error: { code: 'rate_limit_exceeded', message: 'x' } })), 'rate_limit_exceeded')
  assert.equal(failsFor(answer([], { status: 'failed', error: { code: 'server_error', message: 'x' } })), 'upstream_error')
  assert.equal(failsFor(answer([], { status: 'failed', error: { code: 'invalid_image_url', message: 'x' } })), 'upstream_refused_request')
  assert.equal(failsFor({ error: { code: 'context_length_exceeded', message: 'x' } }), 'context_length_exceeded')
  assert.equal(failsFor({ hello: 'world' }), 'upstream_invalid_response')
})

test('a glance at a plain answer tells what reading it tells', () => {
  for (const output of [[message(said('Hi'))], [thought, call('a'), call('b')], [message({ type: 'refusal', refusal: 'no' })]]) {
    const { choices } = readResponse(answer(output))
    const seen = glance(answer(output))
    assert.equal(seen?.finish, choices[0]?.finish)
    assert.equal(seen?.toolCalls, choices[0]?.blocks.filter(({ type }) => type === 'tool-call').length)
    assert.deepEqual([seen?.usage.input, seen?.usage.output], [2, 3])
  }
  assert.equal(glance(answer([], { status: 'failed' })), undefined)
  assert.equal(glance(answer([], { error: { code: 'x' } })), undefined)
  assert.equal(glance(answer([], { usage: null })), undefined)
})

test('counts that nobody told are left out, and are no zeros', () => {
  const answer = { id: 'a', model: 'm', choices: [{ blocks: [{ type: 'text', text: 'hi' }], finish: 'stop' }], usage: {} } as const
  const asked = openaiResponses.readRequest({ model: 'm', input: 'hi' })
  assert.equal('usage' in openaiResponses.writeResponse(answer, { now: 1, asked }), false)
  assert.equal('usage' in openaiResponses.writeResponse({ ...answer, usage: { output: 3 } }, { now: 1, asked }), true)
})
