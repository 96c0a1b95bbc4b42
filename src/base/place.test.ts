/** How places are written. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { writtenPlace } from './place.ts'

test('a place is written as in JavaScript, and a name that is no word between quotes, cut short', () => {
  assert.equal(writtenPlace([]), '')
  assert.equal(writtenPlace(['rules', 3, 'then', 'max_tokens']), 'rules[3].then.max_tokens')
  assert.equal(writtenPlace(['labels', 'a b.c', 0]), 'labels["a b.c"][0]')
  assert.equal(writtenPlace(['x'.repeat(100)]).length, 64 + '[""]'.length)
})
