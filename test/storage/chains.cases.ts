/** What every store does with chains. The cases run in order, on one store. */

import assert from 'node:assert/strict'
import { refusal } from './place.ts'
import type { StoreCases } from './place.ts'

const body = '{"targets":["openai/gpt-4o"]}'

export const chainCases: StoreCases = {
  'are stored version by version, so that of two writers one wins': async (store) => {
    await store.chains.put({ name: 'team/fast', version: 1, body, changedAt: 10 })
    const writers = ['{"a":1}', '{"b":2}'].map((text) => store.chains.put({ name: 'team/fast', version: 2, body: text, changedAt: 20 }))
    const ends = await Promise.allSettled(writers)
    assert.deepEqual(ends.map(({ status }) => status).toSorted(), ['fulfilled', 'rejected'])
    for (const version of [1, 2, 4]) await assert.rejects(store.chains.put({ name: 'team/fast', version, body, changedAt: 30 }), refusal('conflict'))
    const [kept] = await store.chains.list()
    assert.deepEqual([kept!.version, kept!.changedAt, kept!.body === '{"a":1}'], [2, 20, ends[0]!.status === 'fulfilled'])
  },

  'that were removed keep their number, so that nobody takes a new one for theirs': async (store) => {
    await store.chains.put({ name: 'team/fast', version: 3, body: null, changedAt: 40 })
    await store.chains.put({ name: 'a', version: 1, body, changedAt: 50 })
    assert.deepEqual(await store.chains.list(), [
      { name: 'a', version: 1, body, changedAt: 50 },
      { name: 'team/fast', version: 3, body: null, changedAt: 40 },
    ])
    await assert.rejects(store.chains.put({ name: 'team/fast', version: 1, body, changedAt: 60 }), refusal('conflict'))
    await store.chains.put({ name: 'team/fast', version: 4, body, changedAt: 60 })
  },
}
