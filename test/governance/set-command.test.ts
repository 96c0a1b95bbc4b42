/** `set` of what is there already: it changes what is said, keeps the rest, and tells what is other than before. */

import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import type { JsonObject } from '../../src/base/json.ts'
import { openScene } from '../acceptance/scene.ts'
import { omni } from '../contract/shell.ts'
import { peopleOf } from './people.ts'

const scene = await openScene()
after(() => scene[Symbol.asyncDispose]())
const { done } = peopleOf(scene)

/** What `omni <kind> set <id> …` tells. */
async function set(kind: string, id: string, ...words: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await omni(scene, [kind, 'set', id, ...words])
  assert.equal(code, 0, stderr)
  return stdout
}

/** What is there, without what changes by itself. */
async function read(kind: string, id: string): Promise<JsonObject> {
  const { version: _, changed_at: __, ...rest } = await done('GET', `/${kind}/${id}`)
  return rest
}

test('a renamed tenant keeps its regions, and what it may use', async () => {
  assert.match(await set('tenants', 'acme', '--name', 'Acme', '--regions', 'eu', '--models', 'up/*', '--strict'), /It is new\.\n$/)
  assert.match(await set('tenants', 'acme', '--name', 'Acme Ltd'), /at version 2, and counts at once\. Changed: name Acme → Acme Ltd\.\n$/)
  const kept = { id: 'acme', tenant: 'acme', name: 'Acme Ltd', regions: ['eu'], models: ['up/*'], strict: true, review: 'full' }
  assert.deepEqual(await read('tenants', 'acme'), kept)
  assert.match(await set('tenants', 'acme'), /Nothing is other than before\.\n$/)
  assert.match(
    await set('tenants', 'acme', '--regions', '', '--models', 'none', '--no-strict'),
    /models \["up\/\*"\] → \[\]; regions \["eu"\] → –; strict true → false/,
  )
  assert.deepEqual(await read('tenants', 'acme'), { id: 'acme', tenant: 'acme', name: 'Acme Ltd', models: [], strict: false, review: 'full' })
})

test('a team and an agent stay with their tenant, and keep who pays', async () => {
  await set('teams', 'search', '--tenant', 'acme', '--cost-center', 'cc-7')
  await set('agents', 'crawler', '--tenant', 'acme', '--team', 'search', '--surfaces', 'openai-chat')
  await set('teams', 'search', '--name', 'Search')
  assert.deepEqual(await read('teams', 'search'), { id: 'search', tenant: 'acme', cost_center: 'cc-7', name: 'Search' })
  assert.match(await set('agents', 'crawler', '--team', ''), /Changed: team search → –\.\n$/)
  assert.deepEqual(await read('agents', 'crawler'), { id: 'crawler', tenant: 'acme', surfaces: ['openai-chat'] })
})

test('a user keeps their roles and their tenant when the address changes', async () => {
  await set('users', 'vera', '--tenant', 'acme', '--roles', 'admin,auditor')
  assert.match(await set('users', 'vera', '--email', 'vera@example.com'), /Changed: email – → vera@example\.com\.\n$/)
  assert.deepEqual(await read('users', 'vera'), { id: 'vera', tenant: 'acme', name: 'vera', email: 'vera@example.com', roles: ['admin', 'auditor'] })
})

test('a limit keeps its scope, window and queue; another measure forgets the amount of the one before', async () => {
  await set('limits', 'calm', '--tenant', 'acme', '--scope', 'team:search', '--requests', '60', '--per', '1m', '--burst', '10', '--queue', '5')
  assert.match(await set('limits', 'calm', '--requests', '30'), /Changed: amount 60 → 30\.\n$/)
  const kept = { id: 'calm', tenant: 'acme', scope: 'team:search', each: [], window: '1m', on_store_error: 'allow' }
  const queue = { calls: 5, time: '10s' }
  assert.deepEqual(await read('limits', 'calm'), { ...kept, measure: 'requests', amount: 30, burst: 10, queue })
  await set('limits', 'calm', '--burst', '', '--queue', '', '--each', 'key')
  assert.deepEqual(await read('limits', 'calm'), { ...kept, each: ['key'], measure: 'requests', amount: 30, queue: { calls: 0, time: '0s' } })
  await set('limits', 'calm', '--cost', '2.50', '--each', '')
  assert.deepEqual(await read('limits', 'calm'), { ...kept, measure: 'cost', amount_usd: '2.50', queue: { calls: 0, time: '0s' } })
})

test('a budget keeps its period, zone and alerts when its amount changes; no scope is widened by an empty word', async () => {
  await set('budgets', 'month', '--scope', 'team:search', '--amount', '10', '--per', 'month', '--time-zone', 'Europe/Berlin', '--alert', '90')
  assert.match(await set('budgets', 'month', '--amount', '20'), /Changed: amount_usd 10 → 20\.\n$/)
  const kept = { id: 'month', tenant: null, scope: 'team:search', each: [], amount_usd: '20', period: 'month', status: 402, unpriced: 'refuse' }
  assert.deepEqual(await read('budgets', 'month'), { ...kept, time_zone: 'Europe/Berlin', alerts: [90] })
  await set('budgets', 'month', '--alert', '', '--time-zone', '')
  assert.deepEqual(await read('budgets', 'month'), { ...kept, time_zone: 'UTC', alerts: [50, 80, 95] })
  const refused = await omni(scene, ['budgets', 'set', 'month', '--scope', ''])
  assert.deepEqual([refused.code, refused.stdout], [1, ''])
  assert.match(refused.stderr, /scope/)
  assert.match((await omni(scene, ['budgets', 'set', 'month', '--status', 'odd'])).stderr, /must be 402 or 429/)
})
