/** Streams of generateContent, read, case by case. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '../../base/json.ts'
import { SseCutter } from '../../base/sse.ts'
import type { ChatEvent } from '../../canonical/chat.ts'
import { Failure } from '../../canonical/failure.ts'
import { fold } from '../../canonical/fold.ts'
import { eventReader } from './reader.ts'

function read(...chunks: readonly JsonObject[]): ChatEvent[] {
  const reader = eventReader()
  const messages = new SseCutter(1 << 20).push(Buffer.from(chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`).join('')))
  return [...messages.flatMap((message) => reader.read(message)), ...reader.end()]
}

const said = (parts: JsonObject[], more: JsonObject = {}): JsonObject => ({
  candidates: [{ content: { parts, role: 'model' }, index: 0, ...more }],
  responseId: 'r',
})
const call = (name: string): JsonObject => ({ functionCall: { name, args: {} } })
const blocksOf = (events: readonly ChatEvent[]) => fold(events).choices[0]!.blocks
const usage = (candidatesTokenCount: number): JsonObject => ({
  promptTokenCount: 5,
  candidatesTokenCount,
  thoughtsTokenCount: 2,
  totalTokenCount: 7 + candidatesTokenCount,
})

test('a text and a call in one message are both told (case 72)', () => {
  assert.deepEqual(
    blocksOf(read(said([{ text: 'I look.' }, call('look')], { finishReason: 'STOP' }))).map(({ type }) => type),
    ['text', 'tool-call'],
  )
})

test('calls in two messages are two calls (case 73)', () => {
  const ids = blocksOf(read(said([call('look')]), said([call('look')], { finishReason: 'STOP' }))).map((block) => block.type === 'tool-call' && block.id)
  assert.deepEqual(ids, ['call_r_0_0', 'call_r_0_1'])
})

test('a last message without content ends the answer (case 74)', () => {
  const events = read(said([{ text: 'hi' }]), { candidates: [{ finishReason: 'STOP', index: 0 }] })
  assert.deepEqual(events.at(-1), { type: 'finish', choice: 0, reason: 'stop' })
})

test('usage that grows is counted once, with the thoughts in it (case 75)', () => {
  const events = read({ ...said([{ text: 'a' }]), usageMetadata: usage(1) }, { ...said([{ text: 'b' }], { finishReason: 'STOP' }), usageMetadata: usage(3) })
  const { input, output, reasoning } = fold(events).usage
  assert.deepEqual({ input, output, reasoning }, { input: 5, output: 5, reasoning: 2 })
})

test('an error in the middle is a failure, and a stream that only ends has no finish (case 91)', () => {
  const error = { error: { code: 503, message: 'busy', status: 'UNAVAILABLE' } }
  assert.throws(
    () => read(said([{ text: 'a' }]), error),
    (thrown) => thrown instanceof Failure && thrown.reason === 'overloaded',
  )
  assert.deepEqual(
    read(said([{ text: 'a' }])).filter(({ type }) => type === 'finish'),
    [],
  )
})

test('a malformed call at the end is a failure (case 55)', () => {
  assert.throws(
    () => read(said([{ text: 'a' }]), { candidates: [{ finishReason: 'MALFORMED_FUNCTION_CALL' }] }),
    (thrown) => thrown instanceof Failure && thrown.reason === 'upstream_malformed_tool_call',
  )
})

test('a finish that is told twice is told once (case 87)', () => {
  const events = read(said([{ text: 'a' }], { finishReason: 'STOP' }), said([], { finishReason: 'STOP' }))
  assert.equal(events.filter(({ type }) => type === 'finish').length, 1)
})

test('choices are kept apart (case 173)', () => {
  const other = { candidates: [{ content: { parts: [{ text: 'y' }] }, index: 1, finishReason: 'STOP' }] }
  const { choices } = fold(read(said([{ text: 'x' }]), other, said([{ text: 'z' }], { finishReason: 'STOP' })))
  assert.deepEqual(
    choices.map(({ blocks }) => blocks.map((block) => 'text' in block && block.text)),
    [['xz'], ['y']],
  )
})

test('arguments that come by path are put together', () => {
  const piece = (partialArgs: JsonObject[], more: JsonObject = {}) => said([{ functionCall: { partialArgs, willContinue: true, ...more } }])
  const events = read(
    said([{ functionCall: { name: 'look', willContinue: true }, thoughtSignature: 'c2ln' }]),
    piece([{ jsonPath: '$.at', stringValue: 'le', willContinue: true }]),
    piece([
      { jsonPath: '$.at', stringValue: 'ft' },
      { jsonPath: '$.deep[0].by', numberValue: 2 },
      { jsonPath: "$['__proto__']", boolValue: true },
    ]),
    said([{ functionCall: {} }], { finishReason: 'STOP' }),
  )
  const [block] = blocksOf(events)
  assert.ok(block?.type === 'tool-call')
  assert.equal(block.input, '{"at":"left","deep":[{"by":2}],"__proto__":true}')
  assert.equal(block.signature?.value, 'c2ln')
})

test('bytes of any kind are read or refused, and never crash', () => {
  for (const data of ['[]', '1', '"x"', '{', '{"candidates":[null,1,{"index":-1}]}', '{"candidates":[{"content":{"parts":[null,{"functionCall":null}]}}]}']) {
    const reader = eventReader()
    try {
      reader.read({ bytes: Buffer.from(data), event: '', data })
      reader.end()
    } catch (error) {
      assert.ok(error instanceof Failure, String(error))
    }
  }
})
