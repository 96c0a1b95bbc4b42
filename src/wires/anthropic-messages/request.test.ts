import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '../../base/json.ts'
import type { Block, ChatRequest, Turn } from '../../canonical/chat.ts'
import type { Word } from '../losses.ts'
import type { ModelTraits } from '../traits.ts'
import { readRequest, writeRequest } from './request.ts'

const user = (...blocks: Block[]): Turn => ({ role: 'user', blocks })
const assistant = (...blocks: Block[]): Turn => ({ role: 'assistant', blocks })
const system = (said: string): Turn => ({ role: 'system', blocks: [text(said)] })
const text = (said: string): Block => ({ type: 'text', text: said })
const call = (id: string, input = '{}'): Block => ({ type: 'tool-call', id, name: 'look', input })
const result = (callId: string, said: string): Block => ({ type: 'tool-result', callId, blocks: said === '' ? [] : [text(said)] })

/** A request as another wire would have read it. */
const asking = (turns: readonly Turn[], fields: Partial<ChatRequest> = {}): ChatRequest => ({
  model: 'm', turns, tools: [], stream: false, rest: { wire: 'openai-chat', fields: { user_field: 1 } }, ...fields,
})

function write(request: ChatRequest, traits: Partial<ModelTraits> = {}): { readonly body: JsonObject; readonly lost: readonly Word[] } {
  const lost: Word[] = []
  const body = writeRequest(request, { model: 'm', ...traits }, (word) => lost.push(word))
  return { body, lost }
}
const messagesOf = (...turns: readonly Turn[]) => write(asking(turns)).body.messages

test('[1] [2] System texts of another wire go to the top in their order, and their place is reported lost.', () => {
  const { body, lost } = write(asking([system('a'), system('b'), user(text('hi')), system('c')]))
  assert.deepEqual(body, {
    model: 'm',
    system: [{ type: 'text', text: 'a' }, { type: 'text', text: 'b' }, { type: 'text', text: 'c' }],
    messages: [{ role: 'user', content: 'hi' }],
    max_tokens: 4096,
  })
  assert.deepEqual(lost, ['system_position'])
})

test('[4] The system blocks of a client of this wire are one turn, with their marks.', () => {
  const { turns } = readRequest({ model: 'm', system: [{ type: 'text', text: 'a', cache_control: { type: 'ephemeral' } }, { type: 'text', text: 'b' }], messages: [] })
  assert.deepEqual(turns, [{ role: 'system', blocks: [{ type: 'text', text: 'a', cache: {} }, { type: 'text', text: 'b' }] }])
})

test('[7] [8] There are no empty texts, and no turns without a word.', () => {
  assert.deepEqual(messagesOf(user(text('a')), assistant(text(''), call('c')), user(result('c', 'r'))), [
    { role: 'user', content: 'a' },
    { role: 'assistant', content: [{ type: 'tool_use', id: 'c', name: 'look', input: {} }] },
    { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'c', content: 'r' }] },
  ])
  assert.deepEqual(messagesOf(user(text('a')), assistant(), assistant(text(' \n')), user(text('b'))), [
    { role: 'user', content: [{ type: 'text', text: 'a' }, { type: 'text', text: 'b' }] },
  ])
})

test('[9] White space at the end of a last turn of the model’s is cut.', () => {
  assert.deepEqual(messagesOf(user(text('a')), assistant(text('Hi  \n'))), [{ role: 'user', content: 'a' }, { role: 'assistant', content: 'Hi' }])
})

test('[10] A model that goes on from no turn of its own is sent none at the end.', () => {
  const { body, lost } = write(asking([user(text('a')), assistant(text('Hi'))]), { prefill: false })
  assert.deepEqual(body.messages, [{ role: 'user', content: 'a' }])
  assert.deepEqual(lost, ['prefill'])
})

test('[12] A conversation may begin with the model.', () => {
  assert.deepEqual(messagesOf(assistant(text('Hello.')), user(text('a'))), [{ role: 'assistant', content: 'Hello.' }, { role: 'user', content: 'a' }])
})

test('[13] A missing limit is the model’s own where it is known.', () => {
  assert.equal(write(asking([user(text('a'))]), { maxOutput: 64000 }).body.max_tokens, 64000)
  assert.equal(write(asking([user(text('a'))])).body.max_tokens, 4096)
  assert.equal(write(asking([user(text('a'))], { maxTokens: 7 }), { maxOutput: 64000 }).body.max_tokens, 7)
})

test('[14] The request is not changed by writing it.', () => {
  const request = asking([system('s'), user(text('a')), assistant(call('b'), call('a')), user(result('a', '1')), user(result('b', '2'), text('go ')), assistant(text('x '))])
  const before = structuredClone(request)
  write(request)
  assert.deepEqual(request, before)
})

test('[35] [36] The results of one round are one message, first in it and in the order of the calls.', () => {
  assert.deepEqual(messagesOf(user(text('a')), assistant(call('x'), call('y')), user(result('y', '2')), user(result('x', '1')), user(text('go'))), [
    { role: 'user', content: 'a' },
    { role: 'assistant', content: [{ type: 'tool_use', id: 'x', name: 'look', input: {} }, { type: 'tool_use', id: 'y', name: 'look', input: {} }] },
    {
      role: 'user',
      content: [{ type: 'tool_result', tool_use_id: 'x', content: '1' }, { type: 'tool_result', tool_use_id: 'y', content: '2' }, { type: 'text', text: 'go' }],
    },
  ])
})

test('[39] A call without a result, and a result without a call, are refused by their id.', () => {
  const missing = { reason: 'invalid_value', param: 'messages', message: 'The tool call y has no result.' }
  assert.throws(() => messagesOf(user(text('a')), assistant(call('x'), call('y')), user(result('x', '1'))), missing)
  assert.throws(() => messagesOf(user(text('a')), assistant(call('y'))), missing)
  assert.throws(() => messagesOf(user(text('a')), assistant(call('y')), assistant(text('b')), user(text('c'))), missing)
  assert.throws(() => messagesOf(user(result('z', '1'))), { reason: 'invalid_value', message: 'The tool result z answers no call of the turn before it.' })
  assert.throws(() => messagesOf(user(text('a')), assistant(call('a <secret>'))), { message: 'The tool call has no result.' })
})

test('[41] [42] A result is a string, or the texts it was given; an empty one is an empty string.', () => {
  const parts: Block = { type: 'tool-result', callId: 'x', blocks: [text('a'), text('b')] }
  assert.partialDeepStrictEqual(messagesOf(assistant(call('x'), call('y')), user(parts, result('y', '')))!, [
    {},
    { content: [{ content: [{ type: 'text', text: 'a' }, { type: 'text', text: 'b' }] }, { tool_use_id: 'y', content: '' }] },
  ])
})

test('[47] A failed result says so, and a good one of another wire says nothing of it.', () => {
  const [, message] = messagesOf(assistant(call('x'), call('y')), user({ ...result('x', 'no'), failed: true } as Block, result('y', 'yes'))) as JsonObject[]
  assert.deepEqual((message!.content as JsonObject[]).map((block) => block.is_error), [true, undefined])
})

test('[62] Arguments that are no JSON object still make one: cut JSON has no arguments, the rest is put into one.', () => {
  const [first] = messagesOf(
    assistant(call('a', '{"at":'), call('b', ''), call('c', '[1]'), call('d', '{"n":12345678901234567890}'), { ...call('e', 'free'), custom: true } as Block),
    user(...['a', 'b', 'c', 'd', 'e'].map((id) => result(id, 'r'))),
  ) as JsonObject[]
  const inputs = (first!.content as JsonObject[]).map(({ input }) => JSON.stringify(input))
  assert.deepEqual(inputs, ['{}', '{}', '{"input":[1]}', '{"n":12345678901234567890}', '{"input":"free"}'])
})

test('[63] Stop sequences of nothing but white space are left out.', () => {
  const { body, lost } = write(asking([user(text('a'))], { stop: ['\n', 'END'] }))
  assert.deepEqual(body.stop_sequences, ['END'])
  assert.deepEqual(lost, ['stop'])
})

test('[113] Images are bytes or an address.', () => {
  const image = (source: Extract<Block, { type: 'media' }>['source']): Block => ({ type: 'media', kind: 'image', source })
  assert.deepEqual(messagesOf(user(image({ type: 'data', mime: 'image/jpg', data: 'AA==' }), image({ type: 'url', url: 'https://example.org/a.png' }))), [
    {
      role: 'user',
      content: [
        { type: 'image', source: { type: 'base64', media_type: 'image/jpeg', data: 'AA==' } },
        { type: 'image', source: { type: 'url', url: 'https://example.org/a.png' } },
      ],
    },
  ])
})

test('[116] [123] Images by address and documents of text are read as what they are.', () => {
  const content: JsonObject[] = [
    { type: 'image', source: { type: 'url', url: 'https://example.org/a.png' } },
    { type: 'document', title: 'T', source: { type: 'text', media_type: 'text/plain', data: 'words' }, citations: { enabled: true } },
    { type: 'document', source: { type: 'content', content: [{ type: 'text', text: 'a' }, { type: 'text', text: 'b' }] } },
  ]
  const [turn] = readRequest({ model: 'm', messages: [{ role: 'user', content }] }).turns
  assert.partialDeepStrictEqual(turn!.blocks, [
    { type: 'media', kind: 'image', source: { type: 'url', url: 'https://example.org/a.png' } },
    { type: 'document', name: 'T', source: { type: 'text', text: 'words' } },
    { type: 'document', source: { type: 'text', text: 'a\nb' } },
  ])
})

test('[117] [119] A document is a PDF, or plain text of any kind; another is refused.', () => {
  const document = (mime: string): Block => ({ type: 'document', name: 'n', source: { type: 'data', mime, data: Buffer.from('# Grüße').toString('base64') } })
  assert.deepEqual(messagesOf(user(document('application/pdf'), document('text/markdown'))), [
    {
      role: 'user',
      content: [
        { type: 'document', source: { type: 'base64', media_type: 'application/pdf', data: 'IyBHcsO8w59l' }, title: 'n' },
        { type: 'document', source: { type: 'text', media_type: 'text/plain', data: '# Grüße' }, title: 'n' },
      ],
    },
  ])
  const refused = { reason: 'unsupported_parameter', param: 'messages' }
  assert.throws(() => messagesOf(user(document('application/vnd.openxmlformats-officedocument.wordprocessingml.document'))), refused)
})

test('[120] Sound, film and files of another store are refused, never dropped.', () => {
  const refused = { reason: 'unsupported_parameter', param: 'messages' }
  assert.throws(() => messagesOf(user({ type: 'media', kind: 'audio', source: { type: 'data', mime: 'audio/wav', data: 'AA==' } })), refused)
  assert.throws(() => messagesOf(user({ type: 'document', source: { type: 'file', id: 'file-1' } })), refused)
})

test('[125] A schema is asked for natively, and a format that cannot be is refused.', () => {
  const format = { type: 'schema', name: 'n', schema: { type: 'object' }, strict: true } as const
  const asked = asking([user(text('a'))], { format })
  assert.deepEqual(write(asked, { nativeSchema: true }).body.output_config, { format: { type: 'json_schema', schema: { type: 'object' } } })
  assert.throws(() => write(asked, { nativeSchema: false }), { reason: 'unsupported_parameter' })
  assert.throws(() => write(asking([user(text('a'))], { format: { type: 'json' } })), { reason: 'unsupported_parameter' })
})

test('[131] Both spellings of a schema are read.', () => {
  const said = { type: 'json_schema', schema: { type: 'object' } }
  for (const body of [{ output_format: said }, { output_config: { format: said } }] as JsonObject[]) {
    assert.partialDeepStrictEqual(readRequest({ model: 'm', messages: [], ...body }).format!, { type: 'schema', schema: { type: 'object' } })
  }
})

test('[139] [140] Signed thoughts go back as they came, sealed ones and empty signed ones too.', () => {
  const signature = { scheme: 'signed-thinking', value: 'EoQD+/==' } as const
  const blocks: Block[] = [{ type: 'reasoning', text: 'hm', signature }, { type: 'reasoning', text: '', signature }, { type: 'reasoning', text: '', redacted: 'c2U=' }, text('a')]
  const [, message] = messagesOf(user(text('a')), assistant(...blocks)) as JsonObject[]
  assert.deepEqual(message, {
    role: 'assistant',
    content: [
      { type: 'thinking', thinking: 'hm', signature: 'EoQD+/==' },
      { type: 'thinking', thinking: '', signature: 'EoQD+/==' },
      { type: 'redacted_thinking', data: 'c2U=' },
      { type: 'text', text: 'a' },
    ],
  })
})

test('[140] [141] [149] Unsigned thoughts and those another vendor signed are left out and reported.', () => {
  const foreign: Block = { type: 'reasoning', text: 'x', signature: { scheme: 'encrypted-reasoning', value: 'v' } }
  const { body, lost } = write(asking([user(text('a')), assistant({ type: 'reasoning', text: 'x' }, foreign, text('b')), assistant({ type: 'reasoning', text: 'y' })]))
  assert.deepEqual(body.messages, [{ role: 'user', content: 'a' }, { role: 'assistant', content: 'b' }])
  assert.deepEqual(lost, ['reasoning', 'signature', 'reasoning'])
  const own = readRequest({ model: 'm', max_tokens: 1, messages: [{ role: 'assistant', content: [{ type: 'thinking', thinking: 'x', signature: '' }, { type: 'text', text: 'b' }] }] })
  assert.deepEqual(own.turns[0]!.blocks[0], { type: 'reasoning', text: 'x' })
  assert.deepEqual(write(own).body.messages, [{ role: 'assistant', content: 'b' }])
})

test('[164] Marks with their time stay on systems, tools, calls, results and texts.', () => {
  const cache = { ttl: '1h' } as const
  const marked = <Said>(said: Said): Said => ({ ...said, cache })
  const turns = [{ ...system('s'), blocks: [marked(text('s'))] }, user(text('a')), assistant(marked(call('x'))), user(marked(result('x', 'r')))]
  const { body } = write(asking(turns, { tools: [{ type: 'function', name: 'look', cache }] }))
  const cache_control = { type: 'ephemeral', ttl: '1h' }
  assert.partialDeepStrictEqual(body, {
    system: [{ cache_control }],
    tools: [{ cache_control }],
    messages: [{}, { content: [{ cache_control }] }, { content: [{ cache_control }] }],
  })
})

test('[168] Of more than four marks the last four stay, and it is reported.', () => {
  const blocks = ['a', 'b', 'c', 'd', 'e'].map((said) => ({ ...text(said), cache: {} }) as Block)
  const { body, lost } = write(asking([{ role: 'system', blocks: [{ type: 'text', text: 's', cache: {} }] }, user(...blocks)]))
  assert.deepEqual((body.messages as { content: JsonObject[] }[])[0]!.content.map((block) => 'cache_control' in block), [false, true, true, true, true])
  assert.equal('cache_control' in (body.system as JsonObject[])[0]!, false)
  assert.deepEqual(lost, ['cache_mark', 'cache_mark'])
})

test('[171] [172] A temperature above 1 is 1 and reported; what is absent is not invented.', () => {
  const { body, lost } = write(asking([user(text('a'))], { temperature: 1.7 }))
  assert.equal(body.temperature, 1)
  assert.deepEqual(lost, ['temperature'])
  assert.deepEqual(Object.keys(write(asking([user(text('a'))])).body), ['model', 'messages', 'max_tokens'])
})

test('A model that takes no sampling is sent none.', () => {
  const { body, lost } = write(asking([user(text('a'))], { temperature: 0, topP: 0.5, topK: 3 }), { sampling: false })
  assert.deepEqual(Object.keys(body), ['model', 'messages', 'max_tokens'])
  assert.deepEqual(lost, ['temperature', 'top_p', 'top_k'])
})

test('[176] The user of another wire is told as the user’s id.', () => {
  assert.deepEqual(write(asking([user(text('a'))], { user: 'u' })).body.metadata, { user_id: 'u' })
})

test('A refusal of another wire is text, and blocks that only another wire knows are left out and reported.', () => {
  const native: Block = { type: 'native', name: 'x', rest: { wire: 'openai-chat', fields: { type: 'x' } } }
  const { body, lost } = write(asking([user(text('a'), native), assistant({ type: 'refusal', text: 'No.' })]))
  assert.deepEqual(body.messages, [{ role: 'user', content: 'a' }, { role: 'assistant', content: 'No.' }])
  assert.deepEqual(lost, ['native_block'])
})
