/** The audit: every change is told with what was changed, and a keyed hash of how that stood before and after, by which whoever is shown it can have it checked. */

import assert from 'node:assert/strict'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import type { JsonObject } from '../../src/base/json.ts'
import type { ActionResource, CheckedObject } from '../../src/contract/actions.ts'
import { openScene } from '../acceptance/scene.ts'
import { omni } from '../contract/shell.ts'
import { verifyLogs } from '../../src/ledger/verify.ts'
import { peopleOf } from './people.ts'

const scene = await openScene()
after(() => scene[Symbol.asyncDispose]())
const { ask, done, key, user } = peopleOf(scene)

const told = async (filters: Readonly<Record<string, string>>): Promise<readonly ActionResource[]> =>
  (await done('GET', `/audit?${new URLSearchParams(filters).toString()}`)).data as unknown as readonly ActionResource[]
const check = async (kind: string, object: JsonObject): Promise<CheckedObject> =>
  (await done('POST', '/audit/check', { kind, object })) as unknown as CheckedObject
const calm = { scope: 'all', measure: 'requests', amount: 60, window: '1m' }

describe('a change', () => {
  test('is told with kind, id, who, when, and hashes that go on from one to the next and begin and end with none', async () => {
    const from = Date.now()
    await done('PUT', '/limits/calm', calm)
    await done('PUT', '/limits/calm?version=1', { ...calm, amount: 30 })
    await done('DELETE', '/limits/calm')
    const [removed, changed, made] = await told({ kind: 'limit', target: 'calm' })
    for (const one of [removed, changed, made]) assert.deepEqual([one?.kind, one?.target, one?.by, (one?.at ?? 0) >= from], ['limit', 'calm', 'admin', true])
    assert.deepEqual([made?.action, changed?.action, removed?.action], ['limit_stored', 'limit_stored', 'limit_removed'])
    assert.deepEqual([made?.before, made?.after, changed?.after], [null, changed?.before, removed?.before])
    assert.equal(removed?.after, null)
    assert.notEqual(made?.after, changed?.after)
  })

  test('of another object changes no hash of this one', async () => {
    await done('PUT', '/limits/still', calm)
    await done('PUT', '/limits/other', calm)
    await done('PUT', '/limits/still?version=1', { ...calm, amount: 1 })
    const [second, first] = await told({ target: 'still' })
    assert.equal(second?.before, first?.after)
  })

  test('of several objects has an entry for each of them', async () => {
    const { code, id } = await done('POST', '/invitations', { models: ['up/*'], budget_usd: '5.00', expires_at: Date.now() + 60_000 })
    await done('POST', '/invitations/redeem', { code }, (await key()).key)
    const entries = await told({ target: String(id) })
    assert.deepEqual(entries.map(({ action, kind, before }) => `${action} ${kind} ${before === null}`).toSorted(), [
      'invitation_made invitation true',
      'invitation_redeemed budget true',
      'invitation_redeemed grant true',
      'invitation_redeemed invitation false',
    ])
  })

  test('stands in the log of receipts as well, in canonical JSON, and the log verifies', async () => {
    const folder = join(scene.dataDir, 'receipts')
    const lines = readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.jsonl'))
      .flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n'))
    const [{ id: _, count: __, ...entry }] = (await told({ target: 'other' })) as [ActionResource]
    const text = JSON.stringify(Object.fromEntries(Object.entries(entry).toSorted(([one], [other]) => (one < other ? -1 : 1))))
    assert.equal(lines.filter((line) => line.includes(text)).length, 1, text)
    for (const { wrong } of await verifyLogs(folder)) assert.equal(wrong, undefined)
  })
})

describe('the list', () => {
  test('is of a time and goes on behind a page from the terminal as well, and of a kind that there is', async () => {
    await done('PUT', '/limits/paged', calm)
    await done('PUT', '/limits/paged?version=1', { ...calm, amount: 1 })
    const list = (...words: readonly string[]) => omni(scene, ['audit', 'list', '--target', 'paged', ...words])
    const page = (await list('--limit', '1')).stdout
    const [, cursor = ''] = /\nMore: --cursor (act_[\da-f]{32})\n$/.exec(page) ?? []
    assert.match((await list('--cursor', cursor)).stdout, /^WHEN .*\n.* limit +paged +none +[\da-f]{12}\n$/)
    assert.equal((await list('--from', '2020-01-01', '--to', '2020-01-02T10:00Z')).stdout.split('\n').length, 2)
    assert.equal((await list('--from', '2020-01-01')).stdout.split('\n').length, 4)
    assert.match((await list('--from', 'noon')).stderr, /`from` is no time/)
    assert.match((await list('--kind', 'limits')).stderr, /`kind` is one of tenant, .*limit/)
  })
})

describe('what an auditor is shown', () => {
  test('is found to be what was put there, whatever it is, and nothing else is', async () => {
    const { id } = await key({ metadata: { team: 'a' } })
    await done('PUT', '/tenants/acme', { models: ['gpt-*'] })
    await done('PUT', '/policies/house', { document: { version: '1', name: 'house', rules: [{ id: 'stop', when: 'true', outcome: 'BLOCK' }] } })
    await done('PUT', '/addresses', { data: { allow: [], deny: ['192.0.2.0/24'] } })
    await done('PUT', '/chains/fast', { targets: ['omni-runtime/smoke'] })
    await done('PUT', '/holds/acme')
    const vera = await user('vera', 'acme', 'viewer')
    await done('PUT', '/credentials/openai', { key: 'upstream-key-of-acme-77aa31', owner: 'tenant:acme' })
    await done('POST', '/sessions', {}, vera)
    await done('POST', '/reload')
    const { id: invited } = await done('POST', '/invitations', { models: ['up/*'], budget_usd: '1.00', expires_at: Date.now() + 60_000 })
    const listed = async (path: string, of: (one: JsonObject) => boolean) => ((await done('GET', path)).data as JsonObject[]).find(of)!
    const shown: readonly (readonly [kind: string, object: JsonObject])[] = [
      ['key', await done('GET', `/keys/${id}`)],
      ['tenant', await done('GET', '/tenants/acme')],
      ['policy', await done('GET', '/policies/house')],
      ['addresses', await done('GET', '/addresses')],
      ['chain', await done('GET', '/chains/fast')],
      ['user', await done('GET', '/users/vera')],
      ['credential', await listed('/credentials', ({ owner }) => owner === 'tenant:acme')],
      ['session', await listed('/sessions', (one) => one.user === 'vera')],
      ['configuration', await done('GET', '/config')],
      ['hold', await listed('/holds', ({ tenant }) => tenant === 'acme')],
      ['invitation', await listed('/invitations', (one) => one.id === invited)],
    ]
    for (const [kind, object] of shown) {
      const { hash, data } = await check(kind, object)
      assert.deepEqual([data.length, data[0]?.kind, data[0]?.after], [1, kind, hash], kind)
      const name = ['id', 'name', 'tenant', 'version'].find((one) => one in object) ?? 'host'
      for (const other of [
        { ...object, [name]: 'another' },
        { ...object, more: 1 },
      ])
        assert.deepEqual((await check(kind, other)).data, [], kind)
    }
    assert.deepEqual((await check('team', shown[1]![1])).data, [], 'of another kind it is another thing')
    await done('DELETE', '/policies/house')
    await done('DELETE', '/holds/acme')
  })

  test('is checked by auditors of the installation, and by nobody of a tenant', async () => {
    const body = { kind: 'limit', object: {} }
    for (const [name, tenant, role, status] of [
      ['anna', null, 'auditor', 200],
      ['alan', 'acme', 'auditor', 403],
      ['fred', null, 'finance', 403],
    ] as const)
      assert.equal((await ask('POST', '/audit/check', body, await user(name, tenant, role))).status, status, name)
    for (const wrong of [{}, { kind: 'secret', object: {} }, { kind: 'limit', object: [] }, { ...body, more: 1 }])
      assert.equal((await ask('POST', '/audit/check', wrong)).status, 400, JSON.stringify(wrong))
  })

  test('is checked from the terminal, which says by whom it was put and by whom it was replaced', async () => {
    await done('PUT', '/limits/asked', calm)
    const file = join(scene.dataDir, 'asked.json')
    writeFileSync(file, (await ask('GET', '/limits/asked')).text)
    await done('PUT', '/limits/asked?version=1', { ...calm, amount: 1 })
    const { stdout, code } = await omni(scene, ['audit', 'check', 'limit', file])
    assert.equal(code, 0)
    assert.match(
      stdout,
      /^WHEN .*\n\S+ \S+ +admin +limit_stored +limit +asked +([\da-f]{12}) +[\da-f]{12}\n\S+ \S+ +admin +limit_stored +limit +asked +none +\1\n$/,
    )
    writeFileSync(file, '{"id":"asked"}')
    const none = await omni(scene, ['audit', 'check', 'limit', file])
    assert.deepEqual([none.code, none.stdout.startsWith('No entry has it')], [1, true])
    assert.match((await omni(scene, ['audit', 'list', '--kind', 'hold'])).stdout, /hold_released +hold +acme +[\da-f]{12} +none/)
  })

  test('is checked as each command shows it to programs: what was counted and computed beside it does not count', async () => {
    await done('PUT', '/limits/used', calm)
    await done('PUT', '/budgets/spent', { scope: 'all', amount_usd: '5.00', period: 'month' })
    const file = join(scene.dataDir, 'shown.json')
    for (const [command, kind, id, beside] of [
      ['limits', 'limit', 'used', 'usage'],
      ['budgets', 'budget', 'spent', 'spending'],
    ] as const) {
      const { stdout } = await omni(scene, [command, 'show', id, '--json'])
      assert.ok(beside in (JSON.parse(stdout) as object))
      writeFileSync(file, stdout)
      assert.match((await omni(scene, ['audit', 'check', kind, file])).stdout, new RegExp(`${kind}_stored +${kind} +${id} +none`), kind)
      writeFileSync(file, JSON.stringify({ ...(JSON.parse(stdout) as object), version: 2 }))
      assert.equal((await omni(scene, ['audit', 'check', kind, file])).code, 1, kind)
    }
  })

  test('is refused with what is missing where it is what is written of a policy or a chain, and not all of it', async () => {
    await done('PUT', '/policies/written', { document: { version: '1', name: 'written', rules: [{ id: 'stop', when: 'false', outcome: 'BLOCK' }] } })
    const file = join(scene.dataDir, 'written.yaml')
    writeFileSync(file, (await omni(scene, ['policy', 'show', 'written'])).stdout)
    assert.match((await omni(scene, ['audit', 'check', 'policy', file])).stderr, /a policy as `GET` or `show --json` gives it: .*`document`/)
    writeFileSync(file, (await omni(scene, ['policy', 'show', 'written', '--json'])).stdout)
    assert.match((await omni(scene, ['audit', 'check', 'policy', file])).stdout, /policy_stored +policy +written +none/)
    assert.equal((await ask('POST', '/audit/check', { kind: 'chain', object: { targets: ['omni-runtime/smoke'] } })).status, 400)
    await done('DELETE', '/policies/written')
    writeFileSync(file, '{"id":"rev_1"}')
    assert.match((await omni(scene, ['audit', 'check', 'review', file])).stdout, /^No entry has it .* that ran since/)
  })
})

test('the same object at another installation has another hash: nobody who has the entry alone can try what it may have been', async () => {
  await using other = await openScene()
  const at = async (one: typeof scene): Promise<unknown> => (await peopleOf(one).done('POST', '/audit/check', { kind: 'limit', object: { id: 'same' } })).hash
  assert.notEqual(await at(scene), await at(other))
})
