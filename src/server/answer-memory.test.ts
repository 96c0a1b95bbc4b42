/** Remembering answers with a real database behind it: at once for who asks, and later for good. */

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { deriveKey, masterKey, open, seal } from '../base/seal.ts'
import { openStore } from '../storage/open.ts'
import { AnswerMemory } from './answer-memory.ts'

const folder = await mkdtemp(join(tmpdir(), 'omni-memory-'))
const store = await openStore({ file: join(folder, 'omni.db') })
after(async () => {
  await store.close()
  await rm(folder, { recursive: true, force: true })
})

const key = deriveKey(masterKey(randomBytes(32)), 'responses')
const usual = { store: true, ttl: 60_000, entryBytes: 1000, totalBytes: 1_000_000, sockets: 1, socketIdle: 1000, socketMemory: 1000 }

function memoryWith(settings: Partial<typeof usual> = {}): AnswerMemory {
  return new AnswerMemory({
    store: store.responses,
    seal: (text, owner, id) => seal(key, text, { tenant: owner, id, version: 1 }),
    open: (sealed, owner, id) => open(key, sealed, { tenant: owner, id, version: 1 }),
    settings: { ...usual, ...settings },
  })
}

const kept = (id: string, text = 'hi') => ({ id, input: [text], output: [{ id: `msg_${id}` }], response: { id } })

test('what is kept is there at once, and after the memory that kept it', async () => {
  const memory = memoryWith()
  memory.keep('key_a', kept('resp_1'), 'gpt')
  const places = [
    { id: 'resp_1', connection: null },
    { id: 'msg_resp_1', connection: null },
  ]
  const find = async (from: AnswerMemory) => (await from.find('key_a', ['resp_1', 'msg_resp_1'])).map(({ id, connection }) => ({ id, connection })).toReversed()
  assert.deepEqual((await find(memory)).toReversed(), places)
  assert.deepEqual(await memory.load('key_a', 'resp_1'), kept('resp_1'))
  await memory.close(1000)
  const later = memoryWith()
  assert.deepEqual(new Set((await find(later)).map(({ id }) => id)), new Set(['resp_1', 'msg_resp_1']))
  assert.deepEqual(await later.load('key_a', 'resp_1'), kept('resp_1'))
  assert.deepEqual([await later.find('key_b', ['resp_1']), await later.load('key_b', 'resp_1')], [[], undefined])
  await later.close(1000)
})

test('what is removed before it is stored is never stored', async () => {
  const memory = memoryWith()
  memory.keep('key_a', kept('resp_2'), 'gpt')
  assert.equal(await memory.remove('key_a', 'resp_2'), true)
  await memory.close(1000)
  assert.deepEqual(await store.responses.find('key_a', ['resp_2'], 0), [])
  assert.equal(await memory.remove('key_a', 'resp_2'), false)
})

test('a place leads to the connection that keeps the answer', async () => {
  const memory = memoryWith({ store: false })
  assert.equal(memory.keeps, false)
  memory.note('key_a', { id: 'resp_3', itemIds: ['rs_3'], connection: 'openai', model: 'gpt' })
  await memory.close(1000)
  const [place] = await memory.find('key_a', ['rs_3'])
  assert.deepEqual([place?.responseId, place?.connection], ['resp_3', 'openai'])
})

test('an answer that is too long is counted and not kept', async () => {
  const memory = memoryWith()
  memory.keep('key_a', kept('resp_4', 'x'.repeat(2000)), 'gpt')
  assert.deepEqual([memory.dropped, await memory.find('key_a', ['resp_4'])], [1, []])
  await memory.close(1000)
})

test('the oldest go when all together hold too much, and are counted', async () => {
  const memory = memoryWith({ totalBytes: 1500 })
  for (let at = 10; at < 20; at += 1) {
    memory.keep('key_a', kept(`resp_${at}`, 'x'.repeat(500)), 'gpt')
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
  await memory.close(1000)
  await memory.sweep()
  assert.ok(memory.evicted > 0)
  assert.deepEqual([await memory.load('key_a', 'resp_10'), (await memory.load('key_a', 'resp_19'))?.id], [undefined, 'resp_19'])
})

test('who asks while the database is away is told to come back', async () => {
  const closed = await openStore({ file: join(folder, 'closed.db') })
  await closed.close()
  const memory = new AnswerMemory({ store: closed.responses, seal: () => new Uint8Array(), open: () => '', settings: usual })
  for (const looking of [memory.find('key_a', ['resp_1']), memory.load('key_a', 'resp_1'), memory.remove('key_a', 'resp_1')]) {
    await assert.rejects(looking, { reason: 'answers_unavailable' })
  }
  await memory.close(100)
})
