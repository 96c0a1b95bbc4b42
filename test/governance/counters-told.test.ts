/** Whoever looks is told that limits are not counted, by which store, and what becomes of calls meanwhile. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { omni } from '../contract/shell.ts'
import { eventually, findFreePort, startGateway } from '../gateway.ts'

test('while Redis is away `omni doctor` and `omni status` say that limits let calls pass uncounted', async () => {
  await using gateway = await startGateway({ config: `storage: { redisUrl: "redis://127.0.0.1:${await findFreePort()}" }\n` })
  const ask = (method: string, path: string, key: string, body: object) =>
    fetch(`${gateway.url}${path}`, { method, headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' }, body: JSON.stringify(body) })
  assert.doesNotMatch((await omni(gateway, ['doctor'])).stdout, /what counts/)
  const limit = { scope: 'all', measure: 'requests', amount: 1, window: '1h' }
  assert.equal((await ask('PUT', '/_omni/limits/one', gateway.adminKey, limit)).status, 201)
  const call = { model: 'omni-runtime/smoke', messages: [{ role: 'user', content: 'hello' }] }
  for (let at = 0; at < 2; at += 1) assert.equal((await ask('POST', '/v1/chat/completions', gateway.key, call)).status, 200)
  const told = /!! +what counts limits or budgets is away: redis\. Limits let calls pass uncounted, but for those with `on_store_error: deny`/
  await eventually(async () => told.test((await omni(gateway, ['doctor'])).stdout))
  assert.match((await omni(gateway, ['status'])).stdout, /^counters +name redis, fault Limits let calls pass uncounted/m)
})

test('where counters are kept in the database and it is there, `omni doctor` says that too', async () => {
  await using gateway = await startGateway()
  const headers = { authorization: `Bearer ${gateway.adminKey}`, 'content-type': 'application/json' }
  const body = JSON.stringify({ scope: 'all', measure: 'requests', amount: 5, window: '1h' })
  await fetch(`${gateway.url}/_omni/limits/one`, { method: 'PUT', headers, body })
  const call = JSON.stringify({ model: 'omni-runtime/smoke', messages: [{ role: 'user', content: 'hello' }] })
  const answer = await fetch(`${gateway.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { ...headers, authorization: `Bearer ${gateway.key}` },
    body: call,
  })
  assert.equal(answer.status, 200)
  assert.match((await omni(gateway, ['doctor'])).stdout, /ok +what counts limits and budgets is there: database\n/)
})
