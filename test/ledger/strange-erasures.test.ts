/** Erasures at the end of a log that the gateway never wrote: whoever has the disk can put a line there, and the next start finds it. */

import assert from 'node:assert/strict'
import { appendFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { linesFile } from '../../src/ledger/layout.ts'
import { verifyLogs } from '../../src/ledger/verify.ts'
import { receipts } from './options.ts'
import { makeFolder, openAt, openTold } from './place.ts'

describe('an erasure that nobody wrote', () => {
  for (const told of ['{"before":5}', '{"before":4096}', '{"before":999999995904}', '{"before":-4096.5}', '{"positions":[[1,999]]}', '{"positions":[[-5,2]]}'])
    test(`[C73] takes nothing away and loses nothing that comes: ${told}`, async () => {
      const folder = makeFolder()
      const left = await openAt(folder)
      await left.append(receipts(20))
      await left.close()
      const file = linesFile(join(folder, left.id), 0)
      const before = readFileSync(file, 'utf8')
      appendFileSync(file, `${'A'.repeat(22)} erasure ${told}\n`)
      const { log, told: faults } = await openTold(folder)
      assert.deepEqual(
        faults.map(({ reason }) => reason),
        ['damaged'],
      )
      await log.append(receipts(10, 'later'))
      await log.close()
      assert.ok(readFileSync(file, 'utf8').startsWith(before))
      const found = (await verifyLogs(folder)).find(({ log: id }) => id === log.id)
      assert.deepEqual([found?.wrong, found?.entries], [undefined, 11])
    })
})
