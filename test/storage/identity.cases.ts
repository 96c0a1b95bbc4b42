/** What every store does with objects, with keys that are changed, and with users' tokens and sessions. The cases run in order, on one store. */

import assert from 'node:assert/strict'
import { keyId } from '../../src/base/ids.ts'
import { markOf } from '../../src/storage/mark.ts'
import type { StoredObject } from '../../src/storage/store.ts'
import { refusal, type StoreCases } from './place.ts'

const object = (fields: Partial<StoredObject> = {}): StoredObject => ({
  kind: 'team',
  id: 'one',
  tenant: null,
  version: 1,
  body: '{}',
  changedAt: 10,
  ...fields,
})
const person = (version: number, fields: Partial<StoredObject> = {}): StoredObject => object({ kind: 'user', id: 'vera', tenant: 'acme', version, ...fields })

export const identityCases: StoreCases = {
  'objects are stored in turn, together or not at all': async (store) => {
    await store.objects.put(object(), object({ kind: 'agent' }))
    await assert.rejects(store.objects.put(object({ id: 'two' }), object()), refusal('conflict'))
    await assert.rejects(store.objects.put(object({ version: 3 })), refusal('conflict'))
    const both = await Promise.allSettled([store.objects.put(object({ version: 2, body: '"a"' })), store.objects.put(object({ version: 2, body: '"b"' }))])
    assert.deepEqual(both.map(({ status }) => status).toSorted(), ['fulfilled', 'rejected'])
    await store.objects.put(object({ version: 3, body: null, tenant: 'acme' }))
    assert.deepEqual(await store.objects.list(), [object({ kind: 'agent' }), object({ version: 3, body: null, tenant: 'acme' })])
  },

  'keys are changed and given another secret by whoever saw them last, and never after they are revoked': async (store) => {
    const key = { id: 'key_1', name: 'one', prefix: 'omni_a', hash: 'a'.repeat(64), createdAt: 10, mayRoute: true, tenant: 'acme', terms: '{"team":"x"}' }
    const said = { name: 'two', mayRoute: false, terms: '{}', expiresAt: 99 }
    await store.keys.create({ ...key, expiresAt: 50 })
    await store.keys.change('key_1', 2, said)
    await assert.rejects(store.keys.change('key_1', 2, said), refusal('conflict'))
    await store.keys.rotate('key_1', 3, { prefix: 'omni_b', hash: 'b'.repeat(64), terms: '{}', until: 70 })
    await assert.rejects(store.keys.rotate('key_1', 3, { prefix: 'omni_c', hash: 'c'.repeat(64), terms: '{}', until: 70 }), refusal('conflict'))
    await store.keys.change('key_1', 4, { ...said, expiresAt: null })
    const [found] = await store.keys.list()
    const rotated = { prefix: 'omni_b', hash: 'b'.repeat(64), before: { hash: 'a'.repeat(64), until: 70 } }
    assert.deepEqual(found, { ...key, ...said, ...rotated, version: 4, expiresAt: undefined, revokedAt: undefined })
    await store.keys.revoke('key_1', 80)
    await assert.rejects(store.keys.change('key_1', 5, said), refusal('conflict'))
    await assert.rejects(store.keys.rotate('key_1', 5, { prefix: 'omni_c', hash: 'c'.repeat(64), terms: '{}', until: 70 }), refusal('conflict'))
  },

  'users have one token each, and what was begun with it ends with it': async (store) => {
    const { userTokens } = store
    const token = { id: 'ut_1', userId: 'vera', hash: 'a'.repeat(64), createdAt: 10, expiresAt: null }
    await userTokens.replace(token)
    assert.equal(await userTokens.find(token.hash), undefined, 'there is no such user yet')
    await store.objects.put(person(1))
    const { hash: _, ...shown } = token
    const { kind: _kind, ...user } = person(1)
    assert.deepEqual(await userTokens.find(token.hash), { ...shown, usedAt: 10, session: undefined, user })
    const session = { id: 'ses_1', userId: 'vera', hash: 'b'.repeat(64), createdAt: 20, expiresAt: 120, tokenId: 'ut_1', userVersion: 1 }
    await userTokens.begin(session)
    await userTokens.touch('ses_1', 30)
    await userTokens.touch('ses_1', 25)
    const found = { id: 'ses_1', userId: 'vera', createdAt: 20, expiresAt: 120, usedAt: 30, session: { userVersion: 1, tokenExpiresAt: null }, user }
    assert.deepEqual(await userTokens.find(session.hash), found)
    assert.deepEqual(await userTokens.sessions(), [found])
    await userTokens.replace({ ...token, id: 'ut_2', hash: 'c'.repeat(64), expiresAt: 500 })
    assert.deepEqual([await userTokens.find(token.hash), await userTokens.find(session.hash)], [undefined, undefined])
    assert.equal((await userTokens.find('c'.repeat(64)))?.id, 'ut_2')
    await assert.rejects(userTokens.begin({ ...session, hash: 'c'.repeat(64) }), refusal('conflict'))
  },

  'sessions are ended once, forgotten when they are over, and gone with their user': async (store) => {
    const { userTokens } = store
    const begin = (id: string, createdAt: number) =>
      userTokens.begin({ id, userId: 'vera', hash: id.padEnd(64, '0'), createdAt, expiresAt: createdAt + 100, tokenId: 'ut_2', userVersion: 1 })
    await begin('ses_2', 100)
    assert.deepEqual([await userTokens.end('ses_2'), await userTokens.end('ses_2'), await userTokens.end('ut_2')], [true, false, false])
    await begin('ses_3', 100)
    await begin('ses_4', 201)
    assert.deepEqual(
      (await userTokens.sessions()).map(({ id }) => id),
      ['ses_4'],
    )
    for (let at = 0; at < 101; at += 1) await begin(`ses_5${String(at).padStart(3, '0')}`, 300 + at)
    const left = (await userTokens.sessions()).map(({ id }) => id)
    assert.deepEqual([left.length, left[0]], [100, 'ses_5001'], 'of one user the newest hundred are kept')
    await store.objects.put(person(2, { body: null }))
    assert.deepEqual(await userTokens.sessions(), [])
    assert.equal(await userTokens.find('c'.repeat(64)), undefined)
  },

  'objects are found by kind and id, by kinds, and by what was changed since': async (store) => {
    const { objects } = store
    const { objects: before } = await store.changes()
    const policy = object({ kind: 'policy', id: 'p', body: '{"document":{}}' })
    await objects.put(object({ kind: 'limit', id: 'l', body: '{"scope":"all"}' }), policy)
    await objects.put(object({ kind: 'budget', id: 'b', body: '{"scope":"all"}' }))
    assert.deepEqual([await objects.get('policy', 'p'), await objects.get('policy', 'l'), (await objects.get('team', 'one'))?.body], [policy, undefined, null])
    const ids = (rows: readonly StoredObject[]) => rows.map(({ id }) => id)
    assert.deepEqual(ids(await objects.list('limit', 'budget')), ['b', 'l'])
    assert.equal(await objects.count(), (await objects.list()).length)
    assert.deepEqual(ids(await objects.changedSince(before)), ['l', 'p', 'b'])
    const { objects: after } = await store.changes()
    assert.deepEqual([after, await objects.changedSince(after)], [before + 2, []])
    await objects.put(object({ kind: 'limit', id: 'l', version: 2, body: null }))
    assert.deepEqual(ids(await objects.changedSince(after)), ['l'])
  },

  'keys are found one by one, page by page, by what is said of them, and by what was changed since': async (store) => {
    const { keys } = store
    const { client_keys: before } = await store.changes()
    const others = await keys.count()
    const made = Array.from({ length: 5 }, (_, at) => ({
      id: keyId(),
      name: `n${at}`,
      prefix: `omni_${at % 2}`,
      hash: `${at}`.repeat(64),
      createdAt: at,
      mayRoute: true,
    }))
    for (const key of made) await keys.create({ ...key, tenant: 'paged' })
    await keys.revoke(made[0]!.id, 9)
    const ids = (rows: readonly { readonly id: string }[]) => rows.map(({ id }) => made.findIndex((one) => one.id === id))
    const first = await keys.list({ tenant: 'paged', most: 3 })
    assert.deepEqual(
      [ids(first), ids(await keys.list({ tenant: 'paged', most: 3, behind: first[2]!.id }))],
      [
        [0, 1, 2],
        [3, 4],
      ],
    )
    assert.deepEqual(ids(await keys.list({ tenant: 'paged', prefix: 'omni_1' })), [1, 3])
    assert.deepEqual(ids(await keys.list({ prefix: 'omni_0', most: 2 })), [0, 2])
    assert.equal(await keys.count(), others + 5)
    assert.deepEqual([(await keys.get(made[0]!.id))?.revokedAt, await keys.get('key_of_nobody')], [9, undefined])
    assert.deepEqual(ids(await keys.changedSince(before)), [1, 2, 3, 4, 0])
    assert.deepEqual(ids(await keys.changedSince(before + 5)), [0])
  },

  'of changes that are made at the same time none is missed by who reads on': async (store) => {
    const { objects } = store
    let { objects: read } = await store.changes()
    const found = new Set<string>()
    const writing = Promise.all(Array.from({ length: 30 }, (_, at) => objects.put(object({ kind: 'agent', id: `at-once-${at}` }))))
    let isWritten = false
    void writing.then(() => (isWritten = true))
    for (let isLast = false; !isLast;) {
      isLast = isWritten
      const { objects: newest } = await store.changes()
      for (const { id } of await objects.changedSince(read)) found.add(id)
      read = newest
    }
    assert.equal(found.size, 30)
  },

  'and chains and objects are marked: each change changes the mark, and nothing else does': async (store) => {
    const marks = [await store.mark()]
    const id = keyId()
    await store.keys.create({ id, name: 'marked', prefix: 'omni_mark', hash: id.padEnd(64, '0'), createdAt: 1, mayRoute: true })
    marks.push(await store.mark())
    await store.keys.change(id, 2, { name: 'marked again', expiresAt: null, mayRoute: true, terms: '{}' })
    marks.push(await store.mark())
    await store.keys.revoke(id, 5)
    marks.push(await store.mark())
    await store.objects.put({ kind: 'team', id: 'marked', tenant: 'default', version: 1, body: '{}', changedAt: 1 })
    marks.push(await store.mark())
    const credential = { provider: 'openai', version: 1, sealed: Buffer.from('sealed'), createdAt: 1 }
    await store.credentials.put({ ...credential, id: 'cred_marked' })
    marks.push(await store.mark())
    await store.credentials.remove('cred_marked')
    await store.credentials.put({ ...credential, id: 'cred_marked_again' })
    marks.push(await store.mark())
    assert.equal(new Set(marks).size, marks.length)
    assert.equal(await store.mark(), marks.at(-1))
    const [keys, credentials, chains, objects] = await Promise.all([store.keys.list(), store.credentials.list(), store.chains.list(), store.objects.list()])
    assert.equal(markOf(await store.changes(), keys, credentials, chains, objects), marks.at(-1), 'rows tell the same')
  },

  'what somebody changes by hand changes the mark, and no number of a change': async (store, place) => {
    const before = [await store.mark(), await store.changes()]
    await place.query("update client_keys set revoked_at = 7 where name = 'n1'")
    assert.notEqual(await store.mark(), before[0])
    assert.deepEqual(await store.changes(), before[1])
  },
}
