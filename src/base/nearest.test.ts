/** Slips, and the names that were meant. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nearest } from './nearest.ts'

test('the nearest name is found by letters that are missing, added, changed or swapped, and none is better than a far one', () => {
  const names = ['aliases', 'chains', 'providers', 'port']
  for (const [slip, meant] of [
    ['alias', 'aliases'],
    ['prot', 'port'],
    ['Provider', 'providers'],
    ['chians', 'chains'],
    ['telemetry', undefined],
  ] as const) {
    assert.equal(nearest(slip, names), meant)
  }
  assert.equal(nearest('x'.repeat(10_000), names), undefined)
})
