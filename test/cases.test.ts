/** Every acceptance case of the wires is shown by a test, or is said to belong to later work. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { later, mostCases, numbersIn, shownCases } from './cases.ts'

test('every number from 1 to 215 stands in a test, or among what comes later', () => {
  const shown = shownCases()
  const missing = Array.from({ length: mostCases }, (_, at) => at + 1).filter((number) => !shown.has(number) && !later.has(number))
  assert.deepEqual(missing, [])
})

test('no number stands in a test that is on no list', () => {
  for (const [number, files] of shownCases()) assert.ok(number >= 1 && number <= mostCases, `${number} in ${files.join(', ')}`)
})

test('numbers are read from titles as people write them', () => {
  assert.deepEqual(numbersIn('says so (case 5)'), [5])
  assert.deepEqual(numbersIn('cases 5, 7 and 9–11; not 12'), [5, 7, 9, 10, 11])
  assert.deepEqual(numbersIn("test('[5] [A07] [12] says so')"), [5, 12])
  assert.deepEqual(numbersIn('in this case it is, and in case of doubt'), [])
})
