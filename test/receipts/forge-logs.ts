/** What somebody may do to logs that are not theirs to change: each way as a function of the files. */

import { createHash } from 'node:crypto'
import { leafHash } from '../../src/receipts/merkle.ts'
import { writeCheckpoint } from '../../src/receipts/note-bodies.ts'
import { vouch } from '../../src/receipts/note-keys.ts'
import { signerOf, writeNote } from '../../src/receipts/note.ts'
import type { Forge } from './forge.ts'

/** The bytes of each file by its path below the folder of receipts. */
export type Files = Map<string, Buffer>

export interface Scene {
  readonly logs: readonly Forge[]
  /** What the folder was at an earlier time. */
  readonly before: ReadonlyMap<string, Buffer>
}

/** A whole number from 0 up to `below`, the same ones for the same seed. */
export type Random = (below: number) => number

/** Mulberry32: small, and good enough to choose places. */
export function randomOf(seed: number): Random {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

export interface Deed {
  readonly says: string
  /** Whether it is found whatever the place, and without a checkpoint from elsewhere. */
  readonly isAlwaysFound?: true
  readonly act: (files: Files, random: Random, scene: Scene) => void
}

const stranger = createHash('sha256').update('a stranger').digest()

/** A path that fits, among those that have something in them. */
function pick(files: Files, random: Random, pattern: RegExp): string {
  const fit = [...files].filter(([path, bytes]) => pattern.test(path) && bytes.length > 0)
  return fit[random(fit.length)]![0]
}

const lineOf = /\.jsonl$/
const linesIn = (bytes: Buffer): string[] => bytes.toString('latin1').split('\n').slice(0, -1)
const join = (lines: readonly string[]): Buffer => Buffer.from(lines.map((line) => `${line}\n`).join(''), 'latin1')

function leafOf(line: string): Buffer {
  const erased = /^erased ([0-9a-f]{64}) *$/.exec(line)
  return erased === null ? leafHash(Buffer.from(line, 'latin1')) : Buffer.from(erased[1]!, 'hex')
}

/** Changes the lines of one segment, and its hashes alike if they are to follow. */
function rewrite(files: Files, path: string, areHashesChanged: boolean, change: (lines: string[]) => void): void {
  const lines = linesIn(files.get(path)!)
  change(lines)
  files.set(path, join(lines))
  if (areHashesChanged) files.set(path.replace('.jsonl', '.hashes'), Buffer.concat(lines.map(leafOf)))
}

/** A line that the first checkpoints count already. */
const early = (lines: readonly string[], random: Random): number => random(Math.ceil(lines.length / 2))

const edit = (line: string): string => line.replace(/"at":(\d)/, (_, digit: string) => `"at":${(Number(digit) + 1) % 10}`)

function changeNotes(files: Files, path: string, change: (notes: string[]) => void): void {
  const notes = files
    .get(path)!
    .toString()
    .split(/(?<=\n)\n(?!—)/)
    .slice(0, -1)
  change(notes)
  files.set(path, Buffer.from(notes.map((note) => `${note}\n`).join('')))
}

const onLines = (says: string, change: (lines: string[], random: Random) => void): readonly Deed[] =>
  [false, true].map((isThorough) => ({
    says: isThorough ? `${says}, and the hashes with it` : says,
    isAlwaysFound: true,
    act: (files, random) => rewrite(files, pick(files, random, lineOf), isThorough, (lines) => change(lines, random)),
  }))

const onBytes = (says: string, change: (bytes: Buffer, at: number, random: Random) => Buffer): Deed => ({
  says,
  act: (files, random) => {
    const path = pick(files, random, /./)
    const bytes = files.get(path)!
    files.set(path, change(Buffer.from(bytes), random(bytes.length), random))
  },
})

const onNotes = (says: string, change: (notes: string[], random: Random, log: Forge) => void, name = 'checkpoints'): Deed => ({
  says,
  act: (files, random, { logs }) => {
    const log = logs[random(logs.length)]!
    changeNotes(files, `${log.id}/${name}`, (notes) => change(notes, random, log))
  },
})

export const deeds: readonly Deed[] = [
  ...onLines('an entry is edited', (lines, random) => {
    const at = early(lines, random)
    lines[at] = lines[at]!.startsWith('erased') ? lines[at]!.replace(/[0-9a-f]{64}/, 'a'.repeat(64)) : edit(lines[at]!)
  }),
  ...onLines('an entry is deleted', (lines, random) => lines.splice(early(lines, random), 1)),
  ...onLines('an entry is inserted', (lines, random) => {
    lines.splice(early(lines, random), 0, `${'A'.repeat(22)} receipt {"at":5}`)
  }),
  ...onLines('an entry is doubled', (lines, random) => lines.splice(early(lines, random), 0, lines[early(lines, random)]!)),
  ...onLines('two entries change places', (lines, random) => {
    const at = early(lines, random)
    const [one, other] = [lines[at]!, lines[at + 1]!]
    lines.splice(at, 2, other, one)
  }),
  ...onLines('the end is cut off', (lines, random) => lines.splice(early(lines, random))),
  ...onLines('an entry is erased, and nothing tells of it', (lines, random) => {
    const whole = lines.flatMap((line, at) => (/ receipt /.test(line) ? [at] : []))
    const at = whole[random(Math.ceil(whole.length / 2))]!
    lines[at] = `erased ${leafHash(lines[at]!).toString('hex')}`.padEnd(lines[at]!.length)
  }).slice(0, 1),
  onBytes('a bit is turned', (bytes, at, random) => {
    bytes[at]! ^= 1 << random(8)
    return bytes
  }),
  onBytes('a byte is another', (bytes, at, random) => {
    bytes[at] = random(256)
    return bytes
  }),
  onBytes('bytes are cut out', (bytes, at, random) => Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + random(100))])),
  onBytes('bytes are put in', (bytes, at, random) => Buffer.concat([bytes.subarray(0, at), Buffer.alloc(1 + random(100), random(256)), bytes.subarray(at)])),
  onBytes('a file ends early', (bytes, at) => bytes.subarray(0, at)),
  onBytes('a file is empty', () => Buffer.alloc(0)),
  onBytes('a file is noise', (bytes, _, random) => Buffer.from(bytes.map(() => random(256)))),
  { says: 'a file is removed', act: (files, random) => void files.delete(pick(files, random, /./)) },
  {
    says: 'a file takes the place of another',
    act: (files, random) => {
      const [one, other] = [pick(files, random, /./), pick(files, random, /./)]
      const bytes = files.get(one)!
      files.set(one, files.get(other)!)
      files.set(other, bytes)
    },
  },
  {
    says: 'a segment is where none was',
    isAlwaysFound: true,
    act: (files, random, { logs }) => {
      const name = ['000000008192', '000000000007', '999999999999', 'x'][random(4)]!
      files.set(`${logs[random(logs.length)]!.id}/${name}.jsonl`, join([`${'A'.repeat(22)} receipt {"at":5}`]))
    },
  },
  {
    says: 'the folder is what it was before',
    act: (files, _, { before }) => {
      files.clear()
      for (const [path, bytes] of before) files.set(path, bytes)
    },
  },
  {
    says: 'a log is gone',
    act: (files, random, { logs }) => {
      const { id } = logs[random(logs.length)]!
      for (const path of [...files.keys()].filter((each) => each.startsWith(id))) files.delete(path)
    },
  },
  {
    says: 'a log has the name of another',
    isAlwaysFound: true,
    act: (files, random, { logs }) => {
      const { id } = logs[random(logs.length)]!
      for (const [path, bytes] of [...files].filter(([each]) => each.startsWith(id))) {
        files.delete(path)
        files.set(path.replace(id, `log_${'f'.repeat(32)}`), bytes)
      }
    },
  },
  onNotes('a checkpoint is removed', (notes, random) => notes.splice(random(notes.length), 1)),
  onNotes('two checkpoints change places', (notes, random) => {
    const at = random(notes.length - 1)
    notes.splice(at, 2, notes[at + 1]!, notes[at]!)
  }),
  onNotes('the last checkpoint is another’s', (notes, _, log) => {
    const size = log.lines.length
    const body = writeCheckpoint({ origin: log.origin, size, root: log.rootAt(size), time: 5, config: 'ab', build: 'cd' })
    notes.push(writeNote(body, [signerOf(log.origin, stranger)]))
  }),
  onNotes('a checkpoint of another past has a stolen signature', (notes, random, log) => {
    const at = random(notes.length)
    const forged = log.checkpointOf(log.lines.length, log.rootAt(1)).split('\n\n')[0]!
    notes[at] = `${forged}\n\n${notes[at]!.split('\n\n')[1]!}`
  }),
  onNotes('a checkpoint is signed by another key under the id of the right one', (notes, random, log) => {
    const at = random(notes.length)
    const body = `${notes[at]!.split('\n\n')[0]!}\n`
    const bytes = Buffer.concat([Buffer.from(log.signer.key.id, 'hex'), signerOf(log.origin, stranger).sign(body)])
    notes[at] = `${body}\n— ${log.origin} ${bytes.toString('base64')}\n`
  }),
  onNotes('checkpoints have a second signature, of somebody else', (notes, random) => {
    const at = random(notes.length)
    notes[at] += `— witness.example ${Buffer.alloc(76, random(256)).toString('base64')}\n`
  }),
  onNotes('a signature stands twice, once broken', (notes, random) => {
    const at = random(notes.length)
    const line = notes[at]!.trimEnd().split('\n').at(-1)!
    const bytes = Buffer.from(line.split(' ')[2]!, 'base64')
    bytes[bytes.length - 1 - random(60)]! ^= 1
    notes[at] += `${line.split(' ').slice(0, 2).join(' ')} ${bytes.toString('base64')}\n`
  }),
  onNotes(
    'a key is added that nobody vouches for',
    (notes, _, log) => notes.push(vouch(signerOf(log.origin, stranger), undefined, { time: 1, from: 10 })),
    'keys',
  ),
  onNotes('the first key is another', (notes, _, log) => (notes[0] = vouch(signerOf(log.origin, stranger), undefined, { time: 1, from: 0 })), 'keys'),
  onNotes('the last key is forgotten', (notes) => notes.splice(-1), 'keys'),
  onNotes('the keys stand in another order', (notes) => notes.reverse(), 'keys'),
  {
    says: 'a log is signed anew by a stranger from its beginning',
    act: (files, random, { logs }) => {
      const log = logs[random(logs.length)]!
      const signer = signerOf(log.origin, stranger)
      files.set(`${log.id}/keys`, Buffer.from(`${vouch(signer, undefined, { time: 1, from: 0 })}\n`))
      files.set(`${log.id}/checkpoints`, Buffer.from(`${log.checkpointOf(log.lines.length, undefined, signer)}\n`))
    },
  },
]
