/** Requests of Responses: what they mean, and how what was meant on another wire is said on this one. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '../../base/json.ts'
import type { Block, ChatRequest, Turn } from '../../canonical/chat.ts'
import { Failure } from '../../canonical/failure.ts'
import { lostWords, type Word } from '../losses.ts'
import { openaiChat } from '../openai-chat/index.ts'
import type { ModelTraits } from '../traits.ts'
import { openaiResponses } from './index.ts'

const { readRequest, writeRequest } = openaiResponses
const read = (more: JsonObject): ChatRequest => readRequest({ model: 'm', input: 'hi', ...more })
const readItems = (...input: JsonObject[]): readonly Turn[] => read({ input }).turns
const rewrite = (body: JsonObject): JsonObject => writeRequest(readRequest(body), { model: 'm' }, (word) => assert.fail(word))

/** A request as a client of another wire means it. */
function write(more: Partial<ChatRequest>, traits: Partial<ModelTraits> = {}): { readonly body: JsonObject; readonly lost: readonly Word[] } {
  const lost: Word[] = []
  const meant: ChatRequest = { model: 'm', turns: [], tools: [], stream: false, rest: { wire: 'anthropic-messages', fields: {} }, ...more }
  return { body: writeRequest(meant, { model: 'm', ...traits }, (word) => lost.push(word)), lost }
}

const writeTurns = (...turns: Turn[]) => write({ turns }).body.input as JsonObject[]
const user = (...blocks: Block[]): Turn => ({ role: 'user', blocks })
const assistant = (...blocks: Block[]): Turn => ({ role: 'assistant', blocks })
const text = (said: string): Block => ({ type: 'text', text: said })
const image = { type: 'media', kind: 'image', source: { type: 'data', mime: 'image/png', data: 'AA==' } } as const
const call = (id: string, name = 'f'): JsonObject => ({ type: 'function_call', call_id: id, name, arguments: '{}' })
const output = (id: string, said: string): JsonObject => ({ type: 'function_call_output', call_id: id, output: said })

test('[5] instructions come first, then what developers and systems say', () => {
  const { turns } = read({
    instructions: 'a',
    input: [
      { role: 'developer', content: 'b' },
      { role: 'system', content: 'c' },
      { role: 'user', content: 'd' },
    ],
  })
  assert.deepEqual(
    turns.map(({ role, blocks }) => [role, (blocks[0] as { text: string }).text]),
    [
      ['system', 'a'],
      ['system', 'b'],
      ['system', 'c'],
      ['user', 'd'],
    ],
  )
  const said = openaiChat.writeRequest(
    readRequest({
      model: 'm',
      instructions: 'a',
      input: [
        { role: 'developer', content: 'b' },
        { role: 'user', content: 'd' },
      ],
    }),
    { model: 'm' },
    () => {},
  )
  assert.deepEqual(said.messages, [
    { role: 'system', content: 'a' },
    { role: 'system', content: 'b' },
    { role: 'user', content: 'd' },
  ])
})

test('[48] calls that stand together are of one turn, and so are their results', () => {
  const turns = readItems({ role: 'user', content: 'go' }, call('a'), call('b'), output('a', '1'), output('b', '2'))
  assert.deepEqual(
    turns.map(({ role, blocks }) => [role, blocks.length]),
    [
      ['user', 1],
      ['assistant', 2],
      ['user', 2],
    ],
  )
  const { messages } = openaiChat.writeRequest(read({ input: [call('a'), call('b'), output('a', '1'), output('b', '2')] }), { model: 'm' }, () => {}) as {
    messages: JsonObject[]
  }
  assert.deepEqual(
    messages.map(({ role }) => role),
    ['assistant', 'tool', 'tool'],
  )
  assert.equal((messages[0]!.tool_calls as JsonObject[]).length, 2)
})

test('[49] what only its provider keeps is a word that other wires refuse', () => {
  const going: JsonObject[] = [
    { previous_response_id: 'resp_1' },
    { conversation: 'c' },
    { prompt: { id: 'p' } },
    { background: true },
    { input: [{ type: 'item_reference', id: 'x' }] },
  ]
  for (const more of going) {
    assert.deepEqual(lostWords(read(more), { stored_state: 'refuse' }), ['stored_state'])
  }
  assert.deepEqual(lostWords(read({ previous_response_id: null, background: false }), { stored_state: 'refuse' }), [])
  assert.deepEqual(rewrite({ model: 'm', previous_response_id: 'resp_1' }), { model: 'm', previous_response_id: 'resp_1' })
})

test('[50] thoughts, calls and results keep their order and their seals', () => {
  const input = [
    { type: 'message', role: 'user', content: 'go' },
    { type: 'reasoning', summary: [{ type: 'summary_text', text: 'Hm.' }], encrypted_content: 'gAAAA==' },
    call('a'),
    output('a', '1'),
  ]
  const request = { ...readRequest({ model: 'm', input }), rest: { wire: 'openai-chat', fields: {} } } as const
  const strange: ChatRequest = {
    ...request,
    turns: request.turns.map((turn) => ({ ...turn, blocks: turn.blocks.map((block) => ({ ...block, rest: undefined }) as unknown as Block) })),
  }
  assert.deepEqual(writeRequest(strange, { model: 'm' }, (word) => assert.fail(word)).input, [
    { type: 'message', role: 'user', content: 'go' },
    ...input.slice(1),
  ])
})

test('[45] [46] [47] results come before what the user says, images stay in them, and that one failed is told as lost', () => {
  const said = writeTurns(user({ type: 'tool-result', callId: 'a', blocks: [text('no'), image], failed: true }, text('go on')))
  assert.deepEqual(said, [
    {
      type: 'function_call_output',
      call_id: 'a',
      output: [
        { type: 'input_text', text: 'no' },
        { type: 'input_image', detail: 'auto', image_url: 'data:image/png;base64,AA==' },
      ],
    },
    { type: 'message', role: 'user', content: 'go on' },
  ])
  assert.deepEqual(write({ turns: [user({ type: 'tool-result', callId: 'a', blocks: [], failed: true })] }).lost, ['tool_error'])
})

test('the result of a call of plain text is of its own type', () => {
  const turns = [
    assistant({ type: 'tool-call', id: 'a', name: 'f', input: 'x', custom: true }),
    user({ type: 'tool-result', callId: 'a', blocks: [text('1')] }),
  ]
  assert.deepEqual(writeTurns(...turns), [
    { type: 'custom_tool_call', call_id: 'a', name: 'f', input: 'x' },
    { type: 'custom_tool_call_output', call_id: 'a', output: '1' },
  ])
})

test('[117] a PDF is a file with a name, and a page of text is text', () => {
  const pdf: Block = { type: 'document', source: { type: 'data', mime: 'application/pdf', data: 'AA==' } }
  const [said] = writeTurns(
    user(pdf, { type: 'document', source: { type: 'text', text: 'a page' } }, { type: 'document', source: { type: 'url', url: 'https://a.example/b.pdf' } }),
  )
  assert.deepEqual(said?.content, [
    { type: 'input_file', filename: 'document.pdf', file_data: 'data:application/pdf;base64,AA==' },
    { type: 'input_text', text: 'a page' },
    { type: 'input_file', file_url: 'https://a.example/b.pdf' },
  ])
})

test('[130] a schema is said the same on Chat Completions', () => {
  const schema = { type: 'object' }
  const request = read({ text: { format: { type: 'json_schema', name: 'a', schema, strict: true }, verbosity: 'low' } })
  assert.deepEqual(request.format, { type: 'schema', name: 'a', schema, strict: true })
  const chat = openaiChat.writeRequest(request, { model: 'm' }, () => {})
  assert.deepEqual(chat.response_format, { type: 'json_schema', json_schema: { name: 'a', schema, strict: true } })
  assert.deepEqual(write({ format: request.format }).body.text, { format: { type: 'json_schema', name: 'a', schema, strict: true } })
})

test('[137] an effort that nobody knows is refused before anyone is called', () => {
  assert.throws(
    () => openaiResponses.checkRequest({ model: 'm', input: 'hi', reasoning: { effort: 'ultra' } }),
    (error) => error instanceof Failure && error.reason === 'invalid_value' && error.param === 'reasoning.effort',
  )
})

test('[141] proofs of other vendors stay here, and are told as lost', () => {
  const turns = [
    assistant(
      { type: 'reasoning', text: 'a', signature: { scheme: 'signed-thinking', value: 'S' } },
      { type: 'reasoning', text: '', redacted: 'R' },
      { type: 'reasoning', text: 'b' },
      { type: 'tool-call', id: 'a', name: 'f', input: '', signature: { scheme: 'thought-signature', value: 'T' } },
    ),
  ]
  const { body, lost } = write({ turns })
  assert.deepEqual(body.input, [call('a')])
  assert.deepEqual(lost, ['signature', 'redacted_reasoning', 'reasoning', 'signature'])
})

test('what came from another wire is not stored, and its thoughts come back sealed where the model thinks', () => {
  assert.deepEqual(write({}).body, { model: 'm', input: [], store: false })
  assert.deepEqual(write({}, { thinking: 'effort' }).body.include, ['reasoning.encrypted_content'])
  assert.deepEqual(write({ thinking: { mode: 'effort', effort: 'low' } }).body.reasoning, { effort: 'low' })
  assert.deepEqual(write({ thinking: { mode: 'budget', budget: 2000 } }).body.reasoning, { effort: 'medium', summary: 'auto' })
  const none = write({ thinking: { mode: 'effort', effort: 'low' } }, { thinking: 'none' })
  assert.equal(none.body.reasoning, undefined)
  assert.deepEqual(none.lost, ['thinking'])
})

test('[167] a cache mark crosses to models that take them, and is told as lost to others', () => {
  const turns = [user({ type: 'text', text: 'a', cache: { ttl: '1h' } })]
  assert.deepEqual((write({ turns }, { cacheBreakpoints: true }).body.input as JsonObject[])[0]?.content, [
    { type: 'input_text', text: 'a', prompt_cache_breakpoint: { mode: 'explicit' } },
  ])
  assert.deepEqual(write({ turns }).lost, ['cache_mark'])
  const [turn] = readItems({ role: 'user', content: [{ type: 'input_text', text: 'a', prompt_cache_breakpoint: { mode: 'explicit' } }] })
  assert.deepEqual((turn!.blocks[0] as { cache?: object }).cache, {})
})

test('[169] fields of the vendor reach it as they were said', () => {
  const body = { model: 'm', input: 'hi', prompt_cache_key: 'k', store: true, safety_identifier: 's', service_tier: 'flex', client_metadata: { a: 'b' } }
  assert.deepEqual(rewrite(body), body)
})

test('a limit below what the vendor takes is raised, and that is told', () => {
  const { body, lost } = write({ maxTokens: 1 })
  assert.equal(body.max_output_tokens, 16)
  assert.deepEqual(lost, ['max_tokens'])
})

test('functions of other wires are not strict unless they say so', () => {
  const tools = [
    { type: 'function', name: 'f' },
    { type: 'function', name: 'g', schema: { type: 'object' }, strict: true },
  ] as const
  assert.deepEqual(write({ tools, toolChoice: { mode: 'named', name: 'g' } }).body, {
    model: 'm',
    input: [],
    store: false,
    tools: [
      { type: 'function', name: 'f', parameters: { type: 'object', properties: {} }, strict: false },
      { type: 'function', name: 'g', parameters: { type: 'object' }, strict: true },
    ],
    tool_choice: { type: 'function', name: 'g' },
  })
})

test('tools of a namespace are functions with names of their own, and calls of them are called the same', () => {
  const spawn = { type: 'function', name: 'spawn', parameters: null, strict: null }
  const space = (...tools: JsonObject[]): JsonObject => ({ type: 'namespace', name: 'agents', description: 'd', tools })
  const tools = [{ ...spawn, name: 'agents__spawn' }, space(spawn), { ...space(spawn), description: 'e' }]
  const body = {
    model: 'm',
    input: [
      { ...call('a', 'spawn'), namespace: 'agents' },
      { ...call('b', 'gone'), namespace: 'agents' },
    ],
    tools,
  }
  const request = readRequest(body)
  assert.deepEqual(
    request.tools.map(({ name }) => name),
    ['agents__spawn', 'agents__spawn_2', 'agents__spawn_3'],
  )
  assert.deepEqual(
    request.turns[0]?.blocks.map((block) => (block as { name: string }).name),
    ['agents__spawn_3', 'agents__gone'],
  )
  assert.deepEqual(rewrite(body), body)
})

test('[36] a result finds its call by id, whatever stands between them', () => {
  const turns = readItems(call('a'), call('b'), output('b', '2'), { role: 'user', content: 'wait' }, output('a', '1'))
  assert.deepEqual(
    turns.flatMap(({ blocks }) => blocks.flatMap((block) => (block.type === 'tool-result' ? [block.callId] : []))),
    ['b', 'a'],
  )
})
