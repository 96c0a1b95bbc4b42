/** Requests of Chat Completions: what they mean, and how what was meant on another wire is said on this one. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '../../base/json.ts'
import type { Block, ChatRequest, Turn } from '../../canonical/chat.ts'
import { Failure } from '../../canonical/failure.ts'
import { wires } from '../index.ts'
import type { Word } from '../losses.ts'
import type { ModelTraits } from '../traits.ts'
import { openaiChat } from './index.ts'

const { askForUsage, readRequest, writeRequest } = openaiChat
const hello = { role: 'user', content: 'hello' }
const read = (more: JsonObject) => readRequest({ model: 'm', messages: [hello], ...more })
const readTurns = (...messages: JsonObject[]) => read({ messages }).turns

/** A request as a client of another wire means it. */
const meant = (more: Partial<ChatRequest> = {}): ChatRequest => ({
  model: 'm',
  turns: [],
  tools: [],
  stream: false,
  rest: { wire: 'anthropic-messages', fields: {} },
  ...more,
})

function write(more: Partial<ChatRequest>, traits: Partial<ModelTraits> = {}): { readonly body: JsonObject; readonly lost: readonly Word[] } {
  const lost: Word[] = []
  return { body: writeRequest(meant(more), { model: 'm', ...traits }, (word) => lost.push(word)), lost }
}

const writeTurns = (...turns: Turn[]) => write({ turns }).body.messages as JsonObject[]
const user = (...blocks: Block[]): Turn => ({ role: 'user', blocks })
const result = (callId: string, ...blocks: Block[]): Block => ({ type: 'tool-result', callId, blocks })
const text = (said: string): Block => ({ type: 'text', text: said })
const call = (id: string): JsonObject => ({ id, type: 'function', function: { name: 'f', arguments: '{}' } })
const image = { type: 'media', kind: 'image', source: { type: 'data', mime: 'image/png', data: 'AA==' } } as const

test('[2] system and developer messages are system turns where they stand', () => {
  const turns = readTurns({ role: 'system', content: 'a' }, { role: 'developer', content: 'b' }, hello, { role: 'system', content: 'c' })
  assert.deepEqual(
    turns.map(({ role }) => role),
    ['system', 'system', 'user', 'system'],
  )
})

test('[4] system blocks of another wire become one text, and their cache marks are left out and told', () => {
  const { body, lost } = write({ turns: [{ role: 'system', blocks: [{ type: 'text', text: 'a', cache: {} }, text('b')] }] })
  assert.deepEqual(body.messages, [{ role: 'system', content: 'a\n\nb' }])
  assert.deepEqual(lost, ['cache_mark'])
})

test('[17] an empty list of tools, and what is said about choosing from it, is not sent on', () => {
  const body = writeRequest(read({ tools: [], tool_choice: 'auto', parallel_tool_calls: false }), { model: 'm' }, () => {})
  assert.deepEqual(body, { model: 'm', messages: [hello] })
})

test('[33] choices of tools are said in the words of this wire', () => {
  const tools = [
    { type: 'function', name: 'f' },
    { type: 'custom', name: 'g' },
  ] as const
  const choose = (more: Partial<ChatRequest>) => write({ tools, ...more }).body
  assert.equal(choose({ toolChoice: { mode: 'none' } }).tool_choice, 'none')
  assert.equal(choose({ toolChoice: { mode: 'required' } }).tool_choice, 'required')
  assert.deepEqual(choose({ toolChoice: { mode: 'named', name: 'f' } }).tool_choice, { type: 'function', function: { name: 'f' } })
  assert.deepEqual(choose({ toolChoice: { mode: 'named', name: 'g' } }).tool_choice, { type: 'custom', custom: { name: 'g' } })
  assert.equal(choose({ toolChoice: { mode: 'auto' }, parallelTools: false }).parallel_tool_calls, false)
})

test('[32] functions of 2023 are tools, and a call and its result find each other without an id', () => {
  const request = read({
    messages: [hello, { role: 'assistant', content: null, function_call: { name: 'f', arguments: '{}' } }, { role: 'function', name: 'f', content: 'noon' }],
    functions: [{ name: 'f', parameters: { type: 'object' } }],
    function_call: { name: 'f' },
  })
  assert.deepEqual(request.toolChoice, { mode: 'named', name: 'f' })
  assert.equal(request.parallelTools, false)
  const [called] = request.turns[1]!.blocks
  const [answered] = request.turns[2]!.blocks
  assert.ok(called?.type === 'tool-call' && answered?.type === 'tool-result' && answered.callId === called.id)
})

test('[36] results belong to calls by id, in whatever order they come', () => {
  const turns = readTurns(
    { role: 'assistant', content: null, tool_calls: [call('a'), call('b')] },
    { role: 'tool', tool_call_id: 'b', content: '2' },
    { role: 'tool', tool_call_id: 'a', content: '1' },
  )
  assert.deepEqual(
    turns.slice(1).flatMap(({ blocks }) => blocks),
    [result('b', text('2')), result('a', text('1'))],
  )
})

test('[40] a result without an id belongs to the only call that waits, and is refused where none or several do', () => {
  const unnamed = { role: 'tool', content: 'x' }
  const answer = (...ids: string[]) => readTurns({ role: 'assistant', content: null, tool_calls: ids.map(call) }, unnamed)
  assert.deepEqual(answer('a')[1]?.blocks, [result('a', text('x'))])
  for (const turns of [() => answer('a', 'b'), () => readTurns(unnamed)]) {
    assert.throws(turns, (error) => error instanceof Failure && error.reason === 'missing_parameter' && /^messages\[\d\]\.tool_call_id$/.test(error.param!))
  }
})

test('[41] a result that is null is empty, and is sent on as empty text', () => {
  const request = read({
    messages: [
      { role: 'assistant', content: null, tool_calls: [call('a')] },
      { role: 'tool', tool_call_id: 'a', content: null },
    ],
  })
  assert.deepEqual(request.turns[1]?.blocks, [result('a')])
  assert.equal((writeRequest(request, { model: 'm' }, () => {}).messages as JsonObject[])[1]?.content, '')
})

test('[42] the texts of a result in parts are all kept', () => {
  const parts = ['a', 'b'].map((said) => ({ type: 'text', text: said }))
  assert.deepEqual(readTurns({ role: 'tool', tool_call_id: 'a', content: parts })[0]?.blocks[0], {
    ...result('a', text('a'), text('b')),
    rest: { wire: 'openai-chat', fields: {}, spelled: { content: 'list' } },
  })
})

test('[45] results of a turn come before what the user says in it', () => {
  assert.deepEqual(writeTurns(user(result('a', text('1')), text('go on'))), [
    { role: 'tool', tool_call_id: 'a', content: '1' },
    { role: 'user', content: 'go on' },
  ])
})

test('[46] an image in a result follows in a message of the user, after all results', () => {
  const messages = writeTurns(user(result('a', text('see'), image), result('b', text('2'))))
  assert.deepEqual(
    messages.map(({ role }) => role),
    ['tool', 'tool', 'user'],
  )
  assert.equal(messages[0]?.content, 'see')
  assert.deepEqual((messages[2]!.content as JsonObject[])[1], { type: 'image_url', image_url: { url: 'data:image/png;base64,AA==' } })
})

test('[47] a failed result keeps its text, and that it failed is told as lost', () => {
  const { body, lost } = write({ turns: [user({ type: 'tool-result', callId: 'a', blocks: [text('no such file')], failed: true })] })
  assert.deepEqual(body.messages, [{ role: 'tool', tool_call_id: 'a', content: 'no such file' }])
  assert.deepEqual(lost, ['tool_error'])
})

test('[113] [116] images come as bytes or by their address, and go the same way', () => {
  const parts = ['data:image/png;base64,AA==', 'https://example.org/a.png'].map((url) => ({ type: 'image_url', image_url: { url } }))
  const [turn] = readTurns({ role: 'user', content: parts })
  assert.deepEqual(turn?.blocks, [image, { type: 'media', kind: 'image', source: { type: 'url', url: 'https://example.org/a.png' } }])
  assert.deepEqual((writeTurns(user(...turn.blocks))[0] as JsonObject).content, parts)
})

test('[117] a PDF is a document with its name; one that came without a name gets one', () => {
  const file = { type: 'file', file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,AA==' } }
  const [turn] = readTurns({ role: 'user', content: [file] })
  assert.deepEqual(turn?.blocks, [{ type: 'document', source: { type: 'data', mime: 'application/pdf', data: 'AA==' }, name: 'a.pdf' }])
  const [written] = writeTurns(user({ type: 'document', source: { type: 'data', mime: 'application/pdf', data: 'AA==' } }))
  assert.deepEqual(written?.content, [{ type: 'file', file: { ...file.file, filename: 'document.pdf' } }])
})

test('[120] audio has the type that its format says', () => {
  const [turn] = readTurns({ role: 'user', content: [{ type: 'input_audio', input_audio: { data: 'AA==', format: 'mp3' } }] })
  assert.deepEqual(turn?.blocks, [{ type: 'media', kind: 'audio', source: { type: 'data', mime: 'audio/mpeg', data: 'AA==' } }])
  assert.deepEqual((writeTurns(turn)[0]!.content as JsonObject[])[0], { type: 'input_audio', input_audio: { data: 'AA==', format: 'mp3' } })
})

test('[123] a document of plain text is kept as text', () => {
  assert.deepEqual(writeTurns(user({ type: 'document', source: { type: 'text', text: 'a page' } }, text('read it')))[0]?.content, [
    { type: 'text', text: 'a page' },
    { type: 'text', text: 'read it' },
  ])
})

test('what cannot be left out without changing the question is refused by name', () => {
  for (const block of [
    { type: 'document', source: { type: 'url', url: 'https://example.org/a.pdf' } },
    { ...image, source: { type: 'file', id: 'f' } },
  ] as Block[]) {
    assert.throws(
      () => writeTurns(user(block)),
      (error) => error instanceof Failure && error.reason === 'unsupported_parameter',
    )
  }
})

test('[130] [131] a schema keeps its name and strictness, and gets a name where it has none', () => {
  const schema = { type: 'object' }
  const said = { type: 'json_schema', json_schema: { name: 'a', schema, strict: true } }
  assert.deepEqual(read({ response_format: said }).format, { type: 'schema', name: 'a', schema, strict: true })
  assert.deepEqual(write({ format: { type: 'schema', schema, strict: true } }).body.response_format, {
    type: 'json_schema',
    json_schema: { name: 'answer', schema, strict: true },
  })
})

test('[134] a budget is said as the effort that costs as much', () => {
  const efforts = [1024, 2048, 4096, 8192, 16384].map((budget) => write({ thinking: { mode: 'budget', budget } }).body.reasoning_effort)
  assert.deepEqual(efforts, ['low', 'medium', 'high', 'xhigh', 'max'])
  assert.equal(write({ thinking: { mode: 'off' } }).body.reasoning_effort, undefined)
  assert.equal(write({ thinking: { mode: 'adaptive', effort: 'high' } }).body.reasoning_effort, 'high')
})

test('[148] a model that does not think is not told to, and this is told', () => {
  const { body, lost } = write({ thinking: { mode: 'effort', effort: 'high' } }, { thinking: 'none' })
  assert.equal(body.reasoning_effort, undefined)
  assert.deepEqual(lost, ['thinking'])
})

test('all ways to ask for thinking are read, and where there are two the vendor’s own holds', () => {
  assert.deepEqual(read({ reasoning_effort: 'high' }).thinking, { mode: 'effort', effort: 'high' })
  assert.deepEqual(read({ reasoning_effort: 'none' }).thinking, { mode: 'off', effort: 'none' })
  assert.equal(read({ thinking: { type: 'enabled', budget_tokens: 2048 }, reasoning_effort: 'low' }).thinking?.budget, 2048)
  assert.equal(read({ reasoning: { max_tokens: 512 } }).thinking?.budget, 512)
})

test('[139] [141] signed and sealed thoughts go on where a client of this wire brought them, and are left out and told where not', () => {
  const details: JsonObject[] = [
    { type: 'reasoning.text', text: 'hm', signature: 'S+/=', format: 'anthropic-claude-v1', index: 0 },
    { type: 'reasoning.encrypted', data: 'ZZ', format: 'anthropic-claude-v1', index: 1 },
  ]
  const request = read({ messages: [hello, { role: 'assistant', content: 'a', reasoning_content: 'hm', reasoning_details: details }] })
  const thoughts = request.turns[1]!.blocks.slice(0, 2)
  assert.deepEqual(
    thoughts.map((block) => block.type === 'reasoning' && (block.signature ?? block.redacted)),
    [{ scheme: 'signed-thinking', value: 'S+/=' }, 'ZZ'],
  )
  const plain: Block[] = [
    { type: 'reasoning', text: 'hm', signature: { scheme: 'signed-thinking', value: 'S+/=' } },
    { type: 'reasoning', text: '', redacted: 'ZZ' },
    text('a'),
  ]
  const { body, lost } = write({ turns: [{ role: 'assistant', blocks: plain }] })
  assert.deepEqual(body.messages, [{ role: 'assistant', content: 'a', reasoning_content: 'hm' }])
  assert.deepEqual(lost, ['signature', 'redacted_reasoning'])
})

test('[143] the signature of a call is read where Google’s clients send it', () => {
  const signed = { ...call('a'), extra_content: { google: { thought_signature: 'T' } } }
  const [block] = readTurns({ role: 'assistant', content: null, tool_calls: [signed] })[0]!.blocks
  assert.ok(block?.type === 'tool-call')
  assert.deepEqual(block.signature, { scheme: 'thought-signature', value: 'T' })
})

test('[170] cache marks of clients of this wire are read for wires that know them', () => {
  const [turn] = readTurns({ role: 'user', content: [{ type: 'text', text: 'a', cache_control: { type: 'ephemeral', ttl: '1h' } }] })
  assert.deepEqual(turn?.blocks[0] && 'cache' in turn.blocks[0] && turn.blocks[0].cache, { ttl: '1h' })
})

test('[172] what a client left out is not made up, and what another wire alone knows is told as lost', () => {
  const { body, lost } = write({ topK: 4, rest: { wire: 'anthropic-messages', fields: { context_management: { edits: [1] } } } })
  assert.deepEqual(Object.keys(body), ['model', 'messages'])
  assert.deepEqual(lost, ['unknown_field', 'top_k'])
})

test('[178] a limit from another wire is said in the word that every model takes, and one of this wire in the client’s own', () => {
  assert.deepEqual(write({ maxTokens: 9 }).body.max_completion_tokens, 9)
  assert.deepEqual(writeRequest(read({ max_tokens: 9 }), { model: 'm' }, () => {}).max_tokens, 9)
})

test('[158] a stream is always asked for its usage, and other options stay', () => {
  assert.deepEqual(askForUsage({ stream: true, stream_options: { include_obfuscation: false } }), {
    stream_options: { include_obfuscation: false, include_usage: true },
  })
  assert.equal(askForUsage({ stream: true, stream_options: { include_usage: true } }), undefined)
  assert.equal(askForUsage({}), undefined)
  assert.deepEqual(write({ stream: true }).body.stream_options, { include_usage: true })
})

test('[34] tools that another vendor runs are left out and told', () => {
  const { body, lost } = write({
    tools: [{ type: 'hosted', name: 'web_search_20250305', rest: { wire: 'anthropic-messages', fields: {} } }],
    toolChoice: { mode: 'auto' },
  })
  assert.equal(body.tools, undefined)
  assert.equal(body.tool_choice, undefined)
  assert.deepEqual(lost, ['hosted_tool'])
})

test('[141] a proof of a vendor that no other wire speaks for goes back where it came from, and nowhere else', () => {
  const proofs = { 'reasoning.text': { text: 'hm', signature: 'PROOF' }, 'reasoning.encrypted': { data: 'PROOF' } }
  for (const [type, said] of Object.entries(proofs)) {
    for (const format of ['unknown', 'xai-responses-v1', 'of-tomorrow-v1']) {
      const message = { role: 'assistant', content: 'a', reasoning_details: [{ type, ...said, format, index: 0 }] }
      const request = read({ messages: [hello, message, hello] })
      assert.deepEqual((writeRequest(request, { model: 'm' }, () => {}).messages as JsonObject[])[1], message)
      for (const wire of Object.values(wires)) {
        if (wire.name.startsWith('openai-c')) continue
        assert.doesNotMatch(JSON.stringify(wire.writeRequest(request, { model: 'm' }, () => {})), /PROOF/, wire.name)
      }
    }
  }
})
