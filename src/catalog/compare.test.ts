/** What changes with another table is told: every name that goes or comes, and every price that is other. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { compareTables, dollarsOf } from './compare.ts'
import { builtIn, Catalogue, type PricedModel } from './table.ts'

const at = Date.UTC(2026, 10, 21, 12)
const catalogue = (...models: readonly PricedModel[]) => new Catalogue({ version: 'v', date: '2026-11-01', providers: { one: { models } } })
const model = (names: readonly string[], prices: PricedModel['periods'][number]['prices']): PricedModel => ({ match: { is: names }, periods: [{ prices }] })

test('a table is no other than itself', () => {
  assert.deepEqual(compareTables(builtIn, new Catalogue(builtIn.table), at), { added: [], removed: [], changed: [] })
})

test('names that come and go are told, all of them, and those that lose their price too', () => {
  const before = catalogue(model(['a', 'a-1'], { input: 1 }), model(['b'], { input: 1 }), model(['c'], { input: 1 }))
  const after = catalogue(model(['a'], { input: 1 }), model(['c'], {}), model(['d', 'd-1'], { input: 1 }))
  assert.deepEqual(compareTables(before, after, at), { added: ['one/d', 'one/d-1'], removed: ['one/a-1', 'one/b', 'one/c'], changed: [] })
  assert.deepEqual(compareTables(before, new Catalogue({ version: 'v', date: '2026-11-01', providers: {} }), at).removed.length, 4)
})

test('prices that are other are told by part and by the size of the prompt', () => {
  const before = catalogue(model(['a'], { input: 5, output: 9, cacheRead: 1 }))
  const after = catalogue(
    model(['a'], {
      input: [
        [0, 5],
        [200, 8],
      ],
      output: 7,
      audioInput: 3,
    }),
  )
  assert.deepEqual(compareTables(before, after, at).changed, [
    { model: 'one/a', part: 'input', above: 200, from: 5, to: 8 },
    { model: 'one/a', part: 'output', above: 0, from: 9, to: 7 },
    { model: 'one/a', part: 'cacheRead', above: 0, from: 1, to: null },
    { model: 'one/a', part: 'audioInput', above: 0, from: null, to: 3 },
  ])
})

test('a price is written in dollars, exactly', () => {
  assert.deepEqual(
    [2_500_000, 37_500, 1, 0, 100_000_000].map((rate) => dollarsOf(rate, 'input')),
    ['2.5', '0.0375', '0.000001', '0', '100'],
  )
  assert.deepEqual([dollarsOf(14_000_000_000, 'call'), dollarsOf(1, 'call')], ['0.014', '0.000000000001'])
  fc.assert(fc.property(fc.nat(), (rate) => assert.equal(Math.round(Number(dollarsOf(rate, 'output')) * 1e6), rate)))
})
