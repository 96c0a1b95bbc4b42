/** [C74]: two verifiers that share no line, ours and the scripts in Python, judge a thousand logs and receipts that were tampered with. */

import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, describe, test } from 'node:test'
import { verifyBundle } from '../../src/ledger/verify-bundle.ts'
import { verifyLogs } from '../../src/ledger/verify.ts'
import { leafHash } from '../../src/receipts/merkle.ts'
import { vouch } from '../../src/receipts/note-keys.ts'
import { Forge } from './forge.ts'
import { bundleDeeds } from './forge-bundles.ts'
import { deeds, randomOf } from './forge-logs.ts'
import type { Files, Scene } from './forge-logs.ts'
import { startSecond } from './verify-python.ts'
import type { Place } from './verify-python.ts'

/** Another number tries other places: `OMNI_SEED=7 npm test -- verify-twice`. */
const seed = Number(process.env.OMNI_SEED ?? 1)
const forgedLogs = 700
const forgedBundles = 300

const root = mkdtempSync(join(tmpdir(), 'omni-verify-'))
const second = startSecond()
after(() => {
  second.stop()
  rmSync(root, { recursive: true })
})

interface Stage extends Scene {
  readonly folder: string
  readonly honest: ReadonlyMap<string, Buffer>
  /** A file of checkpoints that were kept elsewhere. */
  readonly kept: string
}

const filesOf = (logs: readonly Forge[]): Files =>
  new Map(logs.flatMap((log) => [...log.files()].map(([name, bytes]) => [`${log.id}/${name}`, bytes] as const)))

function openStage(name: string, make: (folder: string) => readonly Forge[], goOn: (logs: readonly Forge[]) => void): Stage {
  const folder = join(root, name)
  const logs = make(folder)
  const before = filesOf(logs)
  goOn(logs)
  const kept = join(root, `${name}.kept`)
  writeFileSync(kept, logs.map((log) => log.kept).join(''))
  const honest = filesOf(logs)
  put(folder, honest)
  return { folder, logs, before, honest, kept }
}

function put(folder: string, files: ReadonlyMap<string, Buffer>): void {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder)
  for (const [path, bytes] of files) {
    mkdirSync(join(folder, dirname(path)), { recursive: true })
    writeFileSync(join(folder, path), bytes)
  }
}

/** Small ones, one of which has two keys, erased entries and a tail that nobody signed; one without its first segment; one with a full segment. */
const stages: readonly Stage[] = [
  openStage(
    'small',
    (folder) => [new Forge(folder, 1).fill(30, 10), new Forge(folder, 2).fill(12, 5)],
    ([one, other]) => {
      one!.rotate().fill(9, 4).erase([3, 5], [9, 9], [20, 21]).fill(12, 10)
      other!.fill(5, 5).sign().sign()
    },
  ),
  openStage(
    'dropped',
    (folder) => [new Forge(folder, 3).fill(4000, 1000).rotate().fill(200, 60)],
    ([log]) => log!.drop(4096).fill(30, 7).erase([4100, 4120]),
  ),
  openStage(
    'full',
    (folder) => [new Forge(folder, 4).fill(4000, 1000)],
    ([log]) => log!.fill(200, 90).erase([7, 7]),
  ),
]

/** The large one takes longer, so it is tried less often. */
const stageAt = (at: number): Stage => stages[at % 10 === 9 ? 2 : at % 3 === 2 ? 1 : 0]!

/** Where our verifier names the file of hashes, since what was signed shows that the entry is right, the small one names the entry. */
const placeOf = (wrong: Place | undefined): Place | null => (wrong === undefined ? null : { file: wrong.file.replace(/\.hashes$/, '.jsonl'), line: wrong.line })

async function judgeTwice(stage: Stage, checkpoints: readonly string[], key?: string) {
  const told = second.judgeLogs({ folder: stage.folder, checkpoints, key })
  const ours = await verifyLogs(stage.folder, { checkpoints, key })
  return { ours: Object.fromEntries(ours.map(({ log, wrong }) => [log, placeOf(wrong)])), theirs: { ...(await told) } }
}

/** What only the holder of the key can do: sign for a log that says what no log may. The line is that of the place to be named. */
const dishonest: readonly { readonly says: string; readonly line: number; readonly make: (log: Forge) => void }[] = [
  { says: 'an entry of another kind where a key is told of', line: 12, make: (log) => resay(log.rotate(), 11, `${'A'.repeat(22)} receipt {}`) },
  { says: 'an entry that tells of another key', line: 12, make: (log) => resay(log.rotate(), 11, `${'A'.repeat(22)} key {"statement":"x"}`) },
  { says: 'an entry of no kind', line: 5, make: (log) => resay(log, 4, `${'A'.repeat(22)} remark {}`) },
  { says: 'an entry without JSON', line: 5, make: (log) => resay(log, 4, `${'A'.repeat(22)} receipt `) },
  ...[
    '{}',
    '{',
    '{"before":0}',
    '{"before":5.5}',
    '{"before":99}',
    '{"before":null}',
    '{"positions":[[3,1]]}',
    '{"positions":[[1,99]]}',
    '{"positions":[[1]]}',
    '{"positions":[5]}',
    '{"positions":{}}',
    '{"positions":""}',
  ].map((told) => ({ says: `an erasure that says ${told}`, line: 5, make: (log: Forge) => resay(log, 4, `${'A'.repeat(22)} erasure ${told}`) })),
  { says: 'two roots of one size', line: 19, make: (log) => log.notes.push(log.checkpointOf(11, log.rootAt(3))) },
  {
    says: 'a key whose turn comes before that of the former',
    line: 16,
    make: (log) => log.keys.push(vouch(log.rotate().signer, log.former, { time: 1, from: 12 })),
  },
]

/** Another line, and everything signed anew. */
function resay(log: Forge, at: number, line: string): void {
  log.lines[at] = line
  log.leaves[at] = leafHash(line)
  log.notes.splice(0, log.notes.length, log.checkpointOf(log.lines.length))
}

describe('two verifiers', () => {
  for (const { says, line, make } of dishonest)
    test(`[C74] refuse ${says}, though it is signed`, async () => {
      const folder = mkdtempSync(join(root, 'dishonest-'))
      const log = new Forge(folder, 5).fill(10, 10)
      make(log)
      log.write()
      const [verdict] = await verifyLogs(folder)
      assert.equal(verdict!.wrong?.line, line)
      assert.deepEqual(await second.judgeLogs({ folder, checkpoints: [] }), { [log.id]: placeOf(verdict!.wrong) })
    })

  for (const stage of stages)
    test(`[C74] find nothing wrong with honest logs: ${stage.logs.length}, ${stage.honest.size} files`, async () => {
      for (const [checkpoints, key] of [
        [[], undefined],
        [[stage.kept], stage.logs[0]!.keys[0]!.split('\n')[1]],
      ] as const) {
        const { ours, theirs } = await judgeTwice(stage, checkpoints, stage.logs.length === 1 ? key : undefined)
        assert.deepEqual(ours, Object.fromEntries(stage.logs.map(({ id }) => [id, null])))
        assert.deepEqual(theirs, ours)
      }
    })

  test(`[C74] name the same places in ${forgedLogs} logs that were tampered with`, { timeout: 120_000 }, async () => {
    const random = randomOf(seed)
    let found = 0
    for (let at = 0; at < forgedLogs; at += 1) {
      const [stage, deed] = [stageAt(at), deeds[at % deeds.length]!]
      const files: Files = new Map(stage.honest)
      deed.act(files, random, stage)
      put(stage.folder, files)
      const checkpoints = random(2) === 0 ? [] : [stage.kept]
      const { ours, theirs } = await judgeTwice(stage, checkpoints)
      const told = `${at}: ${deed.says}, seed ${seed}`
      assert.deepEqual(theirs, ours, told)
      const isFound = Object.values(ours).some((place) => place !== null)
      assert.ok(isFound || deed.isAlwaysFound !== true, told)
      found += isFound ? 1 : 0
    }
    for (const stage of stages) put(stage.folder, stage.honest)
    assert.ok(found > forgedLogs * 0.7 && found < forgedLogs, `${found} of ${forgedLogs} were found`)
  })

  test(`[C74] refuse the same ${forgedBundles} receipts that were forged, and no honest one`, { timeout: 60_000 }, async () => {
    const random = randomOf(seed)
    const log = stages[0]!.logs[0]!
    const receipts = [1, 2, 7, 8, 13, 22, 29]
    for (const position of receipts) {
      const text = JSON.stringify(log.export(position))
      for (const key of [undefined, ...log.keys.map((note) => note.split('\n')[1])]) {
        assert.equal(verifyBundle(text, key).isRight, true)
        assert.equal(await second.judgeBundle(text, key), null)
      }
      const stranger = stages[1]!.logs[0]!.keys[0]!.split('\n')[1]!
      assert.deepEqual(verifyBundle(text, stranger), {
        isRight: false,
        what: 'untrusted',
        sentence: 'The key that was given did not sign the checkpoint, and vouched for none that did.',
      })
      assert.equal((await second.judgeBundle(text, stranger))?.file, 'keys')
    }
    for (let at = 0; at < forgedBundles; at += 1) {
      const deed = bundleDeeds[at % bundleDeeds.length]!
      const position = receipts[random(receipts.length)]!
      const bundle = structuredClone(log.export(position))
      deed.act(bundle, random, { log, position })
      const text = JSON.stringify(bundle)
      const told = `${at}: ${deed.says}, seed ${seed}: ${text}`
      assert.equal(verifyBundle(text).isRight, false, told)
      assert.notEqual(await second.judgeBundle(text), null, told)
    }
  })
})
