/** What is stored holds no key in clear and opens in its own place alone. */

import assert from 'node:assert/strict'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, test } from 'node:test'
import type { JsonObject } from '../../src/base/json.ts'
import { holdAlive } from '../acceptance/rules.ts'
import { askAt, hello } from '../acceptance/scene.ts'
import { startGateway } from '../gateway.ts'
import { openGoverned } from './scene.ts'

const scene = await openGoverned()

describe('[C13] the database, its log and a backup', () => {
  test('hold no key, token, code or credential in clear, and a credential opens for its owner alone', async () => {
    await scene.put('tenants/acme', {})
    await scene.put('tenants/umbrella', {})
    await scene.put('users/ann', { name: 'Ann', tenant: 'acme', roles: ['admin'] })
    const { key } = await scene.keyWith({ tenant: 'acme' })
    const read = async (method: string, path: string, body: object): Promise<JsonObject> => (await scene.admin(method, path, body)).json()
    const token = String((await read('POST', 'users/ann/token', {})).token)
    const session = await scene.ask({ path: '/_omni/sessions', key: token, body: {} })
    const code = String((await read('POST', 'invitations', { models: ['up/*'], budget_usd: '1.00', expires_at: Date.now() + 3_600_000 })).code)
    const credential = 'upstream-key-of-acme-77aa31b2'
    assert.equal((await scene.admin('PUT', 'credentials/up', { key: credential, owner: 'tenant:acme' })).status, 200)
    const secrets = [key, token, String(session.json().token), code, credential, scene.adminKey]
    for (const secret of secrets) assert.ok(secret.length > 20 && secret !== 'undefined', secret)
    const hold = () => {
      const files = readdirSync(scene.dataDir, { recursive: true, encoding: 'utf8' }).filter((path) => !/\.(key|yaml)$/.test(path))
      assert.ok(files.some((path) => path.endsWith('omni.db')) && files.some((path) => path.endsWith('omni.db-wal')))
      for (const path of files.map((name) => join(scene.dataDir, name)).filter((path) => statSync(path).isFile()))
        for (const secret of secrets) assert.ok(!readFileSync(path).includes(secret), `${path} holds a secret`)
    }
    hold()
    const database = new DatabaseSync(join(scene.dataDir, 'omni.db'))
    database.exec(`VACUUM INTO '${join(scene.dataDir, 'copy.db')}'`)
    hold()
    assert.equal(database.prepare("UPDATE credentials SET owner = 'tenant:umbrella' WHERE owner = 'tenant:acme'").run().changes, 1)
    database.close()
    await assert.rejects(startGateway({ dataDir: scene.dataDir }), /does not open/)
  })
})

test('[I5] after all of this the same process serves', async () => {
  await holdAlive(scene)
  assert.equal((await askAt(scene.port, { key: scene.key, body: { model: 'up/gpt-4o', messages: hello } })).status, 200)
})
