/** Images and documents, and what the wire does not take. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { asking, user, writeWith } from '../../../test/asking.ts'
import type { JsonObject } from '../../base/json.ts'
import type { Block, Turn } from '../../canonical/chat.ts'
import { readRequest, writeRequest } from './request.ts'

const messagesOf = (...turns: readonly Turn[]) => writeWith(writeRequest, asking(turns)).body.messages as JsonObject[]

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
    {
      type: 'document',
      source: {
        type: 'content',
        content: [
          { type: 'text', text: 'a' },
          { type: 'text', text: 'b' },
        ],
      },
    },
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
