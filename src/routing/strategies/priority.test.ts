/** The operator's order, whatever else there is to know. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { asking, players } from '../../../test/choosing.ts'
import { priority } from './priority.ts'

test('the first that is in is asked, even without a share', () => {
  assert.equal(
    priority(
      players(4, (at) => ({ isIn: at > 0, weight: at - 1, inFlight: 4 - at })),
      asking({ turn: 3 }),
    ),
    1,
  )
})
