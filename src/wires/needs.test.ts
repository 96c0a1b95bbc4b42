/** A look at a request finds what it needs where the parts say so, and nothing in what clients say or hand to their tools. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Json, JsonObject } from '../base/json.ts'
import { tellNeeds, type Needed } from './needs.ts'

const fields = ['system', 'messages', 'input', 'contents', 'system_instruction']

function needsOf(body: JsonObject): readonly Needed[] {
  const needs = new Set<Needed>()
  tellNeeds(body, fields, (need) => needs.add(need))
  return [...needs].toSorted()
}

const said = (...content: Json[]): JsonObject => ({ messages: [{ role: 'user', content }] })

describe('is found', () => {
  const shown: readonly (readonly [what: string, body: JsonObject, needs: readonly Needed[]])[] = [
    [
      'a picture in a tool’s result',
      said({ type: 'tool_result', tool_use_id: 't', content: [{ type: 'image', source: { type: 'url' } }] }),
      ['images', 'tools'],
    ],
    ['a screenshot', { input: [{ type: 'computer_call_output', output: { type: 'computer_screenshot', file_id: 'f' } }] }, ['images']],
    ['a picture in a document', said({ type: 'document', source: { type: 'content', content: [{ type: 'image' }] } }), ['images']],
    ['a medium in either spelling of its name', { contents: { parts: [{ inline_data: { mime_type: 'video/mp4', data: '' } }] } }, ['video']],
    ['the same behind a count', { generateContentRequest: { contents: [{ parts: [{ fileData: { mimeType: 'application/pdf' } }] }] } }, ['documents']],
    ['a call that is told of, though no tool is offered', { messages: [{ role: 'assistant', tool_calls: [{ id: 'c' }] }], tools: [] }, ['tools']],
    ['a tool’s answer', { messages: [{ role: 'tool', tool_call_id: 'c', content: 'x' }] }, ['tools']],
    ['a tool that must not be called', { tools: [{ type: 'function' }], tool_choice: 'none' }, ['tools']],
    ['one bag of tools', { tools: { functionDeclarations: [] } }, ['tools']],
    ['a schema', { response_format: { type: 'json_schema', json_schema: {} } }, ['schema']],
    ['a schema of any JSON', { response_format: { type: 'json_object', json_schema: {} } }, ['schema']],
    ['JSON', { text: { format: { type: 'json_object' } } }, ['json']],
    ['a spoken answer', { modalities: ['text', 'audio'] }, ['speech']],
    ['a drawn one', { generationConfig: { responseModalities: ['TEXT', 'IMAGE'] } }, ['drawing']],
    ['several answers with probabilities', { n: 2, logprobs: true }, ['choices', 'logprobs']],
  ]
  for (const [what, body, needs] of shown) test(what, () => assert.deepEqual(needsOf(body), needs))
})

describe('is not found', () => {
  const plain: readonly (readonly [what: string, body: JsonObject])[] = [
    ['a picture that is only spoken of', said({ type: 'text', text: '{"type":"image_url"}' }, 'data:image/png;base64,AAAA')],
    ['what is at home in another place', { metadata: { type: 'image_url' }, image: {}, messages: [] }],
    ['a text as a document', said({ type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'x' } })],
    ['a text as a file', said({ type: 'file', file: { file_data: 'data:text/plain;base64,eA==' } })],
    ['what was found, told as a document', said({ type: 'document', document: { data: 'x' } })],
    ['one answer of plain text', { n: 1, logprobs: false, modalities: ['text'], tools: [], response_format: { type: 'text' }, messages: [] }],
  ]
  for (const [what, body] of plain) test(what, () => assert.deepEqual(needsOf(body), []))

  test('what a tool is called with, or answers as data', () => {
    const image = { type: 'image', image: {}, inlineData: { mimeType: 'image/png' } }
    assert.deepEqual(needsOf(said({ type: 'tool_use', id: 't', name: 'n', input: image })), ['tools'])
    assert.deepEqual(needsOf({ contents: [{ parts: [{ functionCall: { args: image } }, { functionResponse: { response: image } }] }] }), ['tools'])
    assert.deepEqual(needsOf(said({ toolResult: { content: [{ json: image }] } })), ['tools'])
  })
})

test('odd shapes throw nothing, and deep ones cost no stack', () => {
  const odd: readonly Json[] = [null, 1, 'x', [], {}, [null, [[1]], { type: 1, role: {}, image: 'x', inlineData: 1 }], { content: { content: null } }]
  for (const one of odd)
    for (const field of [...fields, 'generationConfig', 'tools', 'text', 'response_format', 'generateContentRequest']) needsOf({ [field]: one })
  let deep: Json = []
  for (let depth = 0; depth < 100_000; depth += 1) deep = [deep]
  assert.deepEqual(needsOf({ messages: deep }), [])
})
