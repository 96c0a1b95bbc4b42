/** What a process knows of the store: read whole once, then only what is new; and what was changed behind its back is told by the mark. */

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, test } from 'node:test'
import { keyId } from '../base/ids.ts'
import { openStore } from '../storage/open.ts'
import type { StoredObject } from '../storage/store.ts'
import { Copy } from './copy.ts'
import { keyOf } from './key-index.ts'

const folder = mkdtempSync(join(tmpdir(), 'omni-copy-'))
const file = join(folder, 'omni.db')
const store = await openStore({ file })
after(async () => {
  await store.close()
  rmSync(folder, { recursive: true })
})

const team = (id: string, version = 1): StoredObject => ({ kind: 'team', id, tenant: 'default', version, body: '{}', changedAt: 1 })
const limit = (id: string): StoredObject => ({ ...team(id), kind: 'limit' })
const makeKey = async (hash: string): Promise<string> => {
  const id = keyId()
  await store.keys.create({ id, name: 'one', prefix: 'omni_', hash, createdAt: 1, mayRoute: true })
  return id
}

const copy = new Copy(store)
const one = await makeKey('one')
await store.objects.put(team('b'), limit('l'))

test('everything is read at first, and where nothing is new all parts stay the same', async () => {
  const first = await copy.read()
  assert.equal(keyOf(first.keys, 'one')?.id, one)
  const second = await copy.read()
  for (const part of ['keys', 'objects', 'credentials', 'chains'] as const) assert.equal(second[part], first[part], part)
  assert.equal(copy.mark, await store.mark())
})

test('of what is new it reads that alone: other kinds and tables keep their lists', async () => {
  const before = await copy.read()
  await store.objects.put(team('a'), team('b', 2))
  const after = await copy.read()
  assert.deepEqual(
    after.objects.get('team')?.map(({ id, version }) => `${id} ${version}`),
    ['a 1', 'b 2'],
  )
  assert.deepEqual([after.objects.get('limit') === before.objects.get('limit'), after.keys === before.keys, after.chains === before.chains], [true, true, true])
  const two = await makeKey('two')
  await store.keys.revoke(one, 5)
  const { keys, objects } = await copy.read()
  assert.deepEqual([keyOf(keys, 'one'), keyOf(keys, 'two')?.id, objects === after.objects], [undefined, two, true])
  assert.equal(keyOf(after.keys, 'one')?.id, one, 'what was given out before is as it was')
  assert.equal(copy.mark, await store.mark())
})

test('what a hand changed makes the mark another, and is read when the copy forgets what it has', async () => {
  const hand = new DatabaseSync(file)
  hand.exec("pragma busy_timeout = 5000; update client_keys set revoked_at = 9 where hash = 'two'")
  hand.close()
  assert.equal(keyOf((await copy.read()).keys, 'two')?.revokedAt, undefined)
  assert.notEqual(copy.mark, await store.mark())
  copy.forget()
  assert.equal(keyOf((await copy.read()).keys, 'two'), undefined)
  assert.equal(copy.mark, await store.mark())
})

test('where a reading breaks off the next one has all of it, and leaves nothing open that was shut meanwhile', async () => {
  const id = await makeKey('first secret')
  const breaking = new Copy({
    ...store,
    objects: { ...store.objects, changedSince: (number) => (isBroken ? Promise.reject(new Error('away')) : store.objects.changedSince(number)) },
  })
  let isBroken = false
  await breaking.read()
  isBroken = true
  await store.objects.put(limit('another'))
  await store.keys.rotate(id, 2, { prefix: 'omni_', hash: 'second secret', terms: '{}', until: 5 })
  await assert.rejects(breaking.read(), /away/)
  await store.keys.rotate(id, 3, { prefix: 'omni_', hash: 'third secret', terms: '{}', until: 5 })
  isBroken = false
  const { keys } = await breaking.read()
  assert.deepEqual(
    ['first secret', 'second secret', 'third secret'].map((hash) => keyOf(keys, hash)?.version),
    [undefined, 3, 3],
  )
})
