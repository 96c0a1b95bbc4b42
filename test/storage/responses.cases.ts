/** What every store does with answers that can be asked for again. The cases run in order, on one store. */

import assert from 'node:assert/strict'
import { keyId } from '../../src/base/ids.ts'
import type { KeptResponse, ResponsePlace } from '../../src/storage/store.ts'
import type { StoreCases } from './place.ts'

const place = (fields: Partial<ResponsePlace> = {}): ResponsePlace => ({
  owner: 'key_a',
  id: 'resp_1',
  responseId: 'resp_1',
  connection: 'openai',
  model: 'gpt-4o',
  createdAt: 100,
  expiresAt: 1000,
  ...fields,
})

const content = (fields: Partial<KeptResponse> = {}): KeptResponse => ({
  owner: 'key_a',
  id: 'resp_1',
  sealed: Uint8Array.of(1, 0, 255),
  createdAt: 100,
  expiresAt: 1000,
  ...fields,
})

/** Of rows with one column. */
const valuesOf = (rows: readonly Record<string, unknown>[]): readonly unknown[] => rows.flatMap((row) => Object.values(row))

const most = { places: 100, bytes: 1000 }

export const responseCases: StoreCases = {
  'are found by the key that made them, until they expire': async (store) => {
    await store.responses.put([place(), place({ id: 'msg_1' }), place({ id: 'resp_2', responseId: 'resp_2', connection: null })], [content({ id: 'resp_2' })])
    const found = await store.responses.find('key_a', ['msg_1', 'resp_2', 'resp_9'], 999)
    assert.deepEqual(
      found.toSorted((one, other) => one.id.localeCompare(other.id)),
      [place({ id: 'msg_1' }), place({ id: 'resp_2', responseId: 'resp_2', connection: null })],
    )
    assert.deepEqual([...(await store.responses.load('key_a', 'resp_2', 999))!], [1, 0, 255])
    assert.deepEqual(await store.responses.find('key_b', ['msg_1', 'resp_2'], 999), [])
    assert.deepEqual(await store.responses.find('key_a', ['msg_1', 'resp_2'], 1000), [])
    assert.deepEqual(await store.responses.find('key_a', [], 999), [])
    assert.equal(await store.responses.load('key_b', 'resp_2', 999), undefined)
    assert.equal(await store.responses.load('key_a', 'resp_2', 1000), undefined)
  },

  '[C11] are kept and looked for with what a text of a database cannot hold, in ids and models': async (store) => {
    const strange = { owner: 'key_strange', id: 'resp_\0', responseId: 'resp_\0' }
    await store.responses.put(
      [place({ ...strange, model: 'm\0\ud800' }), place({ ...strange, id: 'msg_\0' }), place({ owner: 'key_strange' })],
      [content(strange)],
    )
    assert.deepEqual(await store.responses.find('key_strange', ['\0', "'\0 or true", 'resp_1'], 999), [place({ owner: 'key_strange' })])
    for (const id of ['resp_1', 'resp_\ufffd']) assert.equal(await store.responses.remove('key_strange', id), true)
  },

  'of one id are replaced by the newer, also within one batch': async (store) => {
    await store.responses.put([place({ model: 'first' }), place({ model: 'second', createdAt: 200 })], [])
    assert.deepEqual(await store.responses.find('key_a', ['resp_1'], 0), [place({ model: 'second', createdAt: 200 })])
    await store.responses.put([], [content({ id: 'resp_2', sealed: Uint8Array.of(9) })])
    assert.deepEqual([...(await store.responses.load('key_a', 'resp_2', 0))!], [9])
  },

  'are removed with every id that leads to them, by their owner alone': async (store) => {
    assert.equal(await store.responses.remove('key_b', 'resp_1'), false)
    assert.equal(await store.responses.remove('key_a', 'resp_1'), true)
    assert.deepEqual(await store.responses.find('key_a', ['resp_1', 'msg_1'], 0), [])
    assert.equal(await store.responses.remove('key_a', 'resp_2'), true)
    assert.equal(await store.responses.load('key_a', 'resp_2', 0), undefined)
    assert.equal(await store.responses.remove('key_a', 'resp_2'), false)
  },

  'that have expired are gone from the tables after a sweep': async (store, { query }) => {
    await store.responses.put(
      [place(), place({ id: 'resp_2', responseId: 'resp_2', expiresAt: 2000 })],
      [content(), content({ id: 'resp_2', expiresAt: 2000 })],
    )
    assert.equal(await store.responses.sweep(1000, most), 0)
    assert.deepEqual(valuesOf(await query('select id from response_places')), ['resp_2'])
    assert.deepEqual(valuesOf(await query('select id from kept_responses')), ['resp_2'])
    await store.responses.sweep(2000, most)
  },

  'of a key that was revoked are gone after a sweep': async (store, { query }) => {
    const [ended, living] = [keyId(), keyId()]
    for (const [id, hash] of [[ended, 'd'.repeat(64)] as const, [living, 'e'.repeat(64)] as const]) {
      await store.keys.create({ id, name: 'one', prefix: 'omni_abcd', hash, createdAt: 10, mayRoute: true })
      await store.responses.put([place({ owner: id })], [content({ owner: id })])
    }
    await store.keys.revoke(ended, 50)
    await store.responses.sweep(60, most)
    assert.deepEqual(valuesOf(await query('select owner from response_places')), [living])
    assert.deepEqual(valuesOf(await query('select owner from kept_responses')), [living])
    await store.responses.sweep(1000, most)
  },

  'that are too many go, the oldest first, and are counted': async (store, { query }) => {
    const three = [1, 2, 3].map((age) => ({ id: `resp_${age}`, createdAt: age }))
    await store.responses.put(
      three.map((fields) => place({ ...fields, responseId: fields.id })),
      three.map((fields) => content({ ...fields, sealed: new Uint8Array(10) })),
    )
    assert.equal(await store.responses.sweep(500, { places: 2, bytes: 25 }), 1)
    assert.deepEqual(valuesOf(await query('select id from response_places order by id')), ['resp_2', 'resp_3'])
    assert.deepEqual(valuesOf(await query('select id from kept_responses order by id')), ['resp_2', 'resp_3'])
    assert.equal(await store.responses.sweep(500, { places: 2, bytes: 20 }), 0)
  },
}
