/** What every store does with the secrets of clients and providers. The cases run in order, on one store. */

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { credentialId, keyId } from '../../src/base/ids.ts'
import { SealError, deriveKey, masterKey, open, seal } from '../../src/base/seal.ts'
import { refusal } from './place.ts'
import type { StoreCases } from './place.ts'

export const secretCases: StoreCases = {
  'of clients are stored as hashes, once each, and are revoked once': async (store) => {
    const first = { id: keyId(), name: 'one', prefix: 'omni_abcd', hash: 'a'.repeat(64), createdAt: 10, expiresAt: 99, mayRoute: false }
    const second = { id: keyId(), name: 'one', prefix: 'omni_efgh', hash: 'b'.repeat(64), createdAt: 20, mayRoute: true }
    await store.keys.create(first)
    await store.keys.create(second)
    await assert.rejects(store.keys.create({ ...second, id: keyId() }), refusal('conflict'))
    await assert.rejects(store.keys.create({ ...second, hash: 'c'.repeat(64) }), refusal('conflict'))
    assert.deepEqual(
      [await store.keys.revoke(first.id, 30), await store.keys.revoke(first.id, 40), await store.keys.revoke('key_none', 40)],
      [true, false, false],
    )
    const usual = { tenant: 'default', terms: '{}', version: 1, before: undefined }
    assert.deepEqual(await store.keys.list(), [
      { ...usual, ...first, revokedAt: 30 },
      { ...usual, ...second, expiresAt: undefined, revokedAt: undefined },
    ])
  },

  'of providers are replaced by newer versions alone': async (store) => {
    const credential = { id: credentialId(), provider: 'one', version: 2, sealed: Uint8Array.of(1, 0, 255), createdAt: 10 }
    await store.credentials.put(credential)
    for (const stale of [1, 2]) await assert.rejects(store.credentials.put({ ...credential, version: stale }), refusal('conflict'))
    await assert.rejects(store.credentials.put({ ...credential, version: 3, tenant: 'other' }), refusal('conflict'))
    await store.credentials.put({ ...credential, version: 3, sealed: Uint8Array.of(7), createdAt: 20 })
    const [found] = await store.credentials.list('default')
    assert.deepEqual({ ...found, sealed: [...found!.sealed] }, { ...credential, tenant: 'default', owner: 'all', version: 3, sealed: [7] })
    assert.equal(await store.credentials.remove(credential.id, 'other'), false)
    assert.equal(await store.credentials.remove(credential.id), true)
    assert.deepEqual(await store.credentials.list(), [])
  },

  'do not open in another row': async (store) => {
    const key = deriveKey(masterKey(randomBytes(32)), 'credentials')
    const places = ['cred_a', 'cred_b'].map((id) => ({ tenant: 'default', id, version: 1 }))
    const [a, b] = places as [(typeof places)[0], (typeof places)[0]]
    await store.credentials.put({ ...a, provider: 'one', sealed: seal(key, 'secret b', b), createdAt: 1 })
    await store.credentials.put({ ...b, provider: 'two', sealed: seal(key, 'secret b', b), createdAt: 1 })
    const [swapped, right] = await store.credentials.list()
    assert.equal(open(key, right!.sealed, right!), 'secret b')
    assert.throws(() => open(key, swapped!.sealed, swapped!), SealError)
  },

  'are one for each owner and provider, whoever gives two at once': async (store) => {
    const given = ['cred_one', 'cred_two'].map((id) =>
      store.credentials.put({ id, provider: 'three', version: 1, sealed: Buffer.from('sealed'), createdAt: 1 }),
    )
    const ends = (await Promise.allSettled(given)).map(({ status }) => status)
    const stored = (await store.credentials.list()).filter(({ provider }) => provider === 'three')
    assert.deepEqual([ends.toSorted(), stored.length], [['fulfilled', 'rejected'], 1])
  },

  'belong to one master key, the first that claimed them': async (store) => {
    assert.equal(await store.fingerprint.read(), undefined)
    assert.deepEqual(
      [await store.fingerprint.claim('first'), await store.fingerprint.claim('second'), await store.fingerprint.read()],
      ['first', 'first', 'first'],
    )
  },
}
