/** What of a Messages body is refused, and what is left to the provider. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseExact, type Json, type JsonObject } from '../../base/json.ts'
import { checkMaxTokens, checkRequest } from './check.ts'

const body = (fields: JsonObject = {}): JsonObject => ({ model: 'm', max_tokens: 9, messages: [{ role: 'user', content: 'hi' }], ...fields })
const saying = (...content: Json[]): JsonObject =>
  body({
    messages: [
      { role: 'user', content: 'hi' },
      { role: 'assistant', content },
    ],
  })

const faults: readonly (readonly [JsonObject, string, string])[] = [
  [body({ messages: 'hi' }), 'invalid_type', 'messages'],
  [body({ stream: 'true' }), 'invalid_type', 'stream'],
  [body({ temperature: 'hot' }), 'invalid_type', 'temperature'],
  [body({ max_tokens: -1 }), 'invalid_type', 'max_tokens'],
  [body({ max_tokens: 1.5 }), 'invalid_type', 'max_tokens'],
  [{ ...body(), ...(parseExact('{"temperature":1e400}') as JsonObject) }, 'invalid_type', 'temperature'],
  [body({ model: 7 }), 'invalid_type', 'model'],
  [body({ system: 7 }), 'invalid_type', 'system'],
  [body({ system: [{ type: 'text' }] }), 'missing_parameter', 'system[0].text'],
  [body({ stop_sequences: ['a', 1] }), 'invalid_type', 'stop_sequences'],
  [body({ tools: [{ name: 'a' }, { description: 'b' }] }), 'missing_parameter', 'tools[1].name'],
  [body({ tools: [{ name: 'a', input_schema: [] }] }), 'invalid_type', 'tools[0].input_schema'],
  [body({ tool_choice: 'auto' }), 'invalid_type', 'tool_choice'],
  [body({ thinking: { type: 'enabled', budget_tokens: '9' } }), 'invalid_type', 'thinking.budget_tokens'],
  [body({ messages: [] }), 'missing_parameter', 'messages'],
  [{ messages: [] }, 'missing_parameter', 'model'],
  [{ model: 'm' }, 'missing_parameter', 'messages'],
  [body({ messages: [{ role: 'user' }] }), 'missing_parameter', 'messages[0].content'],
  [
    body({
      messages: [
        { role: 'user', content: 'a' },
        { role: 'tool', content: 'a' },
      ],
    }),
    'invalid_value',
    'messages[1].role',
  ],
  [body({ messages: [{ role: 'user', content: 7 }] }), 'invalid_type', 'messages[0].content'],
  [saying('text'), 'invalid_type', 'messages[1].content[0]'],
  [saying({ text: 'a' }), 'missing_parameter', 'messages[1].content[0].type'],
  [saying({ type: 'text', text: 7 }), 'invalid_type', 'messages[1].content[0].text'],
  [saying({ type: 'tool_use', id: 'a', name: 'b', input: '{}' }), 'invalid_type', 'messages[1].content[0].input'],
  [saying({ type: 'tool_result', tool_use_id: 'a', content: [{ type: 'text', text: null }] }), 'invalid_type', 'messages[1].content[0].content[0].text'],
  [saying({ type: 'image', source: 'x' }), 'invalid_type', 'messages[1].content[0].source'],
]

test('A04 A05: a field that is missing or of a wrong type is refused with its path.', () => {
  for (const [wrong, reason, param] of faults) assert.throws(() => checkRequest(wrong), { reason, param }, param)
})

test('A06: a field that would steer the call is refused by name, and unknown ones are not.', () => {
  for (const field of ['api_base', 'base_url', 'api_key', 'extra_headers', 'custom_llm_provider', 'mock_response']) {
    assert.throws(() => checkRequest(body({ [field]: 'x' })), { reason: 'forbidden_parameter', param: field })
  }
  checkRequest(body({ anything: 1, constructor: 2, tools: [{ type: 'web_search_20250305', anything: true }], thinking: { type: 'sideways' } }))
  checkRequest(saying({ type: 'something_new', at: 1 }))
})

test('A system turn among the messages is accepted, as text or as blocks.', () => {
  checkRequest(
    body({
      messages: [
        { role: 'user', content: 'a' },
        { role: 'system', content: 'b' },
        { role: 'system', content: [{ type: 'text', text: 'c' }], output_config: {} },
      ],
    }),
  )
})

test('A request to count tokens needs no limit, a question does.', () => {
  const { max_tokens: _, ...counting } = body()
  checkRequest(counting)
  assert.throws(() => checkMaxTokens(counting), { reason: 'missing_parameter', param: 'max_tokens' })
  checkMaxTokens(body())
})
