/** Which texts a body holds, whose they are, and that others get into their place. */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseExact, type JsonObject } from '../base/json.ts'
import { passagesOf, replaceTexts } from './passages.ts'

const said = (body: JsonObject, ...fields: string[]): readonly string[] => passagesOf(body, fields).list.map(({ from, text }) => `${from}: ${text}`)

describe('the passages of a body', () => {
  it('are told apart by who speaks, on every API', () => {
    assert.deepEqual(
      said(
        {
          messages: [
            { role: 'developer', content: 'a' },
            { role: 'user', content: [{ type: 'text', text: 'b' }] },
            { role: 'assistant', content: 'c', tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'f', arguments: '{"d":1}' } }] },
            { role: 'tool', tool_call_id: 'call_1', content: 'e' },
          ],
        },
        'messages',
      ),
      ['system: a', 'user: b', 'assistant: c', 'assistant: f', 'assistant: {"d":1}', 'tool: e'],
    )
    assert.deepEqual(
      said(
        {
          instructions: 'a',
          input: [
            { role: 'user', content: 'b' },
            { type: 'function_call_output', call_id: 'x', output: 'c' },
            { type: 'reasoning', summary: ['d'] },
          ],
        },
        'instructions',
        'input',
      ),
      ['system: a', 'user: b', 'tool: c', 'assistant: d'],
    )
    assert.deepEqual(
      said(
        {
          system: 'a',
          messages: [{ role: 'user', content: [{ type: 'tool_result', tool_use_id: 't', content: 'b' }] }],
          tools: [{ name: 'c', description: 'd' }],
        },
        'system',
        'messages',
      ),
      ['system: a', 'tool: b', 'system: c', 'system: d'],
    )
    assert.deepEqual(
      said(
        {
          contents: [{ role: 'model', parts: [{ text: 'a' }] }, { parts: [{ functionResponse: { name: 'b', response: { c: 'd' } } }] }],
          systemInstruction: { parts: [{ text: 'e' }] },
        },
        'contents',
      ),
      ['assistant: a', 'tool: b', 'tool: c', 'tool: d', 'system: e'],
    )
    assert.deepEqual(said({ input: ['a', 'b'] }, 'input'), ['user: a', 'user: b'])
    assert.deepEqual(said({ query: 'a', documents: ['b', { text: 'c' }] }, 'query', 'documents'), ['user: a', 'tool: b', 'tool: c'])
  })

  it('are in fields that nobody knows too, in names of fields, and in numbers', () => {
    assert.deepEqual(said({ messages: [{ role: 'user', content: [{ type: 'new', novel: { deep: ['x'] } }], odd: 'y' }], future: 'z' }, 'messages'), [
      'user: x',
      'user: y',
      'system: z',
    ])
    assert.deepEqual(said({ input: [{ type: 'tool_use', input: { 'joe@example.com': 1, card: 4242424242424242 } }] }, 'input'), [
      'assistant: joe@example.com',
      'assistant: card',
      'assistant: 4242424242424242',
    ])
    assert.deepEqual(said(parseExact('{"input":[{"args":{"a":12345678901234567890}}]}') as JsonObject, 'input'), ['user: a', 'user: 12345678901234567890'])
  })

  it('are not the bytes of media, but are the text in a file of text', () => {
    const bytes = 'iVBORw0KGgo'.repeat(20)
    const { list, media } = passagesOf(
      {
        messages: [
          {
            role: 'user',
            content: [{ type: 'image_url', image_url: { url: `data:image/png;base64,${bytes}` } }, { inlineData: { mimeType: 'image/png', data: bytes } }],
          },
          {
            role: 'user',
            content: [
              { file_data: `data:text/plain;base64,${btoa('mail joe@example.com')}` },
              { type: 'document', data: `plain words, no bytes ${'x'.repeat(80)}` },
            ],
          },
        ],
      },
      ['messages'],
    )
    assert.equal(media.count, 2)
    assert.deepEqual(
      list.map(({ text }) => text.slice(0, 20)),
      ['mail joe@example.com', 'plain words, no byte'],
    )
  })

  it('are the text in a file whatever its type is called, however short it is, and however its bytes are written', () => {
    const card = 'card 4242424242424242'
    const types = ['text/plain', 'TEXT/Markdown', 'application/json; charset=utf-8', 'application/x-yaml', 'image/svg+xml', 'application/octet-stream']
    for (const mimeType of types)
      for (const data of [btoa(card), btoa(`${card}${' '.repeat(90)}`), btoa(`${card}${' '.repeat(90)}`).replace(/.{76}/g, '$&\r\n')])
        assert.deepEqual(
          said({ contents: [{ parts: [{ inlineData: { mimeType, data } }] }] }, 'contents')
            .map((text) => text.trim())
            .slice(-1),
          [`user: ${card}`],
        )
    assert.deepEqual(said({ messages: [{ file_data: `DATA:text/plain;base64,${btoa(card)}` }] }, 'messages'), [`user: ${card}`])
    const bytes = btoa(String.fromCharCode(...Array.from({ length: 256 }, (_, at) => at)))
    assert.equal(passagesOf({ contents: [{ inlineData: { mimeType: 'application/zip', data: bytes } }, { signature: bytes }] }, ['contents']).media.count, 2)
  })

  it('are no bytes where they are said to be text, whatever stands beside them', () => {
    const secret = `sk-ant-api03-${'aB3dE5fG7h'.repeat(8)}`
    assert.deepEqual(said({ messages: [{ type: 'document', source: { type: 'text', media_type: 'text/plain', data: secret } }] }, 'messages'), [
      `user: ${secret}`,
    ])
    assert.deepEqual(
      said(
        {
          messages: [
            { type: 'text', text: secret, mime_type: 'image/png' },
            { text: secret, mimeType: 'application/pdf' },
          ],
        },
        'messages',
      ),
      [`user: ${secret}`, `user: ${secret}`],
    )
  })

  it('are read without the escapes of JSON that stands in a string, and leave JSON where they are changed', () => {
    const call = (text: string) => ({ messages: [{ role: 'assistant', tool_calls: [{ function: { name: 'f', arguments: text } }] }] })
    const written = String.raw`{"to":"joe\u0040example.com","at":"https:\/\/a.example","quote":"\u0022\\u0041"}`.replaceAll('\\\\', '\\')
    const body = call(written)
    const passage = passagesOf(body, ['messages']).list.at(-1)!
    assert.ok(passage.text.includes('joe@example.com') && passage.text.includes('https://a.example'), passage.text)
    assert.deepEqual(JSON.parse(passage.text), JSON.parse(written))
    const numbers = call('{"card":4242424242424242,"list":[4242424242424242]}')
    const [edit] = passagesOf(numbers, ['messages'])
      .list.slice(-1)
      .map((one) => ({ passage: one, text: one.text.replaceAll('4242424242424242', '<CARD_1>') }))
    assert.match(JSON.stringify(replaceTexts(numbers, [edit!])), /\{\\"card\\":\\"<CARD_1>\\",\\"list\\":\[\\"<CARD_1>\\"\]\}/)
  })

  it('are not whole where there are more of them than are looked at; tokens are none', () => {
    assert.equal(passagesOf({ input: Array.from({ length: 120_000 }, () => 'a') }, ['input']).isWhole, false)
    assert.equal(passagesOf({ input: [Array.from({ length: 200_000 }, (_, at) => at)] }, ['input']).isWhole, true)
  })

  it('can be put back changed, and all else stays the same object', () => {
    const body = {
      model: 'm',
      messages: [
        { role: 'user', content: 'old' },
        { role: 'user', content: [{ type: 'text', text: 'also old' }] },
      ],
    }
    const { list } = passagesOf(body, ['messages'])
    const edited = replaceTexts(body, [{ passage: list[1]!, text: 'new' }])
    assert.deepEqual(edited, {
      model: 'm',
      messages: [
        { role: 'user', content: 'old' },
        { role: 'user', content: [{ type: 'text', text: 'new' }] },
      ],
    })
    assert.equal((edited.messages as JsonObject[])[0], body.messages[0])
    assert.deepEqual(body.messages[1], { role: 'user', content: [{ type: 'text', text: 'also old' }] })
  })

  it('are put back in files of text, in names of fields and what stands below them, and never in prototypes', () => {
    const body = JSON.parse(`{"input":[{"args":{"a@b.cc":{"x":"1"},"__proto__":"p"}},{"file_data":"data:text/plain;base64,${btoa('é?')}"}]}`) as JsonObject
    const { list } = passagesOf(body, ['input'])
    const edits = list.map((passage) => ({ passage, text: `${passage.text}!` }))
    const edited = JSON.stringify(replaceTexts(body, edits))
    assert.match(edited, /"a@b\.cc!":\{"x!":"1!"\},"__proto__!":"p!"/)
    assert.equal(({} as JsonObject).p, undefined)
  })
})
