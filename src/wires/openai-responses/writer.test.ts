/** Streams of Responses, written: every event in its order, and the whole of the answer at the end. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Json, JsonObject } from '../../base/json.ts'
import type { Block, ChatEvent, ChatResponse, FinishReason } from '../../canonical/chat.ts'
import { Failure } from '../../canonical/failure.ts'
import { unfold } from '../../canonical/fold.ts'
import { openaiResponses } from './index.ts'

const asked = openaiResponses.readRequest({ model: 'm', input: 'hi', stream: true })
const options = { now: 7, asked }

function framesOf(stream: string): JsonObject[] {
  return stream
    .split('\n\n')
    .filter((frame) => frame !== '')
    .map((frame) => {
      const [event, data] = frame.split('\n') as [string, string]
      const said = JSON.parse(data.slice('data: '.length)) as JsonObject
      assert.equal(event, `event: ${String(said.type)}`)
      return said
    })
}

function write(events: readonly ChatEvent[]): JsonObject[] {
  const writer = openaiResponses.eventWriter(options)
  return framesOf(events.map((event) => writer.write(event)).join('') + writer.end())
}

const answer = (blocks: readonly Block[], finish: FinishReason = 'stop'): ChatResponse => ({
  id: 'c1',
  model: 'm',
  choices: [{ blocks, finish }],
  usage: { input: 2, output: 3 },
})
const typesOf = (frames: readonly JsonObject[]): Json[] => frames.map(({ type }) => String(type).replace('response.', ''))
const call = (id: string): Block => ({ type: 'tool-call', id, name: 'f', input: '{}' })

test('[107] [111] a text is told in every step, each with the next number', () => {
  const frames = write(unfold(answer([{ type: 'text', text: 'Hi.' }])))
  assert.deepEqual(typesOf(frames), [
    'created',
    'in_progress',
    'output_item.added',
    'content_part.added',
    'output_text.delta',
    'output_text.done',
    'content_part.done',
    'output_item.done',
    'completed',
  ])
  assert.deepEqual(
    frames.map(({ sequence_number: number }) => number),
    frames.map((_, place) => place),
  )
})

test('[108] calls alone make no message, and each is an item of its own', () => {
  const frames = write(unfold(answer([call('a'), call('b')], 'tool-calls')))
  const added = frames.filter(({ type }) => type === 'response.output_item.added')
  assert.deepEqual(
    added.map(({ item, output_index }) => [(item as JsonObject).type, (item as JsonObject).status, (item as JsonObject).arguments, output_index]),
    [
      ['function_call', 'in_progress', '', 0],
      ['function_call', 'in_progress', '', 1],
    ],
  )
  assert.deepEqual(typesOf(frames).slice(2, 6), ['output_item.added', 'function_call_arguments.delta', 'function_call_arguments.done', 'output_item.done'])
  assert.notEqual((added[0]!.item as JsonObject).id, (added[1]!.item as JsonObject).id)
})

test('calls that come at once are told one after the other', () => {
  const frames = write([
    { type: 'start', id: 'c1', model: 'm' },
    { type: 'open', choice: 0, index: 0, block: { type: 'tool-call', id: 'a', name: 'f', input: '' } },
    { type: 'open', choice: 0, index: 1, block: { type: 'tool-call', id: 'b', name: 'f', input: '' } },
    { type: 'delta', index: 1, text: '{"b":1}' },
    { type: 'delta', index: 0, text: '{"a":1}' },
    { type: 'close', index: 0 },
    { type: 'close', index: 1 },
    { type: 'finish', choice: 0, reason: 'tool-calls' },
  ])
  const done = frames.filter(({ type }) => type === 'response.output_item.done')
  assert.deepEqual(
    done.map(({ item }) => (item as JsonObject).arguments),
    ['{"a":1}', '{"b":1}'],
  )
})

test('[109] the end holds every item as it was told, under the ids that it was told by', () => {
  const blocks: Block[] = [
    { type: 'reasoning', text: 'Hm.', signature: { scheme: 'signed-thinking', value: 'S' } },
    { type: 'text', text: 'One.' },
    { type: 'text', text: 'Two.', citations: [{ url: 'https://a.example', start: 0, end: 4 }] },
    call('a'),
    { type: 'tool-call', id: 'b', name: 'g', input: 'plain', custom: true, signature: { scheme: 'thought-signature', value: 'T' } },
    { type: 'refusal', text: 'No.' },
  ]
  const frames = write(unfold(answer(blocks, 'tool-calls')))
  const { output, usage, status } = frames.at(-1)!.response as { output: JsonObject[]; usage: JsonObject; status: string }
  const done = frames.filter(({ type }) => type === 'response.output_item.done')
  assert.deepEqual(
    done.map(({ item }) => item),
    output,
  )
  assert.deepEqual(
    done.map(({ output_index: place }) => place),
    output.map((_, place) => place),
  )
  const ids = new Set(frames.flatMap(({ item, item_id: id }) => [id ?? (item as JsonObject | undefined)?.id ?? []].flat()))
  assert.deepEqual(ids, new Set(output.map(({ id }) => id)))
  assert.deepEqual([usage.total_tokens, status], [5, 'completed'])
  assert.deepEqual(output, openaiResponses.writeResponse(answer(blocks, 'tool-calls'), options).output)
})

test('[112] a thought is told as a summary before the text', () => {
  const frames = write(
    unfold(
      answer([
        { type: 'reasoning', text: 'Hm.' },
        { type: 'text', text: 'Hi.' },
      ]),
    ),
  )
  assert.deepEqual(typesOf(frames).slice(2, 9), [
    'output_item.added',
    'reasoning_summary_part.added',
    'reasoning_summary_text.delta',
    'reasoning_summary_text.done',
    'reasoning_summary_part.done',
    'output_item.done',
    'output_item.added',
  ])
})

test('plain text for a tool comes in events of its own', () => {
  const frames = write(unfold(answer([{ type: 'tool-call', id: 'a', name: 'patch', input: '*** Begin', custom: true }], 'tool-calls')))
  assert.deepEqual(typesOf(frames).slice(2, 6), ['output_item.added', 'custom_tool_call_input.delta', 'custom_tool_call_input.done', 'output_item.done'])
})

test('[110] a length is an incomplete answer, and a failure is told with the next number and the same id', () => {
  const short = write(unfold(answer([{ type: 'text', text: 'Hi' }], 'length'))).at(-1)!
  assert.deepEqual([short.type, (short.response as JsonObject).incomplete_details], ['response.incomplete', { reason: 'max_output_tokens' }])
  const writer = openaiResponses.eventWriter(options)
  const begun = framesOf(writer.write({ type: 'start', id: 'c1', model: 'm' }))
  const [failed] = framesOf(writer.fail!(new Failure('upstream_truncated', 'The provider’s stream broke off.'), 'req')) as [JsonObject]
  const { id, status, error } = failed.response as JsonObject
  assert.deepEqual([failed.type, failed.sequence_number, status], ['response.failed', 2, 'failed'])
  assert.equal(id, (begun[0]!.response as JsonObject).id)
  assert.deepEqual(error, { code: 'server_error', message: 'The provider’s stream broke off.' })
})

test('a failure before anything was said is told in a whole stream', () => {
  for (const reason of ['rate_limit_exceeded', 'key_queue_full'] as const) {
    const frames = framesOf(openaiResponses.eventWriter(options).fail!(new Failure(reason, 'Too much.'), 'req'))
    assert.deepEqual(typesOf(frames), ['created', 'in_progress', 'failed'])
    assert.deepEqual((frames[2]!.response as JsonObject).error, { code: 'rate_limit_exceeded', message: 'Too much.' })
  }
})

test('the events that stand for the whole answer hold all that the client asked for', () => {
  const writer = openaiResponses.eventWriter({
    now: 7,
    asked: openaiResponses.readRequest({ model: 'm', input: 'hi', instructions: 'a', metadata: { b: 'c' } }),
  })
  const [created] = framesOf(writer.write({ type: 'start', id: 'c1', model: 'm' })) as [JsonObject]
  const { instructions, metadata, status, created_at, output } = created.response as JsonObject
  assert.deepEqual([instructions, metadata, status, created_at, output], ['a', { b: 'c' }, 'in_progress', 7, []])
})
