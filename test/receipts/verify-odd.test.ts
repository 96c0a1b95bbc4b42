/** [C74]: what is odd rather than changed, on which two implementations of one text part ways: numbers, notes, ranges, and segments that are said to be gone. */

import assert from 'node:assert/strict'
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { verifyBundle } from '../../src/ledger/verify-bundle.ts'
import { verifyLogs } from '../../src/ledger/verify.ts'
import { leafHash } from '../../src/receipts/merkle.ts'
import { Forge } from './forge.ts'
import { startSecond } from './verify-python.ts'

const root = mkdtempSync(join(tmpdir(), 'omni-odd-'))
const second = startSecond()
after(() => {
  second.stop()
  rmSync(root, { recursive: true })
})

const salt = 'A'.repeat(22)

/** An honest log of 21 entries, all of them signed. */
const openLog = (change: (log: Forge) => void = () => {}): Forge => {
  const log = new Forge(mkdtempSync(join(root, 'log-')), 7).fill(20, 10)
  change(log)
  return log.write()
}

/** What both say of the log: null, or the file and the line. */
async function judge(log: Forge, checkpoints: readonly string[] = []): Promise<string | null> {
  const folder = join(log.folder, '..')
  const [{ wrong } = {}] = await verifyLogs(folder, { checkpoints })
  const ours = wrong === undefined ? null : { file: wrong.file, line: wrong.line }
  assert.deepEqual(await second.judgeLogs({ folder, checkpoints }), { [log.id]: ours })
  return ours === null ? null : `${ours.file}:${ours.line}`
}

function append(log: Forge, first: number, lines: readonly string[]): void {
  const path = join(log.folder, String(first).padStart(12, '0'))
  appendFileSync(`${path}.jsonl`, lines.map((line) => `${line}\n`).join(''))
  appendFileSync(`${path}.hashes`, Buffer.concat(lines.map(leafHash)))
}

describe('two verifiers say the same of', () => {
  for (const [told, isRight] of [
    ['{"before":4.0}', true],
    ['{"before":1e1}', true],
    ['{"before":4,"positions":"x"}', true],
    ['{"positions":[[1.0,2.0]]}', true],
    ['{"a":1e999,"before":4}', true],
    [`{"a":${'9'.repeat(6000)},"before":4}`, true],
    ['{"before":4.5}', false],
    ['{"before":true}', false],
    ['{"a":NaN,"before":4}', false],
    ['{"a":-Infinity,"before":4}', false],
    ['{"positions":[[true,2]]}', false],
  ] as const)
    test(`[C74] an erasure that says ${told.slice(0, 40)}`, async () => {
      const log = openLog()
      append(log, 0, [`${salt} erasure ${told}`])
      assert.equal(await judge(log), isRight ? null : '000000000000.jsonl:22')
    })

  test('[C74] a key that says how much is erased: it does not tell of any', async () => {
    const log = openLog((each) => {
      const position = each.rotate().lines.length - 1
      each.lines[position] = `${salt} key ${JSON.stringify({ before: 3, statement: each.keys.at(-1)! })}`
      each.leaves[position] = leafHash(each.lines[position])
      each.lines[1] = `erased ${each.leaves[1]!.toString('hex')}`.padEnd(each.lines[1]!.length)
      each.notes.splice(0, each.notes.length, each.checkpointOf(each.lines.length))
    })
    assert.equal(await judge(log), '000000000000.jsonl:2')
  })

  for (const [says, lines, isRight] of [
    ['of another', () => '— x AAAAAAAA\n', true],
    ['of a name with a space of another kind', () => '— x\u00a0y AAAAAAAA\n', true],
    ['without a whole id', () => '— x AAAA\n', false],
    ['in another base64', () => '— x AAAAAAAAAAB=\n', false],
    ['of a name with a tab', () => '— x\ty AAAAAAAA\n', false],
    ['of a name with a 0', () => '— x\0y AAAAAAAA\n', false],
    ['of a name that is no text', () => '— x\ufffdy AAAAAAAA\n', false],
    ['63 times', () => '— x AAAAAAAA\n'.repeat(63), true],
    ['64 times', () => '— x AAAAAAAA\n'.repeat(64), false],
    ['of a name that is too long', () => `— ${'ä'.repeat(33_000)} AAAAAAAA\n`, false],
    ['of the right key, cut off', ({ origin, signer }: Forge) => `— ${origin} ${Buffer.from(`${signer.key.id}aabbcc`, 'hex').toString('base64')}\n`, false],
    [
      'of the right key, and longer',
      ({ origin, signer }: Forge) => `— ${origin} ${Buffer.from(signer.key.id.padEnd(160, '0'), 'hex').toString('base64')}\n`,
      false,
    ],
  ] as const)
    test(`[C74] a checkpoint with a further signature ${says}`, async () => {
      const log = openLog((each) => (each.notes[2] += lines(each)))
      assert.equal(await judge(log), isRight ? null : 'checkpoints:19')
    })

  test('[C74] a checkpoint before which something stands that does not end', async () => {
    const log = openLog()
    const file = join(log.folder, 'checkpoints')
    writeFileSync(file, readFileSync(file, 'utf8').replace(/(?<=\n\n)(?=omni)/, 'x'.repeat(1_200_000)))
    assert.equal(await judge(log), 'checkpoints:10')
    writeFileSync(file, `${log.kept}${'x'.repeat(1_200_000)}`)
    assert.equal(await judge(log), 'checkpoints:28')
  })

  test('[C73] a log of which a segment is said to be gone that nobody signed for', async () => {
    const log = openLog()
    const kept = join(root, 'kept')
    writeFileSync(kept, log.kept)
    for (const ending of ['jsonl', 'hashes']) rmSync(join(log.folder, `000000000000.${ending}`))
    writeFileSync(join(log.folder, 'segments'), `000000000000 ${Buffer.alloc(32, 7).toString('base64')}\n`)
    append(log, 4096, [`${salt} receipt {"at":1}`, `${salt} erasure {"at":3,"before":4096,"by":"retention","reason":"retention"}`])
    assert.equal(await judge(log), '000000000000.jsonl:1')
    assert.equal(await judge(log, [kept]), '000000000000.jsonl:1')
  })

  test('[C74] a log of which entries are told to be erased again and again', { timeout: 20_000 }, async () => {
    const log = openLog((each) => each.fill(3000))
    append(log, 0, [`${salt} erasure {"positions":[${Array.from({ length: 20_000 }, () => '[1,3000]').join(',')}]}`])
    assert.equal(await judge(log), null)
  })

  for (const [says, isRight, change] of [
    ['the place is written as a fraction', true, (text: string) => text.replace(/"position":(\d+)/, '"position":$1.0')],
    ['there is more, and it is no JSON', false, (text: string) => text.replace(/\}$/, ',"x":NaN}')],
    ['there is more, and it is large', true, (text: string) => text.replace(/\}$/, `,"x":${'9'.repeat(6000)}}`)],
    ['half a pair stands for what is no character', false, (text: string) => text.replace('\ufffd', String.raw`\ud800`)],
    ['the proof is no list', false, (text: string) => text.replace(/"proof":\[(.*?)\]/, (_, nodes: string) => `"proof":{${nodes.replaceAll(',', ':1,')}:1}`)],
  ] as const)
    test(`[C74] a receipt where ${says}`, async () => {
      const log = openLog((each) => each.add('receipt', { id: 'x', model: 'a\ufffdb' }))
      const text = change(JSON.stringify(log.export(21)))
      assert.equal(verifyBundle(text).isRight, isRight)
      assert.equal((await second.judgeBundle(text)) === null, isRight)
    })
})

test('(G9) what was kept elsewhere counts as compared where the entries bear it out, and a file without checkpoints is told', async () => {
  const log = openLog((each) => each.fill(4090, 4090).drop(4096).sign())
  const [kept, empty] = [join(root, 'early'), join(root, 'empty')]
  writeFileSync(kept, `${log.notes[0]!}\n`)
  writeFileSync(empty, log.kept.replaceAll('\n', '\r\n'))
  const [verdict] = await verifyLogs(log.folder, { checkpoints: [kept] })
  assert.deepEqual([verdict?.wrong, verdict?.compared, verdict?.isAnchored], [undefined, 0, false])
  await assert.rejects(verifyLogs(log.folder, { checkpoints: [empty] }), /There is no checkpoint in it/)
})
