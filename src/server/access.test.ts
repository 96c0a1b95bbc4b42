/** Who is let in where: whom nobody can name is nobody, and never somebody else. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { KeyedHash } from '../base/keyed-hash.ts'
import { sessionToken, userToken } from '../base/ids.ts'
import { masterKey } from '../base/seal.ts'
import { Failure } from '../canonical/failure.ts'
import { snapshotOf } from '../../test/calling.ts'
import { admit, keyringOf, type Keyring, type User } from './access.ts'

const hash = new KeyedHash(masterKey(Buffer.alloc(32, 7)))
const hashKey = (token: string): string => hash.digest([token])
const adminHash = hashKey('the admin key')
const user: User = { role: 'user', userId: 'vera', tenant: 'acme', roles: ['viewer'], version: 1, tokenId: 'ut_1', isSession: false }
const forViewers = { access: 'admin', roles: ['viewer'] } as const
const snapshot = snapshotOf()

const ask = async (route: Parameters<typeof admit>[0], token: string | undefined, keyring: Partial<Keyring> = {}, headers: object = {}): Promise<unknown> => {
  const asked = { ...(token !== undefined && { authorization: `Bearer ${token}` }), host: 'localhost:8080', ...headers }
  try {
    return await admit(route, asked, snapshot, { adminHash, hashKey, userOf: async () => undefined, ...keyring })
  } catch (error) {
    assert.ok(error instanceof Failure, String(error))
    return error.reason
  }
}

test('[C09] while nobody can be asked who somebody is, a user is refused with 503, and nobody is taken for anybody', async () => {
  const faults: readonly Keyring['userOf'][] = [
    () => Promise.reject(new Error('the database is away')),
    () => {
      throw new Error('it throws at once')
    },
    () => new Promise(() => {}),
  ]
  for (const userOf of faults) {
    const told = await Promise.all([userToken(), sessionToken()].map((token) => ask(forViewers, token, { userOf })))
    assert.deepEqual(told, ['auth_unavailable', 'auth_unavailable'])
    assert.deepEqual(await ask(forViewers, 'the admin key', { userOf }), { role: 'admin' }, 'the operator needs no database')
    assert.equal(await ask(forViewers, undefined, { userOf }), 'invalid_api_key')
  }
})

test('[C17] a user gets where the roles lead, and nowhere beside', async () => {
  const userOf = async () => user
  const token = userToken()
  assert.deepEqual(await ask(forViewers, token, { userOf }), user)
  assert.equal(await ask({ access: 'admin' }, token, { userOf }), 'insufficient_scope')
  assert.equal(await ask({ access: 'owner' }, token, { userOf }), 'insufficient_scope')
  assert.equal(await ask({ access: 'admin', roles: ['admin', 'auditor'] }, token, { userOf }), 'insufficient_scope')
  assert.equal(await ask({ ...forViewers, isOfInstallation: true }, token, { userOf }), 'insufficient_scope')
  assert.deepEqual(await ask({ access: 'owner', roles: ['viewer'] }, token, { userOf }), user)
  const owner = async (): Promise<User> => ({ ...user, roles: ['owner'] })
  assert.equal(((await ask(forViewers, token, { userOf: owner })) as User).userId, 'vera')
  assert.equal(await ask({ access: 'admin' }, token, { userOf: owner }), 'insufficient_scope')
})

test('nobody but users is looked for among them, and nobody else is found by what only looks like a token', async () => {
  let looked = 0
  const userOf = async () => {
    looked += 1
    return undefined
  }
  for (const token of ['good', 'omni_usr_short', `x${userToken()}`, `${userToken()}x`, '']) await ask(forViewers, token, { userOf })
  assert.equal(looked, 0)
  assert.equal(await ask(forViewers, userToken(), { userOf }), 'invalid_api_key')
  assert.equal(await ask(forViewers, 'good', { userOf }), 'insufficient_scope')
  assert.deepEqual(await ask({ access: 'owner' }, 'good', { userOf }), { role: 'client', keyId: 'key_1' })
})

test('[C19] [C20] a page of another site asks for nothing, whatever key it found', async () => {
  for (const headers of [{ origin: 'https://evil.example' }, { origin: 'null' }, { origin: 'http://localhost:8081' }, { 'sec-fetch-site': 'cross-site' }])
    assert.equal(await ask(forViewers, 'the admin key', {}, headers), 'insufficient_scope')
  for (const headers of [
    { origin: 'http://localhost:8080' },
    { origin: 'https://localhost:8080', 'sec-fetch-site': 'same-origin' },
    { 'sec-fetch-site': 'none' },
  ])
    assert.deepEqual(await ask(forViewers, 'the admin key', {}, headers), { role: 'admin' })
})

test('a session is noted as used now and then, and not with every call', async () => {
  const touched: number[] = []
  let usedAt = Date.now()
  const store = {
    userTokens: {
      find: async () => ({
        id: 'ses_1',
        userId: 'vera',
        createdAt: usedAt,
        expiresAt: usedAt + 1_000_000,
        usedAt,
        session: { userVersion: 1, tokenExpiresAt: null },
        user: { kind: 'user', id: 'vera', tenant: null, version: 1, body: '{"name":"vera","roles":["viewer"]}', changedAt: 1 },
      }),
      touch: async (_id: string, at: number) => void touched.push(at),
    },
  } as unknown as Parameters<typeof keyringOf>[0]['store']
  const { userOf } = keyringOf({ adminHash, hashKey, store }, () => 600_000)
  assert.equal((await userOf(sessionToken()))?.isSession, true)
  assert.equal(touched.length, 0)
  usedAt -= 61_000
  assert.equal((await userOf(sessionToken()))?.userId, 'vera')
  assert.equal(touched.length, 1)
  usedAt -= 600_000
  assert.equal(await userOf(sessionToken()), undefined)
})
