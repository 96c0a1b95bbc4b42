/** A row of the database that somebody spoiled: it serves nobody, and keeps no other change from counting. */

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { eventually } from '../gateway.ts'
import { openai } from '../upstream/index.ts'
import { openGoverned } from './scene.ts'

const scene = await openGoverned({ script: openai.reply('fine') })
await scene.put('tenants/acme', {})
await scene.put('tenants/umbrella', {})
const { id, key } = await scene.keyWith({ tenant: 'acme' })
const secrets = { acme: 'upstream-key-of-acme-77aa31', umbrella: 'upstream-key-of-umbrella-77aa31' }
for (const [tenant, secret] of Object.entries(secrets))
  assert.equal((await scene.admin('PUT', 'credentials/up', { key: secret, owner: `tenant:${tenant}` })).status, 200)
const call = async (): Promise<number> => (await scene.say('up/gpt-4o', {}, { key })).status
const usedLast = (): string | undefined => scene.upstream.requests.at(-1)?.header('authorization')

test('[C13] [C10] a credential that was given to another opens for nobody, and a key is revoked all the same', async () => {
  assert.equal(await call(), 200)
  assert.equal(usedLast(), `Bearer ${secrets.acme}`)
  const db = new DatabaseSync(join(scene.dataDir, 'omni.db'))
  db.exec('PRAGMA busy_timeout = 5000')
  const taken = "(SELECT sealed FROM credentials WHERE owner = 'tenant:umbrella')"
  db.exec(`UPDATE credentials SET version = version + 1, sealed = ${taken} WHERE owner = 'tenant:acme'`)
  db.close()
  await eventually(async () => (await call()) === 200 && usedLast() !== `Bearer ${secrets.acme}`, 8000)
  assert.ok(scene.upstream.requests.every((request) => request.header('authorization') !== `Bearer ${secrets.umbrella}`))
  assert.ok(scene.log().some(({ level, owner }) => level === 'ERROR' && owner === 'tenant:acme'))
  assert.equal((await scene.admin('DELETE', `keys/${id}`)).status, 200)
  assert.equal(await call(), 401)
})

const spoiled = {
  policy: "('policy', 'bad', 'umbrella', 1, 'not json', 1, 1)",
  grant: "('grant', 'bad', null, 1, 'not json', 1, 1)",
  addresses: "('addresses', 'all', null, 1, '{\"later\": 1}', 1, 1)",
}

for (const [kind, values] of Object.entries(spoiled))
  test(`[C10] a key is revoked where a hand, or a later version, wrote a row of kind ${kind} that cannot be read`, async () => {
    const made = await scene.keyWith({})
    const status = async (): Promise<number> => (await scene.say('up/gpt-4o', {}, { key: made.key })).status
    assert.equal(await status(), 200)
    const db = new DatabaseSync(join(scene.dataDir, 'omni.db'))
    db.exec(`PRAGMA busy_timeout = 5000; INSERT INTO objects (kind, id, tenant, version, body, changed_at, changed) VALUES ${values}`)
    db.exec(`UPDATE client_keys SET revoked_at = 5 WHERE id = '${made.id}'`)
    await eventually(async () => (await status()) === 401, 8000)
    db.exec(`DELETE FROM objects WHERE kind = '${kind}'`)
    db.close()
  })
