/** Money on a receipt: whole nano-dollars, rounded once, and null wherever something is not known. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Usage } from '../canonical/chat.ts'
import { costOf } from '../catalog/cost.ts'
import { builtIn } from '../catalog/table.ts'
import { Tariff } from '../catalog/tariff.ts'
import { openRecord } from './opening.ts'
import { priceCall, settleCost, type Billing } from './price.ts'
import type { ReceiptRecord } from './signals.ts'

const openai = new Tariff(builtIn, 'openai')
const billing: Billing = { tariff: openai, isFree: false, isCovered: false, feePercent: 0 }
const usage = { input: 1000, output: 500 }

const settle = (settled: ReceiptRecord, used: Usage, by: Billing | undefined): void =>
  settleCost(settled, by === undefined ? null : priceCall(by, used, settled), by)

function record(fields: Partial<ReceiptRecord> = {}): ReceiptRecord {
  const opening = {
    instance: 'i',
    version: '1',
    build: '0'.repeat(16),
    config: '1'.repeat(16),
    requestId: 'r',
    traceId: null,
    client: 'other',
    surface: 's',
    operation: 'chat',
  }
  return { ...openRecord(opening), resolved_model: 'gpt-4o', usage_source: 'reported', ...fields }
}

const money = ({ cost, platform_fee, total_cost, cost_availability, price_version }: ReceiptRecord) => [
  cost,
  platform_fee,
  total_cost,
  cost_availability,
  price_version,
]

test('a call costs what the catalogue says, and the receipt names the table', () => {
  const settled = record()
  settle(settled, usage, billing)
  const expected = costOf(openai.quote('gpt-4o', settled.created_at, null)!.price, usage)
  assert.ok(expected !== null && expected > 0)
  assert.deepEqual(money(settled), [expected, 0, expected, 'known', builtIn.stamp])
})

test('the fee is the operator’s percentage, rounded to a nano-dollar, and the total is both', () => {
  const percent = fc.double({ min: 0, max: 100, noNaN: true })
  fc.assert(
    fc.property(fc.nat(1_000_000), fc.nat(1_000_000), percent, (input, output, feePercent) => {
      const cost = priceCall({ ...billing, feePercent }, { input, output }, record())!
      for (const part of [cost.provider, cost.fee, cost.total]) assert.ok(Number.isSafeInteger(part) && part >= 0)
      assert.equal(cost.total, cost.provider + cost.fee)
      assert.ok(Math.abs(cost.fee - (cost.provider * feePercent) / 100) <= 0.5)
    }),
  )
})

test('what is estimated from estimated tokens says so', () => {
  for (const source of ['estimated', 'mixed']) {
    const settled = record({ usage_source: source })
    settle(settled, usage, billing)
    assert.equal(settled.cost_availability, 'estimated')
    assert.ok(settled.cost !== null && settled.cost > 0)
  }
})

test('without a price the cost is null and not 0, whatever is missing', () => {
  const rows: readonly [Partial<ReceiptRecord>, Partial<Billing>][] = [
    [{ resolved_model: 'no-such-model' }, {}],
    [{ resolved_model: null }, {}],
    [{}, { tariff: undefined }],
    [{}, { tariff: new Tariff(builtIn, null) }],
    [{}, { tariff: new Tariff(builtIn, 'no-such-provider') }],
    [{ service_tier: 'scale' }, {}],
  ]
  for (const [fields, part] of rows) {
    const settled = record(fields)
    settle(settled, usage, { ...billing, ...part })
    assert.deepEqual(money(settled), [null, null, null, 'unknown_price', null])
  }
})

test('what the gateway says itself is free, without any price', () => {
  const settled = record({ resolved_model: 'smoke' })
  settle(settled, usage, { ...billing, isFree: true, feePercent: 20 })
  assert.deepEqual(money(settled), [0, 0, 0, 'free', null])
})

test('what a plan covers costs nothing, and the receipt tells what it would have cost', () => {
  const settled = record()
  settle(settled, usage, { ...billing, isCovered: true, feePercent: 20 })
  const list = costOf(openai.quote('gpt-4o', settled.created_at, null)!.price, usage)
  assert.deepEqual(money(settled), [0, 0, 0, 'subscription', builtIn.stamp])
  assert.deepEqual([settled.list_cost, settled.price_source], [list, 'catalogue'])
  const unpriced = record({ resolved_model: 'no-such-model' })
  settle(unpriced, usage, { ...billing, isCovered: true })
  assert.deepEqual([...money(unpriced), unpriced.list_cost], [0, 0, 0, 'subscription', null, null])
})

test('the price is that of the tier that served, and where that has none the cost is null', () => {
  const costIn = (tier: string | null) => {
    const settled = record({ resolved_model: 'gpt-5.1', service_tier: tier })
    settle(settled, usage, billing)
    return [settled.cost, settled.cost_availability]
  }
  const standard = 1000 * 1250 + 500 * 10_000
  assert.deepEqual(costIn(null), [standard, 'known'])
  assert.deepEqual(costIn('standard'), [standard, 'known'])
  assert.deepEqual(costIn('flex'), [standard / 2, 'known'])
  assert.deepEqual(costIn('priority'), [standard * 2, 'known'])
  assert.deepEqual(costIn('other'), [null, 'unknown_price'])
})

test('an operator’s price says whose it is, and has the operator’s version', () => {
  const settled = record()
  const tariff = new Tariff(builtIn, 'openai', { version: 'operator@01234567', find: () => ({ price: { input: 1_000_000, output: 2_000_000 }, tiers: {} }) })
  settle(settled, usage, { ...billing, tariff })
  assert.deepEqual([...money(settled), settled.price_source], [2_000_000, 0, 2_000_000, 'known', 'operator@01234567', 'operator'])
})

test('where nobody answered, nothing is known', () => {
  const settled = record()
  settle(settled, usage, undefined)
  assert.deepEqual(money(settled), [null, null, null, 'unknown_usage', null])
})

test('where a vendor tells what it bills apart from what its model read, that is what costs', () => {
  const price = openai.quote('gpt-4o', record().created_at, null)!.price
  const billed = { input: 5, output: 4 }
  assert.equal(priceCall(billing, { input: 496, output: 12, cacheRead: 96, billed }, record())?.provider, costOf(price, billed))
})
