/** Tools of plain text on wires that take JSON alone. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '../base/json.ts'
import type { ChatEvent, ChatRequest } from '../canonical/chat.ts'
import { fold } from '../canonical/fold.ts'
import { offerTextTools } from './text-tools.ts'

const patch = { type: 'custom', name: 'patch', description: 'Changes files.' } as const
const grammar = { type: 'grammar', syntax: 'lark', definition: 'start: "a"' }
const request: ChatRequest = {
  model: 'm',
  tools: [patch, { type: 'function', name: 'look' }],
  toolChoice: { mode: 'named', name: 'patch' },
  turns: [
    { role: 'assistant', blocks: [{ type: 'tool-call', id: 'c1', name: 'patch', input: 'a "b"\n', custom: true }] },
    { role: 'user', blocks: [{ type: 'tool-result', callId: 'c1', blocks: [] }] },
  ],
  stream: true,
  rest: { wire: 'openai-responses', fields: {} },
}
const lacking = { hasNoTextTools: true } as const

/** What the client is told of a call that came in these pieces. */
function undone(
  pieces: readonly string[],
  name = 'patch',
): { readonly input: string; readonly custom: boolean | undefined; readonly deltas: readonly string[] } {
  const { undo } = offerTextTools(request, lacking)
  const events: ChatEvent[] = [
    { type: 'open', choice: 0, index: 0, block: { type: 'tool-call', id: 'c', name, input: '' } },
    ...pieces.map((text): ChatEvent => ({ type: 'delta', index: 0, text })),
    { type: 'close', index: 0 },
  ]
  const told = events.flatMap((event) => undo!([event]))
  const block = fold(told).choices[0]?.blocks[0]
  assert.ok(block?.type === 'tool-call')
  return { input: block.input, custom: block.custom, deltas: told.flatMap((event) => (event.type === 'delta' ? [event.text] : [])) }
}

test('a tool of plain text becomes a function of one string, and the choice of it stays', () => {
  const { request: bent } = offerTextTools(request, lacking)
  const [tool, look] = bent.tools
  assert.ok(tool?.type === 'function' && tool.schema)
  assert.deepEqual(tool.schema.required, ['input'])
  assert.equal(tool.description, 'Changes files.')
  assert.equal(look, request.tools[1])
  assert.deepEqual(bent.toolChoice, request.toolChoice)
})

test('a grammar is told in words, wherever its wire says it', () => {
  const spellings: JsonObject[] = [{ format: grammar }, { custom: { format: { type: 'grammar', grammar: { syntax: 'lark', definition: 'start: "a"' } } } }]
  for (const fields of spellings) {
    const tools = [{ ...patch, rest: { wire: 'openai-responses', fields } }] as const
    const [tool] = offerTextTools({ ...request, tools }, lacking).request.tools
    assert.match((tool as { description: string }).description, /Changes files\.\n\n.*grammar \(lark\):\nstart: "a"/)
  }
})

test('calls of the conversation say their text in JSON', () => {
  const { request: bent } = offerTextTools(request, lacking)
  assert.deepEqual(bent.turns[0]?.blocks, [{ type: 'tool-call', id: 'c1', name: 'patch', input: '{"input":"a \\"b\\"\\n"}' }])
  assert.deepEqual(bent.turns[1], request.turns[1])
})

test('a request without such tools, or for a wire that has them, stays as it is', () => {
  const plain = { ...request, tools: [], turns: [] }
  assert.equal(offerTextTools(plain, lacking).request, plain)
  assert.deepEqual(offerTextTools(request, { hasNoTextTools: undefined }), { request })
})

test('the text comes out the same wherever its JSON is cut', () => {
  const said = 'a "b"\\\n\t/ 雪 🐈 \u0001 end'
  const spellings = [JSON.stringify({ input: said }), ' { "input" : "a \\"b\\"\\\\\\n\\t\\/ \\u96EA \\ud83d\\uDC08 \\u0001 end" } ']
  for (const json of spellings) {
    for (let cut = 0; cut <= json.length; cut += 1) assert.equal(undone([json.slice(0, cut), json.slice(cut)]).input, said, `${json} at ${cut}`)
    assert.equal(undone(json.split('')).input, said)
  }
})

test('text is told as it comes, and no half of a surrogate pair is', () => {
  const { deltas, custom } = undone(['{"input":"one ', 'two \\ud83d', '\\udc08', '!"}'])
  assert.deepEqual(deltas, ['one ', 'two ', '🐈', '!'])
  assert.equal(custom, true)
})

test('JSON that is cut, odd or none at all keeps its text', () => {
  assert.equal(undone(['{"input":"cut he']).input, 'cut he')
  assert.equal(undone(['{"input":"a \\d raw\nline"}']).input, 'a \\d raw\nline')
  assert.equal(undone(['{"input":"\\u12zz"}']).input, '\\u12zz')
  assert.equal(undone(['{"input":"\\ud83dx"}']).input, '\ud83dx')
  assert.equal(undone(['{"why":"so","input":"late"}']).input, 'late')
  assert.equal(undone(['"bare"']).input, 'bare')
  assert.equal(undone(['*** Begin']).input, '*** Begin')
  assert.equal(undone(['{"text":"other"}']).input, '{"text":"other"}')
  assert.equal(undone(['{}']).input, '')
  assert.equal(undone([]).input, '')
})

test('calls of other tools are left alone', () => {
  assert.deepEqual(undone(['{"input":"a"}'], 'look'), { input: '{"input":"a"}', custom: undefined, deltas: ['{"input":"a"}'] })
})
