/** What rules do to a request is said in the words of its own API, and leaves a request that is valid. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { JsonObject } from '../base/json.ts'
import { editBody, toolNamesIn } from './edit.ts'
import type { Edits } from './verdict.ts'

const edit = (surface: string, body: JsonObject, edits: Edits): JsonObject => editBody(body, surface, edits).body

describe('the limit of an answer', () => {
  const cap = { maxTokens: 10 }

  test('is set where the client set none, under the name that its API has for it', () => {
    assert.deepEqual(edit('openai-chat', {}, cap), { max_completion_tokens: 10 })
    assert.deepEqual(edit('openai-responses', {}, cap), { max_output_tokens: 10 })
    assert.deepEqual(edit('anthropic-messages', {}, cap), { max_tokens: 10 })
    assert.deepEqual(edit('cohere-chat', {}, cap), { max_tokens: 10 })
    assert.deepEqual(edit('gemini-generate', {}, cap), { generationConfig: { maxOutputTokens: 10 } })
  })

  test('is lowered where it was more, and left where it was less', () => {
    assert.deepEqual(edit('openai-chat', { max_completion_tokens: 500 }, cap), { max_completion_tokens: 10 })
    assert.deepEqual(edit('gemini-generate', { generationConfig: { topK: 1, maxOutputTokens: 500 } }, cap), {
      generationConfig: { topK: 1, maxOutputTokens: 10 },
    })
    const less = { max_tokens: 3 }
    assert.equal(edit('openai-chat', less, cap), less)
  })
})

test('thoughts have less room than the answer that they are part of', () => {
  const thinking = (budget: number): JsonObject => ({ max_tokens: 9000, thinking: { type: 'enabled', budget_tokens: budget } })
  assert.deepEqual(edit('anthropic-messages', thinking(5000), { maxTokens: 4000 }), { max_tokens: 4000, thinking: { type: 'enabled', budget_tokens: 2000 } })
  assert.deepEqual(edit('anthropic-messages', thinking(5000), { maxTokens: 500 }), { max_tokens: 500, thinking: { type: 'disabled' } })
  assert.deepEqual(edit('anthropic-messages', thinking(1024), { maxTokens: 4000 }), { max_tokens: 4000, thinking: { type: 'enabled', budget_tokens: 1024 } })
})

describe('tools', () => {
  const named = (name: string): JsonObject => ({ type: 'function', function: { name } })

  test('are left out by name, whatever API offers them, and with the last of them all that says how they are used', () => {
    const body = { tools: [named('look'), named('shell')], tool_choice: { type: 'function', function: { name: 'shell' } } }
    assert.deepEqual(edit('openai-chat', body, { stripTools: ['shell'] }), { tools: [named('look')] })
    assert.deepEqual(edit('openai-chat', body, { stripTools: [] }), {})
    assert.deepEqual(edit('anthropic-messages', { tools: [{ name: 'shell' }], tool_choice: { type: 'auto' } }, { stripTools: ['shell'] }), {})
    const declared: JsonObject = { tools: [{ functionDeclarations: [{ name: 'look' }, { name: 'shell' }] }, { googleSearch: {} }] }
    assert.deepEqual(edit('gemini-generate', declared, { stripTools: ['shell', 'googleSearch'] }), { tools: [{ functionDeclarations: [{ name: 'look' }] }] })
  })

  test('are known by their names wherever these stand', () => {
    const shell: JsonObject = { name: 'shell' }
    const custom: JsonObject = { type: 'custom', custom: shell }
    const space: JsonObject = { type: 'namespace', name: 'agents', tools: [{ type: 'function', ...shell }] }
    const google: JsonObject = { functionDeclarations: [{ name: 'look' }], function_declarations: [shell], googleSearch: {} }
    assert.deepEqual(toolNamesIn({ tools: [custom, space, google] }), ['shell', 'agents', 'shell', 'googleSearch', 'look', 'shell'])
    assert.deepEqual(edit('openai-chat', { tools: [custom, named('look')] }, { stripTools: ['shell'] }), { tools: [named('look')] })
    assert.deepEqual(edit('openai-responses', { tools: [space] }, { stripTools: ['shell'] }), {})
    assert.deepEqual(edit('gemini-generate', { tools: [google] }, { stripTools: ['shell', 'googleSearch'] }), {
      tools: [{ functionDeclarations: [{ name: 'look' }] }],
    })
    assert.deepEqual(edit('cohere-chat', { tools: [named('shell')] }, { stripTools: ['shell'] }), {})
    assert.deepEqual(edit('anthropic-messages', { mcp_servers: [{ url: 'https://a.example' }] }, { stripTools: [] }), {})
  })

  test('that nobody wants out stay, and the body is the same', () => {
    const body = { tools: [named('look')] }
    assert.equal(edit('openai-chat', body, { stripTools: ['shell'] }), body)
  })
})

describe('a history', () => {
  const long = 'x'.repeat(400)

  test('that is too long loses its oldest turns, and no call of a tool its result', () => {
    const messages: JsonObject[] = [
      { role: 'user', content: long },
      { role: 'assistant', content: [{ type: 'tool_use', id: 't1', name: 'look', input: {} }] },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: 't1', content: long }] },
      { role: 'assistant', content: 'seen' },
      { role: 'user', content: 'and now?' },
    ]
    const { body, trimmed } = editBody({ system: 's', messages }, 'anthropic-messages', { trimHistory: 150 })
    assert.deepEqual([body.messages, trimmed], [[messages[4]], 4])
    assert.equal(editBody({ messages }, 'anthropic-messages', { trimHistory: 1000 }).trimmed, 0)
  })

  test('keeps what the system said, and its last turn however long that is', () => {
    const input: JsonObject[] = [
      { role: 'developer', content: 'be brief' },
      { role: 'user', content: 'first' },
      { type: 'function_call', call_id: 'c', name: 'look', arguments: '{}' },
      { type: 'function_call_output', call_id: 'c', output: 'found' },
      { role: 'user', content: long },
    ]
    assert.deepEqual(edit('openai-responses', { input }, { trimHistory: 1 }).input, [input[0], input[4]])
    const contents: JsonObject[] = [
      { role: 'user', parts: [{ text: 'first' }] },
      { role: 'model', parts: [{ functionCall: { name: 'look' } }] },
      { role: 'user', parts: [{ function_response: { name: 'look' } }] },
    ]
    assert.deepEqual(edit('gemini-generate', { contents }, { trimHistory: 1 }).contents, contents)
  })
})

test('fields are set where the API has them', () => {
  assert.deepEqual(edit('openai-chat', { seed: 1 }, { set: { seed: 2, store: false } }), { seed: 2, store: false })
  assert.deepEqual(edit('gemini-generate', {}, { set: { temperature: 0 } }), { generationConfig: { temperature: 0 } })
})
