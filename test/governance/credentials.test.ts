/** Whose credentials a call goes out with: its owner's come first and serve nobody else; and what is sponsored, or in another region, is for those alone whom it is for. */

import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import type { JsonObject } from '../../src/base/json.ts'
import type { Told } from '../acceptance/scene.ts'
import { omni } from '../contract/shell.ts'
import { openai, startUpstream, type Received } from '../upstream/index.ts'
import { openGoverned } from './scene.ts'

/** Of whoever asks the provider: these are refused by it. */
const refused = new Set<string>()
const secretOf = (request: Received): string => request.header('authorization')?.slice(7) ?? 'none'
const answer = (request: Received) => (refused.has(secretOf(request)) ? openai.error(401, 'invalid_api_key') : openai.reply('fine'))

const far = await startUpstream(answer)
after(() => far.stop())
const scene = await openGoverned({
  script: answer,
  settings: { chains: { both: { targets: ['up/gpt-4o', 'far/gpt-4o'] }, wide: { targets: ['up/gpt-4o', 'near/gpt-4o'] } } },
  cast: {
    far: { like: 'openai', url: far.url },
    near: { like: 'openai', url: far.url, extra: { region: 'eu' } },
    gift: { like: 'openai', url: far.url, extra: { prices: 'openai', sponsored: true, models: ['gpt-4o-mini'] } },
  },
})

const shared = 'upstream-key-of-up-4f9a1c'
const own = (whose: string): string => `upstream-key-of-${whose}-77aa31`
for (const tenant of ['acme', 'umbrella']) await scene.put(`tenants/${tenant}`, {})
await scene.put('teams/ml', { tenant: 'acme', name: 'ML' })
await scene.put('users/ann', { name: 'Ann', tenant: 'acme', roles: ['admin'] })
await scene.put('users/bob', { name: 'Bob', tenant: 'umbrella', roles: ['admin'] })
const keys = {
  nobody: scene.key,
  acme: (await scene.keyWith({ tenant: 'acme' })).key,
  team: (await scene.keyWith({ tenant: 'acme', team: 'ml' })).key,
  ann: (await scene.keyWith({ tenant: 'acme', team: 'ml', user: 'ann' })).key,
  umbrella: (await scene.keyWith({ tenant: 'umbrella' })).key,
} as const
type Who = keyof typeof keys

const store = (provider: string, whose: string, owner: string): Promise<Told> => scene.admin('PUT', `credentials/${provider}`, { key: own(whose), owner })
const say = (who: Who, model = 'up/gpt-4o'): Promise<Told> => scene.say(model, {}, { key: keys[who] })
/** With which secret the provider was asked last. */
const usedBy = async (who: Who, model?: string): Promise<string> => {
  const [before, beforeFar] = [scene.upstream.requests.length, far.requests.length]
  const told = await say(who, model)
  assert.equal(told.status, 200, told.text)
  return [...scene.upstream.requests.slice(before), ...far.requests.slice(beforeFar)].map(secretOf).join()
}

describe('a credential of somebody', () => {
  test('comes before everybody’s, the narrowest first, and serves nobody else', async () => {
    for (const [whose, owner] of [
      ['acme', 'tenant:acme'],
      ['ml', 'team:ml'],
      ['ann', 'user:ann'],
    ] as const)
      assert.equal((await store('up', whose, owner)).status, 200)
    for (let turn = 0; turn < 3; turn += 1) {
      assert.equal(await usedBy('ann'), own('ann'))
      assert.equal(await usedBy('team'), own('ml'))
      assert.equal(await usedBy('acme'), own('acme'))
      assert.equal(await usedBy('nobody'), shared)
      assert.equal(await usedBy('umbrella'), shared)
    }
    const receipt = await scene.receiptOf(await say('acme'))
    assert.deepEqual([receipt.provider, receipt.account], ['up', 'tenant:acme'])
  })

  test('gives way to the next of its owner’s and then to everybody’s where the provider refuses it; others notice nothing', async () => {
    for (const whose of ['ann', 'ml']) refused.add(own(whose))
    assert.equal(await usedBy('ann'), [own('ann'), own('ml'), own('acme')].join(), 'each is asked once')
    assert.equal(await usedBy('ann'), own('acme'), 'and then left alone')
    assert.equal(await usedBy('nobody'), shared)
    refused.add(own('acme'))
    assert.equal(await usedBy('acme'), [own('acme'), shared].join())
    assert.equal(await usedBy('umbrella'), shared)
    const health = (await scene.admin('GET', 'providers/health')).json().data as JsonObject[]
    const out = health.filter(({ state }) => state === 'open').map(({ kind, provider, account }) => [kind, provider, account].join(' '))
    assert.deepEqual(out.sort(), ['account up team:ml', 'account up tenant:acme', 'account up user:ann'])
    refused.clear()
    await scene.admin('POST', 'providers/health/reset', {})
    assert.equal(await usedBy('ann'), own('ann'))
  })

  test('serves the targets of chains and names of everybody’s too', async () => {
    assert.equal(await usedBy('acme', 'both'), own('acme'))
    assert.equal(await usedBy('nobody', 'both'), shared)
  })

  test('counts at once when it is replaced or removed', async () => {
    const key = 'upstream-key-of-acme-replaced'
    assert.equal((await scene.admin('PUT', 'credentials/up', { key, owner: 'tenant:acme' })).json().version, 2)
    assert.equal(await usedBy('acme'), key)
    for (const owner of ['tenant:acme', 'team:ml', 'user:ann'])
      assert.equal((await scene.admin('DELETE', `credentials/up?owner=${encodeURIComponent(owner)}`)).status, 200)
    for (const who of ['ann', 'team', 'acme'] as const) assert.equal(await usedBy(who), shared)
    assert.equal((await scene.admin('DELETE', 'credentials/up?owner=tenant%3Aacme')).status, 404)
  })

  test('connects a provider for its owner alone', async () => {
    const there = async (who: Who) => (await scene.ask({ method: 'GET', path: '/v1/models/groq%2Fsome-model', key: keys[who] })).status
    assert.equal(await there('acme'), 404)
    assert.equal((await store('groq', 'groq', 'tenant:acme')).status, 200)
    assert.deepEqual([await there('acme'), await there('nobody'), await there('umbrella')], [200, 404, 404])
    assert.equal((await say('umbrella', 'groq/some-model')).status, 404)
    const listed = async (who: Who) => (await scene.ask({ method: 'GET', path: '/v1/models', key: keys[who] })).text.includes('"groq/')
    assert.deepEqual([await listed('acme'), await listed('nobody')], [true, false])
  })

  test('is stored with `omni connect --for`, read from standard input', async () => {
    const { code, stdout, stderr } = await omni(scene, ['connect', 'up', '--for', 'team:ml'], { input: own('ml') })
    assert.deepEqual([code, stdout.trim()], [0, 'up is connected for team:ml.'], stderr)
    assert.equal(await usedBy('team'), own('ml'))
    assert.equal((await omni(scene, ['disconnect', 'up', '--for', 'team:ml'])).code, 0)
    assert.equal(await usedBy('team'), shared)
  })
})

describe('who stores them', () => {
  test('names somebody who is there, and a provider that a key connects', async () => {
    for (const [provider, owner, status] of [
      ['up', 'tenant:nobody', 400],
      ['up', 'team:nobody', 400],
      ['up', 'user:nobody', 400],
      ['up', 'key:key_1', 400],
      ['up', 'acme', 400],
      ['up', 'all', 409],
      ['nowhere', 'tenant:acme', 404],
      ['omni-runtime', 'tenant:acme', 404],
    ] as const)
      assert.equal((await store(provider, 'x', owner)).status, status, `${provider} for ${owner}`)
  })

  test('[C14] [C15] is a tenant’s own admin for that tenant alone, and no answer shows a secret', async () => {
    const tokenOf = async (user: string) => String((await scene.admin('POST', `users/${user}/token`, {})).json().token)
    const [ann, bob] = [await tokenOf('ann'), await tokenOf('bob')]
    const as = (key: string, method: string, path: string, body?: object) =>
      scene.ask({ method, path: `/_omni/credentials${path}`, key, ...(body && { body }) })
    const made = await as(ann, 'PUT', '/up', { key: own('ann2'), owner: 'tenant:acme' })
    assert.equal(made.status, 200, made.text)
    assert.equal((await as(ann, 'PUT', '/up', { key: own('x'), owner: 'tenant:umbrella' })).status, 400)
    assert.equal((await as(ann, 'PUT', '/groq', { key: own('x') })).status, 403)
    const [foreign, missing] = [await as(bob, 'DELETE', '/up?owner=tenant%3Aacme'), await as(bob, 'DELETE', '/up?owner=tenant%3Anone')]
    assert.deepEqual([foreign.status, foreign.text], [404, missing.text])
    const shown = [await as(bob, 'GET', ''), await as(ann, 'GET', ''), await scene.admin('GET', 'credentials')]
    assert.deepEqual(
      shown.map((told) => (told.json().data as JsonObject[]).map(({ owner }) => owner)),
      [[], ['tenant:acme', 'tenant:acme'], ['tenant:acme', 'tenant:acme']],
    )
    for (const told of [made, ...shown]) assert.doesNotMatch(told.text, /upstream-key|sealed|secret/)
    assert.equal((await as(ann, 'DELETE', '/up?owner=tenant%3Aacme')).status, 200)
  })
})

describe('a credential of somebody who belongs to no tenant', () => {
  test('[C14] [C16] is theirs: no tenant sees it, removes it, or makes a key that asks with it', async () => {
    await scene.put('users/boss', { name: 'Boss', tenant: null, roles: ['admin'] })
    await scene.put('users/clerk', { name: 'Clerk', tenant: 'default', roles: ['admin'] })
    const tokenOf = async (user: string) => String((await scene.admin('POST', `users/${user}/token`, {})).json().token)
    const [boss, clerk, ann] = [await tokenOf('boss'), await tokenOf('clerk'), await tokenOf('ann')]
    const as = (key: string, method: string, path: string, body?: object) => scene.ask({ method, path: `/_omni/${path}`, key, ...(body && { body }) })
    assert.equal((await store('up', 'boss', 'user:boss')).status, 200)
    assert.deepEqual((await as(clerk, 'GET', 'credentials')).json().data, [])
    assert.equal((await as(clerk, 'DELETE', 'credentials/up?owner=user%3Aboss')).status, 404)
    for (const token of [clerk, ann]) {
      const [taken, missing] = [await as(token, 'POST', 'keys', { name: 'x', user: 'boss' }), await as(token, 'POST', 'keys', { name: 'x', user: 'nobody' })]
      assert.deepEqual([taken.status, taken.text], [400, missing.text])
    }
    const { id, key } = (await as(boss, 'POST', 'keys', { name: 'x', tenant: 'acme', user: 'boss' })).json()
    const asked = scene.upstream.requests.length
    assert.equal((await scene.say('up/gpt-4o', {}, { key: String(key) })).status, 200)
    assert.deepEqual(scene.upstream.requests.slice(asked).map(secretOf), [own('boss')])
    const kept = await as(ann, 'PUT', `keys/${String(id)}?version=1`, { name: 'y', user: 'boss' })
    assert.equal(kept.status, 200, 'who is named already stays so')
    assert.equal((await as(boss, 'DELETE', 'credentials/up?owner=user%3Aboss')).status, 200)
  })
})

describe('a sponsored connection', () => {
  test('is for who redeemed an invitation, for the models that it names, and shown to nobody else', async () => {
    const listed = async (who: Who) => (await scene.ask({ method: 'GET', path: '/v1/models', key: keys[who] })).text.includes('"gift/gpt-4o-mini"')
    const before = far.requests.length
    assert.deepEqual([(await say('acme', 'gift/gpt-4o-mini')).code(), await listed('acme')], ['model_not_allowed', false])
    const made = await scene.admin('POST', 'invitations', { models: ['gift/gpt-4o-mini'], budget_usd: '5.00', expires_at: Date.now() + 3_600_000 })
    assert.equal(made.status, 201, made.text)
    const redeemed = await scene.ask({ path: '/_omni/invitations/redeem', key: keys.acme, body: { code: String(made.json().code) } })
    assert.ok(redeemed.status < 300, redeemed.text)
    assert.deepEqual([await listed('acme'), await listed('umbrella')], [true, false])
    assert.equal((await say('umbrella', 'gift/gpt-4o-mini')).code(), 'model_not_allowed')
    assert.equal((await say('acme', 'gift/other-model')).code(), 'model_not_allowed')
    assert.equal(far.requests.length, before, 'nothing went there until now')
    assert.equal((await say('acme', 'gift/gpt-4o-mini')).status, 200)
  })

  test('is open to who brings a key of their own', async () => {
    assert.equal((await store('gift', 'umbrella', 'tenant:umbrella')).status, 200)
    assert.equal(await usedBy('umbrella', 'gift/gpt-4o'), own('umbrella'))
  })
})

test('[C49] a tenant’s calls stay in its regions, whatever chain or fallback they name', async () => {
  await scene.put('tenants/pinned', { regions: ['eu'] })
  const { key } = await scene.keyWith({ tenant: 'pinned' })
  const [before, beforeFar] = [scene.upstream.requests.length, far.requests.length]
  const asked: readonly (readonly [string, JsonObject])[] = [
    ['up/gpt-4o', {}],
    ['both', {}],
    ['up/gpt-4o', { extra: { fallbacks: ['far/gpt-4o'] } }],
  ]
  for (const [model, fields] of asked) assert.equal((await scene.say(model, fields, { key })).code(), 'model_not_allowed', model)
  assert.deepEqual([scene.upstream.requests.length, far.requests.length], [before, beforeFar])
  assert.equal((await scene.say('wide', {}, { key })).headers['x-omni-provider'], 'near')
  assert.equal(scene.upstream.requests.length, before)
})
