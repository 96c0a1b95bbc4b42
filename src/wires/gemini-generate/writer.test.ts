/** Streams of generateContent, written, case by case. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '../../base/json.ts'
import type { ChatEvent } from '../../canonical/chat.ts'
import { Failure } from '../../canonical/failure.ts'
import { readRequest } from './request.ts'
import { eventWriter } from './writer.ts'

function written(events: readonly ChatEvent[], inArray = false): string {
  const writer = eventWriter({ now: 1, asked: readRequest({ contents: [] }), inArray })
  return events.map((event) => writer.write(event)).join('') + writer.end()
}

const events: ChatEvent[] = [
  { type: 'start', id: 'r', model: 'm' },
  { type: 'open', choice: 0, index: 0, block: { type: 'reasoning', text: '' } },
  { type: 'delta', index: 0, text: 'hm' },
  { type: 'close', index: 0, signature: { scheme: 'thought-signature', value: 'c2ln' } },
  { type: 'open', choice: 0, index: 1, block: { type: 'text', text: '' } },
  { type: 'delta', index: 1, text: 'I ' },
  { type: 'delta', index: 1, text: 'look.' },
  { type: 'close', index: 1 },
  { type: 'open', choice: 0, index: 2, block: { type: 'tool-call', id: 'c', name: 'look', input: '' } },
  { type: 'delta', index: 2, text: '{"at":' },
  { type: 'delta', index: 2, text: '"x"}' },
  { type: 'close', index: 2 },
  { type: 'finish', choice: 0, reason: 'tool-calls' },
  { type: 'usage', usage: { input: 5, output: 3, reasoning: 1 } },
]

const who = { modelVersion: 'm', responseId: 'r' }
const chunk = (part: JsonObject): JsonObject => ({ candidates: [{ content: { parts: [part], role: 'model' }, index: 0 }], ...who })
const chunks: JsonObject[] = [
  chunk({ thought: true, text: 'hm' }),
  chunk({ text: '', thought: true, thoughtSignature: 'c2ln' }),
  chunk({ text: 'I ' }),
  chunk({ text: 'look.' }),
  chunk({ functionCall: { id: 'c', name: 'look', args: { at: 'x' } } }),
  {
    candidates: [{ content: { parts: [{ text: '' }], role: 'model' }, finishReason: 'STOP', index: 0 }],
    usageMetadata: { promptTokenCount: 5, candidatesTokenCount: 2, thoughtsTokenCount: 1, totalTokenCount: 8 },
    ...who,
  },
]

test('each piece of words is a message of its own, calls are whole, and the last has the finish and the usage', () => {
  const messages = written(events).split('\r\n\r\n')
  assert.equal(messages.pop(), '')
  assert.deepEqual(
    messages.map((message) => JSON.parse(message.replace(/^data: /, '')) as unknown),
    chunks,
  )
})

test('a stream may be one list of the same', () => {
  assert.deepEqual(JSON.parse(written(events, true)), chunks)
})

test('a stream that breaks off ends with its error, also in a list (case 90)', () => {
  const writer = eventWriter({ now: 1, asked: readRequest({ contents: [] }), inArray: true })
  const text = events
    .slice(0, 3)
    .map((event) => writer.write(event))
    .join('')
  const told: unknown = JSON.parse(text + writer.fail!(new Failure('overloaded', 'Busy.'), 'q'))
  assert.deepEqual(told, [chunks[0], { error: { code: 503, message: 'Busy.', status: 'UNAVAILABLE' } }])
})
