/** Digests of what was said. */

import assert from 'node:assert/strict'
import { createSecretKey } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { commitmentOf, linkOf, pseudonymOf, Tally, type Content } from './digest.ts'

const key = createSecretKey(Buffer.alloc(32, 7))
const opening = Buffer.alloc(16, 9)

function contentOf(...pieces: readonly (Buffer | string)[]): Content {
  const tally = new Tally()
  for (const piece of pieces) tally.take(piece)
  return tally.end()
}

test('what was said has one digest, in whatever pieces it came', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.array(fc.nat(40)), (text, cuts) => {
      const bytes = Buffer.from(text)
      const places = [0, ...cuts.map((cut) => Math.min(cut, bytes.length)).toSorted((one, other) => one - other), bytes.length]
      const pieces = places.slice(1).map((end, at) => bytes.subarray(places[at], end))
      assert.deepEqual(contentOf(...pieces), contentOf(text))
    }),
  )
})

test('no two purposes, ways, keys or openings share a digest', () => {
  const said = contentOf('ada')
  const digests = [
    linkOf(key, 'request', said),
    linkOf(key, 'response', said),
    linkOf(createSecretKey(Buffer.alloc(32, 8)), 'request', said),
    commitmentOf(opening, 'request', said),
    commitmentOf(opening, 'response', said),
    commitmentOf(Buffer.alloc(16, 8), 'request', said),
  ]
  for (const digest of digests) assert.match(digest, /^[\da-f]{64}$/)
  assert.equal(new Set(digests).size, digests.length)
})

test('pseudonyms tell kinds and names apart, and are 128 bits', () => {
  const names = (['user', 'session', 'idempotency'] as const).flatMap((named) => ['ada', 'Ada', 'ada ', '', '🦜'].map((name) => pseudonymOf(key, named, name)))
  for (const name of names) assert.match(name, /^[\da-f]{32}$/)
  assert.equal(new Set(names).size, names.length)
  assert.equal(pseudonymOf(key, 'user', 'ada'), pseudonymOf(key, 'user', 'ada'))
})
