/** What every store does with what operators are told of. The cases run in order, on one store. */

import assert from 'node:assert/strict'
import { openStore } from '../../src/storage/open.ts'
import type { Notice } from '../../src/storage/notices.ts'
import type { StoreCases } from './place.ts'

const at = 1_790_000_000_000
const notice: Notice = { id: 'ntc_1', once: 'budget:ml|month|1|80', tenant: 'acme', body: '{"percent":80}', at }
const other: Notice = { ...notice, id: 'ntc_2', once: 'budget:ml|month|1|95', tenant: null, at: at + 1 }

export const noticeCases: StoreCases = {
  'a notice is written by one of all processes that saw what it is of': async (store, { options }) => {
    const stores = await Promise.all(Array.from({ length: 4 }, () => openStore(options)))
    const written = await Promise.all(
      stores.flatMap((one, at) => [0, 1].map((time) => one.notices.put({ ...notice, id: `ntc_1${at}${time}` }, ['hook', 'mail']))),
    )
    assert.equal(written.filter(Boolean).length, 1)
    await Promise.all(stores.map((one) => one.close()))
    assert.equal(await store.notices.put(notice, ['hook']), false)
    const [found, ...none] = await store.notices.list({ most: 10 })
    assert.deepEqual(none, [])
    assert.deepEqual(
      { ...found, id: '' },
      { ...notice, id: '', receivers: ['hook', 'mail'].map((name) => ({ name, tries: 0, toldAt: null, isGivenUp: false })) },
    )
  },

  'an errand is taken on by one, comes again where nobody settled it, and not where it is told or given up': async ({ notices }) => {
    assert.deepEqual(await notices.due(['hook'], at - 1, 10), [])
    assert.deepEqual(await notices.due([], at, 10), [])
    const [errand] = await notices.due(['hook'], at, 10)
    const claims = await Promise.all([notices.claim(errand!, at + 60), notices.claim(errand!, at + 60)])
    assert.deepEqual(claims.toSorted(), [false, true])
    assert.deepEqual(await notices.due(['hook'], at + 59, 10), [])
    const [again] = await notices.due(['hook'], at + 60, 10)
    assert.equal(again!.tries, 1)
    await notices.settle({ notice: again!.notice, receiver: 'hook' }, { nextAt: at + 100 })
    assert.deepEqual(
      (await notices.due(['hook', 'mail'], at + 99, 10)).map(({ receiver }) => receiver),
      ['mail'],
    )
    await notices.settle({ notice: again!.notice, receiver: 'hook' }, { toldAt: at + 101 })
    await notices.settle({ notice: again!.notice, receiver: 'mail' }, { isGivenUp: true })
    assert.deepEqual(await notices.due(['hook', 'mail'], at + 1e9, 10), [])
    assert.equal(await notices.claim(again!, at + 1e9), false)
    const [found] = await notices.list({ most: 1 })
    assert.deepEqual(found!.receivers, [
      { name: 'hook', tries: 1, toldAt: at + 101, isGivenUp: false },
      { name: 'mail', tries: 0, toldAt: null, isGivenUp: true },
    ])
  },

  'notices are listed by tenant, the newest first, and go when their time has come': async ({ notices }) => {
    assert.equal(await notices.put(other, []), true)
    const onces = async (tenant?: string) => (await notices.list({ tenant, most: 10 })).map(({ once }) => once)
    assert.deepEqual(await onces(), [other.once, notice.once])
    assert.deepEqual(await onces('acme'), [notice.once])
    assert.deepEqual(await onces('other'), [])
    await notices.sweep(at + 1)
    assert.deepEqual(await onces(), [other.once])
    assert.deepEqual((await notices.list({ most: 10 }))[0]!.receivers, [])
  },
}
