/** That the automaton finds what looking for each word by itself finds. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Automaton } from './automaton.ts'
import { foldText, foldTable } from './fold.ts'

/** Numbers that are the same in every run: below `most`. */
function numbers(seed: number): (most: number) => number {
  let last = seed
  return (most) => {
    last = (Math.imul(last, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((last / 2 ** 32) * most)
  }
}

function found(automaton: Automaton, text: string): readonly string[] {
  const told: string[] = []
  automaton.scan(text, (word, end) => told.push(`${word} ${end}`))
  return told.toSorted()
}

/** Of words that are written twice, the first is told. */
function searched(words: readonly string[], text: string): readonly string[] {
  const told: string[] = []
  for (const [number, word] of words.entries()) {
    if (word === '' || words.indexOf(word) !== number) continue
    for (let at = text.indexOf(word); at !== -1; at = text.indexOf(word, at + 1)) told.push(`${number} ${at + word.length}`)
  }
  return told.toSorted()
}

test('words in words, and words that begin as others end, are all found where they are', () => {
  const below = numbers(7)
  const write = (length: number): string => Array.from({ length }, () => 'abcж'[below(4)]).join('')
  let count = 0
  for (let round = 0; round < 500; round += 1) {
    const words = Array.from({ length: below(12) }, () => write(below(6)))
    const automaton = new Automaton(words)
    const text = write(80)
    const expected = searched(words, text)
    assert.deepEqual(found(automaton, text), expected, `${words.join(' ')} in ${text}`)
    count += expected.length
  }
  assert.ok(count > 10_000)
})

test('a list with more states than there are rows for finds its longest words too', () => {
  const below = numbers(9)
  const words = Array.from({ length: 6000 }, () => Array.from({ length: 2 + below(8) }, () => String.fromCharCode(0x4e00 + below(3000))).join(''))
  const automaton = new Automaton(words)
  const text = Array.from({ length: 200 }, () => words[below(words.length)]!).join('')
  const expected = searched(words, text)
  assert.ok(expected.length >= 200)
  assert.deepEqual(found(automaton, text), expected)
})

test('characters that nobody sees stand between no two letters, and a word begins at its first unit', () => {
  const automaton = new Automaton(['secret'], foldTable())
  const text = 'a \ud835\udc2c\u200bеCR\u00adеt'
  assert.equal(foldText(text), 'a secret')
  const told: number[] = []
  automaton.scan(text, (word, end) => told.push(automaton.startOf(word, text, end), end))
  assert.deepEqual(told, [2, text.length])
})
