/** Schemas of APIs that hold their models to each one are held as firmly as the target can. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { anthropicMessages } from './anthropic-messages/index.ts'
import { geminiGenerate } from './gemini-generate/index.ts'
import { openaiChat } from './openai-chat/index.ts'
import { openaiResponses } from './openai-responses/index.ts'

const closed = { type: 'object', properties: { at: { type: 'string' } }, required: ['at'], additionalProperties: false }
const open = { type: 'object', properties: { at: { type: 'string' } } }
const messages = [{ role: 'user', content: 'hi' }]
const asMessages = (schema: object) => ({ model: 'm', max_tokens: 9, messages, output_config: { format: { type: 'json_schema', schema: { ...schema } } } })

test('a schema that strict mode takes is strict (case 131), and one that it refuses is asked for without, and reported', () => {
  for (const [schema, strict, lost] of [
    [closed, true, []],
    [open, undefined, ['strict_format']],
  ] as const) {
    const words: string[] = []
    const request = anthropicMessages.readRequest(asMessages(schema))
    const { response_format: format } = openaiChat.writeRequest(request, { model: 'm' }, (word) => words.push(word))
    assert.deepEqual(format, { type: 'json_schema', json_schema: { name: 'answer', schema, ...(strict && { strict }) } })
    assert.deepEqual(words, lost)
    assert.deepEqual(openaiResponses.writeRequest(request, { model: 'm' }, () => {}).text, {
      format: { type: 'json_schema', name: 'answer', schema, ...(strict && { strict }) },
    })
  }
})

test('a schema of Gemini is strict too where it can be', () => {
  const config = { responseMimeType: 'application/json', responseJsonSchema: closed }
  const request = geminiGenerate.readRequest({ contents: [{ role: 'user', parts: [{ text: 'hi' }] }], generationConfig: config })
  const { response_format: format } = openaiChat.writeRequest(request, { model: 'm' }, () => assert.fail('nothing is lost'))
  assert.deepEqual(JSON.parse(JSON.stringify(format)), { type: 'json_schema', json_schema: { name: 'answer', schema: closed, strict: true } })
})

test('what Claude cannot be held to stands in descriptions, and properties called like keywords stay', () => {
  const schema = { type: 'object', properties: { minimum: { type: 'integer', minimum: 3 }, title: { type: 'string', pattern: '^a' } }, required: ['minimum'] }
  const said = { model: 'm', messages, response_format: { type: 'json_schema', json_schema: { name: 'n', schema, strict: true } } }
  const { output_config: config } = anthropicMessages.writeRequest(openaiChat.readRequest(said), { model: 'm', nativeSchema: true }, () => {})
  const { properties, required, additionalProperties } = (config as unknown as { format: { schema: typeof schema & { additionalProperties: boolean } } }).format
    .schema
  assert.deepEqual([Object.keys(properties), required, additionalProperties], [['minimum', 'title'], ['minimum'], false])
  assert.ok(!('minimum' in properties.minimum) && JSON.stringify(properties.minimum).includes('3'))
  assert.deepEqual(schema.properties.minimum, { type: 'integer', minimum: 3 })
})
