/** Streams of Cohere, read. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { JsonObject } from '../../base/json.ts'
import { SseCutter } from '../../base/sse.ts'
import type { ChatEvent, TextBlock } from '../../canonical/chat.ts'
import { Failure, type Reason } from '../../canonical/failure.ts'
import { fold } from '../../canonical/fold.ts'
import { openaiChat } from '../openai-chat/index.ts'
import { answers } from '../../../test/fixtures/cohere-chat-answers.ts'
import { requests } from '../../../test/fixtures/cohere-chat.ts'
import { cohereChat } from './index.ts'

const asked = cohereChat.readRequest(requests[0]!)

function read(stream: string): ChatEvent[] {
  const reader = cohereChat.eventReader()
  const cutter = new SseCutter(1 << 20)
  const messages = [...cutter.push(Buffer.from(stream)), ...cutter.end()]
  return [...messages.flatMap((message) => reader.read(message)), ...reader.end()]
}

const data = (...events: JsonObject[]): string => events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('')
const end = { type: 'message-end', delta: { finish_reason: 'COMPLETE' } }
const fails = (stream: string, reason: Reason) =>
  assert.throws(
    () => read(stream),
    (error) => error instanceof Failure && error.reason === reason,
  )
const typesOf = (events: readonly { readonly type: unknown }[]) => events.map(({ type }) => type)

describe('a stream that is read', () => {
  test('is told to a client of Chat Completions as one choice, whatever index its contents have (case 82)', () => {
    const writer = openaiChat.eventWriter({ now: 1, asked: openaiChat.readRequest({ model: 'm', messages: [{ role: 'user', content: 'x' }] }) })
    const frames = [...read(answers[2]!.stream), ...read(answers[1]!.stream)].map((event) => writer.write(event)).join('')
    const chunks = [...frames.matchAll(/^data: (.*)$/gm)].map(([, said]) => JSON.parse(said!) as { choices: { index: number; delta: JsonObject }[] })
    assert.ok(chunks.every(({ choices }) => choices.every(({ index }) => index === 0)))
    const calls = chunks.flatMap(({ choices }) => (choices[0]?.delta.tool_calls ?? []) as { index: number; function: { arguments: string } }[])
    const inputs = [0, 1, 2].map((place) =>
      calls
        .filter(({ index }) => index === place)
        .map(({ function: { arguments: input } }) => input)
        .join(''),
    )
    assert.deepEqual(
      inputs.map((input) => JSON.parse(input) as unknown),
      [{ at: 'left' }, { at: 'right' }, {}],
    )
  })

  test('tells a plan as a thought that goes back as a plan (case 58)', () => {
    const { blocks } = fold(read(answers[1]!.stream)).choices[0]!
    const request = { ...asked, turns: [{ role: 'assistant' as const, blocks }] }
    assert.equal(blocks[0]?.type, 'reasoning')
    const body = cohereChat.writeRequest(request, { model: 'm' }, () => {})
    assert.equal((body.messages as JsonObject[])[0]!.tool_plan, 'I will look left, then right.')
  })

  test('gives a citation to the text before it, also behind the end of that text', () => {
    const { blocks } = fold(read(answers[2]!.stream)).choices[0]!
    const cited = blocks.find((block): block is TextBlock => block.type === 'text')
    assert.deepEqual(
      cited?.citations?.map(({ url, title, start, end: stop }) => [url, title, start, stop]),
      [
        [undefined, undefined, 2, 6],
        ['https://example.org/doors', 'Doors', 11, 16],
      ],
    )
  })

  test('without its message-end is not finished (case 91)', () => {
    const cut = answers[0]!.stream.slice(0, answers[0]!.stream.indexOf('event: message-end'))
    const events = read(cut)
    assert.ok(!typesOf(events).includes('finish'))
    assert.equal(typesOf(events).at(-1), 'close')
  })

  test('ends once, whatever is repeated behind its end (case 87)', () => {
    assert.deepEqual(typesOf(read(answers[0]!.stream + data(end))), typesOf(read(answers[0]!.stream)))
  })

  test('that ends in an error is one, in words of ours (cases 81, 90)', () => {
    fails(data({ type: 'message-end', delta: { finish_reason: 'ERROR' } }), 'upstream_error')
    fails(data({ type: 'message-end', delta: { finish_reason: 'ERROR', error: 'past the per minute rate limit' } }), 'rate_limit_exceeded')
    fails(data({ type: 'message-end', delta: { finish_reason: 'TIMEOUT' } }), 'upstream_timeout')
    fails(data({ message: 'too many tokens: the prompt has 9' }), 'context_length_exceeded')
  })

  test('that is broken is told so, and events that nobody knows are not heard (cases 69, 93)', () => {
    fails('data: {oops\n\n', 'upstream_invalid_response')
    fails('data: []\n\n', 'upstream_invalid_response')
    fails(data({ type: 'tool-call-delta', index: 3, delta: {} }), 'upstream_invalid_response')
    fails(data({ type: 'tool-call-start', index: 0 }), 'upstream_invalid_response')
    assert.deepEqual(
      read(`: a comment\n\n${data({ type: 'ping' }, { type: 'debug', prompt: 'p' }, { type: 'content-delta' }, { type: 'citation-start' })}`),
      [],
    )
  })

  test('of a server that does not tell where content begins is read all the same', () => {
    const events = read(
      data(
        { type: 'message-start', id: 'a' },
        { type: 'content-delta', index: 0, delta: { message: { content: { thinking: 'hm' } } } },
        { type: 'content-delta', index: 0, delta: { message: { content: { text: 'hi' } } } },
        { type: 'tool-call-start', index: 0, delta: { message: { tool_calls: [{ id: 'c', function: { name: 'look', arguments: '{"a":1}' } }] } } },
        end,
      ),
    )
    const { blocks } = fold(events).choices[0]!
    assert.deepEqual(
      blocks.map((block) => (block.type === 'tool-call' ? block.input : 'text' in block && block.text)),
      ['hm', 'hi', '{"a":1}'],
    )
  })

  test('has no more blocks than are bounded', () => {
    const many = Array.from({ length: 4097 }, () => ({ type: 'content-start', index: 0, delta: { message: { content: { type: 'text' } } } }))
    fails(data(...many), 'upstream_invalid_response')
  })
})
