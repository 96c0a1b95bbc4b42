/** Metrics of budgets have a line for each, and no more lines than a scrape can take. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { writeBudgetMetrics } from './budgets.ts'

const linesOf = (ratios: ReadonlyMap<string, number>): readonly string[] =>
  writeBudgetMetrics(ratios)
    .split('\n')
    .filter((line) => line.startsWith('omni_'))

test('each budget tells how much of it is spent', () => {
  assert.deepEqual(linesOf(new Map([['team-ml', 0.25]])), ['omni_budget_spent_ratio{budget="team-ml"} 0.25'])
})

test('[C64] of more budgets than are told apart the fullest have lines of their own, and the others one together', () => {
  const lines = linesOf(new Map(Array.from({ length: 5000 }, (_, at) => [`b${at}`, at / 5000])))
  assert.equal(lines.length, 201)
  assert.equal(lines[0], 'omni_budget_spent_ratio{budget="b4999"} 0.9998')
  assert.equal(lines[200], 'omni_budget_spent_ratio{budget="other"} 0.9598')
})
