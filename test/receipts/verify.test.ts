/** The logs that the gateway writes are right to both verifiers, and `omni receipts verify` says what it finds and what it cannot see. */

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { eraseEntries } from '../../src/ledger/erase.ts'
import { openLog } from '../../src/ledger/open.ts'
import { exportEntry } from '../../src/ledger/prove.ts'
import { verifyBundle } from '../../src/ledger/verify-bundle.ts'
import { verifyLogs } from '../../src/ledger/verify.ts'
import { Forge } from './forge.ts'
import { startSecond } from './verify-python.ts'

const root = mkdtempSync(join(tmpdir(), 'omni-verify-'))
after(() => rmSync(root, { recursive: true }))

describe('a log that the gateway writes', () => {
  const key = { current: randomBytes(32), former: undefined }
  const options = { instance: 'one', version: '1.0.0', build: 'ab'.repeat(32), config: () => 'cd'.repeat(32), recover: () => undefined }

  test('is right while it is written, after a rotation, with erased entries and after a line that was cut short; both verifiers say so of it and of its exports', async () => {
    const folder = mkdtempSync(join(root, 'receipts-'))
    const second = startSecond()
    after(() => second.stop())
    const open = (signing: { readonly current: Buffer; readonly former: Buffer | undefined }) =>
      openLog({ ...options, folder, key: signing, report: (_, error) => assert.fail(error) })
    const judge = async (entries: number): Promise<void> => {
      const [verdict, ...others] = await verifyLogs(folder)
      assert.deepEqual([others.length, verdict!.wrong, verdict!.entries], [0, undefined, entries])
      assert.deepEqual(await second.judgeLogs({ folder, checkpoints: [] }), { [verdict!.log]: null })
    }
    const receipts = (count: number) =>
      Array.from({ length: count }, (_, at) => ({ kind: 'receipt' as const, text: `{"at":${at},"id":"a call that can be erased since it is long"}` }))

    let log = await open(key)
    await log.append(receipts(1500))
    await judge(1501)
    await log.checkpoint()
    await eraseEntries(log, [5, 6, 900], { by: 'admin', reason: 'end_user' })
    await log.append(receipts(3000))
    await log.close()
    appendFileSync(join(log.folder, '000000004096.jsonl'), 'half of a li')
    await judge(4502)

    const rotated = { current: randomBytes(32), former: key.current }
    log = await open(rotated)
    await judge(4504)
    await log.close()
    for (const position of [1, 4000, 4300]) {
      const text = JSON.stringify(await exportEntry(folder, log.id, position, rotated))
      assert.deepEqual([verifyBundle(text).isRight, await second.judgeBundle(text)], [true, null])
    }
  })
})

describe('`omni receipts verify`', () => {
  const makeLog = (): { readonly log: Forge; readonly folder: string } => {
    const folder = mkdtempSync(join(root, 'receipts-'))
    return { log: new Forge(folder, 7).fill(60, 15).erase([10, 12]).fill(1, 1).write(), folder }
  }
  const run = (...given: readonly string[]) => spawnSync(process.execPath, ['bin/omni.js', 'receipts', 'verify', ...given], { encoding: 'utf8' })

  test('[C73] says for people and for programs what was found, ends with 0 or 1, and tells that nothing from elsewhere was compared', () => {
    const { log, folder } = makeLog()
    const kept = join(root, 'kept-for-command')
    writeFileSync(kept, log.kept)
    const right = run('--folder', folder)
    assert.equal(right.status, 0, right.stderr)
    assert.match(right.stdout, new RegExp(`^ok +${log.id} +63 +7 `, 'm'))
    assert.match(right.stdout, /No checkpoint from elsewhere was compared/)
    const anchored = run('--folder', folder, '--checkpoint', kept, '--checkpoint', kept, '--key', log.signer.key.text)
    assert.equal(anchored.status, 0, anchored.stderr)
    assert.doesNotMatch(anchored.stdout, /No checkpoint from elsewhere/)

    const path = join(log.folder, '000000000000.jsonl')
    writeFileSync(path, readFileSync(path, 'utf8').replace('"id":"call 33"', '"id":"call 34"'))
    const wrong = run('--folder', log.folder)
    assert.equal(wrong.status, 1)
    assert.match(wrong.stdout, /000000000000\.jsonl, line 34, entry 33 of the log: The entry is not the one that was written\./)
    rmSync(log.folder, { recursive: true })
    const gone = run('--folder', folder, '--checkpoint', kept)
    assert.match(gone.stdout, /kept-for-command, line 1: The whole log is gone\./)
    assert.doesNotMatch(gone.stdout, /No checkpoint from elsewhere/)
    log.write()
    writeFileSync(path, readFileSync(path, 'utf8').replace('"id":"call 33"', '"id":"call 34"'))
    const told = JSON.parse(run('--folder', folder, '--json').stdout) as { readonly wrong: { readonly position: number } }
    assert.equal(told.wrong.position, 33)
  })

  test('judges one exported receipt, and complains in a sentence of what it cannot read', () => {
    const { log } = makeLog()
    const file = join(root, 'bundle.json')
    writeFileSync(file, JSON.stringify(log.export(20)))
    assert.match(run('--bundle', file).stdout, /^ok: entry 20 of omni-gateway\/log_0{31}7, in a tree of 63/)
    writeFileSync(file, JSON.stringify({ ...log.export(20), position: 21 }))
    const forged = run('--bundle', file)
    assert.deepEqual([forged.status, forged.stdout], [1, 'WRONG: proof: The proof does not lead from the line to the root of the checkpoint.\n'])
    const empty = run('--folder', join(root, 'absent'))
    assert.deepEqual([empty.status, empty.stdout], [1, 'There are no logs in this folder.\n'])
    const absent = run('--folder', join(root, 'absent'), '--checkpoint', join(root, 'absent'))
    assert.deepEqual([absent.status, absent.stderr], [1, `${join(root, 'absent')}: It is not there.\n`])
  })
})
