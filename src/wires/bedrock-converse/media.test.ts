/** Images, documents and their marks, as this wire takes them. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { asking, assistant, call, text, user, writeWith } from '../../../test/asking.ts'
import type { JsonObject } from '../../base/json.ts'
import type { Block, CacheMark, FunctionTool, Source, Turn } from '../../canonical/chat.ts'
import { writeRequest } from './request.ts'

const claude = 'anthropic.claude-sonnet-4-5-20250929-v1:0'
const write = (turns: readonly Turn[], model = claude, tools: readonly FunctionTool[] = []) => writeWith(writeRequest, asking(turns, { tools }), { model })
const contentOf = (...blocks: Block[]) => (write([user(...blocks)]).body.messages as JsonObject[])[0]!.content
const image = (source: Source): Block => ({ type: 'media', kind: 'image', source })
const document = (name: string | undefined, mime = 'application/pdf'): Block => ({
  type: 'document',
  source: { type: 'data', mime, data: 'AA==' },
  ...(name !== undefined && { name }),
})

test('an image is told by its format, however its type is called (case 115)', () => {
  for (const mime of ['image/jpg', 'image/jpeg'])
    assert.deepEqual(contentOf(image({ type: 'data', mime, data: 'AA==' })), [{ image: { format: 'jpeg', source: { bytes: 'AA==' } } }])
  assert.throws(() => contentOf(image({ type: 'data', mime: 'image/tiff', data: 'AA==' })), {
    reason: 'unsupported_parameter',
    message: /no image content of that format/,
  })
})

test('an image somewhere on the web is refused by name, and one in S3 is not (case 114)', () => {
  assert.throws(() => contentOf(image({ type: 'url', url: 'https://example.org/a.png' })), { reason: 'unsupported_parameter', param: 'messages' })
  assert.throws(() => contentOf(image({ type: 'file', id: 'file_1' })), { reason: 'unsupported_parameter' })
  assert.deepEqual(contentOf(image({ type: 'url', url: 's3://bucket/a.jpg' })), [
    { image: { format: 'jpeg', source: { s3Location: { uri: 's3://bucket/a.jpg' } } } },
  ])
})

test('a PDF and a Word document are documents of their formats (cases 117, 119)', () => {
  const docx = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'
  assert.deepEqual(contentOf(text('x'), document('a'), document('b', docx), document('c', 'application/json')), [
    { text: 'x' },
    { document: { format: 'pdf', name: 'a', source: { bytes: 'AA==' } } },
    { document: { format: 'docx', name: 'b', source: { bytes: 'AA==' } } },
    { document: { format: 'txt', name: 'c', source: { bytes: 'AA==' } } },
  ])
  assert.throws(() => contentOf(document('a', 'application/zip')), { reason: 'unsupported_parameter', message: /no document content of that format/ })
  const words: Block = { type: 'document', source: { type: 'text', text: 'hi' } }
  assert.deepEqual(contentOf(text('x'), words), [{ text: 'x' }, { document: { format: 'txt', name: 'document', source: { bytes: 'aGk=' } } }])
})

test('names of documents are made legal and unique, and a document alone gets a word beside it (case 118)', () => {
  const content = contentOf(document('r\u00e9sum\u00e9_v1.2  (final).pdf'), document('r\u00e9sum\u00e9_v1.2 (final).pdf'), document(undefined), document(''))
  const names = (content as JsonObject[]).flatMap(({ document: said }) => (said === undefined ? [] : [(said as JsonObject).name]))
  assert.deepEqual(names, ['r-sum--v1-2 (final)-pdf', 'r-sum--v1-2 (final)-pdf (2)', 'document', 'document (2)'])
  assert.deepEqual((content as JsonObject[]).at(-1), { text: 'See the document.' })
})

const marked = (cache: CacheMark): Block => ({ type: 'text', text: 'long', cache })
const point = (ttl?: string): JsonObject => ({ cachePoint: { type: 'default', ...(ttl && { ttl }) } })

test('a mark stands behind what it marks, in system texts, messages and tools, with its lifetime (cases 164, 165)', () => {
  const tool: FunctionTool = { type: 'function', name: 'look', schema: {}, cache: {} }
  const inner: Block = { type: 'tool-result', callId: 'a', blocks: [marked({ ttl: '5m' })] }
  const { body, lost } = write([{ role: 'system', blocks: [marked({ ttl: '1h' })] }, user(text('x')), assistant(call('a')), user(inner, marked({}))], claude, [
    tool,
  ])
  assert.deepEqual(body.system, [{ text: 'long' }, point('1h')])
  assert.deepEqual((body.toolConfig as JsonObject).tools, [{ toolSpec: { name: 'look', inputSchema: { json: {} } } }, point()])
  assert.deepEqual((body.messages as JsonObject[])[2]!.content, [
    { toolResult: { toolUseId: 'a', content: [{ text: 'long' }] } },
    point('5m'),
    { text: 'long' },
    point(),
  ])
  assert.deepEqual(lost, [])
})

test('a model that takes no marks is told none, and one without lifetimes no lifetime (case 166)', () => {
  const turns = [user(marked({ ttl: '1h' }))]
  const told = (model: string) => {
    const { body, lost } = write(turns, model)
    return [(body.messages as JsonObject[])[0]!.content, lost]
  }
  assert.deepEqual(told('meta.llama3-1-70b-instruct-v1:0'), [[{ text: 'long' }], ['cache_mark']])
  assert.deepEqual(told('anthropic.claude-3-5-sonnet-20240620-v1:0'), [[{ text: 'long' }], ['cache_mark']])
  assert.deepEqual(told('amazon.nova-lite-v1:0'), [[{ text: 'long' }, point()], ['cache_ttl']])
  assert.deepEqual(told('us.anthropic.claude-haiku-4-5-20251001-v1:0'), [[{ text: 'long' }, point('1h')], []])
  const nova = write([user(text('x'))], 'amazon.nova-lite-v1:0', [{ type: 'function', name: 'look', cache: {} }])
  assert.deepEqual(nova.lost, ['cache_mark'])
})

test('of more marks than the wire takes the last four are kept (case 168)', () => {
  const { body, lost } = write([user(...[1, 2, 3, 4, 5, 6].map(() => marked({})))])
  const content = (body.messages as JsonObject[])[0]!.content as JsonObject[]
  assert.deepEqual(content.slice(0, 4), [{ text: 'long' }, { text: 'long' }, { text: 'long' }, point()])
  assert.equal(content.filter(({ cachePoint }) => cachePoint !== undefined).length, 4)
  assert.deepEqual(lost, ['cache_mark', 'cache_mark'])
})

test('an image in a result stays in it (case 46)', () => {
  const shown: Block = { type: 'tool-result', callId: 'a', blocks: [image({ type: 'data', mime: 'image/png', data: 'AA==' })] }
  const { body } = write([user(text('x')), assistant(call('a')), user(shown)])
  const inner = { image: { format: 'png', source: { bytes: 'AA==' } } }
  assert.deepEqual((body.messages as JsonObject[])[2]!.content, [{ toolResult: { toolUseId: 'a', content: [inner] } }])
})
