/** Writing streams of Chat Completions. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ChatCompletionStream } from 'openai/lib/ChatCompletionStream'
import type { JsonObject } from '../../base/json.ts'
import type { Block, ChatEvent } from '../../canonical/chat.ts'
import { openaiChat } from './index.ts'

const { eventWriter, readRequest } = openaiChat
const request = { model: 'm', stream: true, messages: [{ role: 'user', content: 'hi' }] }

/** The frames of a stream, parsed; `[DONE]` as it stands. */
function write(events: readonly ChatEvent[], more: JsonObject = {}): (JsonObject | string)[] {
  const writer = eventWriter({ now: 5, asked: readRequest({ ...request, ...more }) })
  const text = events.map((event) => writer.write(event)).join('') + writer.end()
  return text
    .split('\n\n')
    .slice(0, -1)
    .map((frame) => (frame === 'data: [DONE]' ? 'DONE' : (JSON.parse(frame.slice('data: '.length)) as JsonObject)))
}

const start: ChatEvent = { type: 'start', id: 'r', model: 'up' }
const finish = (reason: 'stop' | 'tool-calls', choice = 0): ChatEvent => ({ type: 'finish', choice, reason })
const open = (index: number, block: Block, choice = 0): ChatEvent => ({ type: 'open', choice, index, block })
const words = (index: number, text: string): ChatEvent => ({ type: 'delta', index, text })
const close = (index: number): ChatEvent => ({ type: 'close', index })
const empty: Block = { type: 'text', text: '' }
const call = (id: string): Block => ({ type: 'tool-call', id, name: 'f', input: '' })
const usage: ChatEvent = { type: 'usage', usage: { input: 2, output: 3 } }
const deltas = (frames: readonly (JsonObject | string)[]) =>
  frames.flatMap((frame) => (typeof frame === 'string' ? [] : (frame.choices as JsonObject[]).map(({ delta }) => delta as JsonObject)))
const callsIn = (frames: readonly (JsonObject | string)[]) => deltas(frames).flatMap(({ tool_calls: list }) => (list as JsonObject[] | undefined) ?? [])

test('[66] a stream is a role, words, one finish and [DONE], under one id and time', () => {
  const frames = write([start, open(0, empty), words(0, 'a'), words(0, '"\n雪'), close(0), usage, finish('stop')])
  assert.deepEqual(deltas(frames), [{ role: 'assistant', content: '' }, { content: 'a' }, { content: '"\n雪' }, {}])
  assert.equal(frames.at(-1), 'DONE')
  const chunks = frames.slice(0, -1) as JsonObject[]
  for (const { choices, ...head } of chunks) {
    assert.deepEqual(head, { id: 'r', object: 'chat.completion.chunk', created: 5, model: 'up' })
    assert.equal((choices as JsonObject[])[0]?.logprobs, null)
  }
  assert.deepEqual(
    chunks.map(({ choices }) => (choices as JsonObject[])[0]?.finish_reason),
    [null, null, null, 'stop'],
  )
})

test('[67] [68] usage is told once, last and in a chunk of its own, to those who asked for it and to no one else', () => {
  const events = [start, usage, open(0, empty), words(0, 'a'), close(0), finish('stop'), { type: 'usage', usage: { output: 9 } } as const]
  assert.ok(!JSON.stringify(write(events)).includes('usage'))
  const frames = write(events, { stream_options: { include_usage: true } })
  assert.deepEqual(
    frames.filter((frame) => typeof frame === 'object' && 'usage' in frame),
    [frames.at(-2)],
  )
  assert.deepEqual(frames.at(-2), {
    id: 'r',
    object: 'chat.completion.chunk',
    created: 5,
    model: 'up',
    choices: [],
    usage: { prompt_tokens: 2, completion_tokens: 9, total_tokens: 11 },
  })
})

test('[70] [71] calls are counted from zero whatever blocks they are, and one without words has empty arguments', () => {
  const frames = write([
    start,
    open(0, empty),
    words(0, 'a'),
    close(0),
    open(1, call('a')),
    open(2, call('b')),
    words(2, '{"x"'),
    close(1),
    words(2, ':1}'),
    close(2),
    finish('tool-calls'),
  ])
  assert.deepEqual(callsIn(frames), [
    { index: 0, id: 'a', type: 'function', function: { name: 'f', arguments: '' } },
    { index: 1, id: 'b', type: 'function', function: { name: 'f', arguments: '' } },
    { index: 1, function: { arguments: '{"x"' } },
    { index: 0, function: { arguments: '{}' } },
    { index: 1, function: { arguments: ':1}' } },
  ])
})

test('[86] every choice begins with its role and has its own finish', () => {
  const frames = write([start, open(0, empty), open(1, empty, 1), words(1, 'b'), words(0, 'a'), finish('stop', 1), finish('stop')]).slice(0, -1) as JsonObject[]
  assert.deepEqual(
    frames.map(({ choices }) => (choices as JsonObject[])[0]?.index),
    [0, 1, 1, 0, 1, 0],
  )
  assert.deepEqual(
    deltas(frames).filter((delta) => delta.role),
    [
      { role: 'assistant', content: '' },
      { role: 'assistant', content: '' },
    ],
  )
})

test('[139] a signed thought is told in words, and once more with its signature; a sealed one with its seal alone', () => {
  const signature = { scheme: 'signed-thinking', value: 'S' } as const
  const frames = write([
    start,
    open(0, { type: 'reasoning', text: '' }),
    words(0, 'h'),
    words(0, 'm'),
    { type: 'close', index: 0, signature },
    open(1, { type: 'reasoning', text: '', redacted: 'Z' }),
    close(1),
    finish('stop'),
  ])
  assert.deepEqual(deltas(frames).slice(1, -1), [
    { reasoning_content: 'h' },
    { reasoning_content: 'm' },
    {
      reasoning_details: [
        { type: 'reasoning.text', text: 'hm', signature: 'S', format: 'anthropic-claude-v1', index: 0 },
        { type: 'reasoning.encrypted', data: 'Z', format: 'anthropic-claude-v1', index: 1 },
      ],
    },
  ])
})

test('[139] the vendor’s own package, which keeps the last piece of a field that it does not know, keeps all proofs', async () => {
  const signed = (index: number) => [
    open(index, { type: 'reasoning', text: '' }),
    words(index, 't'),
    { ...close(index), signature: { scheme: 'signed-thinking', value: `S${index}` } } as ChatEvent,
  ]
  const frames = write([start, ...signed(0), ...signed(1), finish('stop')]).filter((frame) => frame !== 'DONE')
  const lines = frames.map((frame) => `${JSON.stringify(frame)}\n`)
  const { choices } = await ChatCompletionStream.fromReadableStream(new Blob(lines).stream()).finalChatCompletion()
  const { reasoning_details: details } = choices[0]!.message as unknown as { reasoning_details: { signature: string }[] }
  assert.deepEqual(
    details.map((detail) => detail.signature),
    ['S0', 'S1'],
  )
})

test('a thought that nobody signed is told in words alone', () => {
  assert.deepEqual(deltas(write([start, open(0, { type: 'reasoning', text: '' }), words(0, 'hm'), close(0), finish('stop')])).slice(1, -1), [
    { reasoning_content: 'hm' },
  ])
})

test('[32] a client that declared functions hears of one call, in the way it knows', () => {
  const frames = write([start, open(0, call('a')), words(0, '{}'), close(0), open(1, call('b')), words(1, '{}'), close(1), finish('tool-calls')], {
    functions: [{ name: 'f' }],
  })
  assert.deepEqual(deltas(frames).slice(1), [{ function_call: { name: 'f', arguments: '' } }, { function_call: { arguments: '{}' } }, {}])
  assert.equal(((frames.at(-2) as JsonObject).choices as JsonObject[])[0]?.finish_reason, 'function_call')
})

test('[89] what this wire said beside its words is said again, and what another wire said is not', () => {
  const beside = (wire: 'openai-chat' | 'cohere-chat'): ChatEvent => ({
    type: 'delta',
    index: 0,
    text: 'x',
    rest: { wire, fields: { logprobs: { content: [1] }, delta: { mood: 'calm' } } },
  })
  const frames = write([start, open(0, empty), beside('openai-chat'), beside('cohere-chat')])
  assert.deepEqual(((frames[1] as JsonObject).choices as JsonObject[])[0], {
    index: 0,
    delta: { content: 'x' },
    logprobs: { content: [1] },
    finish_reason: null,
  })
  assert.deepEqual(deltas(frames).slice(2), [{ mood: 'calm' }, { content: 'x' }])
})
