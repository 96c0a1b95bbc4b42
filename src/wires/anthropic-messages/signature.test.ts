/** Signatures on their way through a client and back. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Block, Signature } from '../../canonical/chat.ts'
import { readContent, writeBlocks } from './content.ts'
import { toClient } from './response.ts'
import { readSignature, writeSignature } from '../signed-thinking.ts'
import { holdsForeignThought } from './signature.ts'

const signatures: readonly Signature[] = [
  { scheme: 'signed-thinking', value: 'EoQD+/==' },
  { scheme: 'thought-signature', value: 'a:b' },
  { scheme: 'encrypted-reasoning', value: 'gAAA' },
]

test('[106] [139] A client brings every signature back as it was.', () => {
  for (const signature of signatures) assert.deepEqual(readSignature(writeSignature(signature)), signature)
  assert.equal(writeSignature(signatures[0]), 'EoQD+/==')
  assert.equal(readSignature(''), undefined)
})

test('[106] The signature of a text or a call of another wire survives the client.', () => {
  const signature = signatures[1]!
  const blocks: Block[] = [
    { type: 'reasoning', text: 'hm', signature },
    { type: 'text', text: 'a', signature },
    { type: 'tool-call', id: 'c', name: 'n', input: '{}', signature },
    { type: 'tool-call', id: 'd', name: 'n', input: '{}' },
    { type: 'reasoning', text: 'so', signature },
  ]
  assert.deepEqual(readContent(writeBlocks(blocks, toClient)), blocks)
})

test('[141] [149] A body with a thought that this vendor did not sign cannot be passed on as it is.', () => {
  const holding = (signature: string) => ({
    messages: [
      { role: 'user', content: 'a' },
      { role: 'assistant', content: [{ type: 'thinking', thinking: 'x', signature }] },
    ],
  })
  assert.equal(holdsForeignThought(holding('EoQD+/==')), false)
  assert.equal(holdsForeignThought(holding('')), true)
  assert.equal(holdsForeignThought(holding('thought-signature:a')), true)
  assert.equal(holdsForeignThought({ messages: [{ role: 'user', content: 'thinking' }] }), false)
})
