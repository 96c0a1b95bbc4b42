/** Of an answer that is passed on unread as much is counted as was delivered, and no more than a frame can hold. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Words } from './words.ts'

/** Words after a first frame in which `text` stood among 100 bytes more. */
function begun(text: string, isPadded = false): Words {
  const words = new Words()
  words.open()
  words.hear(text)
  words.read(100 + Buffer.byteLength(text), isPadded)
  return words
}

test('words that are read are counted by their characters', () => {
  const words = begun('12345678')
  words.hear('1')
  assert.equal(words.tokens, 3)
})

test('a frame that is passed on has as many words as it is longer than what stands around them', () => {
  const words = begun('1234')
  words.pass(100 + 400)
  assert.equal(words.tokens, 1 + 100)
  const chinese = begun('你好')
  chinese.pass(100 + 6)
  assert.equal(chinese.tokens, 1 + 2)
})

test('a frame has a token at least, and one where it is padded', () => {
  const words = begun('1234')
  for (let frame = 0; frame < 5; frame += 1) words.pass(101)
  assert.equal(words.tokens, 1 + 5)
  const padded = begun('1234', true)
  for (let frame = 0; frame < 5; frame += 1) padded.pass(900)
  assert.equal(padded.tokens, 1 + 5)
})

test('the first words of each block are read', () => {
  const words = new Words()
  assert.equal(words.canPass, false)
  words.open()
  words.read(90, false)
  assert.equal(words.canPass, false)
  words.hear('1234')
  words.read(104, false)
  assert.equal(words.canPass, true)
  words.open()
  assert.equal(words.canPass, false)
})

test('what is told in whole after its pieces is counted once, and never for less than was passed on', () => {
  const words = begun('1234')
  for (let frame = 0; frame < 9; frame += 1) words.pass(100 + 8)
  assert.equal(words.tokens, 1 + 18)
  words.hear('x'.repeat(72))
  words.read(400, false, true)
  assert.equal(words.tokens, 19)
  words.hear('x'.repeat(8))
  words.read(108, false)
  assert.equal(words.tokens, 21)
  const short = begun('1234')
  short.pass(100 + 80)
  short.read(200, false, true)
  assert.equal(short.tokens, 1 + 20)
})

test('of another answer nothing is kept', () => {
  const words = begun('1234')
  words.hearAll(40)
  assert.deepEqual([words.tokens, words.isHeard], [10, true])
  words.forget()
  assert.deepEqual([words.tokens, words.isHeard, words.canPass], [0, false, false])
})
