/** What is told to be gone, and what is. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Erasures, toldIn } from './verify-erasures.ts'

const range = fc.tuple(fc.nat(40), fc.nat(8)).map(([first, length]) => [first, first + length + 1] as const)
const inside = (position: number, ranges: readonly (readonly [number, number])[]): boolean => ranges.some(([first, end]) => first <= position && position < end)

test('the first position that is gone and not told of is found, however the ranges lie', () => {
  fc.assert(
    fc.property(fc.array(range, { maxLength: 6 }), fc.array(range, { maxLength: 6 }), (gone, told) => {
      const positions = Array.from({ length: 60 }, (_, at) => at)
      const erasures = new Erasures()
      for (const position of positions) if (inside(position, gone)) erasures.leave(position, position + 1)
      erasures.tell(told)
      assert.equal(
        erasures.findUnexplained(),
        positions.find((position) => inside(position, gone) && !inside(position, told)),
      )
    }),
  )
})

test('removed segments are counted apart from erased entries', () => {
  const erasures = new Erasures()
  erasures.leave(0, 4096)
  erasures.leave(4096, 4097)
  assert.deepEqual([erasures.dropped, erasures.erased, erasures.findUnexplained()], [4096, 1, 0])
  erasures.tell(toldIn('{"before":4096}', 5000)!)
  assert.equal(erasures.findUnexplained(), 4096)
})

test('an entry tells of nothing at or behind its own position', () => {
  assert.deepEqual(toldIn('{"positions":[[1,3],[9,9]]}', 10), [
    [1, 4],
    [9, 10],
  ])
  assert.equal(toldIn('{"positions":[[1,3],[9,10]]}', 10), undefined)
  assert.equal(toldIn('{"before":11}', 10), undefined)
})
