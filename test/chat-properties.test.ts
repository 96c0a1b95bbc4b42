/** The laws of Chat Completions on bodies and streams that nobody thought of: whatever the check lets pass. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import type { Json, JsonObject } from '../src/base/json.ts'
import { SseMessage } from '../src/base/sse.ts'
import type { Block, ChatEvent } from '../src/canonical/chat.ts'
import { Failure } from '../src/canonical/failure.ts'
import { fold, unfold } from '../src/canonical/fold.ts'
import { openaiChat } from '../src/wires/openai-chat/index.ts'

type Shape = { readonly [field: string]: fc.Arbitrary<unknown> }

const runs = { numRuns: 1500, seed: 20261121 }
const text = fc.constantFrom('', 'a', 'hello', 'data:image/png;base64,AA', 'https://example.org')
const stray = fc.oneof(text, fc.constantFrom<Json>(null, true, 7, [], {}, [{ type: 'text', text: 'x' }]))
const citation = { type: 'url_citation', url_citation: { url: 'https://example.org', title: 'An example' } }
const odd = fc.oneof(stray, fc.constantFrom<Json>({ type: 'ephemeral', ttl: '1h' }, { google: { thought_signature: 'T' } }, [citation]))

/** An object with the fields of `must`, some of `may`, and a few that do not belong there. */
function said(must: Shape, may: Shape = {}, strays: fc.Arbitrary<Json> = odd): fc.Arbitrary<JsonObject> {
  const known = fc.record({ ...must, ...may }, { requiredKeys: Object.keys(must) })
  const unknown = fc.dictionary(fc.constantFrom('mood', 'name', 'cache_control', 'extra_content', 'reasoning', 'annotations', 'images'), strays, { maxKeys: 2 })
  return fc.tuple(unknown, known).map(([first, second]) => JSON.parse(JSON.stringify({ ...first, ...second })) as JsonObject)
}

const is = (type: string) => fc.constant(type)
const part = fc.oneof(
  said({ type: is('text'), text }),
  said({ type: is('refusal'), refusal: text }),
  said({ type: is('image_url'), image_url: fc.oneof(text, said({ url: text }, { detail: fc.constantFrom('low', null) })) }),
  said({ type: is('input_audio'), input_audio: said({ data: text, format: fc.constantFrom('wav', 'mp3', 'mpeg', 'flac') }) }),
  said({ type: is('file'), file: said({}, { file_data: is('data:application/pdf;base64,AA'), file_id: text, filename: fc.constantFrom('n', null) }) }),
  said({ type: fc.constantFrom('thinking', 'riddle'), thinking: stray }),
)
const content = fc.oneof(text, fc.array(part, { maxLength: 3 }))
const call = fc.oneof(
  said({ id: fc.constantFrom('a', 'b'), type: is('function'), function: said({ name: text, arguments: text }) }),
  said({ id: is('c'), type: is('custom'), custom: said({ name: text, input: text }) }),
)
const format = fc.constantFrom('anthropic-claude-v1', 'google-gemini-v1', 'openai-responses-v1', 'unknown', null)
const detail = fc.oneof(
  said({ type: is('reasoning.text') }, { text, signature: fc.constantFrom('S', null), format }),
  said({ type: is('reasoning.summary') }, { summary: text, format }),
  said({ type: is('reasoning.encrypted') }, { data: text, format }),
)
const thought = fc.constantFrom('hm', 'a', '', null)
const assistant = said(
  { role: is('assistant') },
  {
    content: fc.oneof(content, fc.constant(null)),
    refusal: fc.constantFrom('no', '', null),
    reasoning_content: thought,
    reasoning: thought,
    reasoning_details: fc.oneof(fc.array(detail, { maxLength: 3 }), stray),
    tool_calls: fc.oneof(fc.array(call, { maxLength: 3 }), fc.constant(null)),
    function_call: fc.oneof(fc.constant(null), said({ name: text, arguments: text })),
  },
)
const message = fc.oneof(
  said({ role: fc.constantFrom('user', 'system', 'developer'), content }),
  assistant,
  said({ role: is('tool'), tool_call_id: fc.constantFrom('a', 'b'), content }),
  said({ role: is('function'), name: is('f'), content: fc.constantFrom('x', 'y') }),
)
const number = fc.oneof(fc.constant(null), fc.integer({ min: 1, max: 100 }))
const tools = fc.constantFrom<JsonObject[]>(
  [{ type: 'function', function: { name: 'a' } }],
  [
    { type: 'function', odd: 1, function: { name: 'a', parameters: null, strict: true, description: null }, cache_control: { type: 'ephemeral' } },
    { type: 'custom', custom: { name: 'c', format: {} } },
  ],
  [{ type: 'web_search', filters: {} }],
)
const request = said(
  { model: is('m'), messages: fc.array(message, { minLength: 1, maxLength: 4 }), tools },
  {
    stream: fc.constantFrom(true, false, null),
    temperature: number,
    top_k: number,
    seed: number,
    n: number,
    max_tokens: number,
    max_completion_tokens: number,
    stop: fc.oneof(text, fc.constant(null), fc.array(text, { maxLength: 6 })),
    logprobs: fc.constantFrom(true, false, null),
    top_logprobs: number,
    modalities: fc.constantFrom(null, ['text'], []),
    reasoning_effort: fc.constantFrom('low', 'none', 'default', null),
    thinking: fc.constantFrom(null, { type: 'enabled' }, { type: 'enabled', budget_tokens: 5, odd: 1 }, { type: 'disabled' }, { type: 'odd' }),
    reasoning: fc.constantFrom(null, { effort: 'low' }, { effort: 'none', max_tokens: 4 }, { max_tokens: 3, exclude: true }, { enabled: false }, {}),
    response_format: fc.constantFrom(
      null,
      { type: 'text' },
      { type: 'json_object', odd: 1 },
      { type: 'json_schema', json_schema: { schema: {}, strict: null, description: 'd' } },
      { type: 'grammar' },
    ),
    tool_choice: fc.constantFrom('auto', 'any', 'none', null, { type: 'function', function: { name: 'a' } }, { type: 'allowed_tools', allowed_tools: {} }),
    parallel_tool_calls: fc.constantFrom(true, false, null),
  },
  stray,
)
const choice = said({
  index: fc.constant(0),
  message: assistant,
  logprobs: fc.constantFrom(null, { content: [1] }),
  finish_reason: fc.constantFrom('stop', 'length', 'tool_calls', 'function_call', 'content_filter', 'eos', 'odd'),
})

const { checkRequest, eventReader, eventWriter, readRequest, readResponse, writeRequest, writeResponse } = openaiChat
const options = { now: 1, asked: readRequest({ model: 'm', messages: [{ role: 'user', content: 'x' }] }) }

/** What `does` gives, or undefined where it is refused as it may be. */
function attempt<Done>(does: () => Done): Done | undefined {
  try {
    return does()
  } catch (error) {
    if (error instanceof Failure) return undefined
    throw error
  }
}

test('whatever request passes the check is read and written back the same', () => {
  let passed = 0
  const law = (body: JsonObject) => {
    if (attempt(() => [checkRequest(body)]) === undefined) return
    passed += 1
    assert.deepEqual(writeRequest(readRequest(body), { model: 'm' }, assert.fail), body)
  }
  fc.assert(fc.property(request, law), runs)
  assert.ok(passed > runs.numRuns / 5)
})

test('whatever answer comes is read and written back the same, and unfolds', () => {
  const law = (one: JsonObject) => {
    const body = { id: 'r', object: 'chat.completion', created: 1, model: 'm', choices: [one] }
    const response = readResponse(body)
    assert.deepEqual(writeResponse(response, options), body)
    assert.deepEqual(fold(unfold(response)), response)
  }
  fc.assert(fc.property(choice, law), runs)
})

const fragment = said(
  {},
  {
    index: fc.constantFrom(0, 1, null),
    id: fc.constantFrom('a', 'b', '', null),
    function: fc.oneof(stray, said({}, { name: fc.constantFrom('f', ''), arguments: fc.constantFrom('{', '}', '') })),
  },
  stray,
)
const delta = said(
  {},
  {
    content: fc.oneof(text, fc.array(part, { maxLength: 2 })),
    reasoning_content: stray,
    reasoning_details: fc.oneof(fc.array(detail, { maxLength: 2 }), stray),
    tool_calls: fc.array(fc.oneof(fragment, stray), { maxLength: 2 }),
    function_call: stray,
  },
)
const chunk = fc.oneof(
  {
    weight: 9,
    arbitrary: said(
      {
        choices: fc.array(
          said({}, { index: fc.constantFrom(0, 1), delta: fc.oneof(delta, stray), finish_reason: fc.constantFrom(null, null, 'stop') }, stray),
          { maxLength: 2 },
        ),
      },
      { usage: stray },
    ),
  },
  { weight: 1, arbitrary: stray },
)

function read(frames: readonly string[]): ChatEvent[] {
  const reader = eventReader()
  return [...frames.flatMap((frame) => reader.read(new SseMessage(Buffer.from(frame)))), ...reader.end()]
}

/** What the choices say and call, a text of each, wherever one block ended and another began. */
function wordsOf(events: readonly ChatEvent[]): readonly string[] {
  const wordOf = (block: Block) => (block.type === 'text' ? block.text : '')
  const nameOf = (block: Block) => (block.type === 'tool-call' ? block.name : '')
  return fold(events)
    .choices.map(({ blocks }) => `${blocks.map(wordOf).join('')} ${blocks.map(nameOf).join('')}`)
    .filter((said) => said !== ' ')
}

test('whatever stream comes is a failure, or opens what it closes and says the same when it is written anew', () => {
  let passed = 0
  const law = (chunks: readonly Json[]) => {
    const events = attempt(() => read(chunks.map((one) => `data: ${JSON.stringify(one)}\n\n`)))
    if (events === undefined) return
    passed += 1
    const open = new Set<number>()
    for (const event of events) {
      if (event.type === 'open') open.add(event.index)
      if (event.type === 'delta') assert.ok(open.has(event.index))
      if (event.type === 'close') assert.ok(open.delete(event.index))
    }
    assert.equal(open.size, 0)
    const writer = eventWriter(options)
    const frames = events.flatMap((event) => writer.write(event).split(/(?<=\n\n)/))
    assert.deepEqual(wordsOf(read(frames)), wordsOf(events))
  }
  fc.assert(fc.property(fc.array(chunk, { maxLength: 5 }), law), runs)
  assert.ok(passed > runs.numRuns / 5)
})
