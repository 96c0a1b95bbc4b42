/** Honest logs, made quickly and of any shape, for verifiers to be tried on; and a second implementation to ask about them. */

import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeCanonical } from '../../src/base/json.ts'
import { erasedLine } from '../../src/receipts/entry.ts'
import type { EntryKind } from '../../src/receipts/entry.ts'
import { leafHash, rootOf } from '../../src/receipts/merkle.ts'
import { inclusionProof } from '../../src/receipts/merkle-proof.ts'
import { writeCheckpoint } from '../../src/receipts/note-bodies.ts'
import { vouch } from '../../src/receipts/note-keys.ts'
import { signerOf, writeNote } from '../../src/receipts/note.ts'
import type { Signer } from '../../src/receipts/note.ts'
import type { Json, JsonObject } from '../../src/base/json.ts'

const segmentEntries = 4096
const hex = createHash('sha256').update('forged').digest('hex')

/** Writes a log as the gateway would, with salts and keys that follow from its name. Nothing of it is shared with the writer but the pure parts. */
export class Forge {
  readonly id: string
  readonly origin: string
  readonly folder: string
  readonly lines: string[] = []
  readonly leaves: Buffer[] = []
  readonly notes: string[] = []
  readonly keys: string[] = []
  readonly #dropped = new Set<number>()
  signer: Signer
  /** The one before, or the same. */
  former: Signer
  #keyCount = 0

  constructor(receipts: string, number: number) {
    this.id = `log_${number.toString(16).padStart(32, '0')}`
    this.origin = `omni-gateway/${this.id}`
    this.folder = join(receipts, this.id)
    this.signer = this.#nextSigner()
    this.former = this.signer
    this.keys.push(vouch(this.signer, undefined, { time: 1, from: 0 }))
    this.add('start', { at: 1 })
    this.sign()
  }

  #nextSigner(): Signer {
    this.#keyCount += 1
    return signerOf(this.origin, createHash('sha256').update(`${this.id} ${this.#keyCount}`).digest())
  }

  add(kind: EntryKind, entry: JsonObject): number {
    const position = this.lines.length
    const salt = createHash('sha256').update(`${this.id} ${position}`).digest().subarray(0, 16).toString('base64url')
    const line = `${salt} ${kind} ${writeCanonical(entry)}`
    this.lines.push(line)
    this.leaves.push(leafHash(line))
    return position
  }

  /** As many receipts, with a checkpoint after each `every` of them. */
  fill(count: number, every = 1000): this {
    for (let at = 1; at <= count; at += 1) {
      this.add('receipt', { at: this.lines.length, id: `call ${this.lines.length}`, model: 'a-model-whose-name-is-long-enough-to-be-erased' })
      if (at % every === 0) this.sign()
    }
    return this
  }

  rootAt(size: number): Buffer {
    return rootOf(this.leaves.slice(0, size))
  }

  checkpointOf(size: number, root = this.rootAt(size), signer = this.signer): string {
    return writeNote(writeCheckpoint({ origin: this.origin, size, root, time: 1000 + this.notes.length, config: hex, build: hex }), [signer])
  }

  sign(): this {
    this.notes.push(this.checkpointOf(this.lines.length))
    return this
  }

  rotate(): this {
    const next = this.#nextSigner()
    const statement = vouch(next, this.signer, { time: 2, from: this.lines.length + 1 })
    this.add('key', { at: 2, statement })
    this.keys.push(statement)
    this.former = this.signer
    this.signer = next
    return this.sign()
  }

  erase(...ranges: readonly (readonly [number, number])[]): this {
    this.add('erasure', { at: 3, by: 'admin', positions: ranges.map((range) => [...range]), reason: 'end_user' })
    for (const [first, last] of ranges) for (let at = first; at <= last; at += 1) this.lines[at] = erasedLine(this.leaves[at]!, this.lines[at]!.length)
    return this.sign()
  }

  drop(before: number): this {
    this.add('erasure', { at: 4, before, by: 'retention', reason: 'retention' })
    for (let first = 0; first < before; first += segmentEntries) this.#dropped.add(first)
    return this.sign()
  }

  /** The files of the log, by their names. */
  files(): ReadonlyMap<string, Buffer> {
    const files = new Map<string, Buffer>()
    const roots: string[] = []
    for (let first = 0; first < this.lines.length; first += segmentEntries) {
      const [name, leaves] = [String(first).padStart(12, '0'), this.leaves.slice(first, first + segmentEntries)]
      if (leaves.length === segmentEntries) roots.push(`${name} ${rootOf(leaves).toString('base64')}\n`)
      if (this.#dropped.has(first)) continue
      files.set(
        `${name}.jsonl`,
        Buffer.from(
          this.lines
            .slice(first, first + segmentEntries)
            .map((line) => `${line}\n`)
            .join(''),
        ),
      )
      files.set(`${name}.hashes`, Buffer.concat(leaves))
    }
    files.set('segments', Buffer.from(roots.join('')))
    files.set('keys', Buffer.from(this.keys.map((note) => `${note}\n`).join('')))
    files.set('checkpoints', Buffer.from(this.kept))
    return files
  }

  write(): this {
    mkdirSync(this.folder, { recursive: true })
    for (const [name, bytes] of this.files()) writeFileSync(join(this.folder, name), bytes)
    return this
  }

  /** What somebody keeps elsewhere who takes each checkpoint. */
  get kept(): string {
    return this.notes.map((note) => `${note}\n`).join('')
  }

  /** What the gateway would export of the entry at `position`, as of the first `size` entries. */
  export(position: number, size = this.lines.length): Record<string, Json> {
    const line = this.lines[position]!
    const header = Buffer.from(`{"alg":"EdDSA","b64":false,"crit":["b64"],"kid":"${this.signer.key.id}"}`).toString('base64url')
    return {
      bundle: 'omni-receipt/1',
      origin: this.origin,
      line,
      position,
      proof: inclusionProof(this.leaves.slice(0, size), position).map((hash) => hash.toString('base64')),
      checkpoint: this.checkpointOf(size),
      keys: this.keys,
      jws: `${header}..${this.signer.sign(`${header}.${line}`).toString('base64url')}`,
    }
  }
}
