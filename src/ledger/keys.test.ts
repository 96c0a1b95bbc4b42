/** The signing key of an installation. */

import assert from 'node:assert/strict'
import { beforeEach, describe, test } from 'node:test'
import { openSigningKey, rotateSigningKey } from './keys.ts'
import type { SecretFiles } from './keys.ts'

const secrets = new Map<string, string>()
/** Files that are kept as the storage does, which has its own tests, in memory. */
const files: SecretFiles = {
  read: (file) => secrets.get(file),
  create: (file, text) => void (secrets.has(file) || secrets.set(file, text)),
  destroy: (file) => void secrets.delete(file),
}
beforeEach(() => secrets.clear())

describe('the signing key', () => {
  test('is made once, of 32 bytes, and is the same at the next start', () => {
    const made = openSigningKey('/data', files)
    assert.deepEqual([made.current.length, made.former], [32, undefined])
    assert.deepEqual(openSigningKey('/data', files), made)
    assert.deepEqual([...secrets.keys()], ['/data/signing.key'])
  })

  test('is the former one after a rotation, and gone after two', () => {
    const [first, second, third] = [openSigningKey('/data', files), rotateSigningKey('/data', files), rotateSigningKey('/data', files)]
    assert.deepEqual(second.former, first.current)
    assert.deepEqual(third.former, second.current)
    assert.equal(new Set([first, second, third].map(({ current }) => current.toString('hex'))).size, 3)
    assert.deepEqual(openSigningKey('/data', files), third)
  })

  test('is made anew where a rotation ended between its steps', () => {
    const { current } = openSigningKey('/data', files)
    files.create('/data/signing.key.former', files.read('/data/signing.key')!)
    files.destroy('/data/signing.key')
    const next = openSigningKey('/data', files)
    assert.deepEqual(next.former, current)
    assert.notDeepEqual(next.current, current)
  })

  test('is refused where the file holds something else, and stays as it was', () => {
    for (const text of ['', 'x', Buffer.alloc(31).toString('base64'), Buffer.alloc(32).toString('hex')]) {
      secrets.set('/data/signing.key', text)
      assert.throws(() => openSigningKey('/data', files), { reason: 'refused' })
      assert.throws(() => rotateSigningKey('/data', files), { reason: 'refused' })
      assert.deepEqual([...secrets], [['/data/signing.key', text]])
    }
  })
})
