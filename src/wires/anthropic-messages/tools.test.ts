/** Tools and choices of every wire, as this one says them. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { asking, text, user, writeWith } from '../../../test/asking.ts'
import type { JsonObject } from '../../base/json.ts'
import type { ChatRequest, Tool } from '../../canonical/chat.ts'
import { readRequest, writeRequest } from './request.ts'

const look: Tool = { type: 'function', name: 'look' }

const written = (fields: Partial<ChatRequest>, nativeSchema?: boolean) => writeWith(writeRequest, asking([user(text('a'))], fields), { nativeSchema })

test('[15] [16] A schema is sent untouched, and a function without one takes an object.', () => {
  const schema = {
    type: 'object',
    additionalProperties: false,
    $defs: { a: { type: 'string' } },
    properties: { a: { anyOf: [{ $ref: '#/$defs/a' }], description: 'd' } },
  }
  const { body } = written({ tools: [{ type: 'function', name: 'a', description: 'd', schema }, look] })
  assert.deepEqual(body.tools, [
    { name: 'a', description: 'd', input_schema: schema },
    { name: 'look', input_schema: { type: 'object', properties: {} } },
  ])
})

test('[17] Without tools there is neither a list of them nor a choice.', () => {
  assert.deepEqual(Object.keys(written({ tools: [], toolChoice: { mode: 'auto' }, parallelTools: false }).body), ['model', 'messages', 'max_tokens'])
})

test('[18] [19] Every choice has its word, and a single call at a time is part of it.', () => {
  const choice = (fields: Partial<ChatRequest>) => written({ tools: [look], ...fields }).body.tool_choice
  assert.deepEqual(choice({ toolChoice: { mode: 'auto' } }), { type: 'auto' })
  assert.deepEqual(choice({ toolChoice: { mode: 'required' } }), { type: 'any' })
  assert.deepEqual(choice({ toolChoice: { mode: 'none' }, parallelTools: false }), { type: 'none' })
  assert.deepEqual(choice({ toolChoice: { mode: 'named', name: 'look' } }), { type: 'tool', name: 'look' })
  assert.deepEqual(choice({ parallelTools: false }), { type: 'auto', disable_parallel_tool_use: true })
  assert.equal(choice({ parallelTools: true }), undefined)
})

test('[33] Every choice is read.', () => {
  const read = (tool_choice: JsonObject) => {
    const { toolChoice, parallelTools } = readRequest({ model: 'm', messages: [], tool_choice })
    return [toolChoice, parallelTools]
  }
  assert.deepEqual(read({ type: 'none' }), [{ mode: 'none' }, undefined])
  assert.deepEqual(read({ type: 'any' }), [{ mode: 'required' }, undefined])
  assert.deepEqual(read({ type: 'tool', name: 'a' }), [{ mode: 'named', name: 'a' }, undefined])
  assert.deepEqual(read({ type: 'auto', disable_parallel_tool_use: true }), [{ mode: 'auto' }, false])
})

test('[31] A strict function is strict where the model can be held to a schema, and reported elsewhere.', () => {
  const tools = [{ ...look, strict: true }]
  assert.partialDeepStrictEqual(written({ tools }, true), { body: { tools: [{ strict: true }] }, lost: [] })
  for (const nativeSchema of [false, undefined]) {
    const { body, lost } = written({ tools }, nativeSchema)
    assert.equal('strict' in (body.tools as JsonObject[])[0]!, false)
    assert.deepEqual(lost, ['strict_tool'])
  }
  assert.deepEqual(written({ tools: [{ ...look, strict: false }] }, true).lost, [])
})

test('[34] Tools that only another wire knows are left out and reported.', () => {
  const hosted: Tool = { type: 'hosted', name: 'web_search', rest: { wire: 'openai-responses', fields: { type: 'web_search' } } }
  const { body, lost } = written({ tools: [hosted, { type: 'custom', name: 'patch' }, look] })
  assert.deepEqual(
    (body.tools as JsonObject[]).map(({ name }) => name),
    ['look'],
  )
  assert.deepEqual(lost, ['hosted_tool', 'custom_tool'])
})

test('Tools of the vendor’s own are read as hosted, and all others as functions with what else they say.', () => {
  const { tools } = readRequest({
    model: 'm',
    messages: [],
    tools: [
      { type: 'bash_20250124', name: 'bash' },
      { type: 'custom', name: 'a', input_schema: { type: 'object' }, eager_input_streaming: true, cache_control: { type: 'ephemeral', ttl: '1h' } },
    ],
  })
  assert.partialDeepStrictEqual(tools, [
    { type: 'hosted', name: 'bash_20250124' },
    { type: 'function', name: 'a', schema: { type: 'object' }, cache: { ttl: '1h' }, rest: { fields: { type: 'custom', eager_input_streaming: true } } },
  ])
})
