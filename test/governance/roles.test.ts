/** What belongs to one tenant is not there for another, what is secret is shown to nobody, and what somebody may not change stays as it is. */

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, describe, test } from 'node:test'
import { roles } from '../../src/contract/users.ts'
import { routes } from '../../src/server/routes.ts'
import { openScene } from '../acceptance/scene.ts'
import { eventually } from '../gateway.ts'
import { openai, startUpstream } from '../upstream/index.ts'
import { peopleOf } from './people.ts'

const upstream = await startUpstream(openai.speak('fine'))
const scene = await openScene({ cast: { up: { like: 'openai', url: upstream.url } } })
after(() => Promise.all([scene[Symbol.asyncDispose](), upstream.stop()]))
const { ask, done, key, user } = peopleOf(scene)

for (const tenant of ['acme', 'umbrella']) await done('PUT', `/tenants/${tenant}`, {})
const tokens = new Map<string, string>()
for (const tenant of ['acme', 'umbrella', null])
  for (const role of roles) tokens.set(`${role} of ${tenant}`, await user(`${role}-${tenant ?? 'all'}`, tenant, role))
const tokenOf = (name: string): string => tokens.get(name) ?? assert.fail(name)
const owner = tokenOf('owner of acme')
const stranger = tokenOf('owner of umbrella')

/** One of each, as a tenant has them. */
const bodies: { readonly [name: string]: object } = {
  teams: { tenant: 'acme' },
  agents: { tenant: 'acme' },
  users: { name: 'victim', tenant: 'acme', roles: ['viewer'] },
  limits: { tenant: 'acme', scope: 'tenant:acme', measure: 'requests', amount: 1_000_000, window: '1m' },
  budgets: { tenant: 'acme', scope: 'tenant:acme', amount_usd: '10.00', period: 'day' },
}
for (const [name, body] of Object.entries(bodies)) await done('PUT', `/${name}/victim`, body)
const made = await key({ tenant: 'acme' })

describe('what belongs to one tenant', () => {
  const paths = [...Object.keys(bodies).map((name) => [`/${name}`, 'victim'] as const), ['/keys', made.id] as const, ['/tenants', 'acme'] as const]
  for (const [path, id] of paths) {
    test(`[C14] (routing 57) of ${path} is its own, and to another the same as what never was`, async () => {
      assert.equal((await ask('GET', `${path}/${id}`, undefined, owner)).status, 200)
      for (const role of roles) {
        const token = tokenOf(`${role} of umbrella`)
        const [there, missing] = [await ask('GET', `${path}/${id}`, undefined, token), await ask('GET', `${path}/never-was`, undefined, token)]
        assert.deepEqual([there.status, there.text], [missing.status, missing.text], role)
        assert.ok(there.status === 404 || there.status === 403, `${role}: ${there.status}`)
        const list = await ask('GET', path, undefined, token)
        assert.doesNotMatch(list.text, new RegExp(`"${id}"|"acme"`), role)
      }
    })

    test(`[C14] [C16] of ${path} no other tenant’s owner changes or removes`, async () => {
      const before = await done('GET', `${path}/${id}`)
      const body = { ...bodies[path.slice(1)], name: 'mine' }
      for (const seen of ['', '?version=1']) {
        assert.ok([403, 404, 400].includes((await ask('PUT', `${path}/${id}${seen}`, body, stranger)).status))
        assert.ok([403, 404].includes((await ask('DELETE', `${path}/${id}${seen}`, undefined, stranger)).status))
      }
      assert.deepEqual(await done('GET', `${path}/${id}`), before)
    })
  }

  test('[C16] is not widened by its own people: tenant, limits of the installation, keys elsewhere', async () => {
    const before = await done('GET', '/tenants/acme')
    assert.equal((await ask('PUT', '/tenants/acme?version=1', { regions: [], retention_days: 1 }, owner)).status, 403)
    assert.deepEqual(await done('GET', '/tenants/acme'), before)
    assert.equal((await ask('POST', '/keys', { name: 'mine', tenant: 'umbrella' }, owner)).status, 403)
    await done('PUT', '/budgets/above', { scope: 'tenant:acme', amount_usd: '1.00', period: 'day' })
    for (const token of [owner, tokenOf('finance of acme')]) {
      const raised = { scope: 'tenant:acme', amount_usd: '1000.00', period: 'day' }
      assert.ok([403, 404].includes((await ask('PUT', '/budgets/above?version=1', raised, token)).status))
      assert.ok([403, 404].includes((await ask('DELETE', '/budgets/above', undefined, token)).status))
    }
    assert.equal((await done('GET', '/budgets/above')).amount_usd, '1.00')
    assert.equal((await ask('PUT', '/teams/victim?version=1', { tenant: 'umbrella' }, owner)).status, 403)
  })

  test('[C14] is not counted on by another under the same id, though it was removed', async () => {
    const counted = { budgets: { amount_usd: '10.00', period: 'total' }, limits: { measure: 'requests', amount: 10, window: '1m' } }
    for (const [name, body] of Object.entries(counted)) {
      const [ours, theirs] = ['acme', 'umbrella'].map((tenant) => ({ tenant, scope: 'all', each: ['key'], ...body }))
      await done('PUT', `/${name}/again`, ours, owner)
      await done('DELETE', `/${name}/again`, undefined, owner)
      assert.equal((await ask('PUT', `/${name}/again`, theirs, stranger)).status, 409, name)
      await done('PUT', `/${name}/again`, ours, owner)
      await done('DELETE', `/${name}/again`, undefined, owner)
    }
  })

  test('is named to those who may see it and forgot to say whose it is, and to nobody else', async () => {
    const { tenant, ...nobodys } = bodies.limits as { readonly tenant: string }
    const [forgot, guessed] = [await ask('PUT', '/limits/victim', nobodys), await ask('PUT', '/limits/victim', { ...nobodys, tenant: 'umbrella' }, stranger)]
    assert.equal(forgot.status, 409)
    assert.match(forgot.text, new RegExp(`It belongs to the tenant \`${tenant}\`: say so`))
    assert.doesNotMatch(guessed.text, /acme/)
  })

  test('is told apart from what is the installation’s, where its people may not go', async () => {
    assert.match((await ask('GET', '/status', undefined, owner)).text, /is for users of the installation itself/)
    assert.match((await ask('PUT', '/limits/victim', bodies.limits, tokenOf('viewer of acme'))).text, /Your roles do not open this path\./)
  })

  test('a key that its own admin makes belongs to it without saying so', async () => {
    assert.equal((await done('POST', '/keys', { name: 'ours' }, tokenOf('admin of acme'))).tenant, 'acme')
  })
})

describe('receipts', () => {
  test('[C59] are those of the reader’s tenant, in lists, sums, exports and one by one', async () => {
    const told = await scene.say('up/m', {}, { key: made.key })
    const receipt = await scene.receiptOf(told)
    assert.equal(receipt.tenant_id, 'acme')
    const path = `/reports/${String(receipt.id)}`
    for (const role of roles) {
      const [own, foreign, all] = ['acme', 'umbrella', null].map((tenant) => tokenOf(`${role} of ${tenant}`))
      for (const token of [own, all]) {
        assert.equal((await ask('GET', path, undefined, token)).status, 200)
        assert.match((await ask('GET', '/reports?format=jsonl', undefined, token)).text, new RegExp(String(receipt.id)))
      }
      const missing = await ask('GET', `/reports/dec_${'0'.repeat(32)}`, undefined, foreign)
      const there = await ask('GET', path, undefined, foreign)
      assert.deepEqual([there.status, there.text], [404, missing.text])
      assert.equal((await ask('GET', `${path}/proof`, undefined, foreign)).status, 404)
      for (const query of ['', '?tenant=acme', `?tenant_id=acme`, '?format=csv', '?format=jsonl', '?format=ocsf'])
        assert.doesNotMatch((await ask('GET', `/reports${query}`, undefined, foreign)).text, /dec_\w/, query)
      assert.deepEqual((await done('GET', '/reports/summary?by=key_id', undefined, foreign)).data, [])
    }
  })
})

describe('nothing that is shown', () => {
  test('[C15] [C13] is a key, a token, a code, or a hash of one', async () => {
    const { code } = await done('POST', '/invitations', { models: ['*'], budget_usd: '1', expires_at: Date.now() + 60_000 })
    const { token: session } = await done('POST', '/sessions', undefined, tokenOf('viewer of null'))
    await done('POST', `/keys/${made.id}/rotate`, { overlap: '1h' })
    const database = new DatabaseSync(join(scene.dataDir, 'omni.db'), { readOnly: true })
    const column = (query: string): string[] =>
      database
        .prepare(query)
        .all()
        .flatMap((row) => Object.values(row).map(String))
    const hashes = [
      ...column('select hash from client_keys'),
      ...column('select previous_hash from client_keys where previous_hash is not null'),
      ...column('select hash from user_tokens'),
      ...column(`select json_extract(body, '$.hash') from objects where kind = 'invitation'`),
    ]
    const whole = column('select body from objects where body is not null').join() + column('select terms from client_keys').join()
    database.close()
    assert.ok(hashes.length > 20 && hashes.every((hash) => /^[\da-f]{64}$/.test(hash)))
    const secrets = [...tokens.values(), String(code), String(session), made.key, scene.key, scene.adminKey]
    for (const secret of secrets) assert.ok(!whole.includes(secret), 'a secret is stored in clear')
    const readers = [scene.adminKey, scene.key, ...tokens.values()]
    await eventually(async () => (await ask('GET', '/me')).status === 200)
    for (const { method, path, serving } of routes) {
      if (method !== 'GET' || serving.kind !== 'control') continue
      const one = path
        .replace('/_omni', '')
        .replace(':tenant', 'acme')
        .replace(/:\w+/, path.includes('/keys/') ? made.id : 'victim')
      for (const reader of readers) {
        const { text } = await ask('GET', one, undefined, reader)
        assert.ok(![...hashes, ...secrets].some((secret) => text.includes(secret)), `${path} shows a secret`)
        assert.doesNotMatch(text, /"(hash|previous_hash|sealed|secret|password)":(?!null|"•)/, path)
      }
    }
  })
})
