/** What is refused of a Responses request, and by which path; what clients are odd in is let pass. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '../../base/json.ts'
import { Failure } from '../../canonical/failure.ts'
import { openaiResponses } from './index.ts'

function flawIn(more: JsonObject): string {
  try {
    openaiResponses.checkRequest({ model: 'm', input: 'hi', ...more })
  } catch (error) {
    assert.ok(error instanceof Failure)
    return `${error.reason} ${error.param ?? ''}`
  }
  return 'none'
}

const inMessage = (part: JsonObject): JsonObject => ({ input: [{ role: 'user', content: [part] }] })

test('a field of a wrong type is refused by its path', () => {
  assert.equal(flawIn({ input: 3 }), 'invalid_type input')
  assert.equal(flawIn({ input: [3] }), 'invalid_type input[0]')
  assert.equal(flawIn({ input: [{ id: 'x' }] }), 'missing_parameter input[0].type')
  assert.equal(flawIn({ input: [{ role: 'robot', content: 'x' }] }), 'invalid_value input[0].role')
  assert.equal(flawIn({ input: [{ type: 'message', role: 'user' }] }), 'missing_parameter input[0].content')
  assert.equal(flawIn(inMessage({ type: 'input_text' })), 'missing_parameter input[0].content[0].text')
  assert.equal(flawIn(inMessage({ type: 'input_image', image_url: { url: 'x' } })), 'invalid_type input[0].content[0].image_url')
  assert.equal(flawIn({ input: [{ type: 'function_call', call_id: 'a', name: 'f' }] }), 'missing_parameter input[0].arguments')
  assert.equal(flawIn({ input: [{ type: 'function_call_output', output: 'x' }] }), 'missing_parameter input[0].call_id')
  assert.equal(flawIn({ tools: [{ type: 'function' }] }), 'missing_parameter tools[0].name')
  assert.equal(flawIn({ tools: [{ type: 'namespace', name: 'n', tools: [{ type: 'function' }] }] }), 'missing_parameter tools[0].tools[0].name')
  assert.equal(flawIn({ text: { format: { type: 'json_schema' } } }), 'missing_parameter text.format.schema')
  assert.equal(flawIn({ max_output_tokens: 0 }), 'invalid_type max_output_tokens')
  assert.equal(flawIn({ api_base: 'x' }), 'forbidden_parameter api_base')
})

test('a request without input must go on from something else', () => {
  assert.equal(flawIn({ input: null }), 'missing_parameter input')
  const going: JsonObject[] = [{ prompt: { id: 'p' } }, { conversation: { id: 'c' } }, { previous_response_id: 'r' }]
  for (const more of going) assert.equal(flawIn({ input: null, ...more }), 'none')
})

test('what clients leave out, add or set to null passes', () => {
  assert.equal(
    flawIn({ tools: [{ type: 'web_search' }, { type: 'tool_search', execution: 'client' }], instructions: null, text: null, reasoning: null }),
    'none',
  )
  assert.equal(
    flawIn({
      input: [
        { type: 'reasoning', summary: [], content: null, encrypted_content: null },
        { role: 'assistant', content: 'x', phase: 'commentary' },
      ],
    }),
    'none',
  )
  assert.equal(flawIn(inMessage({ type: 'input_hologram' })), 'none')
})
