/** Streams that end too early, and clients that leave: what the vendors' packages see, and what the provider does. */

import assert from 'node:assert/strict'
import Anthropic from '@anthropic-ai/sdk'
import { describe, test } from 'node:test'
import OpenAI from 'openai'
import { openScene } from '../contract/scene.ts'
import { eventually } from '../gateway.ts'
import { chunk, finish, hang, lastChunk, messages, openai, openStream, raw, reset, wait, type Answer } from '../upstream/index.ts'
import { anthropicOf, ask, behindChat, behindMessages, openaiOf, type Behind } from './clients.ts'

const scene = await openScene({
  config: () => 'retry: { longestPause: 20ms, budgetFloor: 1000 }\nhealth: { failures: 1000 }\nlimits: { hold: 200ms, keepAlive: 100ms }\n',
})
const openaiClient = openaiOf(scene)
const anthropicClient = anthropicOf(scene)
const framesOf = new Map([
  [behindChat, openai.frames('one two three')],
  [behindMessages, messages.frames('one two three')],
])

/** The stream up to the frame that says `until`, then something else. */
function cut(behind: Behind, until: string, ...then: Answer): Answer {
  const frames = framesOf.get(behind)!
  const count = frames.findIndex((frame) => frame.includes(until)) + 1
  assert.ok(count > 0)
  return [openStream(), ...frames.slice(0, count).map((frame) => raw(chunk(frame))), ...then]
}

/** Reads to the end; what was said, and why it ended. */
async function readChat(model: string): Promise<{ readonly text: string; readonly finishes: number; readonly error: unknown }> {
  const read = { text: '', finishes: 0, error: undefined as unknown }
  try {
    for await (const { choices } of await openaiClient.chat.completions.create({ model, messages: ask, stream: true })) {
      read.text += choices[0]?.delta.content ?? ''
      if (choices[0]?.finish_reason) read.finishes += 1
    }
  } catch (error) {
    read.error = error
  }
  return read
}

/** The ways in which a provider breaks off after it has begun to speak. */
const breaks: readonly (readonly [says: string, broken: (behind: Behind) => Answer])[] = [
  ['is reset (case 90)', (behind) => cut(behind, 'two', reset())],
  ['ends well, but unfinished (case 91)', (behind) => cut(behind, 'two', raw(lastChunk))],
  ['is closed in the middle of a chunk', (behind) => cut(behind, 'two', raw('ff\r\ndata: {"ch'), finish())],
  [
    'tells an error (cases 90, 103)',
    (behind) =>
      cut(
        behind,
        'two',
        raw(chunk(behind === behindChat ? 'data: {"error":{"message":"scripted","type":"server_error"}}\n\n' : messages.errorFrame())),
        raw(lastChunk),
      ),
  ],
]

for (const behind of [behindChat, behindMessages]) {
  describe(`a stream of ${behind.wire} that`, () => {
    for (const [says, broken] of breaks) {
      test(`${says} is an error to both packages, never a short answer`, async () => {
        behind.stage(scene).play(broken(behind))
        const { text, finishes, error } = await readChat(behind.model)
        assert.deepEqual([text, finishes], ['one two', 0])
        assert.ok(error instanceof OpenAI.APIError, String(error))
        assert.doesNotMatch(error.message, /scripted/)
        const stream = anthropicClient.messages.stream({ model: behind.model, max_tokens: 99, messages: ask })
        const types: string[] = []
        stream.on('streamEvent', ({ type }) => types.push(type))
        await assert.rejects(stream.finalMessage(), Anthropic.APIError)
        assert.ok(types.includes('content_block_delta') && !types.includes('message_stop') && !types.includes('message_delta'), types.join(' '))
        assert.equal(behind.stage(scene).asked().length, 2, 'nobody asks again after the first word')
      })
    }
  })
}

test('an end that lacks only its terminator is whole: the gateway supplies it (case 92)', async () => {
  for (const behind of [behindChat, behindMessages]) {
    behind.stage(scene).play(cut(behind, behind === behindChat ? '"finish_reason":"stop"' : 'message_delta', raw(lastChunk)))
    assert.deepEqual(await readChat(behind.model), { text: 'one two three', finishes: 1, error: undefined })
    const stream = anthropicClient.messages.stream({ model: behind.model, max_tokens: 99, messages: ask })
    assert.equal((await stream.finalMessage()).stop_reason, 'end_turn')
  }
})

test('a provider that is slow to begin is waited for with comments, which neither package minds', async () => {
  for (const behind of [behindChat, behindMessages]) {
    behind.stage(scene).play((request) => [wait(500), ...(behind.speak('one two three') as (asked: typeof request) => Answer)(request)])
    assert.equal((await readChat(behind.model)).text, 'one two three')
    const stream = anthropicClient.messages.stream({ model: behind.model, max_tokens: 99, messages: ask })
    assert.equal(await stream.finalText(), 'one two three')
  }
})

test('and one that fails after the status is out is an error to both', async () => {
  behindChat.stage(scene).play([wait(500), ...openai.error(400)])
  const { text, error } = await readChat(behindChat.model)
  assert.deepEqual([text, error instanceof OpenAI.APIError], ['', true])
  await assert.rejects(anthropicClient.messages.stream({ model: behindChat.model, max_tokens: 99, messages: ask }).finalMessage(), Anthropic.APIError)
})

describe('a client that leaves', () => {
  const leavings: readonly (readonly [says: string, leave: (model: string, signal: AbortSignal) => Promise<unknown>])[] = [
    ['openai package, streaming', (model, signal) => openaiClient.chat.completions.stream({ model, messages: ask }, { signal }).finalChatCompletion()],
    ['openai package, waiting', (model, signal) => openaiClient.chat.completions.create({ model, messages: ask }, { signal })],
    ['Anthropic package, streaming', (model, signal) => anthropicClient.messages.stream({ model, max_tokens: 9, messages: ask }, { signal }).finalMessage()],
    ['Anthropic package, waiting', (model, signal) => anthropicClient.messages.create({ model, max_tokens: 9, messages: ask }, { signal })],
  ]
  for (const [says, leave] of leavings) {
    for (const behind of [behindChat, behindMessages]) {
      test(`(the ${says}) ends the provider's work within a second, behind ${behind.wire} (case 192)`, async () => {
        const abort = new AbortController()
        behind.stage(scene).play((request) => (request.json().stream ? cut(behind, 'one', hang()) : [hang()]))
        const left = leave(behind.model, abort.signal)
        left.catch(() => {})
        const request = await behind.stage(scene).request(0)
        if (request.json().stream) await eventually(() => request.sent() > 300)
        const at = performance.now()
        abort.abort()
        await assert.rejects(left)
        assert.equal(await request.ended, 'left')
        assert.ok(performance.now() - at < 1000, `it took ${Math.round(performance.now() - at)} ms`)
      })
    }
  }
})
