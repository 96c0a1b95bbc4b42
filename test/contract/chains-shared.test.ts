/** Stored chains outlive the process, and every gateway on one database knows them; and whether clients may choose is the operator's to say. */

import assert from 'node:assert/strict'
import { copyFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { eventually, startGateway, type Gateway } from '../gateway.ts'
import { startPostgres } from '../postgres.ts'
import { openai } from '../upstream/index.ts'
import { openScene, openStage, question } from './scene.ts'

const stage = await openStage(openai.speak('ok'))
const postgres = await startPostgres()
const noPostgres = typeof postgres === 'string' ? postgres : false
const folders: string[] = []
after(async () => {
  await Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true })))
  await stage.upstream.stop()
  if (typeof postgres !== 'string') await postgres.stop()
})

const config = `providers: { openai: { key: secret-of-chat-9f86d081884c7d65, baseUrl: "${stage.upstream.url}/v1" } }
chains: { round: { strategy: round-robin, targets: [openai/a, openai/b, openai/c] } }
`

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'omni-chains-'))
  folders.push(folder)
  return folder
}

function put({ url, adminKey }: Gateway, name: string, model: string, query = ''): Promise<Response> {
  const headers = { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json' }
  return fetch(`${url}/_omni/chains/${name}${query}`, { method: 'PUT', headers, body: JSON.stringify({ targets: [`openai/${model}`] }) })
}

async function modelOf({ url, key }: Gateway, model: string): Promise<string | null> {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
  const answer = await fetch(`${url}/v1/chat/completions`, { method: 'POST', headers, body: JSON.stringify({ model, ...question }) })
  await answer.text()
  return answer.headers.get('x-omni-model')
}

test('a stored chain goes on after a start', async () => {
  const dataDir = await newFolder()
  const before = await startGateway({ config, dataDir })
  assert.equal((await put(before, 'kept', 'one')).status, 201)
  await before.kill()
  await using again = await startGateway({ config, dataDir })
  assert.equal(await modelOf(again, 'kept'), 'one')
  assert.equal((await put(again, 'kept', 'two', '?version=1')).status, 200)
})

test('a stored chain is known within seconds to another gateway on the same file', async () => {
  const dataDir = await newFolder()
  await using one = await startGateway({ config, dataDir })
  await using other = await startGateway({ config, dataDir })
  assert.equal((await put(one, 'both', 'one')).status, 201)
  await eventually(async () => (await modelOf(other, 'both')) === 'one')
})

test('a stored chain is known to every gateway on the database within seconds, and of two admins one wins (routing 53)', { skip: noPostgres }, async () => {
  assert.ok(typeof postgres !== 'string')
  const env = { OMNI_DATABASE_URL: await postgres.createDatabase() }
  await using one = await startGateway({ config, env })
  const dataDir = await newFolder()
  for (const file of ['master.key', 'first.key']) await copyFile(join(one.dataDir, file), join(dataDir, file))
  await using other = await startGateway({ config, env, dataDir })
  assert.equal((await put(one, 'everywhere', 'one')).status, 201)
  await eventually(async () => (await modelOf(other, 'everywhere')) === 'one')
  const both = await Promise.all([put(one, 'everywhere', 'mine', '?version=1'), put(other, 'everywhere', 'theirs', '?version=1')])
  assert.deepEqual(new Set(both.map(({ status }) => status)), new Set([200, 409]))
  const winner = both[0].status === 200 ? 'mine' : 'theirs'
  await eventually(async () => (await modelOf(one, 'everywhere')) === winner && (await modelOf(other, 'everywhere')) === winner)
  const seen: (string | null)[] = []
  // Longer than it takes until the database is looked at again: where nothing has changed, turns go on.
  for (const ms of [0, 3500]) {
    await pause(ms)
    seen.push(await modelOf(other, 'round'))
  }
  assert.deepEqual(seen, ['a', 'b'])
})

test('where the operator says so, no client says where its calls go', async () => {
  const scene = await openScene({ config: () => 'byRequest: false\nchains: { pair: { targets: [openai/a] } }\n' })
  scene.chat.play(openai.speak('ok'))
  for (const fields of [{ omni_route: 'pair' }, { omni_provider: 'openai' }, { extra: { fallbacks: ['openai/b'] } }]) {
    const answer = await scene.post('/v1/chat/completions', { model: 'openai/a', ...question, ...fields })
    assert.equal(answer.status, 403)
    assert.equal((await scene.receiptOf(answer)).error, 'insufficient_scope')
  }
  assert.equal(scene.chat.asked().length, 0)
  assert.equal((await scene.post('/v1/chat/completions', { model: 'pair', ...question })).status, 200)
})
