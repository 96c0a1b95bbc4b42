/** Sealed values open in their own place alone. */

import assert from 'node:assert/strict'
import { createSecretKey } from 'node:crypto'
import { test } from 'node:test'
import { inspect } from 'node:util'
import { SealError, deriveKey, keyedHash, masterKey, open, seal } from './seal.ts'

const master = masterKey(Uint8Array.from({ length: 32 }, (_, index) => index))
const key = deriveKey(master, 'credentials')
const place = { tenant: 'default', id: 'cred_1', version: 1 }

test('a sealed value opens in its place, and says nothing of itself', () => {
  const sealed = seal(key, 'sk-secret é', place)
  assert.equal(open(key, sealed, place), 'sk-secret é')
  assert.ok(!Buffer.from(sealed).includes('sk-secret'))
  assert.notDeepEqual(seal(key, 'sk-secret é', place), sealed)
  assert.equal(open(key, seal(key, '', place), place), '')
})

test('it opens in no other place, where two places run together neither', () => {
  const sealed = seal(key, 'secret', { tenant: 'ab', id: 'c', version: 1 })
  for (const other of [
    { tenant: 'a', id: 'bc', version: 1 },
    { tenant: 'ab', id: 'c', version: 2 },
    { tenant: 'c', id: 'ab', version: 1 },
    { tenant: 'ab', id: 'c1', version: 1 },
  ]) {
    assert.throws(() => open(key, sealed, other), SealError)
  }
})

test('it opens with no other key, and not when one bit of it was changed', () => {
  const sealed = seal(key, 'secret', place)
  assert.throws(() => open(deriveKey(master, 'responses'), sealed, place), SealError)
  for (let index = 0; index < sealed.length; index += 1) {
    const changed = Uint8Array.from(sealed)
    changed[index]! ^= 1
    assert.throws(() => open(key, changed, place), SealError)
    assert.throws(() => open(key, sealed.subarray(0, index), place), SealError)
  }
})

test('an empty or short key is refused wherever one is used', () => {
  for (const length of [0, 16, 31, 33]) assert.throws(() => masterKey(Uint8Array.from({ length }, (_, index) => index)), SealError)
  const short = createSecretKey(Buffer.alloc(16))
  assert.throws(() => keyedHash(short, 'text'), SealError)
  assert.throws(() => deriveKey(short, 'credentials'), SealError)
  assert.throws(() => seal(short, 'text', place), SealError)
})

test('each purpose has a key of its own, the same at every start', () => {
  const hashes = (['client-keys', 'credentials', 'input-hash', 'responses', 'fingerprint'] as const).map((purpose) =>
    keyedHash(deriveKey(master, purpose), 'text'),
  )
  assert.equal(new Set(hashes).size, hashes.length)
  // Computed with another tool: changing the derivation would lock every installation out.
  assert.equal(hashes[0], 'bb7dcb0937ff04e51470ae9718aedf21dbe3633eebd7ed4f3e961a7e08110e21')
})

test('a key never shows its bytes', () => {
  assert.doesNotMatch(JSON.stringify({ key }) + inspect(key, { showHidden: true }), /[0-9a-f]{8}/)
})
