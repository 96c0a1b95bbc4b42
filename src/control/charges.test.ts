/** Limits and budgets of thousands are read once, and not anew for each change: calls wait for that. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { StoredObject } from '../storage/store.ts'
import { chargesIn } from './charges.ts'

const holder = { tenant: 'acme', key: 'key_7' }
const bodyOf = (at: number, amount: string): string =>
  JSON.stringify({ tenant: 'acme', scope: `key:key_${at}`, amount_usd: amount, period: 'day', time_zone: 'Europe/Berlin' })
const rowOf = (at: number, amount: string): StoredObject => ({
  kind: 'budget',
  id: `b${at}`,
  tenant: 'acme',
  version: 1,
  body: bodyOf(at, amount),
  changedAt: 1,
})

test('one change among thousands of budgets costs a tenth of reading them all, and counts', () => {
  const rows = Array.from({ length: 5000 }, (_, at) => rowOf(at, '10'))
  const [first, all] = read(rows)
  assert.equal(first?.budgets[0]?.rule.amount, 10e9)
  const [second, one] = read(rows.with(7, rowOf(7, '20')))
  assert.equal(second?.budgets[0]?.rule.amount, 20e9)
  assert.ok(one < all / 10, `${one} ms after ${all} ms`)
  const [third] = read(rows.toSpliced(7, 1))
  assert.equal(third, undefined)
})

test('one that cannot be read is told of each time', () => {
  const rows = [rowOf(1, '10'), { ...rowOf(2, '10'), body: '{"scope":"all"}' }]
  for (let turn = 0; turn < 2; turn += 1) assert.throws(() => chargesIn(rows, false)(holder), { reason: 'budget_unavailable' })
})

function read(rows: readonly StoredObject[]): readonly [ReturnType<ReturnType<typeof chargesIn>>, number] {
  const from = performance.now()
  return [chargesIn(rows, false)(holder), performance.now() - from]
}
