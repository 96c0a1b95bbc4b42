/** Verifying a log that is being written, against an anchor that hears of each checkpoint; and which log a process goes on with after a fault. */

import assert from 'node:assert/strict'
import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { verifyLogs } from '../../src/ledger/verify.ts'
import { intentOf, receipts } from './options.ts'
import { assertRight, makeFolder, openAt } from './place.ts'

test('[C73] a log is not called rolled back because its anchor has heard of more since it was read', { timeout: 60_000 }, async () => {
  const folder = makeFolder()
  const log = await openAt(folder)
  const kept = join(folder, 'kept')
  appendFileSync(kept, `${log.lastCheckpoint!.note}\n`)
  log.onCheckpoint(({ note }) => appendFileSync(kept, `${note}\n`))
  let isWriting = true
  const writing = (async () => {
    for (let at = 0; isWriting; at += 1) {
      await log.append(receipts(1, `dec_${at}`))
      await log.checkpoint()
    }
  })()
  const wrong: (string | undefined)[] = []
  for (let turn = 0; turn < 40; turn += 1) wrong.push((await verifyLogs(folder, { checkpoints: [kept] }))[0]!.wrong?.what)
  isWriting = false
  await writing
  await log.close()
  assert.deepEqual(new Set(wrong), new Set([undefined]))
})

test('a process that opens its log again goes on in its own, also where an older one is free: its calls are told of once', async () => {
  const folder = makeFolder()
  const older = await openAt(folder)
  const own = await openAt(folder)
  await own.intend('dec_0', intentOf('dec_0'))
  await older.close()
  await own.close()
  const again = await openAt(folder, { living: own.openCalls, own: own.id })
  assert.equal(again.id, own.id)
  assert.deepEqual([...again.openCalls.keys()], ['dec_0'])
  await again.close()
  await assertRight(folder)
})
