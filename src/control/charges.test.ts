/** Limits and budgets of thousands are read once, and not anew for each change: calls wait for that. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Budget } from '../policy/limit.ts'
import type { StoredObject } from '../storage/store.ts'
import { chargesIn } from './charges.ts'

const holder = { tenant: 'acme', key: 'key_7' }
const bodyOf = (amount: string): string => JSON.stringify({ tenant: 'acme', scope: 'all', amount_usd: amount, period: 'day', time_zone: 'Europe/Berlin' })
const rowOf = (at: number, amount: string): StoredObject => ({
  kind: 'budget',
  id: `b${at}`,
  tenant: 'acme',
  version: 1,
  body: bodyOf(amount),
  changedAt: 1,
})

test('one change among thousands of budgets counts, and the others are not read again', () => {
  const rows = Array.from({ length: 5000 }, (_, at) => rowOf(at, '10'))
  const first = read(rows)
  assert.equal(first[7]?.amount, 10e9)
  const second = read(rows.with(7, rowOf(7, '20')))
  assert.equal(second[7]?.amount, 20e9)
  assert.deepEqual(changedIn(second, first), ['b7'])
  const third = read(rows.toSpliced(7, 1))
  assert.equal(third.length, 4999)
  assert.deepEqual(changedIn(third, second.toSpliced(7, 1)), [])
})

test('one that cannot be read is told of each time', () => {
  const rows = [rowOf(1, '10'), { ...rowOf(2, '10'), body: '{"scope":"all"}' }]
  for (let turn = 0; turn < 2; turn += 1) assert.throws(() => chargesIn(rows, false)(holder), { reason: 'budget_unavailable' })
})

const read = (rows: readonly StoredObject[]): readonly Budget[] => chargesIn(rows, false)(holder)?.budgets.map(({ rule }) => rule) ?? []

/** Those that were read anew: one that was not is the very same object. */
const changedIn = (budgets: readonly Budget[], before: readonly Budget[]): readonly string[] =>
  budgets.filter((one, at) => one !== before[at]).map(({ id }) => id)
