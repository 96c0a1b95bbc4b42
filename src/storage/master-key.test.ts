/** The two key files of a data directory. */

import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, statSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, beforeEach, describe, test } from 'node:test'
import { keyedHash } from '../base/seal.ts'
import { openAdminKey, readAdminKey } from './admin-key.ts'
import { openMasterKey } from './master-key.ts'
import { openStore } from './open.ts'
import type { Store } from './store.ts'

const root = mkdtempSync(join(tmpdir(), 'omni-keys-'))
after(() => rmSync(root, { recursive: true, force: true }))

let folder: string
let file: string
let store: Store
beforeEach(async () => {
  folder = mkdtempSync(join(root, 'data-'))
  file = join(folder, 'master.key')
  store = await openStore({ file: join(folder, 'omni.db') })
})
afterEach(() => store.close())

const refusal = (said: RegExp) => ({ reason: 'refused', message: said })

describe('the master key', () => {
  test('is made at the first start, for the user alone, and is the same at the next', async () => {
    const first = await openMasterKey(folder, store.fingerprint)
    assert.equal(statSync(file).mode & 0o777, 0o600)
    assert.match(readFileSync(file, 'utf8'), /^[0-9a-f]{64}\n$/)
    assert.ok(!readdirSync(folder).some((name) => name.startsWith('master.key.')))
    const second = await openMasterKey(folder, store.fingerprint)
    assert.equal(keyedHash(second, 'text'), keyedHash(first, 'text'))
  })

  test('is one key, however many start at once', async () => {
    const keys = await Promise.all([1, 2, 3].map(() => openMasterKey(folder, store.fingerprint)))
    assert.equal(new Set(keys.map((key) => keyedHash(key, 'text'))).size, 1)
  })

  test('is never made anew for a database that needs the first one', async () => {
    await openMasterKey(folder, store.fingerprint)
    unlinkSync(file)
    await assert.rejects(openMasterKey(folder, store.fingerprint), refusal(/is gone\. Restore it/))
    assert.deepEqual(
      readdirSync(folder).filter((name) => name.startsWith('master')),
      [],
    )
  })

  test('of another database is refused', async () => {
    await openMasterKey(folder, store.fingerprint)
    writeFileSync(file, 'ab'.repeat(31) + 'cd')
    await assert.rejects(openMasterKey(folder, store.fingerprint), refusal(/not the master key/))
  })

  test('that is empty, short or no key is refused, and left as it is', async () => {
    for (const text of ['', '\n', 'ab'.repeat(16), 'CHANGEME', 'z'.repeat(64)]) {
      writeFileSync(file, text, { mode: 0o600 })
      await assert.rejects(openMasterKey(folder, store.fingerprint), refusal(/does not hold a master key/))
      assert.equal(readFileSync(file, 'utf8'), text)
    }
  })

  test('that others may read, or that is a link, is refused', { skip: process.platform === 'win32' && 'Windows has no such modes.' }, async () => {
    await openMasterKey(folder, store.fingerprint)
    chmodSync(file, 0o640)
    await assert.rejects(openMasterKey(folder, store.fingerprint), refusal(/mode 640.*chmod 600/))
    chmodSync(file, 0o600)
    renameSync(file, `${file}.real`)
    symlinkSync(`${file}.real`, file)
    await assert.rejects(openMasterKey(folder, store.fingerprint), refusal(/symbolic link/))
  })
})

describe('the admin key', () => {
  test('is made at the first start, read at the next, and made anew when it was removed', () => {
    assert.equal(readAdminKey(folder), undefined)
    const token = openAdminKey(folder)
    assert.match(token, /^omni_admin_[\w-]{43}$/)
    assert.equal(statSync(join(folder, 'admin.key')).mode & 0o777, 0o600)
    assert.deepEqual([openAdminKey(folder), readAdminKey(folder)], [token, token])
    unlinkSync(join(folder, 'admin.key'))
    assert.notEqual(openAdminKey(folder), token)
  })

  test('is never one that somebody thought of', () => {
    for (const text of ['', 'CHANGEME', 'omni_admin_short']) {
      writeFileSync(join(folder, 'admin.key'), text, { mode: 0o600 })
      assert.throws(() => openAdminKey(folder), refusal(/does not hold an admin token/))
    }
  })
})
