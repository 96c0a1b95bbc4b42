/** A log that a process left: what is mended, what is gone on with, and what is never written to again. */

import assert from 'node:assert/strict'
import { appendFileSync, existsSync, readFileSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { dropSegments, eraseEntries } from '../../src/ledger/erase.ts'
import { checkpointsFile, hashesFile, intentsFile, keysFile, linesFile, listLogs, segmentEntries, segmentsFile } from '../../src/ledger/layout.ts'
import { mendLogs } from '../../src/ledger/open.ts'
import type { ReceiptLog } from '../../src/ledger/log.ts'
import { verifyLogs } from '../../src/ledger/verify.ts'
import { intentOf, optionsOf, receipts, seed } from './options.ts'
import { assertRight, leave, makeFolder, openAt, openTold } from './place.ts'

let folder: string
let log: ReceiptLog
beforeEach(async () => {
  folder = makeFolder()
  log = await openAt(folder)
})
afterEach(() => log.close())

/** The folder as it is now, after `change`, which gets the folder of the log in it. */
function leaveWith(change: (path: string) => void): string {
  const copy = leave(folder)
  change(join(copy, log.id))
  return copy
}

/** Opens what was left, and says how many entries of before it goes on with. An entry `start` is written at the end. */
async function kept(left: string): Promise<number> {
  const later = await openAt(left)
  assert.equal(later.id, log.id)
  await later.append(receipts(1, 'later'))
  await later.close()
  await assertRight(left)
  return later.size - 2
}

const cut = (file: string, bytes: number): void => truncateSync(file, statSync(file).size - bytes)

describe('a process that died', () => {
  beforeEach(async () => {
    await log.append(receipts(5))
    await log.checkpoint()
    await log.append(receipts(5))
  })

  test('leaves all that was appended', async () => assert.equal(await kept(leave(folder)), 11))

  test('leaves a line that was written in part, at any of its bytes: it is cut off', async () => {
    const length = readFileSync(linesFile(log.folder, 0), 'utf8').split('\n').at(-2)!.length
    for (let bytes = 1; bytes <= length; bytes += 9) assert.equal(await kept(leaveWith((path) => cut(linesFile(path, 0), bytes))), 10)
  })

  test('leaves hashes that are behind, ahead, cut within one, or gone: they are made again', async () => {
    for (const bytes of [1, 32, 33, 64, 11 * 32]) assert.equal(await kept(leaveWith((path) => cut(hashesFile(path, 0), bytes))), 11)
    assert.equal(await kept(leaveWith((path) => appendFileSync(hashesFile(path, 0), Buffer.alloc(70, 7)))), 11)
    assert.equal(await kept(leaveWith((path) => rmSync(hashesFile(path, 0)))), 11)
  })

  test('leaves a checkpoint, a segment’s root or an intent that was written in part', async () => {
    const note = log.lastCheckpoint!.note
    for (let length = 1; length < note.length; length += 40) {
      assert.equal(await kept(leaveWith((path) => appendFileSync(checkpointsFile(path), note.slice(0, length)))), 11)
    }
    assert.equal(await kept(leaveWith((path) => appendFileSync(segmentsFile(path), '000000000000 abc'))), 11)
    assert.equal(await kept(leaveWith((path) => appendFileSync(intentsFile(path, 0), '{"id":"dec_'))), 11)
  })

  test('leaves a folder that it had only made', async () => {
    const left = leaveWith((path) => {
      for (const name of readdirSync(path)) rmSync(join(path, name))
    })
    assert.equal(await kept(left), 0)
  })
})

describe('a process that died at a border', () => {
  beforeEach(async () => {
    await log.append(receipts(segmentEntries - 1))
    await log.append(receipts(10))
    await log.checkpoint()
    await log.append(receipts(10))
  })

  test('leaves a full segment whose root is not written down', async () => {
    const all = segmentEntries + 20
    assert.equal(await kept(leaveWith((path) => truncateSync(segmentsFile(path), 0))), all)
    assert.equal(await kept(leaveWith((path) => cut(segmentsFile(path), 3))), all)
  })

  test('leaves a new segment without anything in it', async () => {
    const left = leaveWith((path) => {
      for (const file of [linesFile, hashesFile]) truncateSync(file(path, segmentEntries), 0)
      truncateSync(checkpointsFile(path), readFileSync(checkpointsFile(path), 'utf8').indexOf(`\n\nomni-gateway/${log.id}\n`) + 2)
    })
    assert.equal(await kept(left), segmentEntries)
  })

  test('[B21] leaves, without power, what was synced: the next segment goes when the one before lost its end', async () => {
    const first = leaveWith((path) => {
      truncateSync(segmentsFile(path), 0)
      cut(linesFile(path, 0), 300)
      truncateSync(checkpointsFile(path), readFileSync(checkpointsFile(path), 'utf8').indexOf(`\n\nomni-gateway/${log.id}\n`) + 2)
    })
    const found = await kept(first)
    assert.ok(found < segmentEntries && found > segmentEntries - 8)
    assert.ok(!existsSync(linesFile(join(first, log.id), segmentEntries)))
  })
})

test('[B21] a loss of power takes what came after the last checkpoint at most, whatever of it reached the disk', async () => {
  await log.append(receipts(500))
  await log.checkpoint()
  const synced = { lines: statSync(linesFile(log.folder, 0)).size, hashes: statSync(hashesFile(log.folder, 0)).size }
  await log.append(receipts(500))
  await log.intend('dec_x', intentOf('dec_x'))
  const lost = (change: (path: string) => void) => kept(leaveWith(change))
  assert.equal(
    await lost(
      (path) => (truncateSync(linesFile(path, 0), synced.lines), truncateSync(hashesFile(path, 0), synced.hashes), truncateSync(intentsFile(path, 0), 0)),
    ),
    501,
  )
  assert.equal(await lost((path) => (truncateSync(hashesFile(path, 0), synced.hashes), truncateSync(intentsFile(path, 0), 0))), 1001)
  // A file can have its new length, and nothing but zeros there.
  const zeros = await lost((path) => {
    truncateSync(linesFile(path, 0), synced.lines + 1000)
    appendFileSync(linesFile(path, 0), Buffer.alloc(5000))
    truncateSync(intentsFile(path, 0), 0)
    appendFileSync(intentsFile(path, 0), Buffer.alloc(60))
  })
  assert.ok(zeros > 501 && zeros < 520)
})

describe('a log that is not as its last checkpoint says', () => {
  beforeEach(async () => {
    await log.append(receipts(20))
    await log.checkpoint()
  })

  const edit = (file: string, change: (text: string) => string): void => writeFileSync(file, change(readFileSync(file, 'utf8')))
  const lastSignature = /— \S+ (\S+)\n\n$/
  const swap = (text: string, at: number, character: string): string => `${text.slice(0, at)}${text[at] === character ? 'B' : character}${text.slice(at + 1)}`

  const changes: { readonly [what: string]: (path: string) => void } = {
    'an entry was changed': (path) => edit(linesFile(path, 0), (text) => text.replace('dec_7', 'dec_8')),
    'an entry was removed': (path) => edit(linesFile(path, 0), (text) => text.split('\n').toSpliced(7, 1).join('\n')),
    'an entry was added': (path) => edit(linesFile(path, 0), (text) => text.split('\n').toSpliced(7, 0, text.split('\n')[3]!).join('\n')),
    'two entries changed places': (path) =>
      edit(linesFile(path, 0), (text) => text.split('\n').with(3, text.split('\n')[4]!).with(4, text.split('\n')[3]!).join('\n')),
    'its end was cut off': (path) => edit(linesFile(path, 0), (text) => `${text.split('\n').slice(0, -2).join('\n')}\n`),
    'its lines are gone': (path) => rmSync(linesFile(path, 0)),
    'its last checkpoint has another signature': (path) =>
      edit(checkpointsFile(path), (text) => swap(text, text.length - lastSignature.exec(text)![1]!.length + 20, 'A')),
    'its keys are gone': (path) => rmSync(keysFile(path)),
    'its keys are others': (path) => edit(keysFile(path), (text) => swap(text, text.length - 30, 'A')),
    'its list of segments has a line too many': (path) => appendFileSync(segmentsFile(path), `000000000000 ${Buffer.alloc(32).toString('base64')}\n`),
    'its list of segments is out of order': (path) => appendFileSync(segmentsFile(path), `000000004096 ${Buffer.alloc(32).toString('base64')}\n`),
  }

  for (const [what, change] of Object.entries(changes)) {
    test(`[C73] is never written to again, and a new one is begun, where ${what}`, async () => {
      const left = leaveWith(change)
      const before = readdirSync(join(left, log.id)).map((name) => readFileSync(join(left, log.id, name), 'latin1'))
      const { log: later, told } = await openTold(left)
      await later.append(receipts(1))
      await later.close()
      assert.notEqual(later.id, log.id)
      assert.deepEqual(
        told.map(({ reason }) => reason),
        ['damaged'],
      )
      const names = readdirSync(join(left, log.id)).filter((name) => !name.startsWith('lock'))
      assert.deepEqual(
        names.map((name) => readFileSync(join(left, log.id, name), 'latin1')),
        before,
      )
    })
  }

  test('is another’s where the signing key is another', async () => {
    const told: string[] = []
    const later = await openAt(leave(folder), { key: { current: seed(9), former: undefined }, report: (_, { message }) => void told.push(message) })
    assert.notEqual(later.id, log.id)
    assert.match(told.join(), /signed with a key that is not here/)
    await later.close()
  })
})

describe('keys', () => {
  const rotated = { current: seed(2), former: seed(1) }

  test('are handed on in the running log, and the log says so', async () => {
    await log.append(receipts(3))
    await log.adopt(seed(2))
    await log.adopt(seed(2))
    await log.append(receipts(3))
    const { note } = await log.checkpoint()
    assert.ok(note.includes(`— ${log.origin} `))
    await assertRight(folder)
    assert.equal(await openAt(leave(folder), { key: rotated }).then(async (later) => (await later.close(), later.size)), 9)
  })

  test('are handed on by the next process where the one before had the former', async () => {
    const left = leave(folder)
    const later = await openAt(left, { key: rotated })
    assert.deepEqual([later.id, later.size], [log.id, 3])
    await later.close()
    await assertRight(left)
  })

  test('that stand in the log and not in their file are written there', async () => {
    const file = keysFile(log.folder)
    const before = readFileSync(file)
    const checkpoints = readFileSync(checkpointsFile(log.folder))
    await log.adopt(seed(2))
    const left = leaveWith((path) => (writeFileSync(keysFile(path), before), writeFileSync(checkpointsFile(path), checkpoints)))
    const later = await openAt(left, { key: rotated })
    assert.equal(later.id, log.id)
    await later.close()
    assert.equal(readFileSync(keysFile(join(left, log.id)), 'utf8'), readFileSync(file, 'utf8'))
    await assertRight(left)
  })
})

describe('an erasure that was told and not done', () => {
  test('[C75] is done by the next process, of entries', async () => {
    await log.append(receipts(20))
    const whole = readFileSync(linesFile(log.folder, 0), 'utf8')
    await eraseEntries(log, [3, 4, 9], { by: 'admin', reason: 'operator' })
    const erased = readFileSync(linesFile(log.folder, 0), 'utf8')
    const left = leaveWith((path) => writeFileSync(linesFile(path, 0), whole + erased.slice(whole.length)))
    await assertRight(left)
    await kept(left)
    assert.ok(readFileSync(linesFile(join(left, log.id), 0), 'utf8').startsWith(erased))
  })

  test('[C75] is done by the next process, of segments', async () => {
    await log.append(receipts(segmentEntries))
    await log.checkpoint()
    const [lines, hashes] = [readFileSync(linesFile(log.folder, 0)), readFileSync(hashesFile(log.folder, 0))]
    await dropSegments(log, segmentEntries, { by: 'retention', reason: 'retention' })
    const left = leaveWith((path) => (writeFileSync(linesFile(path, 0), lines), writeFileSync(hashesFile(path, 0), hashes)))
    await kept(left)
    assert.ok(!existsSync(linesFile(join(left, log.id), 0)) && !existsSync(hashesFile(join(left, log.id), 0)))
  })
})

describe('calls that a process had begun', () => {
  test('[B19] are told of once, however often the log is opened', async () => {
    await Promise.all(['dec_0', 'dec_1', 'dec_2'].map((id) => log.intend(id, intentOf(id))))
    await log.append(receipts(1))
    const left = leave(folder)
    assert.equal(await kept(left), 4)
    const verdicts = await verifyLogs(left)
    assert.equal(verdicts[0]!.entries, 6)
    assert.equal(await kept(left), 6)
    assert.equal(readFileSync(linesFile(join(left, log.id), 0), 'utf8').split('interrupted').length - 1, 2)
  })

  test('[B19] are not told of by the same process when it opens a log again while they go on', async () => {
    await Promise.all(['dec_0', 'dec_1'].map((id) => log.intend(id, intentOf(id))))
    const left = leave(folder)
    const later = await openAt(left, { living: log.openCalls })
    assert.deepEqual([later.size, [...later.openCalls.keys()]], [2, ['dec_0', 'dec_1']])
    await later.append(receipts(1))
    assert.equal(await openAt(leave(left)).then(async (last) => (await last.close(), last.size)), 5)
    await later.close()
  })

  test('[B19] in logs that nobody goes on with are told of too', async () => {
    await log.intend('dec_1', intentOf('dec_1'))
    const other = await openAt(folder)
    await other.intend('dec_2', intentOf('dec_2'))
    const left = leave(folder)
    const later = await openAt(left)
    await mendLogs(optionsOf(left))
    await mendLogs(optionsOf(left))
    const texts = listLogs(left).map((id) => readFileSync(linesFile(join(left, id), 0), 'utf8'))
    assert.deepEqual(
      texts.map((text) => text.split('interrupted').length - 1),
      [1, 1],
    )
    assert.deepEqual(
      texts.map((text) => text.split(' start ').length - 1),
      [2, 2],
    )
    await later.close()
    await other.close()
    await assertRight(left)
  })

  test('are more than a segment holds', async () => {
    await Promise.all(Array.from({ length: 5000 }, (_, at) => log.intend(`dec_${at}`, intentOf(`dec_${at}`))))
    assert.equal(await kept(leave(folder)), 5001)
  })
})
