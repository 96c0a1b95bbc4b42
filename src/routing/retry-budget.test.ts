/** Retries of all calls together stay a small share of them, whatever fails. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RetryBudget } from './retry-budget.ts'

/** So many calls a second, of which every one would be tried again once: the retries that are granted. */
function retriesOf(callsPerSecond: number, seconds: number, budget = new RetryBudget(), from = 0): number {
  let granted = 0
  for (let call = 0; call < callsPerSecond * seconds; call += 1) {
    const time = from + (call * 1000) / callsPerSecond
    budget.noteCall(time)
    if (budget.take(time, 0.1, 10)) granted += 1
  }
  return granted
}

test('[B11] a thousand calls a second get a tenth of that in retries, for a minute', () => {
  const granted = retriesOf(1000, 60)
  assert.ok(granted >= 5900 && granted <= 6000 + 100, `${granted}`)
})

test('[B11] where calls are few, ten retries a second are granted, and quiet seconds are not saved up', () => {
  assert.equal(retriesOf(5, 10), 50)
  assert.equal(retriesOf(50, 10), 100)
  const budget = new RetryBudget()
  retriesOf(1, 1, budget)
  assert.ok(retriesOf(1000, 0.05, budget, 60_000) <= 15)
})

test('calls of long ago earn nothing', () => {
  const budget = new RetryBudget()
  for (let call = 0; call < 100_000; call += 1) budget.noteCall(0)
  const granted = Array.from({ length: 100 }, () => budget.take(11_000, 0.1, 10)).filter(Boolean)
  assert.equal(granted.length, 10)
})
