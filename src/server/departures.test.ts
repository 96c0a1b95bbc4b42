/** Who departs together, and when. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate, setTimeout } from 'node:timers/promises'
import { departTogether } from './departures.ts'

test('what is said in one turn leaves at its end, in order; what is said meanwhile leaves in the next', async () => {
  const left: string[] = []
  const named = (name: string) => ({ depart: () => void left.push(name) })
  await setTimeout(1)
  departTogether({
    depart: () => {
      left.push('first')
      departTogether(named('third'))
    },
  })
  await Promise.resolve()
  departTogether(named('second'))
  assert.deepEqual(left, [])
  await setImmediate()
  assert.deepEqual(left, ['first', 'second'])
  await setImmediate()
  assert.deepEqual(left, ['first', 'second', 'third'])
})
