/** What every store does with calls that are held for a person. The cases run in order, on one store. */

import assert from 'node:assert/strict'
import { reviewId } from '../../src/base/ids.ts'
import { openStore } from '../../src/storage/open.ts'
import type { NewReview, Verdict } from '../../src/storage/reviews.ts'
import type { Store } from '../../src/storage/store.ts'
import { refusal } from './place.ts'
import type { Place, StoreCases } from './place.ts'

const at = 1_000_000
const bounds = { pendingOfKey: 100, pending: 10_000, bytes: 1 << 30 }

const review = (hash: string, asked: Partial<NewReview> = {}): NewReview => ({
  id: reviewId(),
  tenant: 'acme',
  key: 'key_1',
  user: null,
  hash,
  rule: 'house/big@1',
  estimate: 1_000_000_000,
  model: 'gpt-4o',
  surface: 'openai-chat',
  decision: 'dec_1',
  createdAt: at,
  endsAt: at + 1000,
  content: 'kept',
  sealed: Buffer.from('sealed'),
  ...asked,
})

const approval: Verdict = { state: 'approved', uses: 1, budget: null, reason: null, by: 'usr_1', at: at + 10, endsAt: at + 2000 }
const denial: Verdict = { ...approval, state: 'denied', uses: null, reason: 'not_allowed', by: 'usr_2' }

async function addOne(store: Store, hash: string, asked: Partial<NewReview> = {}): Promise<string> {
  const added = await store.reviews.add(review(hash, asked), bounds)
  assert.ok(added !== 'full')
  return added.id
}

/** What four stores over one database say, asked forty times at once. */
async function fromMany<T>(place: Place, ask: (store: Store) => Promise<T>): Promise<readonly T[]> {
  const stores = await Promise.all(Array.from({ length: 4 }, () => openStore(place.options)))
  try {
    return await Promise.all(Array.from({ length: 40 }, (_, number) => ask(stores[number % stores.length]!)))
  } finally {
    await Promise.all(stores.map((store) => store.close()))
  }
}

export const reviewCases: StoreCases = {
  'keep what was asked, by whom and what for': async (store) => {
    const asked = review('kept', { estimate: null, key: null, user: 'usr_9' })
    const { hash, sealed, ...told } = asked
    const unset = { state: 'pending', uses: null, budget: null, reason: null, decidedBy: null, decidedAt: null, ranFor: null }
    assert.deepEqual(await store.reviews.add(asked, bounds), { ...told, ...unset })
    assert.deepEqual(await store.reviews.find(hash, at), await store.reviews.get(asked.id))
    assert.deepEqual(Buffer.from((await store.reviews.content(asked.id, at))!), sealed)
  },

  '(routing 73) are one for one payload, whoever of forty asks first on four connections': async (_store, place) => {
    const found = await fromMany(place, (store) => addOne(store, 'same'))
    assert.equal(new Set(found).size, 1)
  },

  '(routing 75) are decided by the first of forty on four connections': async (store, place) => {
    const id = await addOne(store, 'decided')
    let turn = 0
    const decided = await fromMany(place, (one) => one.reviews.decide(id, (turn += 1) % 2 === 0 ? approval : denial))
    assert.equal(decided.filter(Boolean).length, 1)
    const first = await store.reviews.get(id)
    assert.equal(await store.reviews.decide(id, first?.state === 'approved' ? denial : approval), false)
    assert.deepEqual(await store.reviews.get(id), first)
  },

  '(routing 71) run once where they were approved once, whoever of forty on four connections asks': async (store, place) => {
    const id = await addOne(store, 'once')
    assert.equal(await store.reviews.claim(id, 'dec_2', at), false)
    await store.reviews.decide(id, approval)
    const ran = await fromMany(place, (one) => one.reviews.claim(id, 'dec_2', at + 20))
    assert.equal(ran.filter(Boolean).length, 1)
    assert.equal((await store.reviews.get(id))?.state, 'used')
    assert.equal(await store.reviews.find('once', at + 20), undefined)
    assert.notEqual(await addOne(store, 'once'), id)
  },

  'run as often as they were approved for, or any number of times until they end': async (store, place) => {
    const [thrice, always] = [await addOne(store, 'thrice'), await addOne(store, 'always')]
    await store.reviews.decide(thrice, { ...approval, uses: 3 })
    await store.reviews.decide(always, { ...approval, uses: null })
    const runs = async (id: string) => (await fromMany(place, (one) => one.reviews.claim(id, 'dec_2', at + 20))).filter(Boolean).length
    assert.deepEqual([await runs(thrice), await runs(always)], [3, 40])
    assert.equal((await store.reviews.get(always))?.uses, null)
    assert.equal(await store.reviews.claim(always, 'dec_2', approval.endsAt), false)
  },

  'get a use back from the call that took it, once, unless the payload has come to another review': async (store) => {
    const id = await addOne(store, 'back')
    await store.reviews.decide(id, approval)
    await store.reviews.claim(id, 'dec_2', at + 20)
    await store.reviews.giveBack(id, 'dec_3', at + 20)
    assert.equal((await store.reviews.get(id))?.state, 'used')
    for (const _twice of [1, 2]) await store.reviews.giveBack(id, 'dec_2', at + 20)
    assert.deepEqual([(await store.reviews.find('back', at + 20))?.id, (await store.reviews.get(id))?.uses], [id, 1])
    await store.reviews.claim(id, 'dec_4', at + 20)
    const next = await addOne(store, 'back')
    await assert.rejects(store.reviews.giveBack(id, 'dec_4', at + 20), refusal('conflict'))
    assert.equal((await store.reviews.find('back', at + 20))?.id, next)
  },

  'lose their content with the decision': async (store, place) => {
    const id = await addOne(store, 'erased')
    const withheld = await addOne(store, 'withheld', { content: 'withheld', sealed: null })
    assert.equal(await store.reviews.content(withheld, at), undefined)
    for (const each of [id, withheld]) await store.reviews.decide(each, denial)
    assert.equal(await store.reviews.content(id, at + 10), undefined)
    const rows = await place.query(`select content from reviews where sealed is null and size = 0 and id in ('${id}', '${withheld}') order by content`)
    assert.deepEqual(
      rows.map(({ content }) => content),
      ['erased', 'withheld'],
    )
  },

  '(routing 72) are refused by silence, and can then be asked for again': async (store) => {
    const id = await addOne(store, 'silent')
    assert.equal(await store.reviews.decide(id, { ...approval, at: at + 1000 }), false)
    assert.equal(await store.reviews.content(id, at + 1000), undefined)
    assert.equal(await store.reviews.find('silent', at + 1000), undefined)
    assert.deepEqual([(await store.reviews.get(id))?.state, (await store.reviews.get(id))?.content], ['expired', 'erased'])
    assert.notEqual(await addOne(store, 'silent', { endsAt: at + 9000 }), id)
  },

  'are refused as long as they were denied for': async (store) => {
    const id = await addOne(store, 'denied')
    await store.reviews.decide(id, denial)
    assert.equal((await store.reviews.find('denied', denial.endsAt - 1))?.reason, 'not_allowed')
    assert.equal(await store.reviews.find('denied', denial.endsAt), undefined)
    assert.equal((await store.reviews.get(id))?.state, 'denied')
  },

  'are bounded, for each key, in all, and by the bytes of their contents': async (store) => {
    const { add, pending } = store.reviews
    const held = (await pending()).length
    assert.equal(await add(review('bound', { key: 'key_full' }), { ...bounds, pendingOfKey: 0 }), 'full')
    assert.equal(await add(review('bound', { key: 'key_full' }), { ...bounds, pending: held }), 'full')
    assert.equal(await add(review('bound', { key: 'key_full' }), { ...bounds, bytes: 6 }), 'full')
    assert.ok((await add(review('bound', { key: 'key_full' }), { ...bounds, pendingOfKey: 1 })) !== 'full')
    assert.equal(await add(review('another', { key: 'key_full' }), { ...bounds, pendingOfKey: 1 }), 'full')
    assert.ok((await add(review('another', { key: null }), { ...bounds, pendingOfKey: 2 })) !== 'full')
  },

  'are listed newest first, by tenant, key and state, and those that were decided by their ids': async (store) => {
    const ids = await Promise.all(['l1', 'l2', 'l3'].map((hash) => addOne(store, hash, { tenant: 'list', key: `key_${hash}` })))
    const [newest, middle, oldest] = ids.toSorted().toReversed() as [string, string, string]
    const listed = async (query: object) => (await store.reviews.list({ tenant: 'list', limit: 10, ...query })).map(({ id }) => id)
    assert.deepEqual(await listed({}), [newest, middle, oldest])
    assert.deepEqual(await listed({ limit: 1, before: newest }), [middle])
    assert.deepEqual(await listed({ key: 'key_l2' }), [ids[1]])
    await store.reviews.decide(middle, approval)
    assert.deepEqual([await listed({ state: 'approved' }), await listed({ state: 'pending' })], [[middle], [newest, oldest]])
    assert.deepEqual(
      (await store.reviews.decided(ids)).map(({ id }) => id),
      [middle],
    )
  },

  'end and go in their time, and where they are too many': async (store) => {
    const late = await addOne(store, 'late', { endsAt: at + 9_000_000 })
    assert.ok((await store.reviews.sweep(at + 5000, 0, 10_000)) > 5)
    assert.deepEqual((await store.reviews.pending()).at(-1), late)
    assert.equal((await store.reviews.list({ tenant: 'list', limit: 10 })).length, 3)
    await store.reviews.sweep(at + 5000, at + 1000, 10_000)
    assert.deepEqual(
      (await store.reviews.list({ tenant: 'list', limit: 10 })).map(({ state }) => state),
      ['expired'],
    )
    await store.reviews.sweep(at + 5000, 0, 0)
    assert.deepEqual(
      (await store.reviews.list({ limit: 10 })).map(({ state }) => state),
      (await store.reviews.pending()).map(() => 'pending'),
    )
  },
}
