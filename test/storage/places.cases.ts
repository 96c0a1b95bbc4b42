/** What every store does with the health of places. The cases run in order, on one store. */

import assert from 'node:assert/strict'
import type { StoreCases } from './place.ts'

const at = 1_000_000
const parked = { place: 'account:openai@main#1a2b3c4d', reason: 'upstream_auth_error', isBroken: false, until: at + 60_000, times: 1, changedAt: at }
const broken = { place: 'target:openai/gpt-4o', reason: 'upstream_error', isBroken: true, until: at + 5000, times: 3, changedAt: at }

export const placeCases: StoreCases = {
  'is what the last one said who knew': async (store) => {
    await store.places.put('ins_1', [parked, broken])
    await store.places.put('ins_2', [{ ...broken, until: 0, changedAt: at + 10 }])
    await store.places.put('ins_1', [])
    assert.deepEqual(
      (await store.places.list(at + 20)).toSorted((left, right) => left.place.localeCompare(right.place)),
      [
        { ...parked, instance: 'ins_1' },
        { ...broken, until: 0, changedAt: at + 10, instance: 'ins_2' },
      ],
    )
  },

  'is not shortened by who knows less': async (store) => {
    const endOf = async () => (await store.places.list(at)).find(({ place }) => place === parked.place)?.until
    await store.places.put('ins_2', [{ ...parked, until: at + 10_000, changedAt: at + 5 }])
    assert.equal(await endOf(), parked.until)
    await store.places.put('ins_2', [{ ...parked, until: at + 70_000 }])
    assert.equal(await endOf(), at + 70_000)
    await store.places.put('ins_2', [{ ...parked, until: 0 }])
    await store.places.put('ins_1', [parked])
    assert.equal(await endOf(), parked.until)
  },

  'is stored of ten thousand places at once': async (store) => {
    const many = Array.from({ length: 10_000 }, (_, number) => ({ ...broken, place: `target:openai/${number}`, until: at + 10, changedAt: at - 100_000 }))
    await store.places.put('ins_1', many)
    assert.equal((await store.places.list(at + 5)).filter(({ changedAt }) => changedAt < at).length, 10_000)
  },

  'is told while it lasts, and for a minute after a change': async (store) => {
    const places = async (time: number) => (await store.places.list(time)).map(({ place }) => place).toSorted()
    assert.deepEqual(await places(at + 59_999), [parked.place, broken.place])
    assert.deepEqual(await places(at + 60_010), [])
    await store.places.sweep(at + 59_999)
    assert.deepEqual(await places(at + 59_999), [parked.place, broken.place])
    await store.places.sweep(at + 1_000_000)
    assert.deepEqual(await places(at), [])
  },

  '[C11] of a model whose name no text of a database can hold is left out, and keeps out no other': async (store) => {
    await store.places.put('ins_1', [...['x\0', '\ud800'].map((model) => ({ ...broken, place: `target:openai/${model}` })), parked])
    assert.deepEqual(await store.places.list(at), [{ ...parked, instance: 'ins_1' }])
  },
}
