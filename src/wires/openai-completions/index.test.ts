/** Legacy Completions: read and written as Chat Completions with a prompt and texts. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '../../base/json.ts'
import { SseCutter } from '../../base/sse.ts'
import type { ChatEvent } from '../../canonical/chat.ts'
import { fold, unfold } from '../../canonical/fold.ts'
import { asking, assistant, text, user, writeWith } from '../../../test/asking.ts'
import { openaiCompletions } from './index.ts'

const usage = { prompt_tokens: 5, completion_tokens: 2, total_tokens: 7 }
const choice = (said: string, reason: string | null = null, index = 0): JsonObject => ({ text: said, index, logprobs: null, finish_reason: reason })
const answer = (...choices: JsonObject[]): JsonObject => ({ id: 'cmpl-1', object: 'text_completion', created: 7, model: 'm', choices, usage })
const frame = (...choices: JsonObject[]): string => `data: ${JSON.stringify({ id: 'cmpl-1', object: 'text_completion', created: 7, model: 'm', choices })}\n\n`
const asked = openaiCompletions.readRequest({ model: 'm', prompt: 'Once' })
const options = { now: 7, asked }

function readStream(stream: string): ChatEvent[] {
  const reader = openaiCompletions.eventReader()
  const events = new SseCutter(1 << 20).push(Buffer.from(stream)).flatMap((message) => [...reader.read(message)])
  return [...events, ...reader.end()]
}

test('a prompt is one user’s turn, and what a chat has no word for is kept apart', () => {
  const request = openaiCompletions.readRequest({
    model: 'm',
    prompt: ['Once'],
    max_tokens: 9,
    stop: '.',
    n: 2,
    best_of: 3,
    logit_bias: { 1: 2 },
    echo: false,
    suffix: null,
  })
  assert.deepEqual(request.turns, [user(text('Once'))])
  assert.deepEqual([request.maxTokens, request.stop, request.choices], [9, ['.'], 2])
  assert.deepEqual(request.rest, { wire: 'openai-completions', fields: { logit_bias: { 1: 2 }, best_of: 3 }, spelled: { usage: 'untold' } })
})

test('several prompts, tokens and what gives the answer another shape are refused by name', () => {
  const refused: readonly [JsonObject, string][] = [
    [{ prompt: ['a', 'b'] }, 'prompt'],
    [{ prompt: [1, 2] }, 'prompt'],
    [{ prompt: [[1]] }, 'prompt'],
    [{ prompt: 'a', suffix: 'z' }, 'suffix'],
    [{ prompt: 'a', echo: true }, 'echo'],
    [{ prompt: 'a', logprobs: 0 }, 'logprobs'],
  ]
  for (const [body, param] of refused) {
    openaiCompletions.checkRequest({ model: 'm', ...body })
    assert.throws(() => openaiCompletions.readRequest({ model: 'm', ...body }), { reason: 'unsupported_parameter', param })
  }
})

test('a question alone is written as a prompt, and a conversation is refused', () => {
  assert.deepEqual(writeWith(openaiCompletions.writeRequest, asking([user(text('Once'))], { maxTokens: 9, rest: asked.rest })).body, {
    model: 'm',
    prompt: 'Once',
    max_tokens: 9,
  })
  for (const turns of [[user(text('a')), assistant(text('b'))], [assistant(text('b'))], []])
    assert.throws(() => writeWith(openaiCompletions.writeRequest, asking(turns)), { reason: 'unsupported_parameter', param: 'messages' })
})

test('an answer that is read and written back says the same', () => {
  for (const said of [
    answer(choice('upon', 'stop')),
    answer(choice('a', 'length'), choice('b', 'stop', 1)),
    answer({ ...choice('x', 'stop'), logprobs: { tokens: ['x'] } }),
  ])
    assert.deepEqual(openaiCompletions.writeResponse(openaiCompletions.readResponse(said), options), said)
})

test('an answer with a choice that has no text is none, and an error is one', () => {
  assert.throws(() => openaiCompletions.readResponse(answer({ index: 0, finish_reason: 'stop' })), { reason: 'upstream_invalid_response' })
  assert.throws(() => openaiCompletions.readResponse({ error: { message: 'x', type: 'server_error' } }), { reason: 'upstream_error' })
  assert.equal(openaiCompletions.glance(answer(choice('upon', 'stop')))?.usage.output, 2)
})

test('a stream means the same as the answer, and is written as it came', () => {
  const stream = [frame(choice('up')), frame(choice('on')), frame(choice('', 'stop'))].join('')
  const events = readStream(`${stream}data: [DONE]\n\n`)
  const { choices } = fold(events)
  assert.deepEqual(
    choices,
    openaiCompletions.readResponse(answer(choice('upon', 'stop'))).choices.map(({ blocks, finish }) => ({ blocks, finish })),
  )
  const writer = openaiCompletions.eventWriter(options)
  assert.equal(events.map((event) => writer.write(event)).join('') + writer.end(), `${stream}data: [DONE]\n\n`)
})

test('a stream without its finish has none, and one that ends with an error throws', () => {
  assert.ok(!readStream(frame(choice('up'))).some(({ type }) => type === 'finish'))
  assert.throws(() => readStream('data: {"error":{"message":"x","type":"server_error"}}\n\n'), { reason: 'upstream_error' })
  assert.throws(() => readStream('data: {"broken\n\n'), { reason: 'upstream_invalid_response' })
})

test('usage is told in a stream where the client asked for it, and only there', () => {
  const write = (includes: boolean) => {
    const told = openaiCompletions.readRequest({ model: 'm', prompt: 'a', stream: true, stream_options: { include_usage: includes } })
    const writer = openaiCompletions.eventWriter({ now: 7, asked: told })
    return (
      unfold(openaiCompletions.readResponse(answer(choice('upon', 'stop'))))
        .map((event) => writer.write(event))
        .join('') + writer.end()
    )
  }
  assert.match(write(true), /"choices":\[\],"usage":\{"prompt_tokens":5,/)
  assert.doesNotMatch(write(false), /usage/)
})
