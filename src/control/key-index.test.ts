/** Who opens what: a copy that shares what stands with the one before says the same as one that is made anew. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { storedKey } from '../../test/stored-key.ts'
import type { ClientKey } from '../storage/keys.ts'
import { keyOf, keysIn, noKeys, withKeys, type KeyIndex } from './key-index.ts'

const key = (id: number, fields: Partial<ClientKey> = {}): ClientKey => storedKey({ id: `key_${id}`, hash: `hash of ${id}`, ...fields })
const of = (...keys: readonly ClientKey[]): KeyIndex =>
  withKeys(
    noKeys,
    keys.map((one) => [undefined, one]),
  )
const found = (index: KeyIndex, ...hashes: readonly string[]) => hashes.map((hash) => keyOf(index, hash)?.version)

test('a key is found by its hash, after a rotation by the one before too, and after another one by that no more', () => {
  const rotated = key(1, { version: 2, hash: 'second', before: { hash: 'hash of 1', until: 9 } })
  const again = key(1, { version: 3, hash: 'third', before: { hash: 'second', until: 9 } })
  const one = of(key(1), key(2))
  const two = withKeys(one, [[key(1), rotated]])
  const three = withKeys(two, [[rotated, again]])
  const hashes = ['hash of 1', 'second', 'third', 'hash of 2']
  assert.deepEqual(found(one, ...hashes), [1, undefined, undefined, 1])
  assert.deepEqual(found(two, ...hashes), [2, 2, undefined, 1])
  assert.deepEqual(found(three, ...hashes), [undefined, 3, 3, 1])
})

test('[C10] a revoked key is found by none of its hashes, and the index before is as it was', () => {
  const rotated = key(1, { version: 2, hash: 'second', before: { hash: 'hash of 1', until: 9 } })
  const before = of(rotated)
  const after = withKeys(before, [[rotated, { ...rotated, revokedAt: 5 }]])
  assert.deepEqual(found(after, 'hash of 1', 'second'), [undefined, undefined])
  assert.deepEqual(found(before, 'hash of 1', 'second'), [2, 2])
})

test('thousands of changes one after the other come to what one of all at once is, and what is kept beside the whole stays small', () => {
  let index = noKeys
  let most = 0
  const all = new Map<number, ClientKey>()
  for (let turn = 0; turn < 5000; turn += 1) {
    const id = (turn * 7919) % 1500
    const before = all.get(id)
    const after = key(id, {
      version: turn,
      hash: `hash ${turn}`,
      ...(before && { before: { hash: before.hash, until: 9 } }),
      ...(turn % 5 === 0 && { revokedAt: 1 }),
    })
    all.set(id, after)
    index = withKeys(index, [[before, after]])
    most = Math.max(most, index.changes.size)
  }
  const anew = of(...all.values())
  for (let turn = 0; turn < 5000; turn += 1) assert.equal(keyOf(index, `hash ${turn}`), keyOf(anew, `hash ${turn}`))
  assert.deepEqual(keysIn(index), keysIn(anew))
  assert.ok(most <= 1000, `${most}`)
})
