/** Users: who may make whom, by what they are known, and when that ends. */

import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { openScene } from '../acceptance/scene.ts'
import { peopleOf } from './people.ts'

const scene = await openScene({ settings: { sessions: { idle: '1s', age: '2s' } } })
after(() => scene[Symbol.asyncDispose]())
const { ask, done, user } = peopleOf(scene)
await done('PUT', '/tenants/acme', {})

const owner = await user('olga', null, 'owner')
const admin = await user('adam', 'acme', 'admin')
/** Wrong tokens too many are told so. */
const holdShut = async (token: string): Promise<void> => assert.ok([401, 429].includes((await ask('GET', '/me', undefined, token)).status))
const begin = async (token: string) => {
  const { id, token: session } = await done('POST', '/sessions', undefined, token)
  return { id: String(id), token: String(session) }
}

describe('a user', () => {
  test('is told who it is, as everybody else is', async () => {
    assert.deepEqual(await done('GET', '/me', undefined, admin), { role: 'user', user: 'adam', tenant: 'acme', roles: ['admin'], session: null })
    assert.deepEqual(await done('GET', '/me'), { role: 'admin' })
    assert.equal((await done('GET', '/me', undefined, scene.key)).role, 'client')
  })

  test('[C16] never changes what it may do, nor where it belongs, nor who is above it', async () => {
    const stored = await done('GET', '/users/adam')
    const tries: readonly (readonly [path: string, body: object])[] = [
      ['/users/adam?version=1', { name: 'adam', tenant: 'acme', roles: ['admin', 'owner'] }],
      ['/users/adam?version=1', { name: 'adam', tenant: 'acme', roles: ['admin', 'finance'] }],
      ['/users/adam?version=1', { name: 'adam', tenant: null, roles: ['admin'] }],
      ['/users/eve', { name: 'eve', tenant: null, roles: ['viewer'] }],
      ['/users/eve', { name: 'eve', tenant: 'default', roles: ['viewer'] }],
      ['/users/eve', { name: 'eve', tenant: 'acme', roles: ['owner'] }],
    ]
    for (const [path, body] of tries) assert.equal((await ask('PUT', path, body, admin)).status, 403, JSON.stringify(body))
    assert.equal(
      (await ask('PUT', '/users/adam?version=1', { name: 'adam', tenant: 'acme', roles: ['admin'], version: 9 }, admin)).status,
      400,
      'unknown fields',
    )
    assert.deepEqual(await done('GET', '/users/adam'), stored)
    assert.equal((await ask('GET', '/users/eve')).status, 404)
    // What is not what it may do, it may change.
    await done('PUT', '/users/adam?version=1', { name: 'Adam', tenant: 'acme', roles: ['admin'] }, admin)
  })

  test('[C16] of a tenant makes others in it, but no owner, and takes no owner’s place', async () => {
    await done('PUT', '/users/vera', { name: 'vera', tenant: 'acme', roles: ['viewer'] }, admin)
    const owned = await user('otto', 'acme', 'owner')
    assert.equal((await ask('POST', '/users/otto/token', {}, admin)).status, 403)
    assert.equal((await ask('DELETE', '/users/otto', undefined, admin)).status, 403)
    assert.equal((await ask('PUT', '/users/otto?version=1', { name: 'otto', tenant: 'acme', roles: ['viewer'] }, admin)).status, 403)
    await done('PUT', '/users/anna', { name: 'anna', tenant: 'acme', roles: ['owner'] }, owned)
    assert.equal((await ask('POST', '/users/olga/token', {}, owned)).status, 404, 'who is above is not there')
    const viewer = await user('vito', 'acme', 'viewer')
    assert.equal((await ask('POST', '/users/vera/token', {}, viewer)).status, 403)
    await done('POST', '/users/vito/token', {}, viewer)
    await holdShut(viewer)
  })

  test('[C23] who is gone shuts nobody out, and is nobody else again', async () => {
    const last = await user('luke', null, 'owner')
    await done('DELETE', '/users/luke', undefined, last)
    await holdShut(last)
    assert.equal((await ask('PUT', '/users/luke', { name: 'luke', roles: ['viewer'] })).status, 409)
    assert.equal((await ask('GET', '/users')).status, 200, 'the admin key stays')
  })

  test('whose keys still open is not removed', async () => {
    await done('PUT', '/users/kim', { name: 'kim', tenant: 'acme', roles: ['viewer'] })
    const { id } = await done('POST', '/keys', { name: 'of kim', tenant: 'acme', user: 'kim' })
    assert.equal((await ask('DELETE', '/users/kim')).status, 409)
    await done('DELETE', `/keys/${String(id)}`)
    await done('DELETE', '/users/kim')
  })

  test('[C10] is known by its newest token alone, until that ends', async () => {
    const first = await user('tess', null, 'viewer')
    const { token } = await done('POST', '/users/tess/token', { expires_at: Date.now() + 400 })
    await holdShut(first)
    assert.equal((await ask('GET', '/me', undefined, String(token))).status, 200)
    await pause(420)
    await holdShut(String(token))
  })
})

describe('a session', () => {
  test('is begun with a token, is as good as that for a while, and begins no other', async () => {
    const session = await begin(admin)
    assert.deepEqual(await done('GET', '/me', undefined, session.token), { role: 'user', user: 'adam', tenant: 'acme', roles: ['admin'], session: session.id })
    assert.equal((await ask('GET', '/users', undefined, session.token)).status, 200)
    assert.equal((await ask('POST', '/sessions', undefined, session.token)).status, 400)
    assert.equal((await ask('POST', '/sessions')).status, 400, 'the admin key needs none')
    assert.equal((await ask('POST', '/users/adam/token', {}, session.token)).status, 403, 'what is for an hour makes nothing that lasts')
    await done('PUT', '/users/wilma', { name: 'wilma', tenant: 'acme', roles: ['viewer'] }, admin)
    const others = await ask('POST', '/users/wilma/token', {}, session.token)
    assert.deepEqual([others.status, /not in a session/.test(others.text)], [403, true], 'for nobody else either')
    const another = await ask('PUT', '/users/zoe', { name: 'zoe', tenant: 'acme', roles: ['viewer'] }, session.token)
    assert.deepEqual([another.status, /not in a session/.test(another.text)], [403, true], 'nor somebody who would have one')
    await done('PUT', '/users/wilma?version=1', { name: 'Wilma', tenant: 'acme', roles: ['viewer'] }, session.token)
    const { data } = await done('GET', '/sessions', undefined, session.token)
    assert.deepEqual(
      (data as { id: string; current: boolean }[]).map(({ id, current }) => [id, current]),
      [[session.id, true]],
    )
    await done('DELETE', '/sessions/current', undefined, session.token)
    await holdShut(session.token)
  })

  test('[C18] ends unused, and at its age however much it is used', async () => {
    const [used, unused] = [await begin(owner), await begin(owner)]
    for (const until = performance.now() + 1300; performance.now() < until; await pause(200))
      assert.equal((await ask('GET', '/me', undefined, used.token)).status, 200)
    await holdShut(unused.token)
    await pause(800)
    await holdShut(used.token)
  })

  test('[C18] ends with a change of what its user may do, with the token that it was begun with, and with its user', async () => {
    const ends: readonly (() => Promise<unknown>)[] = [
      () => done('PUT', '/users/rosa?version=1', { name: 'rosa', tenant: 'acme', roles: ['auditor'] }),
      () => done('POST', '/users/rosa/token', {}),
      () => done('DELETE', '/users/rosa'),
    ]
    let token = await user('rosa', 'acme', 'viewer')
    for (const end of ends) {
      const session = await begin(token)
      assert.equal((await ask('GET', '/me', undefined, session.token)).status, 200)
      await end()
      await holdShut(session.token)
      if (end !== ends.at(-1)) token = String((await done('POST', '/users/rosa/token', {})).token)
    }
  })

  test('is ended by its user and by who looks after the tenant, and is not there for others', async () => {
    const [vera, mallory] = [await user('valerie', 'acme', 'viewer'), await user('mallory', 'acme', 'operator')]
    const session = await begin(vera)
    assert.equal((await ask('DELETE', `/sessions/${session.id}`, undefined, mallory)).status, 404)
    assert.deepEqual((await done('GET', '/sessions', undefined, mallory)).data, [])
    await done('DELETE', `/sessions/${session.id}`, undefined, admin)
    await holdShut(session.token)
  })
})
