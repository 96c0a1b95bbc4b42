/** What a request says beside its turns, written for this wire. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { asking, assistant, call, result, system, text, user, writeWith } from '../../../test/asking.ts'
import type { JsonObject } from '../../base/json.ts'
import type { Block, ChatRequest } from '../../canonical/chat.ts'
import type { ModelTraits } from '../traits.ts'
import { readRequest, writeRequest } from './request.ts'

const write = (request: ChatRequest, traits: Partial<ModelTraits> = {}) => writeWith(writeRequest, request, traits)

test('[4] The system blocks of a client of this wire are one turn, with their marks.', () => {
  const { turns } = readRequest({
    model: 'm',
    system: [
      { type: 'text', text: 'a', cache_control: { type: 'ephemeral' } },
      { type: 'text', text: 'b' },
    ],
    messages: [],
  })
  assert.deepEqual(turns, [
    {
      role: 'system',
      blocks: [
        { type: 'text', text: 'a', cache: {} },
        { type: 'text', text: 'b' },
      ],
    },
  ])
})

test('[13] A missing limit is the model’s own where it is known.', () => {
  assert.equal(write(asking([user(text('a'))]), { maxOutput: 64000 }).body.max_tokens, 64000)
  assert.equal(write(asking([user(text('a'))])).body.max_tokens, 4096)
  assert.equal(write(asking([user(text('a'))], { maxTokens: 7 }), { maxOutput: 64000 }).body.max_tokens, 7)
})

test('[14] The request is not changed by writing it.', () => {
  const request = asking([
    system('s'),
    user(text('a')),
    assistant(call('b'), call('a')),
    user(result('a', '1')),
    user(result('b', '2'), text('go ')),
    assistant(text('x ')),
  ])
  const before = structuredClone(request)
  write(request)
  assert.deepEqual(request, before)
})

test('[63] Stop sequences of nothing but white space are left out.', () => {
  const { body, lost } = write(asking([user(text('a'))], { stop: ['\n', 'END'] }))
  assert.deepEqual(body.stop_sequences, ['END'])
  assert.deepEqual(lost, ['stop'])
})

test('[125] A schema is asked for natively, and a format that cannot be is refused.', () => {
  const format = { type: 'schema', name: 'n', schema: { type: 'object' }, strict: true } as const
  const asked = asking([user(text('a'))], { format })
  assert.deepEqual(JSON.parse(JSON.stringify(write(asked, { nativeSchema: true }).body.output_config)), {
    format: { type: 'json_schema', schema: { type: 'object', additionalProperties: false } },
  })
  assert.throws(() => write(asked, { nativeSchema: false }), { reason: 'unsupported_parameter' })
  assert.throws(() => write(asking([user(text('a'))], { format: { type: 'json' } })), { reason: 'unsupported_parameter' })
})

test('[131] Both spellings of a schema are read.', () => {
  const said = { type: 'json_schema', schema: { type: 'object' } }
  for (const body of [{ output_format: said }, { output_config: { format: said } }] as JsonObject[]) {
    assert.partialDeepStrictEqual(readRequest({ model: 'm', messages: [], ...body }).format!, { type: 'schema', schema: { type: 'object' } })
  }
})

test('[164] Marks with their time stay on systems, tools, calls, results and texts.', () => {
  const cache = { ttl: '1h' } as const
  const marked = <Said>(said: Said): Said => ({ ...said, cache })
  const turns = [{ ...system('s'), blocks: [marked(text('s'))] }, user(text('a')), assistant(marked(call('x'))), user(marked(result('x', 'r')))]
  const { body } = write(asking(turns, { tools: [{ type: 'function', name: 'look', cache }] }))
  const cache_control = { type: 'ephemeral', ttl: '1h' }
  assert.partialDeepStrictEqual(body, {
    system: [{ cache_control }],
    tools: [{ cache_control }],
    messages: [{}, { content: [{ cache_control }] }, { content: [{ cache_control }] }],
  })
})

test('[168] Of more than four marks the last four stay, and it is reported.', () => {
  const blocks = ['a', 'b', 'c', 'd', 'e'].map((said) => ({ ...text(said), cache: {} }) as Block)
  const { body, lost } = write(asking([{ role: 'system', blocks: [{ type: 'text', text: 's', cache: {} }] }, user(...blocks)]))
  assert.deepEqual(
    (body.messages as { content: JsonObject[] }[])[0]!.content.map((block) => 'cache_control' in block),
    [false, true, true, true, true],
  )
  assert.equal('cache_control' in (body.system as JsonObject[])[0]!, false)
  assert.deepEqual(lost, ['cache_mark', 'cache_mark'])
})

test('[168] A mark on the whole request counts as one.', () => {
  const content = ['a', 'b', 'c', 'd'].map((said) => ({ type: 'text', text: said, cache_control: { type: 'ephemeral' } }))
  const { body, lost } = write(readRequest({ model: 'm', max_tokens: 1, cache_control: { type: 'ephemeral' }, messages: [{ role: 'user', content }] }))
  assert.deepEqual(
    (body.messages as { content: JsonObject[] }[])[0]!.content.map((block) => 'cache_control' in block),
    [false, true, true, true],
  )
  assert.deepEqual(lost, ['cache_mark'])
})

test('[171] [172] A temperature above 1 is 1 and reported; what is absent is not invented.', () => {
  const { body, lost } = write(asking([user(text('a'))], { temperature: 1.7 }))
  assert.equal(body.temperature, 1)
  assert.deepEqual(lost, ['temperature'])
  assert.deepEqual(Object.keys(write(asking([user(text('a'))])).body), ['model', 'messages', 'max_tokens'])
})

test('A model that takes no sampling is sent none.', () => {
  const { body, lost } = write(asking([user(text('a'))], { temperature: 0, topP: 0.5, topK: 3 }), { sampling: false })
  assert.deepEqual(Object.keys(body), ['model', 'messages', 'max_tokens'])
  assert.deepEqual(lost, ['temperature', 'top_p', 'top_k'])
})

test('[176] The user of another wire is told as the user’s id.', () => {
  assert.deepEqual(write(asking([user(text('a'))], { user: 'u' })).body.metadata, { user_id: 'u' })
})
