/** [C73]: whatever is done to a log of receipts that was signed, the verifier names the place; what only somebody elsewhere can know, it finds with them. */

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import type { WrongPlace } from '../../src/ledger/verify-place.ts'
import { verifyLogs } from '../../src/ledger/verify.ts'
import { erasedLine } from '../../src/receipts/entry.ts'
import { leafHash } from '../../src/receipts/merkle.ts'
import { Forge } from './forge.ts'

const root = mkdtempSync(join(tmpdir(), 'omni-verify-'))
after(() => rmSync(root, { recursive: true }))

/** 4,096 entries in a full segment and 106 in the next, a checkpoint after every 1,000 and at the end; 3 entries are erased. */
function makeLog(): { readonly log: Forge; readonly folder: string } {
  const folder = mkdtempSync(join(root, 'receipts-'))
  return { log: new Forge(folder, 7).fill(4000, 1000).fill(200, 100).erase([10, 12]).write(), folder }
}

const full = '000000000000.jsonl'
const part = '000000004096.jsonl'

/** Rewrites the lines of a segment; `isThorough`: and their hashes. */
function change(log: Forge, file: string, act: (lines: string[]) => void, isThorough = false): void {
  const path = join(log.folder, file)
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1)
  const leaves = new Map(log.leaves.map((leaf, at) => [log.lines[at], leaf]))
  act(lines)
  writeFileSync(path, lines.map((line) => `${line}\n`).join(''))
  if (isThorough) writeFileSync(path.replace('.jsonl', '.hashes'), Buffer.concat(lines.map((line) => leaves.get(line) ?? leafHash(line))))
}

const edit = (line: string): string => line.replace('a-model', 'b-model')

interface Case {
  readonly says: string
  readonly act: (log: Forge) => void
  readonly place: Omit<WrongPlace, 'sentence'>
}

const cases: readonly Case[] = [
  {
    says: 'an edited entry',
    act: (log) => change(log, full, (lines) => (lines[2000] = edit(lines[2000]!))),
    place: { file: full, line: 2001, position: 2000, what: 'edited' },
  },
  {
    says: 'the first of several edited entries',
    act: (log) => change(log, full, (lines) => [3000, 77, 4000].forEach((at) => (lines[at] = edit(lines[at]!)))),
    place: { file: full, line: 78, position: 77, what: 'edited' },
  },
  {
    says: 'an entry that was edited with its hash, by the last place that is vouched for',
    act: (log) => change(log, full, (lines) => (lines[2500] = edit(lines[2500]!)), true),
    place: { file: full, line: 2002, position: 2001, what: 'replaced' },
  },
  {
    says: 'a deleted entry',
    act: (log) => change(log, part, (lines) => lines.splice(50, 1)),
    place: { file: part, line: 51, position: 4146, what: 'deleted' },
  },
  {
    says: 'deleted entries in a segment that others follow, their hashes with them',
    act: (log) => change(log, full, (lines) => lines.splice(4090, 2), true),
    place: { file: full, line: 4095, position: 4094, what: 'truncated' },
  },
  {
    says: 'an inserted entry',
    act: (log) => change(log, part, (lines) => lines.splice(50, 0, `${'A'.repeat(22)} receipt {"at":1}`)),
    place: { file: part, line: 51, position: 4146, what: 'inserted' },
  },
  {
    says: 'an entry too many in a full segment',
    act: (log) => change(log, full, (lines) => lines.push(`${'A'.repeat(22)} receipt {"at":1}`), true),
    place: { file: full, line: 4097, position: 4096, what: 'inserted' },
  },
  {
    says: 'entries in another order',
    act: (log) => change(log, part, (lines) => lines.splice(20, 2, lines[21]!, lines[20]!)),
    place: { file: part, line: 21, position: 4116, what: 'reordered' },
  },
  {
    says: 'an end that was cut off',
    act: (log) => change(log, part, (lines) => lines.splice(60)),
    place: { file: part, line: 61, position: 4156, what: 'truncated' },
  },
  {
    says: 'an end that was cut off with its hashes',
    act: (log) => change(log, part, (lines) => lines.splice(60), true),
    place: { file: part, line: 61, position: 4156, what: 'truncated' },
  },
  {
    says: 'the line feed that the last entry lacks',
    act: (log) => truncateSync(join(log.folder, part), readFileSync(join(log.folder, part)).length - 1),
    place: { file: part, line: 106, position: 4201, what: 'truncated' },
  },
  {
    says: 'swapped segments',
    act: ({ folder }) => {
      renameSync(join(folder, full), join(folder, 'x'))
      renameSync(join(folder, part), join(folder, full))
      renameSync(join(folder, 'x'), join(folder, part))
    },
    place: { file: full, line: 1, position: 0, what: 'edited' },
  },
  {
    says: 'a segment that is gone, and nothing tells of it',
    act: ({ folder }) => rmSync(join(folder, full)),
    place: { file: full, line: 1, position: 0, what: 'unexplained' },
  },
  {
    says: 'the last segment, which is gone',
    act: ({ folder }) => rmSync(join(folder, part)),
    place: { file: part, line: 1, position: 4096, what: 'truncated' },
  },
  {
    says: 'an entry that is erased, and nothing tells of it',
    act: (log) => change(log, part, (lines) => (lines[5] = erasedLine(log.leaves[4101]!, lines[5]!.length))),
    place: { file: part, line: 6, position: 4101, what: 'unexplained' },
  },
  {
    says: 'a hash that is not that of an entry which was signed',
    act: ({ folder }) => {
      const path = join(folder, '000000004096.hashes')
      const bytes = readFileSync(path)
      bytes[32 * 9]! ^= 1
      writeFileSync(path, bytes)
    },
    place: { file: '000000004096.hashes', line: 10, position: 4105, what: 'hashes' },
  },
  {
    says: 'a root of a segment that is not its root',
    act: ({ folder }) => writeFileSync(join(folder, 'segments'), `000000000000 ${randomBytes(32).toString('base64')}\n`),
    place: { file: 'segments', line: 1, position: 0, what: 'segment_root' },
  },
  {
    says: 'a checkpoint that says something else',
    act: ({ folder, notes }) =>
      writeFileSync(
        join(folder, 'checkpoints'),
        notes
          .map((note) => `${note}\n`)
          .join('')
          .replace('\n2001\n', '\n2002\n'),
      ),
    place: { file: 'checkpoints', line: 19, position: null, what: 'signature' },
  },
  {
    says: 'checkpoints in another order',
    act: ({ folder, notes }) =>
      writeFileSync(
        join(folder, 'checkpoints'),
        notes
          .toReversed()
          .map((note) => `${note}\n`)
          .join(''),
      ),
    place: { file: 'checkpoints', line: 10, position: null, what: 'order' },
  },
  {
    says: 'checkpoints that are gone',
    act: ({ folder }) => rmSync(join(folder, 'checkpoints')),
    place: { file: 'checkpoints', line: 1, position: null, what: 'missing' },
  },
  {
    says: 'keys that are gone',
    act: ({ folder }) => rmSync(join(folder, 'keys')),
    place: { file: 'keys', line: 1, position: null, what: 'missing' },
  },
  {
    says: 'a log that was put in the place of another',
    act: ({ folder }) => {
      const other = new Forge(mkdtempSync(join(root, 'other-')), 8).fill(20, 5).write()
      rmSync(folder, { recursive: true })
      renameSync(other.folder, folder)
    },
    place: { file: 'keys', line: 1, position: null, what: 'signature' },
  },
]

describe('a log that was tampered with', () => {
  for (const { says, act, place } of cases)
    test(`[C73] is found by ${says}`, async () => {
      const { log, folder } = makeLog()
      act(log)
      const [verdict] = await verifyLogs(folder)
      const { sentence, ...found } = verdict!.wrong!
      assert.deepEqual(found, place)
      assert.match(sentence, /^[A-Z].*\.$/)
    })
})

describe('a checkpoint that was kept elsewhere', () => {
  /** A log, its folder as it was before its last entries, and its last checkpoint. */
  function makeKept(): { readonly log: Forge; readonly folder: string; readonly kept: string; readonly earlier: string } {
    const folder = mkdtempSync(join(root, 'receipts-'))
    const log = new Forge(folder, 9).fill(30, 10)
    const earlier = mkdtempSync(join(root, 'earlier-'))
    mkdirSync(join(earlier, log.id))
    for (const [name, bytes] of log.files()) writeFileSync(join(earlier, log.id, name), bytes)
    log.fill(5, 5).write()
    const kept = join(mkdtempSync(join(root, 'kept-')), 'kept')
    writeFileSync(kept, log.notes.at(-1)!)
    return { log, folder, kept, earlier }
  }

  test('[C73] agrees with an honest log, and is counted', async () => {
    const { folder, kept } = makeKept()
    const [verdict] = await verifyLogs(folder, { checkpoints: [kept] })
    assert.deepEqual([verdict!.wrong, verdict!.compared, verdict!.isAnchored, verdict!.entries, verdict!.unsigned], [undefined, 1, true, 36, 0])
  })

  test('[C73] finds a log that was rolled back as a whole, which nothing else can', async () => {
    const { earlier, kept } = makeKept()
    assert.equal((await verifyLogs(earlier))[0]!.wrong, undefined)
    const [verdict] = await verifyLogs(earlier, { checkpoints: [kept] })
    assert.deepEqual([verdict!.wrong?.what, verdict!.wrong?.file, verdict!.wrong?.line], ['rolled_back', kept, 1])
  })

  test('[C73] finds a log that is gone, also where its folder is left', async () => {
    const { folder, log, kept } = makeKept()
    const ways = [
      [() => rmSync(log.folder, { recursive: true }), 'gone'],
      [() => mkdirSync(log.folder), 'missing'],
    ] as const
    for (const [act, what] of ways) {
      act()
      const [verdict] = await verifyLogs(folder, { checkpoints: [kept] })
      assert.deepEqual([verdict!.log, verdict!.wrong?.what], [log.id, what])
    }
  })

  test('[C73] finds another past that was signed with the right key', async () => {
    const { folder, log, kept } = makeKept()
    log.lines[3] = edit(log.lines[3]!)
    log.leaves[3] = leafHash(log.lines[3])
    log.notes.splice(0, log.notes.length, log.checkpointOf(log.lines.length))
    log.write()
    assert.equal((await verifyLogs(folder))[0]!.wrong, undefined)
    assert.equal((await verifyLogs(folder, { checkpoints: [kept] }))[0]!.wrong?.what, 'fork')
  })

  test('[C73] is itself refused where the log did not sign it, or it is of no form', async () => {
    const { folder, log, kept } = makeKept()
    const forged = new Forge(root, 10)
    writeFileSync(kept, log.checkpointOf(log.lines.length, undefined, forged.signer))
    assert.equal((await verifyLogs(folder, { checkpoints: [kept] }))[0]!.wrong?.what, 'signature')
    writeFileSync(kept, log.notes[0]!.replace('time', 'hour'))
    assert.equal((await verifyLogs(folder, { checkpoints: [kept] }))[0]!.wrong?.what, 'malformed')
    writeFileSync(kept, log.notes[0]!.replaceAll(log.origin, 'example.com/log'))
    assert.deepEqual(
      (await verifyLogs(folder, { checkpoints: [kept] })).map(({ log: id, wrong }) => [id, wrong?.what]),
      [
        ['?', 'missing'],
        [log.id, undefined],
      ],
    )
  })

  test('a key that is known from elsewhere, or one that it vouched for, has to have signed the last checkpoint', async () => {
    const { folder, log } = makeKept()
    const textOf = (at: number): string => log.keys[at]!.split('\n')[1]!
    log.rotate().write()
    for (const key of [textOf(0), textOf(1)]) assert.equal((await verifyLogs(folder, { key }))[0]!.wrong, undefined)
    for (const key of [new Forge(root, 11).signer.key.text, 'no key']) assert.equal((await verifyLogs(folder, { key }))[0]!.wrong?.what, 'untrusted')
  })
})
