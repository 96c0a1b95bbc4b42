/** What every store does when receipts leave it, and while a legal hold keeps them. The cases run in order, on one store. */

import assert from 'node:assert/strict'
import { entry, placed } from './place.ts'
import type { StoreCases } from './place.ts'

const log = `log_${'e'.repeat(32)}`
const other = `log_${'f'.repeat(32)}`
const end = 1_800_000_000_000
const ofTenant = (tenant: string) => ({ dimensions: [{ names: ['tenant_id'], values: [tenant] }] })
const asked = { by: 'admin', reason: 'end_user', at: 7 } as const

export const removalCases: StoreCases = {
  'receipts whose time has come leave the index, with a note for the log that holds them': async (store) => {
    const tenant_id = 'leaving'
    await store.receipts.append([
      entry({ tenant_id, expires_at: end, metadata: { team: 'a' } }, placed(1, log)),
      entry({ tenant_id, expires_at: end + 1 }, placed(2, log)),
      entry({ tenant_id, expires_at: end }, placed(8, other)),
      entry({ tenant_id, expires_at: end }),
    ])
    assert.equal(await store.removals.takeExpired(end - 1), 0)
    assert.equal(await store.removals.takeExpired(end), 3)
    assert.equal(await store.removals.takeExpired(end), 0)
    assert.equal(await store.receipts.count(ofTenant(tenant_id), 9), 1)
    assert.equal(await store.receipts.count({ label: { name: 'team', value: 'a' }, ...ofTenant(tenant_id) }, 9), 0)
    const [total] = await store.receipts.summarize({ by: [], per: 'total', ...ofTenant(tenant_id) })
    assert.equal(total?.sums.calls, '4', 'sums hold no person')
    assert.deepEqual(await store.removals.due(log), [{ position: 1, by: 'retention', reason: 'retention' }])
    assert.deepEqual(await store.removals.due(other), [{ position: 8, by: 'retention', reason: 'retention' }])
    await store.removals.done(log, [1])
    await store.removals.done(log, [])
    assert.deepEqual([(await store.removals.due(log)).length, (await store.removals.due(other)).length], [0, 1])
  },

  'all receipts of one end user leave it, a bounded number at a time': async (store) => {
    const tenant_id = 'users'
    const receipts = Array.from({ length: 700 }, (_, at) =>
      entry({ tenant_id, expires_at: end * 2, user_pseudonym: at % 2 === 0 ? 'ada' : 'ada-before' }, placed(100 + at, log)),
    )
    await store.receipts.append([...receipts, entry({ tenant_id, expires_at: end * 2, user_pseudonym: 'grace' }, placed(99, log))])
    const pseudonyms = ['ada', 'ada-before', 'nobody']
    assert.equal(await store.removals.count(pseudonyms), 700)
    const taken: number[] = []
    while (taken.at(-1) !== 0) taken.push(await store.removals.takeUser(pseudonyms, asked))
    assert.deepEqual(taken, [500, 200, 0])
    assert.deepEqual([await store.removals.count(pseudonyms), await store.removals.count(['grace']), await store.removals.count([])], [0, 1, 0])
    assert.equal(await store.removals.countWaiting('end_user'), 700)
    const due = await store.removals.due(log)
    assert.deepEqual(due[0], { position: 100, by: 'admin', reason: 'end_user' })
    await store.removals.done(
      log,
      due.slice(0, 500).map(({ position }) => position),
    )
    assert.equal(await store.removals.countWaiting('end_user'), 200)
  },

  'while a tenant is held nothing of it leaves, neither receipts nor sums': async (store) => {
    const old = { created_at: 1_000_000_000_000, expires_at: 1_000_000_000_001 }
    await store.receipts.append([entry({ ...old, tenant_id: 'held' }, placed(900, log)), entry({ ...old, tenant_id: 'free' }, placed(901, log))])
    assert.deepEqual(await store.holds.put({ tenant: 'held', since: 5, by: 'admin' }), { tenant: 'held', since: 5, by: 'admin' })
    assert.deepEqual(await store.holds.put({ tenant: 'held', since: 6, by: 'key_1' }), { tenant: 'held', since: 5, by: 'admin' })
    assert.equal(await store.removals.takeExpired(end), 1)
    const callsOf = async (tenant: string, by: readonly string[]) =>
      (await store.receipts.summarize({ by, per: 'total', ...ofTenant(tenant) }))[0]?.sums.calls ?? '0'
    await store.removals.dropSums(old.created_at + 86_400_000)
    for (const by of [[], ['client'], ['client', 'surface']]) assert.deepEqual([await callsOf('held', by), await callsOf('free', by)], ['1', '0'], by.join())
    assert.deepEqual(await store.holds.list(), [{ tenant: 'held', since: 5, by: 'admin' }])
    assert.deepEqual([await store.holds.remove('held'), await store.holds.remove('held')], [true, false])
    assert.equal(await store.removals.takeExpired(end), 1)
  },
}
