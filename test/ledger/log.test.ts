/** A log while it is written: entries, intents, checkpoints, and the border between two segments. */

import assert from 'node:assert/strict'
import { existsSync, readFileSync, readdirSync, rmSync, statSync, symlinkSync } from 'node:fs'
import { afterEach, beforeEach, describe, mock, test } from 'node:test'
import { exportEntry, proofOf } from '../../src/ledger/prove.ts'
import { hashesFile, intentsFile, linesFile, listSegments, segmentEntries } from '../../src/ledger/layout.ts'
import { readFromPosition, readSpots } from '../../src/ledger/read.ts'
import type { ReceiptLog } from '../../src/ledger/log.ts'
import { intentOf, receipts, seed } from './options.ts'
import { assertRight, leave, makeFolder, openAt } from './place.ts'

const noSync = process.platform !== 'linux' && 'only Linux says that /dev/null cannot be synced'

let folder: string
let log: ReceiptLog
beforeEach(async () => {
  folder = makeFolder()
  log = await openAt(folder)
})
afterEach(() => log.close())

/** Of all entries of the log, by position. */
async function lines(from = 0): Promise<readonly string[]> {
  const found: string[] = []
  for await (const batch of readFromPosition(folder, log.id, from)) found.push(...batch.map(({ line }) => line))
  return found
}

/** Fills the segment up to `room` entries before its end. */
const fill = (room: number): Promise<unknown> => log.append(receipts(segmentEntries - log.size - room, 'fill'))

describe('entries', () => {
  test('stand one after the other where they are said to, in the order in which they were handed in', async () => {
    const batches = await Promise.all([log.append(receipts(3, 'a')), log.append([]), log.append(receipts(2, 'ü')), log.append(receipts(1, 'c'))])
    const placed = batches.flat()
    assert.deepEqual(
      placed.map(({ position }) => position),
      [1, 2, 3, 4, 5, 6],
    )
    assert.deepEqual(
      placed.map(({ line }) => /"id":"(\w+|ü_\d)"/.exec(line)?.[1]),
      ['a_0', 'a_1', 'a_2', 'ü_0', 'ü_1', 'c_0'],
    )
    const spots = placed.map(({ position, offset, length }) => ({ log: log.id, position, offset, length }))
    assert.deepEqual(await readSpots(folder, spots.toReversed()), placed.map(({ line }) => line).toReversed())
    assert.deepEqual(
      (await lines()).slice(1),
      placed.map(({ line }) => line),
    )
    await assertRight(folder)
  })

  test('across a border are in two segments, each with its tree', async () => {
    await fill(10)
    const placed = await log.append(receipts(30, 'across'))
    assert.deepEqual(listSegments(log.folder), [0, segmentEntries])
    assert.deepEqual([placed[9]!.position, placed[10]!.position, placed[10]!.offset], [segmentEntries - 1, segmentEntries, 0])
    const spots = placed.map(({ position, offset, length }) => ({ log: log.id, position, offset, length }))
    assert.deepEqual(
      await readSpots(folder, spots),
      placed.map(({ line }) => line),
    )
    await log.checkpoint()
    await assertRight(folder)
    assert.equal((await lines(segmentEntries - 1)).length, 21)
  })

  test('that end at a border begin no new segment until there is another', async () => {
    await fill(0)
    await log.checkpoint()
    assert.deepEqual([log.size, listSegments(log.folder)], [segmentEntries, [0]])
    await assertRight(folder)
    const later = await openAt(leave(folder))
    assert.equal(later.size, segmentEntries + 1)
    await later.close()
    await log.append(receipts(1))
    assert.deepEqual(listSegments(log.folder), [0, segmentEntries])
    await log.checkpoint()
    await assertRight(folder)
  })

  test('are refused where they are more than a segment, and after the end', async () => {
    await assert.rejects(log.append(receipts(segmentEntries + 1)), { reason: 'refused' })
    await log.close()
    await assert.rejects(log.append(receipts(1)), { reason: 'closed' })
    await assert.rejects(log.intend('dec_1', intentOf('dec_1')), { reason: 'closed' })
    await log.close()
  })
})

describe('intents', () => {
  const written = (first = 0): readonly string[] => readFileSync(intentsFile(log.folder, first), 'utf8').split('\n').slice(0, -1)

  test('of one turn are one promise, and are written when it resolves', async () => {
    const [one, two] = [log.intend('dec_1', intentOf('dec_1')), log.intend('dec_2', intentOf('dec_2'))]
    assert.equal(one, two)
    assert.deepEqual(written(), [])
    await one
    assert.deepEqual([written(), log.openCalls.size], [[intentOf('dec_1'), intentOf('dec_2')], 2])
  })

  test('are closed by their receipts, and taken back for those that will have none', async () => {
    await Promise.all([1, 2, 3].map((each) => log.intend(`dec_${each}`, intentOf(`dec_${each}`))))
    await log.append([{ kind: 'receipt', text: '{"id":"dec_1"}', closes: 'dec_1' }])
    log.forget('dec_2')
    await new Promise(setImmediate)
    assert.deepEqual([...log.openCalls.keys()], ['dec_3'])
    const later = await openAt(leave(folder))
    const found: string[] = []
    for await (const batch of readFromPosition(later.folder.slice(0, -log.id.length - 1), log.id, 0)) found.push(...batch.map(({ line }) => line.slice(23)))
    assert.deepEqual(
      found.filter((line) => line.includes('interrupted')),
      ['receipt {"completeness":"interrupted","id":"dec_3"}'],
    )
    await later.close()
  })

  test('of open calls go over into the file of a new segment, and the old one is gone', async () => {
    await Promise.all(['dec_0', 'dec_1', 'open'].map((id) => log.intend(id, intentOf(id))))
    await fill(1)
    await log.append(receipts(2))
    await log.intend('new', intentOf('new'))
    await log.append(receipts(1, 'other'))
    assert.deepEqual(written(segmentEntries), [intentOf('open'), intentOf('new')])
    assert.ok(!existsSync(intentsFile(log.folder, 0)))
    const later = await openAt(leave(folder))
    assert.equal(later.size, log.size + 3)
    await later.close()
  })

  test('leave an empty file behind where all calls ended', async () => {
    await log.intend('dec_0', intentOf('dec_0'))
    await log.append(receipts(1))
    await log.close()
    assert.deepEqual(written(), [])
  })
})

describe('checkpoints', () => {
  test('come after a thousand entries, and say what was synced', async () => {
    const heard: number[] = []
    log.onCheckpoint(({ size }) => void heard.push(size))
    for (let at = 0; at < 25; at += 1) await log.append(receipts(100))
    await log.checkpoint()
    assert.deepEqual(heard, [1001, 2001, 2501])
    assert.equal(log.lastCheckpoint?.size, 2501)
    await assertRight(folder)
  })

  test('come after a minute also when nothing happens, and with the same size', async () => {
    mock.timers.enable({ apis: ['setInterval'] })
    const idle = await openAt(makeFolder())
    const heard = new Promise<number>((resolve) => idle.onCheckpoint(({ size }) => resolve(size)))
    mock.timers.tick(60_000)
    assert.equal(await heard, 1)
    mock.timers.reset()
    await idle.close()
  })

  test('are found by the first entry that they count, also in a file of many', async () => {
    const sizes = [1]
    for (let at = 0; at < 80; at += 1) {
      await log.append(receipts(3))
      sizes.push((await log.checkpoint()).size)
    }
    for (const position of [0, 1, 3, 4, 100, 239, 240]) {
      const line = (await lines(position))[0]!
      assert.equal(
        (await proofOf(folder, log.id, { position, line })).checkpoint,
        sizes.find((size) => size > position),
        String(position),
      )
    }
    const [added] = await log.append(receipts(1))
    assert.deepEqual(await proofOf(folder, log.id, added!), { ...(await proofOf(folder, log.id, added!)), checkpoint: null, signer: null })
    await assert.rejects(exportEntry(folder, log.id, added!.position, { current: seed(1), former: undefined }), { reason: 'unproved' })
  })
})

test('nothing in a log is for others to read', { skip: process.platform === 'win32' && 'Windows has no such modes' }, async () => {
  await log.append(receipts(1))
  assert.equal(statSync(log.folder).mode & 0o077, 0)
  for (const name of readdirSync(log.folder).filter((each) => each !== 'lock')) assert.equal(statSync(`${log.folder}/${name}`).mode & 0o077, 0, name)
  assert.ok(readFileSync(linesFile(log.folder, 0)).length > 0)
})

test('[B21] a log whose disk cannot be synced takes nothing more, and goes on where it was when it is opened again', { skip: noSync }, async () => {
  await fill(5)
  await log.intend('dec_0', intentOf('dec_0'))
  // What is written there can never be synced.
  symlinkSync('/dev/null', hashesFile(log.folder, segmentEntries))
  await log.append(receipts(10, 'other'))
  await assert.rejects(log.checkpoint(), { reason: 'broken', again: false })
  await assert.rejects(log.append(receipts(1)), { reason: 'broken' })
  await assert.rejects(log.intend('dec_1', intentOf('dec_1')), { reason: 'broken' })
  await log.close()
  rmSync(hashesFile(log.folder, segmentEntries))
  const later = await openAt(folder, { living: log.openCalls })
  assert.deepEqual([later.id, later.size, later.openCalls.size], [log.id, segmentEntries + 6, 1])
  await later.close()
  await assertRight(folder)
})
