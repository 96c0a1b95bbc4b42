/** What a wire kept goes back to the same wire, and to no other. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { kept, own, spelling } from './rest.ts'

test('nothing to keep is nothing kept', () => {
  assert.deepEqual(kept('openai-chat', {}), {})
})

test('fields and spellings are kept, each also without the other', () => {
  assert.deepEqual(kept('openai-chat', { a: 1 }), { rest: { wire: 'openai-chat', fields: { a: 1 } } })
  assert.deepEqual(kept('openai-chat', {}, { content: 'list' }), { rest: { wire: 'openai-chat', fields: {}, spelled: { content: 'list' } } })
  assert.deepEqual(kept('openai-chat', { a: 1 }, { content: 'list' }), { rest: { wire: 'openai-chat', fields: { a: 1 }, spelled: { content: 'list' } } })
})

test('only the wire that kept them has them again', () => {
  const { rest } = kept('openai-chat', { a: 1 }, { content: 'list' })
  assert.deepEqual([own('openai-chat', rest), own('anthropic-messages', rest), own('openai-chat', undefined)], [{ a: 1 }, {}, {}])
  assert.deepEqual(
    [
      spelling('openai-chat', rest, 'content'),
      spelling('openai-chat', rest, 'stop'),
      spelling('anthropic-messages', rest, 'content'),
      spelling('openai-chat', undefined, 'content'),
    ],
    ['list', undefined, undefined, undefined],
  )
})
