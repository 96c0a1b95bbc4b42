/** The check of Chat Completions requests. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseExact, type Json, type JsonObject } from '../../base/json.ts'
import { Failure } from '../../canonical/failure.ts'
import { checkRequest } from './check.ts'

const hello = { role: 'user', content: 'hello' }
const body = (more: JsonObject): JsonObject => ({ model: 'm', messages: [hello], ...more })

function flawOf(wrong: JsonObject): [string, string | undefined] | undefined {
  try {
    checkRequest(wrong)
    return undefined
  } catch (error) {
    assert.ok(error instanceof Failure)
    return [error.reason, error.param]
  }
}

test('[A04] a field of the wrong type is named and never coerced', () => {
  const wrong: readonly [JsonObject, string][] = [
    [{ messages: 'hi' }, 'messages'],
    [{ stream: 'true' }, 'stream'],
    [{ temperature: 'hot' }, 'temperature'],
    [{ max_tokens: -1 }, 'max_tokens'],
    [{ max_tokens: 0 }, 'max_tokens'],
    [{ n: 1.5 }, 'n'],
    [{ stop: [1] }, 'stop'],
    [{ tools: {} }, 'tools'],
    [{ tools: [{ type: 'function', function: { name: 7 } }] }, 'tools[0].function.name'],
    [{ tools: [{ type: 'function', function: { name: 'f', parameters: 'none' } }] }, 'tools[0].function.parameters'],
    [{ messages: [hello, hello, { role: 'user', content: 7 }] }, 'messages[2].content'],
    [{ messages: [{ role: 'user', content: null }] }, 'messages[0].content'],
    [{ messages: [{ role: 'user', content: [{ type: 'text', text: 7 }] }] }, 'messages[0].content[0].text'],
    [{ messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 7 } }] }] }, 'messages[0].content[0].image_url.url'],
    [
      { messages: [{ role: 'assistant', tool_calls: [{ id: 'c', type: 'function', function: { name: 'f', arguments: {} } }] }] },
      'messages[0].tool_calls[0].function.arguments',
    ],
    [{ messages: [7] }, 'messages[0]'],
    [{ stream_options: { include_usage: 'yes' } }, 'stream_options.include_usage'],
  ]
  for (const [more, param] of wrong) assert.deepEqual(flawOf(body(more)), ['invalid_type', param])
})

test('[A05] a field that must be there is named when it is missing', () => {
  assert.deepEqual(flawOf({ messages: [hello] }), ['missing_parameter', 'model'])
  assert.deepEqual(flawOf({ model: 'm' }), ['missing_parameter', 'messages'])
  assert.deepEqual(flawOf({ model: 'm', messages: [] }), ['missing_parameter', 'messages'])
  assert.deepEqual(flawOf(body({ messages: [{ role: 'user' }] })), ['missing_parameter', 'messages[0].content'])
  assert.deepEqual(flawOf(body({ messages: [{ content: 'x' }] })), ['missing_parameter', 'messages[0].role'])
})

test('[A06] a field that would change where the call goes is refused, any other unknown field is not', () => {
  for (const field of ['api_base', 'base_url', 'api_key', 'extra_headers', 'custom_llm_provider', 'mock_response']) {
    assert.deepEqual(flawOf(body({ [field]: 'x' })), ['forbidden_parameter', field])
  }
  assert.equal(flawOf(body({ some_new_field: { deep: [1] }, __proto__: null, constructor: 1 })), undefined)
})

test('[137] an effort that no model knows is refused', () => {
  assert.deepEqual(flawOf(body({ reasoning_effort: 'ultra' })), ['invalid_value', 'reasoning_effort'])
  assert.equal(flawOf(body({ reasoning_effort: 'xhigh' })), undefined)
})

test('[122] a file whose data is no data URL in base64 is refused', () => {
  const file = (data: Json) => body({ messages: [{ role: 'user', content: [{ type: 'file', file: { file_data: data } }] }] })
  assert.deepEqual(flawOf(file('JVBERi0=')), ['invalid_value', 'messages[0].content[0].file.file_data'])
  assert.equal(flawOf(file('data:application/pdf;base64,JVBERi0=')), undefined)
})

test('more choices than 128 and roles that the wire lacks are refused', () => {
  assert.deepEqual(flawOf(body({ n: 129 })), ['invalid_value', 'n'])
  assert.deepEqual(flawOf(body({ messages: [{ role: 'narrator', content: 'x' }] })), ['invalid_value', 'messages[0].role'])
})

test('[A16] a number past 2^53 passes as it was spelled where it is an integer, and one past all numbers does not', () => {
  assert.equal(flawOf(parseExact('{"model":"m","messages":[{"role":"user","content":"x"}],"seed":12345678901234567890}') as JsonObject), undefined)
  assert.deepEqual(flawOf(parseExact('{"model":"m","messages":[{"role":"user","content":"x"}],"temperature":1e400}') as JsonObject), [
    'invalid_type',
    'temperature',
  ])
})

test('null stands for a field that is not set, and content may be null where the wire allows it', () => {
  const calls = [{ id: 'c', type: 'function', function: { name: 'f', arguments: '{}' } }]
  assert.equal(
    flawOf(
      body({
        temperature: null,
        stop: null,
        tools: null,
        messages: [hello, { role: 'assistant', content: null, tool_calls: calls }, { role: 'tool', tool_call_id: 'c', content: null }],
      }),
    ),
    undefined,
  )
})
