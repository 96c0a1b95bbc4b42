/** A look at a prompt finds how long each part of it is, whoever said it on whichever wire, and never how long what only looks like a part is. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Json, JsonObject } from '../base/json.ts'
import { survey } from '../base/survey.ts'
import { bitOf, modalitiesIn, namedWeight, pictureWeight, type Weights } from '../canonical/weights.ts'
import { lengthAsJson, weigh, weighAll, weighField } from './weigh.ts'

const parts = ({ kinds: _, tools: _tools, ...lengths }: Weights) => Object.fromEntries(Object.entries(lengths).filter(([, length]) => length > 0))
const user = (...content: Json[]): JsonObject => ({ role: 'user', content })
const text = (words: string): JsonObject => ({ type: 'text', text: words })

describe('what is said', () => {
  test('is the user’s in the last turn of the user, and history in every other', () => {
    const turns = [user(text('12345')), { role: 'assistant', content: '123' }, user(text('12')), user(text('34')), { role: 'assistant', content: 'prefill' }]
    assert.deepEqual(parts(weigh(turns, 'four')), { system: 4, history: 15, user: 4 })
  })

  test('is an instruction wherever instructions stand', () => {
    const turns = [{ role: 'developer', content: '12' }, user(text('1')), { role: 'system', content: [text('345')] }]
    assert.deepEqual(parts(weigh(turns, { parts: [{ text: '6' }] })), { system: 6, user: 1 })
  })

  test('may be one text, one turn or tokens', () => {
    assert.deepEqual(parts(weigh('12345')), { user: 5 })
    assert.deepEqual(parts(weigh({ parts: { text: '123' } })), { user: 3 })
    assert.deepEqual(parts(weighAll('12', undefined, ['345', { text: '6' }])), { user: 6 })
    assert.deepEqual(parts(weighAll([1, 20_000, 3])), { user: 12 })
  })

  test('is of a tool where it is the result of one, also in the user’s turn, which then is none of the user', () => {
    const called = { role: 'assistant', content: [{ type: 'tool_use', id: 'toolu_1', name: 'look', input: { at: 'left' } }] }
    const answered = user({ type: 'tool_result', tool_use_id: 'toolu_1', content: [text('a door')] })
    assert.deepEqual(parts(weigh([user(text('Go.')), called, answered])), { history: 4 + 13, user: 3, toolResults: 6 })
    assert.deepEqual(parts(weigh([user(text('Go.')), called, user(...(answered.content as Json[]), text('On.'))])), { history: 20, user: 3, toolResults: 6 })
  })

  test('on other wires stands in messages, items and parts of other names', () => {
    const rows: readonly (readonly [turns: Json[], lengths: object])[] = [
      [[{ role: 'tool', tool_call_id: 'c', content: '123' }], { toolResults: 3 }],
      [[{ type: 'function_call', call_id: 'c', name: 'f', arguments: '{}' }], { history: 5 }],
      [[{ type: 'function_call_output', call_id: 'c', output: '1234' }], { toolResults: 4 }],
      [[{ type: 'mcp_call', id: 'm', name: 'f', arguments: '{}', output: '123' }], { history: 5, toolResults: 3 }],
      [[{ type: 'reasoning', id: 'r', summary: [{ type: 'summary_text', text: '123' }], encrypted_content: 'sealed' }], { history: 3 }],
      [[{ role: 'user', parts: [{ functionResponse: { name: 'f', response: { a: 'b' } } }] }], { toolResults: 1 + lengthAsJson({ a: 'b' }) }],
      [[{ role: 'user', content: [{ toolResult: { toolUseId: 't', content: [{ json: [] }] } }, { cachePoint: {} }] }], { toolResults: 2 }],
      [[{ role: 'assistant', content: [{ reasoningContent: { reasoningText: { text: '12', signature: 's' } } }] }], { history: 2 }],
    ]
    for (const [turns, lengths] of rows) assert.deepEqual(parts(weigh(turns)), lengths, JSON.stringify(turns))
  })

  test('leaves out what is for servers alone, sealed, or told of by others', () => {
    const thought = { type: 'thinking', thinking: '123', signature: 'x'.repeat(99) }
    const sealed = { type: 'redacted_thinking', data: 'x'.repeat(99) }
    const cited = { type: 'text', text: '12', citations: [{ cited_text: 'x'.repeat(99) }], cache_control: { type: 'ephemeral' } }
    assert.deepEqual(parts(weigh([{ role: 'assistant', content: [thought, sealed, cited] }])), { history: 5 })
  })
})

describe('a medium', () => {
  const picture = 'A'.repeat(1_000_000)
  const media: readonly (readonly [part: JsonObject, weight: number, kind: string])[] = [
    [{ type: 'image', source: { type: 'base64', media_type: 'image/png', data: picture } }, pictureWeight, 'image'],
    [{ type: 'image_url', image_url: { url: `data:image/png;base64,${'A'.repeat(78)}` } }, 100, 'image'],
    [{ type: 'input_image', image_url: 'https://example.org/a.png' }, pictureWeight, 'image'],
    [{ image: { format: 'png', source: { bytes: picture } } }, pictureWeight, 'image'],
    [{ inlineData: { mimeType: 'audio/wav', data: 'A'.repeat(1001) } }, 101, 'audio'],
    [{ type: 'input_audio', input_audio: { data: 'A'.repeat(1000), format: 'wav' } }, 100, 'audio'],
    [{ fileData: { mimeType: 'video/mp4', fileUri: 'https://example.org/a.mp4' } }, namedWeight, 'video'],
    [{ type: 'file', file: { file_data: `data:application/pdf;base64,${'A'.repeat(972)}`, filename: 'a.pdf' } }, 100, 'file'],
    [{ type: 'document', source: { type: 'file', file_id: 'file_1' } }, namedWeight, 'file'],
  ]

  test('counts for what vendors take for it, and not for its base64, in whoever’s turn it stands', () => {
    for (const [part, weight, kind] of media) {
      const found = weigh([user(part), { role: 'tool', content: [part] }])
      assert.deepEqual([found.media, found.kinds, found.user + found.toolResults], [2 * weight, bitOf(kind as 'image'), 0], JSON.stringify(part).slice(0, 80))
    }
  })

  test('of plain text is text where it stands', () => {
    const found = weigh([user({ type: 'document', title: 'T', source: { type: 'text', media_type: 'text/plain', data: '12345' } })])
    assert.deepEqual([parts(found), modalitiesIn(found)], [{ user: 1 + 5 + 2 }, ['text', 'file']])
  })

  test('is not found in what tools are called with or answer as data', () => {
    const image = { type: 'image', source: { data: picture.slice(0, 100) } }
    assert.equal(weigh([{ role: 'assistant', content: [{ type: 'tool_use', name: 'n', input: image }] }]).media, 0)
    assert.equal(weigh([{ role: 'user', parts: [{ functionResponse: { name: 'n', response: image } }] }]).media, 0)
  })
})

test('tools are as long as they stand in the bytes, and without bytes as they would be written', () => {
  const tools = [{ name: 'look', description: 'Looks.', input_schema: { type: 'object', required: ['at', 'by'], depth: 1000 } }]
  const compact = JSON.stringify({ tools })
  const { members } = survey(Buffer.from(compact), { depth: 9, keys: 99 })
  assert.equal(weighField({ tools }, 'tools', members), compact.length - '{"tools":}'.length)
  assert.equal(weighField({ tools }, 'tools', []), compact.length - '{"tools":}'.length)
  const without: readonly JsonObject[] = [{}, { tools: null }, { tools: [] }]
  for (const none of without) assert.equal(weighField(none, 'tools', []), 0)
})

test('a value’s length as JSON is what writing it would give, but for escapes and other numbers than those of four digits', () => {
  const values: readonly Json[] = [{}, [], [{}], { a: [] }, { a: 'b', c: [1234, 'd', { e: 'f' }] }, 'x', '', null, true]
  for (const value of values) assert.equal(lengthAsJson(value), JSON.stringify(value).length, JSON.stringify(value))
})

test('odd shapes throw nothing', () => {
  const odd: readonly Json[] = [null, 1, 'x', true, [], {}, [null, [[1]], { type: 1, role: {}, image: 'x', inlineData: 1 }], { content: { content: null } }]
  for (const one of odd) for (const other of odd) assert.ok(weigh(one, other).user >= 0)
})
