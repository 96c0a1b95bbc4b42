/** Logs that nobody writes are handed on to each new signing key. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { handOnLogs } from '../../src/ledger/hand-on.ts'
import { optionsOf, receipts, seed } from './options.ts'
import { assertRight, makeFolder, openAt } from './place.ts'

/** What a process has after so many rotations. */
const keyOf = (count: number) => ({ current: seed(count), former: seed(count - 1) })

test('two rotations leave no log behind, and none is made while another process signs with the key before', async () => {
  const folder = makeFolder()
  const log = await openAt(folder, { key: keyOf(1) })
  await log.append(receipts(3))
  assert.equal(await handOnLogs(optionsOf(folder, { key: keyOf(1) })), true)
  assert.equal(await handOnLogs(optionsOf(folder, { key: keyOf(2) })), false)
  await log.close()
  assert.equal(await handOnLogs(optionsOf(folder, { key: keyOf(2) })), true)
  assert.equal(await handOnLogs(optionsOf(folder, { key: keyOf(3) })), true)
  const later = await openAt(folder, { key: keyOf(4) })
  assert.equal(later.id, log.id)
  await later.close()
  await assertRight(folder)
})
