/** What is given to a stranger about one entry, checked as docs/receipts.md says. */

import assert from 'node:assert/strict'
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { flattenedVerify } from 'jose'
import { dropSegments, eraseEntries } from '../../src/ledger/erase.ts'
import { readIntents } from '../../src/ledger/intents.ts'
import { hashesFile, linesFile, listSegments, segmentEntries } from '../../src/ledger/layout.ts'
import type { ReceiptLog } from '../../src/ledger/log.ts'
import { exportEntry } from '../../src/ledger/prove.ts'
import type { Bundle } from '../../src/ledger/prove.ts'
import { verifyInclusion } from '../../src/receipts/merkle-proof.ts'
import { leafHash } from '../../src/receipts/merkle.ts'
import { readCheckpoint } from '../../src/receipts/note-bodies.ts'
import { keyAt, readKeys } from '../../src/receipts/note-keys.ts'
import { verifyNote } from '../../src/receipts/note.ts'
import { intentOf, receipts, seed } from './options.ts'
import { assertRight, leave, makeFolder, openAt } from './place.ts'

const rotated = { current: seed(2), former: seed(1) }
const folder = makeFolder()
let log: ReceiptLog
before(async () => {
  log = await openAt(folder)
  for (const name of ['a', 'b', 'c']) await log.append(receipts(segmentEntries - 100, name))
  await log.adopt(seed(2))
  await log.append(receipts(50, 'd'))
  await log.checkpoint()
})
after(() => log.close())

async function assertProven({ origin, line, position, proof, checkpoint, keys, jws }: Bundle): Promise<void> {
  const chain = readKeys(origin, keys)!
  const said = readCheckpoint(checkpoint.slice(0, checkpoint.indexOf('\n\n') + 1))!
  assert.equal(said.origin, origin)
  assert.ok(verifyNote(checkpoint, [keyAt(chain, said.size)!]))
  const nodes = proof.map((hash) => Buffer.from(hash, 'base64'))
  assert.ok(verifyInclusion({ leaf: leafHash(line), index: position, size: said.size, proof: nodes, root: said.root }))
  const [head = '', , signature = ''] = jws.split('.')
  const { kid } = JSON.parse(Buffer.from(head, 'base64url').toString()) as { kid: string }
  const { key } = chain.find((each) => each.key.id === kid)!
  await flattenedVerify({ protected: head, payload: Buffer.from(line), signature }, key.publicKey, { algorithms: ['EdDSA'], crit: { b64: true } })
}

describe('an exported entry', () => {
  test('is proven wherever it stands', async () => {
    for (const position of [0, 1, 4095, 4096, 8191, 8192, log.size - 1]) {
      const bundle = await exportEntry(folder, log.id, position, rotated)
      assert.deepEqual([bundle.bundle, bundle.position, bundle.keys.length], ['omni-receipt/1', position, 2])
      await assertProven(bundle)
    }
  })

  test('is proven still when segments before it went', async () => {
    await dropSegments(log, segmentEntries, { by: 'retention', reason: 'retention' })
    await assertProven(await exportEntry(folder, log.id, 5000, rotated))
    await assert.rejects(exportEntry(folder, log.id, 5, rotated), { reason: 'missing' })
    await assertRight(folder)
  })

  test('is none where it is erased, behind the last checkpoint, not there, of a stranger’s log, or not what was signed', async () => {
    await eraseEntries(log, [5001], { by: 'admin', reason: 'end_user' })
    await assert.rejects(exportEntry(folder, log.id, 5001, rotated), { reason: 'erased' })
    const [later] = await log.append(receipts(1))
    await assert.rejects(exportEntry(folder, log.id, later!.position, rotated), { reason: 'unproved' })
    await assert.rejects(exportEntry(folder, log.id, 1e9, rotated), { reason: 'missing' })
    await assert.rejects(exportEntry(folder, '../log', 1, rotated), { reason: 'missing' })
    await assert.rejects(exportEntry(folder, log.id, 5000, { current: seed(9), former: undefined }), { reason: 'refused' })
    const left = leave(folder)
    const file = linesFile(`${left}/${log.id}`, segmentEntries)
    writeFileSync(file, readFileSync(file, 'utf8').replaceAll('a model of some', 'a model of none'))
    await assert.rejects(exportEntry(left, log.id, 5000, rotated), { reason: 'damaged' })
  })
})

describe('erasing', () => {
  test('[C75] leaves the log right, and nothing of what the entries said', async () => {
    const positions = Array.from({ length: 40 }, (_, at) => 6000 + 3 * at)
    const read = (): readonly string[] => readFileSync(linesFile(log.folder, segmentEntries), 'utf8').split('\n')
    const whole = read()
    assert.equal(await eraseEntries(log, [...positions, positions[0]!], { by: 'key_1', reason: 'end_user' }), 40)
    assert.equal(await eraseEntries(log, positions, { by: 'key_1', reason: 'end_user' }), 0)
    for (const [at, line] of read().entries()) {
      const former = whole[at]!
      assert.equal(line, positions.includes(at + segmentEntries) ? `erased ${leafHash(former).toString('hex')}`.padEnd(former.length) : former)
    }
    await log.checkpoint()
    await assertRight(folder)
  })

  test('[C75] takes the intents of these calls too: a process that died then brings none of them back', async () => {
    const erased = [...receipts(3, 'gone'), ...receipts(1, 'other')]
    for (const { closes = '' } of [...erased, ...receipts(1, 'open')]) await log.intend(closes, intentOf(closes))
    const placed = await log.append(erased)
    const gone = placed.slice(0, 3).map(({ position }) => position)
    assert.equal(await eraseEntries(log, gone, { by: 'admin', reason: 'end_user' }), 3)
    const left = leave(folder)
    assert.deepEqual([...readIntents(join(left, log.id)).keys()], ['open_0'])
    const later = await openAt(left, { key: rotated })
    assert.equal(later.id, log.id)
    const told = readFileSync(linesFile(later.folder, listSegments(later.folder).at(-1)!), 'utf8')
    await later.close()
    assert.ok(told.includes('open_0') && !told.includes('gone_'))
    await assertRight(left)
  })

  test('takes receipts and audit entries alone, and only what is there', async () => {
    const wish = { by: 'admin', reason: 'operator' } as const
    const [audit] = await log.append([{ kind: 'audit', text: `{"action":"a","at":1,"by":"${'x'.repeat(40)}"}` }])
    assert.equal(await eraseEntries(log, [audit!.position], wish), 1)
    await assert.rejects(eraseEntries(log, [log.size - 1], wish), { reason: 'refused' })
    await assert.rejects(eraseEntries(log, [log.size], wish), { reason: 'missing' })
    assert.equal(await eraseEntries(log, [5], wish), 0)
    assert.equal(await dropSegments(log, segmentEntries, wish), segmentEntries)
  })
})

test('[C73] a log whose hashes were changed bears nothing out', async () => {
  const left = leave(folder)
  appendFileSync(hashesFile(`${left}/${log.id}`, 8192), Buffer.alloc(32))
  const file = hashesFile(`${left}/${log.id}`, segmentEntries)
  const bytes = readFileSync(file)
  bytes[32 * 1001 + 5]! ^= 1
  writeFileSync(file, bytes)
  await assert.rejects(exportEntry(left, log.id, 5096, rotated), { reason: 'damaged' })
})
