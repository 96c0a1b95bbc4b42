/** Streams and answers of this wire: what they end with, what breaks them, and what they cost. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { frame } from '../../../test/fixtures/bedrock-converse.ts'
import { encodeMessage, eventStream } from '../../base/eventstream.ts'
import type { JsonObject } from '../../base/json.ts'
import type { ChatEvent } from '../../canonical/chat.ts'
import { Failure } from '../../canonical/failure.ts'
import { readError, writeErrorFrame } from './error.ts'
import { bedrockConverse } from './index.ts'
import { readResponse } from './response.ts'
import { readUsage, writeUsage } from './usage.ts'

function read(...frames: readonly string[]): ChatEvent[] {
  const reader = bedrockConverse.eventReader()
  return eventStream
    .cutter(1 << 20)
    .push(Buffer.from(frames.join(''), 'latin1'))
    .flatMap((message) => [...reader.read(message)])
}

const exception = (type: string, message: string): string =>
  encodeMessage({ ':message-type': 'exception', ':exception-type': type }, JSON.stringify({ message })).toString('latin1')
const begun = frame('messageStart', { role: 'assistant' })
const word = frame('contentBlockDelta', { contentBlockIndex: 0, delta: { text: 'hi' } })

test('an answer has finished at its stop, and what it cost comes behind it (case 78)', () => {
  const usage = { inputTokens: 1, outputTokens: 2, totalTokens: 3 }
  const events = read(
    begun,
    word,
    frame('contentBlockStop', { contentBlockIndex: 0 }),
    frame('messageStop', { stopReason: 'end_turn' }),
    frame('metadata', { usage }),
  )
  assert.deepEqual(
    events.map(({ type }) => type),
    ['start', 'open', 'delta', 'close', 'finish', 'usage'],
  )
  assert.deepEqual(events.at(-1), { type: 'usage', usage: { input: 1, output: 2 } })
})

test('a stream that ends without its stop has not finished', () => {
  assert.ok(!read(begun, word, frame('metadata', { usage: {} })).some(({ type }) => type === 'finish'))
})

test('an exception is the failure it is called, before the first word and after it (cases 80, 81)', () => {
  const failures = {
    validationException: ['upstream_refused_request', 400],
    throttlingException: ['rate_limit_exceeded', 429],
    serviceUnavailableException: ['overloaded', 503],
    modelStreamErrorException: ['upstream_error', 502],
    internalServerException: ['upstream_error', 502],
    neverHeardOfException: ['upstream_error', 502],
  } as const
  for (const [name, [reason, status]] of Object.entries(failures)) {
    for (const frames of [[], [begun, word]]) {
      assert.throws(
        () => read(...frames, exception(name, 'secret words')),
        (error) => error instanceof Failure && error.reason === reason && error.row.status === status && !error.message.includes('secret'),
      )
    }
  }
  assert.throws(() => read(exception('validationException', 'Input is too long for requested model.')), { reason: 'context_length_exceeded' })
})

test('an exception that we write is read as what it was', () => {
  for (const reason of ['upstream_refused_request', 'rate_limit_exceeded', 'overloaded', 'upstream_error'] as const) {
    assert.throws(() => read(writeErrorFrame(new Failure(reason, 'A sentence.'))), { reason })
  }
})

test('words of a refusal say more than its name', () => {
  assert.equal(readError({ message: 'The provided model identifier is invalid.' }).reason, 'model_not_found')
  assert.equal(readError({ Message: 'The security token included in the request is expired' }).reason, 'upstream_auth_error')
  assert.equal(readError({ __type: 'com.amazon.coral.service#AccessDeniedException', message: 'no' }).reason, 'upstream_auth_error')
  assert.equal(readError({ __type: 'ThrottlingException', message: 'Too many tokens, please wait before trying again.' }).reason, 'rate_limit_exceeded')
  assert.deepEqual(readError({}), { message: '' })
})

test('a call that the model spoiled may be asked for again (case 55)', () => {
  assert.throws(() => read(begun, frame('messageStop', { stopReason: 'malformed_tool_use' })), { reason: 'upstream_malformed_tool_call' })
  const body = { output: { message: { role: 'assistant', content: [] } }, stopReason: 'malformed_model_output' }
  assert.throws(() => readResponse(body), { reason: 'upstream_invalid_response' })
})

test('a body that is no answer is a failure of the provider (case 64)', () => {
  for (const body of [{}, { output: {} }, { output: { message: { content: 'text' } } }, { output: { message: { content: [7] } } }] as JsonObject[]) {
    assert.throws(() => readResponse(body), { reason: 'upstream_invalid_response' })
  }
})

test('cached tokens are counted in (case 153), and those kept for an hour apart (case 156)', () => {
  const counted = { inputTokens: 10, cacheReadInputTokens: 90, cacheWriteInputTokens: 5, outputTokens: 3, totalTokens: 108 }
  assert.deepEqual(readUsage(counted), { input: 105, output: 3, cacheRead: 90, cacheWrite: 5 })
  assert.deepEqual(writeUsage(readUsage(counted)), counted)
  assert.equal(readUsage({ ...counted, cacheDetails: [{ ttl: '1h', inputTokens: 2 }] }).cacheWriteHour, 2)
  assert.deepEqual(writeUsage({ input: 105, output: 3, cacheRead: 90, cacheWrite: 5, cacheWriteHour: 2 }).cacheDetails, [
    { ttl: '5m', inputTokens: 3 },
    { ttl: '1h', inputTokens: 2 },
  ])
})

test('a call without a piece of input has none, and a thought may be a signature alone (cases 71, 140)', () => {
  const start = frame('contentBlockStart', { contentBlockIndex: 1, start: { toolUse: { toolUseId: 't', name: 'look' } } })
  const sign = frame('contentBlockDelta', { contentBlockIndex: 0, delta: { reasoningContent: { signature: 'c2ln' } } })
  assert.deepEqual(read(sign, start, frame('messageStop', { stopReason: 'tool_use' })).slice(1), [
    { type: 'open', choice: 0, index: 0, block: { type: 'reasoning', text: '' } },
    { type: 'open', choice: 0, index: 1, block: { type: 'tool-call', id: 't', name: 'look', input: '' } },
    { type: 'close', index: 0, signature: { scheme: 'signed-thinking', value: 'c2ln' } },
    { type: 'delta', index: 1, text: '{}' },
    { type: 'close', index: 1 },
    { type: 'finish', choice: 0, reason: 'tool-calls' },
  ])
})

test('whatever a frame holds, it is read or a failure', () => {
  const types = ['messageStart', 'contentBlockStart', 'contentBlockDelta', 'contentBlockStop', 'messageStop', 'metadata', 'unheardOf']
  const value = fc.oneof(
    fc.jsonValue(),
    fc.record(
      { text: fc.jsonValue(), toolUse: fc.jsonValue(), toolResult: fc.jsonValue(), image: fc.jsonValue(), reasoningContent: fc.jsonValue() },
      { requiredKeys: [] },
    ),
  )
  const payload = fc.record(
    { contentBlockIndex: fc.constantFrom(0, 1, null), start: value, delta: value, usage: fc.jsonValue(), stopReason: fc.jsonValue() },
    { requiredKeys: [] },
  )
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.constantFrom(...types), payload), { maxLength: 6 }), (frames) => {
      const reader = bedrockConverse.eventReader()
      try {
        for (const [event, said] of frames) reader.read({ bytes: Buffer.alloc(0), event, data: JSON.stringify(said) })
        reader.end()
      } catch (error) {
        assert.ok(error instanceof Failure, String(error))
      }
    }),
    { numRuns: 500 },
  )
})
