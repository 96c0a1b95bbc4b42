/** Streams of Cohere, written, in their exact frames. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { JsonObject } from '../../base/json.ts'
import type { Block, ChatEvent } from '../../canonical/chat.ts'
import { Failure } from '../../canonical/failure.ts'
import { carrying, requests } from '../../../test/fixtures/cohere-chat.ts'
import { cohereChat } from './index.ts'

const options = { now: 1700000000, asked: cohereChat.readRequest(requests[0]!) }

function write(events: readonly ChatEvent[]): JsonObject[] {
  const writer = cohereChat.eventWriter(options)
  const text = events.map((event) => writer.write(event)).join('') + writer.end()
  assert.ok(text.endsWith('data: [DONE]\n\n'))
  return [...text.matchAll(/^data: (\{.*)$/gm)].map(([, data]) => JSON.parse(data!) as JsonObject)
}

describe('a stream that is written', () => {
  const open = (index: number, block: Block): ChatEvent => ({ type: 'open', choice: 0, index, block })
  const delta = (index: number, text: string): ChatEvent => ({ type: 'delta', index, text })
  const close = (index: number): ChatEvent => ({ type: 'close', index })
  const call = (id: string): Block => ({ type: 'tool-call', id, name: 'look', input: '' })
  const start: ChatEvent = { type: 'start', id: 'a', model: 'm' }
  const finish: ChatEvent = { type: 'finish', choice: 0, reason: 'tool-calls' }

  test('has the vendor’s events in the vendor’s order, with reason and usage at its end', () => {
    const events: ChatEvent[] = [
      start,
      open(0, { type: 'text', text: '' }),
      delta(0, 'hi'),
      close(0),
      finish,
      { type: 'usage', usage: { input: 9, output: 2, cacheRead: 4 } },
    ]
    assert.deepEqual(write(events).slice(1), [
      { type: 'content-start', index: 0, delta: { message: { content: { type: 'text', text: '' } } } },
      { type: 'content-delta', index: 0, delta: { message: { content: { text: 'hi' } } } },
      { type: 'content-end', index: 0 },
      { type: 'message-end', delta: { finish_reason: 'TOOL_CALL', usage: { tokens: { input_tokens: 9, output_tokens: 2 }, cached_tokens: 4 } } },
    ])
  })

  test('tells interleaved calls one after the other, each with all of its arguments (case 98)', () => {
    const events = [
      start,
      open(0, call('c1')),
      delta(0, '{"a"'),
      open(1, call('c2')),
      delta(1, '{"b"'),
      delta(0, ':1}'),
      delta(1, ':2}'),
      close(0),
      close(1),
      finish,
    ]
    const told = write(events).slice(1, -1)
    assert.deepEqual(
      told.map(({ type, index }) => `${String(type)} ${String(index)}`),
      [
        'tool-call-start 0',
        'tool-call-delta 0',
        'tool-call-delta 0',
        'tool-call-end 0',
        'tool-call-start 1',
        'tool-call-delta 1',
        'tool-call-delta 1',
        'tool-call-end 1',
      ],
    )
  })

  test('carries the proofs of other vendors to the client, who brings them back (cases 106, 139)', () => {
    const blocks = cohereChat.readRequest(carrying).turns[1]!.blocks
    const response = { id: 'a', model: 'm', choices: [{ blocks, finish: 'tool-calls' as const }], usage: {} }
    const { message } = cohereChat.writeResponse(response, options) as { message: JsonObject }
    assert.deepEqual(message, (carrying.messages as JsonObject[])[1])
  })

  test('that broke off ends as the vendor ends one: with an error, and no word of an end (case 90)', () => {
    const frame = cohereChat.writeErrorFrame(new Failure('overloaded', 'Too busy.'), 'req_1')
    assert.equal(frame, 'event: message-end\ndata: {"type":"message-end","id":"req_1","delta":{"error":"Too busy.","finish_reason":"ERROR"}}\n\n')
  })
})
