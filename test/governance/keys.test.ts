/** Keys of tenants, teams and agents: what is said of them, what it narrows, and when it ends. */

import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { surfaceNames } from '../../src/contract/access.ts'
import { surfaces } from '../../src/surfaces/index.ts'
import { openScene } from '../acceptance/scene.ts'
import { startGateway } from '../gateway.ts'
import { peopleOf } from './people.ts'

const scene = await openScene()
after(() => scene[Symbol.asyncDispose]())
const people = peopleOf(scene)
const { ask, done } = people
const statusOf = async (key: string, model = 'omni-runtime/smoke'): Promise<number> => (await scene.say(model, {}, { key })).status
/** A wrong key too many is told so. */
const holdShut = async (key: string): Promise<void> => assert.ok([401, 429].includes(await statusOf(key)))

await done('PUT', '/tenants/acme', { name: 'Acme' })
await done('PUT', '/teams/search', { tenant: 'acme', cost_center: 'cc-7' })
await done('PUT', '/agents/crawler', { tenant: 'acme', team: 'search' })

describe('a key', () => {
  const terms = {
    team: 'search',
    agent: 'crawler',
    environment: 'staging',
    cost_center: 'cc-9',
    models: ['omni-runtime/*'],
    providers: ['omni-runtime'],
    surfaces: ['openai-chat'],
    addresses: ['127.0.0.0/8', '::1'],
    strict: true,
    metadata: { team: 'search' },
  }

  test('is shown with all that was said of it, and never again with itself', async () => {
    const { key, ...made } = await done('POST', '/keys', { name: 'all of it', tenant: 'acme', may_route: false, ...terms })
    const shown = await done('GET', `/keys/${String(made.id)}`)
    assert.deepEqual(shown, made)
    assert.deepEqual({ ...shown, ...terms, name: 'all of it', tenant: 'acme', may_route: false, version: 1 }, shown)
    assert.doesNotMatch((await ask('GET', '/keys')).text, new RegExp(String(key).slice(12)))
    assert.equal(await statusOf(String(key)), 200)
  })

  test('is for APIs that there are, as its tenant and its team are: another name is told which', async () => {
    assert.deepEqual(new Set<string>(surfaceNames), new Set(surfaces.map(({ name }) => name)))
    const misspelt = { surfaces: ['openai-chats'] }
    for (const told of [
      await ask('POST', '/keys', { name: 'misspelt', ...misspelt }),
      await ask('PUT', '/tenants/misspelt', misspelt),
      await ask('PUT', '/teams/misspelt', { tenant: 'acme', ...misspelt }),
      await ask('PUT', '/agents/misspelt', { tenant: 'acme', ...misspelt }),
    ]) {
      assert.equal(told.status, 400)
      assert.match(told.text, /`surfaces\[0\]`: a surface is one of `openai-chat`, .*`openai-image-edits`/)
    }
  })

  test('(routing 52) is changed by whoever saw it last', async () => {
    const { id } = await people.key({ tenant: 'acme', ...terms })
    const change = { name: 'renamed', tenant: 'acme', expires_at: Date.now() + 60_000 }
    const [one, other] = await Promise.all([ask('PUT', `/keys/${id}?version=1`, change), ask('PUT', `/keys/${id}?version=1`, { ...change, name: 'other' })])
    assert.deepEqual(new Set([one.status, other.status]), new Set([200, 409]))
    assert.equal((await ask('PUT', `/keys/${id}`, change)).status, 409, 'without a version')
    const shown = await done('GET', `/keys/${id}`)
    assert.deepEqual(
      [shown.version, shown.expires_at, shown.team, shown.models],
      [2, change.expires_at, undefined, undefined],
      'what is not said again is not so',
    )
    await done('PUT', `/keys/${id}?version=2`, { name: 'renamed' })
    assert.equal((await done('GET', `/keys/${id}`)).expires_at, null)
    assert.equal((await ask('PUT', `/keys/${id}?version=3`, { name: 'moved', tenant: 'default' })).status, 409)
  })

  test('is refused with what nobody has: another tenant’s team, an unknown tenant, a time that has passed, an address that is none', async () => {
    await done('PUT', '/tenants/umbrella', {})
    const wrong = [
      { tenant: 'nobody' },
      { tenant: 'umbrella', team: 'search' },
      { tenant: 'umbrella', agent: 'crawler' },
      { tenant: 'acme', user: 'nobody' },
      { expires_at: 1 },
      { addresses: ['10.0.0.256'] },
      { addresses: ['10.0.0.0/33'] },
      { metadata: { team: 'two words' } },
      { models: ['a b'] },
      { models: ['*a*'] },
      { hash: 'x' },
      { name: '' },
    ]
    for (const fields of wrong) assert.equal((await ask('POST', '/keys', { name: 'test', ...fields })).status, 400, JSON.stringify(fields))
  })

  test('[C10] with another secret opens by both while they overlap, and by the new one alone after that', async () => {
    const { id, key } = await people.key()
    const { key: next, previous_until: until } = await done('POST', `/keys/${id}/rotate`, { overlap: '1s' })
    assert.deepEqual([await statusOf(key), await statusOf(String(next))], [200, 200])
    await pause(Number(until) - Date.now() + 20)
    await holdShut(key)
    const { key: last } = await done('POST', `/keys/${id}/rotate`, {})
    await holdShut(String(next))
    assert.equal(await statusOf(String(last)), 200)
    assert.equal((await ask('POST', `/keys/${id}/rotate?version=1`, {})).status, 409)
    await done('DELETE', `/keys/${id}`)
    assert.equal((await ask('POST', `/keys/${id}/rotate`, {})).status, 409, 'a revoked key stays so')
    await holdShut(String(last))
  })

  test('(routing 51) that ends is refused from then on, though it is known', async () => {
    const { key } = await people.key({ expires_at: Date.now() + 400 })
    assert.equal(await statusOf(key), 200)
    await pause(450)
    await holdShut(key)
  })
})

describe('what a key belongs to', () => {
  test('is not removed while it has anything, and says what', async () => {
    const told = await ask('DELETE', '/tenants/acme')
    assert.equal(told.status, 409)
    assert.match(told.text, /agent crawler, team search, key key_/)
    assert.equal((await ask('DELETE', '/teams/search')).status, 409)
    assert.equal((await ask('DELETE', '/agents/crawler')).status, 409)
    await done('PUT', '/tenants/brief', {})
    await done('PUT', '/credentials/groq', { key: 'not-a-key-of-anybody-0815', owner: 'tenant:brief' })
    assert.match((await ask('DELETE', '/tenants/brief')).text, /credential cred_/)
    await done('DELETE', '/credentials/groq?owner=tenant:brief')
    const rules = [{ id: 'none', when: 'true', outcome: 'BLOCK' }]
    for (const tenant of [{ tenant: 'brief' }, {}]) {
      await done('PUT', '/policies/closed', { version: 1, name: 'closed', scope: 'tenant:brief', rules, ...tenant })
      assert.match((await ask('DELETE', '/tenants/brief')).text, /policy closed/)
      await done('DELETE', '/policies/closed')
    }
    await done('DELETE', '/tenants/brief')
    await done('PUT', '/teams/alone', { tenant: 'acme' })
    await done('DELETE', '/teams/alone')
    assert.equal((await ask('GET', '/teams/alone')).status, 404)
  })

  test('is the default tenant where nobody says another, which is there from the first', async () => {
    assert.deepEqual(((await done('GET', '/tenants')).data as { id: string }[]).map(({ id }) => id).toSorted(), ['acme', 'default', 'umbrella'])
    assert.equal((await done('GET', '/tenants/default')).version, 0)
    await done('PUT', '/tenants/default', { name: 'Ours' })
    assert.equal((await done('GET', '/tenants/default')).name, 'Ours')
    await done('DELETE', '/tenants/default')
    assert.equal((await done('GET', '/tenants/default')).version, 0)
  })

  test('belongs to somebody who is there', async () => {
    assert.equal((await ask('PUT', '/teams/lost', { tenant: 'nobody' })).status, 400)
    assert.equal((await ask('PUT', '/agents/lost', { tenant: 'acme', team: 'nobody' })).status, 400)
    await done('PUT', '/teams/first', {})
    assert.equal((await ask('PUT', '/agents/lost', { tenant: 'acme', team: 'first' })).status, 400, 'the team is another tenant’s')
  })
})

test('[B41] (routing 51) a key that is revoked at one gateway is refused at two others on the same data within 5 seconds', async () => {
  await using second = await startGateway({ dataDir: scene.dataDir })
  await using third = await startGateway({ dataDir: scene.dataDir })
  const { id, key } = await people.key()
  const body = JSON.stringify({ model: 'omni-runtime/smoke', messages: [{ role: 'user', content: 'hello' }] })
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
  const statusAt = async (url: string): Promise<number> => (await fetch(`${url}/v1/chat/completions`, { method: 'POST', headers, body })).status
  const wait = async (url: string, status: number): Promise<void> => {
    const from = performance.now()
    while ((await statusAt(url)) !== status) {
      assert.ok(performance.now() - from < 5000, `it is not ${status} within 5 seconds`)
      await pause(100)
    }
  }
  const others = [second.url, third.url]
  await Promise.all(others.map((url) => wait(url, 200)))
  await done('DELETE', `/keys/${id}`)
  await Promise.all(others.map((url) => wait(url, 401)))
})
