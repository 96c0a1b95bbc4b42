/** That no place is passed over at which a key may begin. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runFrom, shortestRun, wordAfter } from './runs.ts'

/** Numbers that are the same in every run: below `most`. */
function numbers(seed: number): (most: number) => number {
  let last = seed
  return (most) => {
    last = (Math.imul(last, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((last / 2 ** 32) * most)
  }
}

function placesIn(text: string): readonly number[] {
  const places: number[] = []
  for (let at = runFrom(text, 0); at !== -1; at = runFrom(text, wordAfter(text, at))) places.push(at)
  return places
}

/** Looked for at every place by itself. */
const searched = (text: string): readonly number[] =>
  [...text.matchAll(new RegExp(`(?<![\\w-])[\\w-](?=[\\w./+=-]{${shortestRun - 1}})`, 'g'))].map(({ index }) => index)

test('each word that so many characters of a key follow on is found, whatever stands before it', () => {
  const below = numbers(11)
  let count = 0
  for (let round = 0; round < 3000; round += 1) {
    const length = below(120)
    const text = Array.from({ length }, () => 'abcdeXYZ0189_-abcdeXYZ./+=  \né'[below(31)]).join('')
    const expected = searched(text)
    const found = placesIn(text)
    assert.deepEqual(
      found.filter((at) => /[\w-]/.test(text[at]!)),
      expected,
      text,
    )
    count += expected.length
  }
  assert.ok(count > 3000)
})

test('a text that is as long as the shortest key is looked at to its end', () => {
  const key = 'x'.repeat(shortestRun)
  assert.deepEqual([placesIn(key), placesIn(` ${key}`), placesIn(key.slice(1)), placesIn('')], [[0], [1], [], []])
})
