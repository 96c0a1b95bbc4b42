/** Who may call what: every path with everybody, as the committed table says. */

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { buildApi } from '../../src/server/control-api.ts'
import { openData } from '../../src/server/data.ts'
import { match, routes, type Access, type Route } from '../../src/server/routes.ts'
import type { Role } from '../../src/control/route.ts'
import { roles } from '../../src/contract/users.ts'
import { StoredPrices } from '../../src/control/prices-stored.ts'
import { Health } from '../../src/routing/health.ts'
import { eventually } from '../gateway.ts'
import { healthTerms } from '../routing.ts'
import { openai, startUpstream } from '../upstream/index.ts'
import { readEntry, table } from './paths.ts'
import { holdAlive } from './rules.ts'
import { openScene, type Told } from './scene.ts'

/** The refusal that each gets; undefined where it is let in. A wrong key gets 429 when it was one of too many. */
const refusals: { readonly [access in Access]: { readonly [who: string]: number | undefined } } = {
  none: {},
  client: { nobody: 401, revoked: 401, stranger: 401, admin: 403, user: 401 },
  admin: { nobody: 401, revoked: 401, stranger: 401, client: 403, foreigner: 403 },
  owner: { nobody: 401, revoked: 401, stranger: 401 },
}

const upstream = await startUpstream(openai.speak('fine'))
const scene = await openScene({ cast: { up: { like: 'openai', url: upstream.url } } })
after(() => Promise.all([scene[Symbol.asyncDispose](), upstream.stop()]))

interface MadeKey {
  readonly id: string
  readonly key: string
}
const byAdmin = (method: string, path: string, body?: unknown): Promise<Told> => scene.ask({ method, path, key: scene.adminKey, body })
const makeKey = async (fields: object = {}): Promise<MadeKey> =>
  (await byAdmin('POST', '/_omni/keys', { name: 'test', ...fields })).json() as unknown as MadeKey

const other = await makeKey()
const revoked = await makeKey()
await byAdmin('DELETE', `/_omni/keys/${revoked.id}`)
const token = async (role: Role, tenant: string | null): Promise<string> => {
  const id = `${role}-of-${tenant ?? 'all'}`
  await byAdmin('PUT', `/_omni/users/${id}`, { name: id, tenant, roles: [role] })
  return String((await byAdmin('POST', `/_omni/users/${id}/token`, {})).json().token)
}
const tenants = ['acme', 'umbrella'] as const
for (const tenant of tenants) await byAdmin('PUT', `/_omni/tenants/${tenant}`, {})
const foreigner = await makeKey({ tenant: 'acme' })
const who: { readonly [name: string]: string | null } = {
  nobody: null,
  client: scene.key,
  foreigner: foreigner.key,
  revoked: revoked.key,
  stranger: `${scene.key}x`,
  admin: scene.adminKey,
}
const users = await Promise.all(
  [...tenants, null].flatMap((tenant) => roles.map(async (role) => ({ role, tenant, name: `${role} of ${tenant}`, key: await token(role, tenant) }))),
)

/** As the table would say it. */
function writeEntry({ access, roles: named, isOfInstallation = false }: Pick<Route, 'access' | 'roles' | 'isOfInstallation'>): string {
  if (named === undefined) return access
  const others = named.filter((role) => role !== 'owner')
  const told = others.length === roles.length - 1 ? 'everybody' : others.length === 0 ? 'owner' : others.join(' ')
  return `${access} + ${told}${isOfInstallation ? ' of the installation' : ''}`
}

const holdRefusal = ({ status, text }: Told, expected: number | undefined, name: string): void => {
  if (expected === undefined) assert.ok(status !== 401 && status !== 403 && status !== 429, `${name}: ${status} ${text}`)
  else assert.ok(status === expected || (expected === 401 && status === 429), `${name}: ${status} ${text}`)
}

describe('every path', () => {
  test('[C01] is in the committed table, with the one who may call it', () => {
    assert.deepEqual(Object.fromEntries(routes.map((route) => [`${route.method} ${route.path}`, writeEntry(route)])), table)
  })

  test('[C01] of the control API’s own router is in the table, and it has no others', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'omni-access-'))
    const data = await openData({ dataDir: folder, hasOwnBackup: false, inputHash: 'none' })
    const nothing = async () => {}
    const unasked = () => assert.fail('nobody asks it anything')
    const api = await buildApi(
      {
        ...data,
        health: new Health(healthTerms),
        snapshot: () => assert.fail('nobody asks it anything'),
        unsaid: () => [],
        held: () => assert.fail('nobody asks it anything'),
        ledger: { readLines: unasked, readLeaves: unasked, proofOf: unasked, bundleOf: unasked, reindex: unasked, rotate: unasked, audit: nothing },
        sweep: nothing,
        prices: new StoredPrices(folder, assert.fail),
        fetchPrices: () => assert.fail('nobody asks it anything'),
        publish: nothing,
        reload: nothing,
        configured: () => assert.fail('nobody asks it anything'),
        tell: () => {},
        note: () => {},
        settings: () => ({}),
        status: () => ({}),
        providerIds: () => [],
        isConfigured: () => false,
        wakeReview: unasked,
        testAlerts: unasked,
        lookAt: unasked,
      },
      { viewerOf: () => ({ role: 'admin' }), addressOf: () => '127.0.0.1' },
    )
    const own = routes.filter(({ serving }) => serving.kind === 'control')
    for (const { method, path } of own) assert.ok(method !== 'HEAD' && api.hasRoute({ method, url: path }), path)
    const methods = [...api.printRoutes({ commonPrefix: false }).matchAll(/\(([A-Z, ]+)\)/g)].flatMap(([, names]) => names!.split(', '))
    assert.equal(methods.length, own.length)
    await api.close()
    await data.store.close()
    rmSync(folder, { recursive: true })
  })

  for (const [route, entry] of Object.entries(table)) {
    const [method = '', pattern = ''] = route.split(' ')
    const { access, roles: open, isOfInstallation } = readEntry(entry)
    const path = pattern.replaceAll(/(?<=\/):\w+/g, 'some-one').replace('*', 'omni-runtime/smoke')
    test(`[C01] ${route} lets in whom the table says`, async () => {
      for (const [name, key] of Object.entries(who)) holdRefusal(await scene.ask({ method, path, key }), refusals[access][name], name)
    })

    test(`[C01] [C17] ${route} is open to users of the roles that the table says, and to no others`, async () => {
      for (const { role, tenant, name, key } of users) {
        const mayCall = open.includes(role) && (tenant === null || !isOfInstallation)
        const expected = access === 'none' || access === 'client' ? refusals[access].user : mayCall ? undefined : 403
        holdRefusal(await scene.ask({ method, path, key }), expected, name)
      }
    })

    if (access === 'admin' || access === 'owner')
      test(`[C19] ${route} is not for pages of other sites, and takes no text for JSON`, async () => {
        const strange: readonly Record<string, string>[] = [
          { origin: 'https://evil.example' },
          { origin: 'null' },
          { origin: 'http://127.0.0.1:1' },
          { 'sec-fetch-site': 'cross-site' },
          { 'sec-fetch-site': 'same-site' },
        ]
        for (const headers of strange) assert.equal((await scene.ask({ method, path, key: scene.adminKey, headers })).status, 403, JSON.stringify(headers))
        if (method !== 'POST' && method !== 'PUT') return
        const headers = { origin: scene.url, 'sec-fetch-site': 'same-origin', 'content-type': 'text/plain' }
        assert.equal((await scene.ask({ method, path, key: scene.adminKey, headers, body: '{}' })).status, 415)
      })

    test(`[C01] [C20] ${route} answers another method, a preflight and a foreign origin with nothing`, async () => {
      // What Google asks of a model is a name too, to who only looks one up.
      const served = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD'].filter((one) => match(one, path).kind === 'found')
      assert.ok(served.includes(method))
      for (const wrong of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'TRACE'].filter((one) => !served.includes(one))) {
        const headers = { origin: 'https://evil.example', 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' }
        const told = await scene.ask({ method: wrong, path, key: scene.adminKey, headers })
        assert.equal(told.status, 405, wrong)
        assert.deepEqual(new Set(String(told.headers.allow).split(', ')), new Set(served))
        assert.ok(!Object.keys(told.headers).some((name) => name.startsWith('access-control-')))
      }
    })
  }
})

describe('a receipt', () => {
  test('[C01] of another client is not there, in the same words as one that never was', async () => {
    const { headers } = await scene.say('up/m')
    const id = String(headers['x-omega-decision-id'])
    const path = `/_omni/reports/${id}`
    await eventually(async () => (await scene.ask({ method: 'GET', path })).status === 200)
    assert.equal((await byAdmin('GET', path)).status, 200)
    const foreign = await scene.ask({ method: 'GET', path, key: other.key })
    const missing = await scene.ask({ method: 'GET', path: `/_omni/reports/dec_${'0'.repeat(32)}`, key: other.key })
    assert.deepEqual([foreign.status, foreign.text], [404, missing.text])
    const list = await scene.ask({ method: 'GET', path: '/_omni/reports', key: other.key })
    assert.deepEqual(list.json(), { data: [], next_cursor: null, retained: 0 })
    // Whoever asks for another's key is given what both have: nothing.
    const { key_id: keyId } = (await byAdmin('GET', path)).json()
    for (const query of [`key_id=${String(keyId)}`, 'tenant=default&outcome=completed']) {
      const told = await scene.ask({ method: 'GET', path: `/_omni/reports?${query}`, key: other.key })
      assert.deepEqual(told.json().data, [], `${query}: ${told.text}`)
    }
    for (const query of ['limit=0', 'limit=201', 'limit=x', 'limit=1&limit=2', 'cursor=x', 'all=1', `cursor=${id}`]) {
      const told = await scene.ask({ method: 'GET', path: `/_omni/reports?${query}`, key: other.key })
      assert.equal(told.status, 400, `${query}: ${told.text}`)
    }
  })
})

describe('a call', () => {
  test('[I3] that is let in has one receipt, however it ends, and one that is not leaves a number alone', async () => {
    const { key } = await makeKey()
    const retained = async (of: string) => Number((await scene.ask({ method: 'GET', path: '/_omni/reports?limit=1', key: of })).json().retained)
    const refusals = /^omni_unauthorized_total\{reason="(?:invalid_api_key|too_many_wrong_keys)"\} (\d+)$/gm
    const refused = async () => [...(await byAdmin('GET', '/metrics')).text.matchAll(refusals)].reduce((sum, [, count]) => sum + Number(count), 0)
    const [before, refusedBefore] = [await retained(scene.adminKey), await refused()]
    const ends = [
      await scene.say('up/m', {}, { key }),
      await scene.say('up/m', { stream: true }, { key }),
      await scene.say('omni-runtime/fail-401', {}, { key }),
      await scene.say('no-such-model', {}, { key }),
      await scene.ask({ body: '{', key }),
      await scene.say('up/m', { api_base: 'https://evil.example' }, { key }),
      await scene.say('omni-runtime/fail-cut', { stream: true }, { key }),
      await scene.say('claude/m', {}, { key, path: '/v1/messages/count_tokens' }),
    ]
    for (const path of ['/v1/chat/completions', '/v1/messages', '/chat/completions']) await scene.say('up/m', {}, { key: 'nobody', path })
    await eventually(async () => (await retained(key)) >= ends.length)
    await pause(200)
    assert.equal(await retained(key), ends.length)
    assert.equal(await retained(scene.adminKey), before + ends.length)
    assert.equal(await refused(), refusedBefore + 3)
    const decisions = new Set(ends.map(({ headers }) => headers['x-omega-decision-id']))
    assert.equal(decisions.size, ends.length, 'each has an id of its own')
  })
})

describe('a key', () => {
  test('[C10] that is revoked is refused at once, and one that ends is refused from then on', async () => {
    const short = await makeKey({ expires_at: Date.now() + 700 })
    assert.equal((await scene.say('up/m', {}, { key: short.key })).status, 200)
    const brief = await makeKey()
    assert.equal((await scene.say('up/m', {}, { key: brief.key })).status, 200)
    await byAdmin('DELETE', `/_omni/keys/${brief.id}`)
    holdRefusal(await scene.say('up/m', {}, { key: brief.key }), 401, 'revoked')
    await pause(750)
    holdRefusal(await scene.say('up/m', {}, { key: short.key }), 401, 'expired')
  })

  test('[C10] is one key by all of its letters, however many it shares with another', async () => {
    const tokens = [20, 64, 200].flatMap((length) => ['A', 'B'].map((end) => `${'gT4kWz-0pQ_7bLx2mNv8'.repeat(10).slice(0, length)}${end}`))
    await using gateway = await openScene({ env: { OMNI_AUTH_TOKENS: tokens.join(',') } })
    const ids = new Set<unknown>()
    for (const key of tokens) {
      const told = await gateway.say('omni-runtime/smoke', {}, { key })
      ids.add((await gateway.receiptOf(told, key)).key_id)
      for (const wrong of [key.slice(0, -1), `${key.slice(0, -1)}C`, `${key} x`, `${key}A`, key.toLowerCase()]) {
        assert.equal((await gateway.say('omni-runtime/smoke', {}, { key: wrong })).status, 401)
        assert.equal((await gateway.ask({ method: 'GET', path: '/_omni/keys', key: wrong })).status, 401)
      }
      assert.equal((await gateway.ask({ method: 'GET', path: '/_omni/keys', key })).status, 403, 'tokens open nothing of the operator’s')
    }
    assert.equal(ids.size, tokens.length)
  })
})

test('[I5] after all of this the same process serves', () => holdAlive(scene))
