/** Requests to generateContent, case by case. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Json, JsonObject } from '../../base/json.ts'
import type { Block, ChatRequest, Turn } from '../../canonical/chat.ts'
import { Failure } from '../../canonical/failure.ts'
import { readRequest as readChat } from '../openai-chat/request.ts'
import { wires } from '../index.ts'
import type { Word } from '../losses.ts'
import { readRequest, writeRequest } from './request.ts'
import { carry, holdsForeignProof } from './signature.ts'

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

function written(request: ChatRequest, model = 'gemini-2.5-flash', lost: Word[] = []): JsonObject {
  return plain(writeRequest(request, { model }, (word) => lost.push(word))) as JsonObject
}

/** What a Chat Completions client asked. */
const asked = (messages: JsonObject[], more: JsonObject = {}): ChatRequest => readChat({ model: 'm', messages, ...more })
const user = (content: Json): JsonObject => ({ role: 'user', content })
const called = (...calls: readonly (readonly [id: string, name: string])[]): JsonObject => ({
  role: 'assistant',
  content: 'I look.',
  tool_calls: calls.map(([id, name]) => ({ id, type: 'function', function: { name, arguments: `{"of":"${id}"}` } })),
})
const result = (id: string, content: Json): JsonObject => ({ role: 'tool', tool_call_id: id, content })
const partsOf = (body: JsonObject, place: number): JsonObject[] => (body.contents as { parts: JsonObject[] }[])[place]!.parts
const tool = (parameters?: JsonObject): JsonObject => ({ type: 'function', function: { name: 'look', ...(parameters && { parameters }) } })
const declaredIn = (body: JsonObject): JsonObject => (body.tools as { functionDeclarations: JsonObject[] }[])[0]!.functionDeclarations[0]!

test('every system text is told, wherever it stood (case 3)', () => {
  const lost: Word[] = []
  const system = {
    role: 'system',
    content: [
      { type: 'text', text: 'a' },
      { type: 'text', text: 'b' },
    ],
  }
  const body = written(asked([system, user('hi'), { role: 'system', content: 'c' }, user('so?')]), 'm', lost)
  assert.deepEqual(body.systemInstruction, { parts: [{ text: 'a' }, { text: 'b' }, { text: 'c' }] })
  assert.deepEqual(body.contents, [{ role: 'user', parts: [{ text: 'hi' }, { text: 'so?' }] }])
  assert.ok(lost.includes('system_position'))
})

test('a named tool is any tool of one name (case 20)', () => {
  const body = written(asked([user('hi')], { tools: [tool()], tool_choice: { type: 'function', function: { name: 'look' } } }))
  assert.deepEqual(body.toolConfig, { functionCallingConfig: { mode: 'ANY', allowedFunctionNames: ['look'] } })
  for (const [choice, mode] of [
    ['auto', 'AUTO'],
    ['required', 'ANY'],
    ['none', 'NONE'],
  ] as const) {
    assert.deepEqual(written(asked([user('hi')], { tools: [tool()], tool_choice: choice })).toolConfig, { functionCallingConfig: { mode } })
  }
})

test('a schema goes as it is where the model takes JSON Schema, and in Google’s dialect where it does not (case 27)', () => {
  const schema = { type: 'object', $schema: 'x', properties: { a: { $ref: '#/$defs/a' } }, additionalProperties: false, $defs: { a: { const: 'x' } } }
  const request = asked([user('hi')], { tools: [tool(schema)] })
  assert.deepEqual(declaredIn(written(request)).parametersJsonSchema, schema)
  assert.deepEqual(declaredIn(written(request, 'gemini-2.0-flash')).parameters, { type: 'OBJECT', properties: { a: { type: 'STRING', enum: ['x'] } } })
})

test('a function of nothing has no parameters (case 29)', () => {
  const body = written(asked([user('hi')], { tools: [tool({ type: 'object', properties: {} })] }))
  assert.deepEqual(declaredIn(body), { name: 'look' })
  assert.equal('tools' in written(asked([user('hi')], { tools: [] })), false)
})

test('results follow the order of the calls, under the names of the calls, in a content of their own (cases 36, 37, 38, 44)', () => {
  const body = written(
    asked([
      user('both'),
      called(['c1', 'look'], ['c2', 'list'], ['c3', 'look']),
      result('c3', 'third'),
      result('c2', 'second'),
      result('c1', 'first'),
      user('so?'),
    ]),
  )
  assert.deepEqual(partsOf(body, 1), [
    { text: 'I look.' },
    { functionCall: { id: 'c1', name: 'look', args: { of: 'c1' } } },
    { functionCall: { id: 'c2', name: 'list', args: { of: 'c2' } } },
    { functionCall: { id: 'c3', name: 'look', args: { of: 'c3' } } },
  ])
  assert.deepEqual(partsOf(body, 2), [
    { functionResponse: { id: 'c1', name: 'look', response: { result: 'first' } } },
    { functionResponse: { id: 'c2', name: 'list', response: { result: 'second' } } },
    { functionResponse: { id: 'c3', name: 'look', response: { result: 'third' } } },
  ])
  assert.deepEqual(partsOf(body, 3), [{ text: 'so?' }])
})

test('a call without its result is named (case 39)', () => {
  const request = asked([user('both'), called(['c1', 'look'], ['c2', 'look']), result('c1', 'first')])
  assert.throws(
    () => written(request),
    (error) => error instanceof Failure && error.reason === 'invalid_value' && error.message.includes('c2'),
  )
})

test('a result is an object, with all its texts (cases 42, 43)', () => {
  const responseTo = (content: Json) => partsOf(written(asked([user('look'), called(['c1', 'look']), result('c1', content)])), 2)[0]
  const told = (response: Json) => ({ functionResponse: { id: 'c1', name: 'look', response } })
  assert.deepEqual(responseTo('42'), told({ result: '42' }))
  assert.deepEqual(responseTo('[1,2]'), told({ result: [1, 2] }))
  assert.deepEqual(responseTo('{"a":1}'), told({ a: 1 }))
  assert.deepEqual(responseTo('{"a":'), told({ result: '{"a":' }))
  assert.deepEqual(
    responseTo([
      { type: 'text', text: 'a' },
      { type: 'text', text: 'b' },
    ]),
    told({ result: 'a\nb' }),
  )
})

test('a failed result says so, and its images stand beside it', () => {
  const image: Block = { type: 'media', kind: 'image', source: { type: 'data', mime: 'image/png', data: 'aQ==' } }
  const turns: Turn[] = [
    { role: 'assistant', blocks: [{ type: 'tool-call', id: 'c1', name: 'look', input: '{}' }] },
    { role: 'user', blocks: [{ type: 'tool-result', callId: 'c1', failed: true, blocks: [{ type: 'text', text: 'dark' }, image] }] },
  ]
  assert.deepEqual(partsOf(written({ ...asked([user('x')]), turns }), 1), [
    { functionResponse: { id: 'c1', name: 'look', response: { error: 'dark' }, parts: [{ inlineData: { mimeType: 'image/png', data: 'aQ==' } }] } },
  ])
})

test('a client’s calls without ids are called by their place, and results find them by name and order (case 38)', () => {
  const call = (name: string) => ({ functionCall: { name, args: {} } })
  const answer = (name: string, output: string) => ({ functionResponse: { name, response: { output } } })
  const contents = [
    { role: 'model', parts: [call('look'), call('list'), call('look')] },
    { role: 'user', parts: [answer('list', 'b'), answer('look', 'a'), answer('look', 'c')] },
  ]
  const { turns } = readRequest({ contents })
  assert.deepEqual(
    turns[0]!.blocks.map((block) => block.type === 'tool-call' && block.id),
    ['call_0_0', 'call_0_1', 'call_0_2'],
  )
  assert.deepEqual(
    turns[1]!.blocks.map((block) => block.type === 'tool-result' && block.callId),
    ['call_0_1', 'call_0_0', 'call_0_2'],
  )
})

test('documents, images and audio go as bytes or as an address, under the names that Google has for their types (cases 117, 120, 121)', () => {
  const parts = partsOf(
    written(
      asked([
        user([
          { type: 'file', file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,aQ==' } },
          { type: 'input_audio', input_audio: { data: 'aQ==', format: 'wav' } },
          { type: 'input_audio', input_audio: { data: 'aQ==', format: 'mp3' } },
          { type: 'image_url', image_url: { url: 'https://example.org/a.png?x=1' } },
        ]),
      ]),
    ),
    0,
  )
  assert.deepEqual(parts, [
    { inlineData: { mimeType: 'application/pdf', data: 'aQ==' } },
    { inlineData: { mimeType: 'audio/wav', data: 'aQ==' } },
    { inlineData: { mimeType: 'audio/mp3', data: 'aQ==' } },
    { fileData: { mimeType: 'image/png', fileUri: 'https://example.org/a.png?x=1' } },
  ])
  const strange = asked([user([{ type: 'input_audio', input_audio: { data: 'aQ==', format: 'g711_ulaw' } }])])
  assert.throws(
    () => written(strange),
    (error) => error instanceof Failure && error.reason === 'unsupported_parameter',
  )
})

test('a format is a type, and a schema where there is one (case 129)', () => {
  const configOf = (response_format: JsonObject) => written(asked([user('hi')], { response_format })).generationConfig
  const schema = { type: 'object', properties: { size: { type: 'integer', exclusiveMinimum: 0, multipleOf: 2 } } }
  assert.deepEqual(configOf({ type: 'json_object' }), { responseMimeType: 'application/json' })
  assert.deepEqual(configOf({ type: 'json_schema', json_schema: { name: 'n', schema } }), {
    responseMimeType: 'application/json',
    responseJsonSchema: { type: 'object', properties: { size: { type: 'integer', minimum: 1, description: '{multipleOf: 2}' } } },
  })
})

test('choices, probabilities and the seed are asked for (cases 173, 174, 175)', () => {
  const body = written(asked([user('hi')], { n: 2, logprobs: true, top_logprobs: 3, seed: 7 }))
  assert.deepEqual(body.generationConfig, { candidateCount: 2, responseLogprobs: true, logprobs: 3, seed: 7 })
})

test('an effort is a budget for one generation of models and a level for the next', () => {
  const thinkingOf = (model: string, reasoning_effort: string) => {
    const { generationConfig } = written(asked([user('hi')], { reasoning_effort }), model)
    return (generationConfig as JsonObject | undefined)?.thinkingConfig
  }
  assert.deepEqual(thinkingOf('gemini-2.5-flash', 'medium'), { thinkingBudget: 2048, includeThoughts: true })
  assert.deepEqual(thinkingOf('gemini-2.5-flash', 'none'), { thinkingBudget: 0 })
  assert.deepEqual(thinkingOf('gemini-2.5-pro', 'none'), { thinkingBudget: 128 })
  assert.deepEqual(thinkingOf('gemini-3-pro-preview', 'minimal'), { thinkingLevel: 'LOW', includeThoughts: true })
  assert.deepEqual(thinkingOf('gemini-3.8-flash', 'xhigh'), { thinkingLevel: 'HIGH', includeThoughts: true })
  assert.equal(thinkingOf('gemini-2.0-flash', 'high'), undefined)
})

const callTurn = (more: JsonObject = {}): JsonObject => ({
  role: 'model',
  parts: [{ functionCall: { name: 'look', args: {} }, ...more }, { functionCall: { name: 'look', args: {} } }],
})

test('a call that no model of the third generation signed is marked so, once a turn, and an explicit signature wins (case 144)', () => {
  const firstOf = (model: string, more: JsonObject = {}) =>
    partsOf(written(readRequest({ contents: [callTurn(more)] }), model), 0).map((part) => part.thoughtSignature)
  assert.deepEqual(firstOf('gemini-3-pro-preview'), ['skip_thought_signature_validator', undefined])
  assert.deepEqual(firstOf('gemini-3-pro-preview', { thoughtSignature: 'c2ln' }), ['c2ln', undefined])
  assert.deepEqual(firstOf('gemini-2.5-pro'), [undefined, undefined])
})

test('signatures of other vendors stay here, and their thoughts with them (case 141)', () => {
  const lost: Word[] = []
  const blocks: Block[] = [
    { type: 'reasoning', text: 'hm', signature: { scheme: 'signed-thinking', value: 'c2ln' } },
    { type: 'reasoning', text: '', redacted: 'c2VhbA==' },
    { type: 'text', text: 'So.', signature: { scheme: 'thought-signature', value: 'Z29vZ2xl' } },
  ]
  const body = written({ ...asked([user('x')]), turns: [{ role: 'assistant', blocks }] }, 'm', lost)
  assert.deepEqual(partsOf(body, 0), [{ text: 'So.', thoughtSignature: 'Z29vZ2xl' }])
  assert.deepEqual(lost, ['signature', 'redacted_reasoning'])
})

test('users sign nothing', () => {
  const blocks: Block[] = [{ type: 'text', text: 'hi', signature: { scheme: 'thought-signature', value: 'Z29vZ2xl' } }]
  assert.deepEqual(partsOf(written({ ...asked([user('x')]), turns: [{ role: 'user', blocks }] }), 0), [{ text: 'hi' }])
})

test('what another vendor signed or sealed comes back from clients as it was, also in pieces (case 106)', () => {
  const signature = { scheme: 'signed-thinking', value: 'c2ln+/==' } as const
  const contents: JsonObject[] = [
    { role: 'model', parts: [{ text: 'Let me ', thought: true }] },
    { role: 'model', parts: [{ text: 'look. ', thought: true }] },
    {
      role: 'model',
      parts: [
        { text: '', thought: true, thoughtSignature: carry({ signature })! },
        { text: '', thought: true, thoughtSignature: carry({ redacted: 'seal' })! },
        { text: 'I look.' },
      ],
    },
  ]
  assert.equal(holdsForeignProof({ contents }), true)
  assert.deepEqual(readRequest({ contents }).turns[0]!.blocks, [
    { type: 'reasoning', text: 'Let me look. ', signature },
    { type: 'reasoning', text: '', redacted: 'seal' },
    { type: 'text', text: 'I look.' },
  ])
  assert.equal(holdsForeignProof({ contents: [callTurn({ thoughtSignature: 'c2ln' })] }), false)
})

test('Google’s own schemas are read as plain JSON Schema', () => {
  const parameters = { type: 'OBJECT', properties: { type: { type: 'STRING', nullable: true }, title: { any_of: [{ type: 'INTEGER' }], min_items: '2' } } }
  const [read] = readRequest({ contents: [], tools: [{ functionDeclarations: [{ name: 'look', parameters }] }] }).tools
  assert.ok(read?.type === 'function')
  assert.deepEqual(plain(read.schema), {
    type: 'object',
    properties: { type: { type: ['string', 'null'] }, title: { anyOf: [{ type: 'integer' }], minItems: 2 } },
  })
})

test('a count is asked of the whole request, and the one inside a question for a count is read', () => {
  const contents = [{ role: 'user', parts: [{ text: 'hi' }] }]
  assert.deepEqual(readRequest({ generateContentRequest: { model: 'models/m', contents } }).turns, readRequest({ contents }).turns)
})

test('an answer that a client keeps as the chunks of its stream is one answer to other wires, and stays as it is on this one', () => {
  const said = (text: string) => ({ role: 'model', parts: [{ text }] })
  const contents = [{ role: 'user', parts: [{ text: 'U' }] }, said('hel'), said('lo'), said(''), { role: 'user', parts: [{ text: 'V' }] }]
  const request = readRequest({ contents })
  assert.deepEqual(writeRequest(request, { model: 'm' }, () => {}).contents, contents)
  for (const wire of Object.values(wires)) {
    if (wire.name === 'openai-completions' || wire.name === 'gemini-generate') continue
    const written = wire.readRequest({ ...wire.writeRequest(request, { model: 'm' }, () => {}), model: 'm' })
    const texts = written.turns.map(({ blocks }) => blocks.map((block) => 'text' in block && block.text))
    assert.deepEqual(texts, [['U'], ['hello'], ['V']], wire.name)
  }
})
