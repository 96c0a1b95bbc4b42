/** What every store must do, run over each database. */

import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { openStore } from '../../src/storage/open.ts'
import type { Store } from '../../src/storage/store.ts'
import { using, type Place, type StoreCases } from './place.ts'
import { hear, scansOf } from './asked.ts'
import { actionCases } from './actions.cases.ts'
import { chainCases } from './chains.cases.ts'
import { counterCases } from './counters.cases.ts'
import { noticeCases } from './notices.cases.ts'
import { identityCases } from './identity.cases.ts'
import { placeCases } from './places.cases.ts'
import { receiptCases } from './receipts.cases.ts'
import { readingCases } from './reading.cases.ts'
import { removalCases } from './removals.cases.ts'
import { responseCases } from './responses.cases.ts'
import { reviewCases } from './reviews.cases.ts'
import { secretCases } from './secrets.cases.ts'
import { spentCases } from './spent.cases.ts'
import { upgradeCases } from './upgrades.cases.ts'

const heard = hear()

/** Tables that may be read from end to end where something is looked for by a text, and why that is little. */
const readWhole: { readonly [table: string]: string } = {
  combos: 'what calls have in common, of which two thousand are new in an hour at most; most filters fit many of them',
  receipts: 'the newest are walked, ten thousand at most; of fewer that fit the sums tell the days',
  notices: 'a page of the newest of a tenant; what has not crossed a budget is not in it',
  removals: 'entries that are about to leave the log',
  reviews: 'bounded by how many are kept; a gateway that starts asks which ones wait',
}

export function testStore(name: string, newPlace: () => Promise<Place>): void {
  void describe(`${name} store`, () => {
    void describe('receipts', () => testOnOne(receiptCases, newPlace))
    void describe('receipts that are looked for', () => testOnOne(readingCases, newPlace))
    void describe('receipts that go', () => testOnOne(removalCases, newPlace))
    void describe('secrets', () => testOnOne(secretCases, newPlace))
    void describe('identity', () => testOnOne(identityCases, newPlace))
    void describe('chains', () => testOnOne(chainCases, newPlace))
    void describe('counters', () => testOnOne(counterCases, newPlace))
    void describe('actions', () => testOnOne(actionCases, newPlace))
    void describe('notices', () => testOnOne(noticeCases, newPlace))
    void describe('what was spent', () => testOnOne(spentCases, newPlace))
    void describe('health', () => testOnOne(placeCases, newPlace))
    void describe('reviews', () => testOnOne(reviewCases, newPlace))
    void describe('responses', () => testOnOne(responseCases, newPlace))
    void test('[C11] whatever was looked for by a text above was looked up in an index', async () => {
      const place = await newPlace()
      await using(place, async (store) => {
        // With it the tables of counters are there.
        await store.spent.list({ under: 'budget:a', from: 0, most: 1 })
        const scans = await scansOf(heard, place.options)
        assert.deepEqual(Object.fromEntries([...scans].filter(([table]) => !(table in readWhole))), {})
        assert.ok(scans.has('combos'), 'what is read whole is seen')
      })
    })
    void describe('upgrades', () => {
      for (const [title, run] of Object.entries(upgradeCases)) void test(title, async () => run(await newPlace()))
    })
  })
}

function testOnOne(cases: StoreCases, newPlace: () => Promise<Place>): void {
  let place: Place
  let store: Store
  before(async () => {
    place = await newPlace()
    store = await openStore(place.options)
  })
  after(() => store.close())
  for (const [title, run] of Object.entries(cases)) void test(title, () => run(store, place))
}
