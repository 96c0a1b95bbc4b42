/** What is stored holds no key in clear and opens in its own place alone; and no text of a request is ever read as SQL. */

import assert from 'node:assert/strict'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, test } from 'node:test'
import type { JsonObject } from '../../src/base/json.ts'
import { controlRoutes } from '../../src/control/routes.ts'
import { holdAlive } from '../acceptance/rules.ts'
import { askAt, hello } from '../acceptance/scene.ts'
import { startGateway } from '../gateway.ts'
import { openGoverned } from './scene.ts'

const scene = await openGoverned()
const hostile = [
  "' OR '1'='1",
  "'; DROP TABLE client_keys; --",
  '" OR ""="',
  '%',
  '_',
  '%%%',
  "\\'; DELETE FROM objects; --",
  '1) UNION SELECT hash FROM client_keys --',
  '$1',
  '?',
  ':id',
]

describe('[C11] a text that would be SQL', () => {
  const isFine = (status: number, text: string, what: string) => {
    assert.ok(status < 500, `${what}: ${status} ${text}`)
    assert.doesNotMatch(text, /sqlite|syntax error|SELECT|UNION|near "|unterminated/i, what)
  }

  test('does nothing in any path, query, body or header of the control API', async () => {
    const before = (await scene.admin('GET', 'keys')).text
    for (const { method, path, query = [], body } of controlRoutes) {
      for (const text of hostile) {
        const named = path.replaceAll(/:\w+|\*/g, encodeURIComponent(text))
        const asked = query.map((name) => `${name}=${encodeURIComponent(text)}`).join('&')
        const fields =
          body === undefined
            ? undefined
            : Object.fromEntries(['id', 'name', 'tenant', 'scope', 'key', 'owner', 'code', 'reason', 'place', 'user'].map((name) => [name, text]))
        const told = await scene.ask({
          method,
          path: asked === '' ? named : `${named}?${asked}`,
          key: scene.adminKey,
          body: fields,
          headers: { 'if-match': text.replace(/[^\x20-\x7e]/g, '') },
        })
        isFine(told.status, told.text, `${method} ${path} ${text}`)
        assert.ok(told.status >= 400 || method === 'GET' || body === undefined || !/tenants|keys|users/.test(path), `${method} ${path} took ${text}`)
      }
    }
    assert.equal((await scene.admin('GET', 'keys')).text, before)
  })

  test('is no key, and no other’s user, session, tenant or request', async () => {
    await scene.receiptOf(await scene.say('up/gpt-4o', {}, { headers: { 'x-omni-user-id': 'ann', 'x-omni-session-id': 'one' } }))
    for (const text of hostile) {
      for (const path of ['/v1/chat/completions', '/v1/models', '/_omni/keys', '/_omni/reports']) {
        const method = path.startsWith('/v1/chat') ? 'POST' : 'GET'
        const told = await scene.ask({ method, path, key: text, body: method === 'POST' ? { model: 'up/gpt-4o', messages: hello } : undefined })
        assert.ok(told.status === 401 || told.status === 429, `${path} ${text}: ${told.status}`)
      }
      const headers = { 'x-omni-user-id': text, 'x-omni-session-id': text, 'x-request-id': text, 'x-omni-metadata': JSON.stringify({ team: text }) }
      isFine(...(await scene.say('up/gpt-4o', { user: text, model: `up/${text}` }, { headers }).then((told) => [told.status, told.text] as const)), text)
      for (const filter of ['user', 'model', 'provider', 'tenant', 'key', 'route', 'label'])
        assert.deepEqual(
          await scene
            .admin('GET', `reports?${filter}=${encodeURIComponent(text)}`)
            .then((told) => (told.status === 200 ? (told.json().data as unknown[]) : [])),
          [],
          `${filter} ${text}`,
        )
    }
  })
})

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
