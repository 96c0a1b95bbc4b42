/** The keyed hash is HMAC-SHA-256, whatever the pieces and their lengths. */

import assert from 'node:assert/strict'
import { createHmac, createSecretKey, randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { KeyedHash } from './keyed-hash.ts'

test('the first examples of RFC 4231 come out', () => {
  const digest = (key: Buffer, text: Buffer) => new KeyedHash(createSecretKey(key)).digest([text])
  assert.equal(digest(Buffer.alloc(20, 0x0b), Buffer.from('Hi There')), 'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7')
  assert.equal(digest(Buffer.from('Jefe'), Buffer.from('what do ya want for nothing?')), '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843')
  assert.equal(digest(Buffer.alloc(20, 0xaa), Buffer.alloc(50, 0xdd)), '773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe')
})

test('it is what Node’s own HMAC says, for texts and bytes of any length, one after the other', () => {
  for (const size of [1, 32, 64]) {
    const key = createSecretKey(randomBytes(size))
    const hasher = new KeyedHash(key)
    for (const length of [0, 1, 55, 56, 63, 64, 65, 1000, 5461, 5462, 16_383, 16_384, 16_385, 100_000, 3]) {
      const pieces = [`${length}:`, randomBytes(length), 'ü\u{1F600}'.repeat(length % 7), '']
      const expected = createHmac('sha256', key)
      for (const piece of pieces) expected.update(piece)
      assert.equal(hasher.digest(pieces), expected.digest('hex'), `${size} ${length}`)
    }
  }
})

test('a key that would have to be hashed first is refused', () => {
  assert.throws(() => new KeyedHash(createSecretKey(randomBytes(65))), RangeError)
})
