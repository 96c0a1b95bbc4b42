/** Answers in a tool, asked for and undone. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ChatEvent, ChatRequest, FinishReason } from '../canonical/chat.ts'
import { fold } from '../canonical/fold.ts'
import { answerInTool, type InTool } from './json-tool.ts'

const schema = { type: 'object', properties: { a: { type: 'integer' } }, required: ['a'] }
const asking = (fields: Partial<ChatRequest> = {}): ChatRequest => ({
  model: 'm',
  turns: [],
  tools: [],
  stream: true,
  format: { type: 'schema', schema },
  rest: { wire: 'openai-chat', fields: {} },
  ...fields,
})
const look = { type: 'function', name: 'look' } as const
const unable = { model: 'm', nativeSchema: false }
const inTool = (request: ChatRequest) => answerInTool(request, unable, {})

const call = (index: number, name: string, ...pieces: readonly string[]): ChatEvent[] => [
  { type: 'open', choice: 0, index, block: { type: 'tool-call', id: `c${index}`, name, input: '' } },
  ...pieces.map((text) => ({ type: 'delta', index, text }) as const),
  { type: 'close', index },
]
const text = (index: number, said: string): ChatEvent[] => [
  { type: 'open', choice: 0, index, block: { type: 'text', text: '' } },
  { type: 'delta', index, text: said },
  { type: 'close', index },
]
const finish = (reason: FinishReason): ChatEvent => ({ type: 'finish', choice: 0, reason })
const undone = ({ undo }: InTool, events: readonly ChatEvent[]) => fold(events.flatMap((event) => undo!([event]))).choices[0]

test('[126] A model that cannot be held to a schema is forced to a tool with that schema.', () => {
  const { request } = inTool(asking())
  assert.deepEqual(
    request.tools.map((tool) => tool.type === 'function' && tool.schema),
    [schema],
  )
  assert.deepEqual(request.toolChoice, { mode: 'named', name: request.tools[0]!.name })
  assert.equal(request.parallelTools, false)
  assert.equal(request.format, undefined)
})

test('[126] The call of that tool is text to the client, piece by piece, and ends with a stop.', () => {
  const bent = inTool(asking())
  const name = bent.request.tools[0]!.name
  const events = [...call(0, name, '{"a"', ':1}'), finish('tool-calls')].flatMap((event) => bent.undo!([event]))
  assert.deepEqual(events, [
    { type: 'open', choice: 0, index: 0, block: { type: 'text', text: '' } },
    { type: 'delta', index: 0, text: '{"a"' },
    { type: 'delta', index: 0, text: ':1}' },
    { type: 'close', index: 0 },
    finish('stop'),
  ])
})

test('[126] An answer that was cut short in the tool says so.', () => {
  const bent = inTool(asking())
  assert.deepEqual(undone(bent, [...call(0, bent.request.tools[0]!.name, '{"a"'), finish('length')]), {
    blocks: [{ type: 'text', text: '{"a"' }],
    finish: 'length',
  })
})

test('[127] Beside real tools the model must call one or answer: a call stays a call with the words before it.', () => {
  const bent = inTool(asking({ tools: [look] }))
  assert.deepEqual(bent.request.toolChoice, { mode: 'required' })
  const choice = undone(bent, [...text(0, 'I look.'), ...call(1, 'look', '{}'), finish('tool-calls')])
  assert.deepEqual(choice, {
    blocks: [
      { type: 'text', text: 'I look.' },
      { type: 'tool-call', id: 'c1', name: 'look', input: '{}' },
    ],
    finish: 'tool-calls',
  })
})

test('[127] Beside real tools an answer is text alone, without the words before it and without a second one.', () => {
  const bent = inTool(asking({ tools: [look] }))
  const name = bent.request.tools[1]!.name
  const choice = undone(bent, [...text(0, 'Here:'), ...call(1, name, '{"a":1}'), ...call(2, name, '{"a":2}'), ...text(3, 'Done.'), finish('tool-calls')])
  assert.deepEqual(choice, { blocks: [{ type: 'text', text: '{"a":1}' }], finish: 'stop' })
})

test('[128] A thinking model is offered the tool unforced, and an answer in text is let through.', () => {
  const bent = inTool(asking({ thinking: { mode: 'effort', effort: 'high' } }))
  assert.deepEqual(bent.request.toolChoice, { mode: 'auto' })
  assert.deepEqual(undone(bent, [...text(0, '{"a":1}'), finish('stop')]), { blocks: [{ type: 'text', text: '{"a":1}' }], finish: 'stop' })
})

test('The name of the tool is none of the client’s.', () => {
  const { name } = inTool(asking()).request.tools[0]!
  const { request } = inTool(asking({ tools: [{ type: 'function', name }] }))
  assert.equal(new Set(request.tools.map((tool) => tool.name)).size, 2)
})

test('Where the client forbids its tools only the answer is offered, and where it demands one no answer is.', () => {
  assert.equal(inTool(asking({ tools: [look], toolChoice: { mode: 'none' } })).request.tools.length, 1)
  const { request, undo } = inTool(asking({ tools: [look], toolChoice: { mode: 'required' } }))
  assert.deepEqual([request.tools, request.format, undo], [[look], undefined, undefined])
})

test('A model that can be held to a schema is asked for it as it is.', () => {
  for (const nativeSchema of [true, undefined]) {
    const request = asking()
    assert.equal(answerInTool(request, { model: 'm', nativeSchema }, {}).request, request)
  }
})

test('JSON of any shape is asked for in a tool on a wire that has no word for it, and as it is on the others.', () => {
  const request = asking({ format: { type: 'json' } })
  const bent = answerInTool(request, { model: 'm', nativeSchema: true }, { hasNoJsonMode: true })
  assert.partialDeepStrictEqual(bent.request.tools, [{ schema: { type: 'object' } }])
  assert.equal(answerInTool(request, unable, {}).request, request)
})

test('A schema of something that is not an object is refused.', () => {
  assert.throws(() => inTool(asking({ format: { type: 'schema', schema: { type: 'array' } } })), { reason: 'unsupported_parameter', param: 'format' })
})
