/** Walks through the entries of a log: holds each against its hash, and the tree against every root that was signed. */

import { basename } from 'node:path'
import { readObject } from '../base/json.ts'
import { readEntry } from '../receipts/entry.ts'
import { Tree, emptyRoot, joinEdge, leafHash } from '../receipts/merkle.ts'
import type { Vouched } from '../receipts/note-keys.ts'
import { checkpointsFile, firstOf, hashesFile, linesFile, segmentEntries, segmentsFile } from './layout.ts'
import { Erasures, toldIn } from './verify-erasures.ts'
import type { Signed } from './verify-notes.ts'
import { WrongAt } from './verify-place.ts'
import type { WhatWrong } from './verify-place.ts'

/** A segment whose lines are there. */
export interface Segment {
  readonly first: number
  /** Without line feeds. */
  readonly lines: readonly Buffer[]
  /** Of the file of hashes. */
  readonly kept: readonly Buffer[]
  /** Of the file `segments`. */
  readonly root: Buffer | undefined
  readonly isLast: boolean
}

export interface Known {
  readonly log: string
  readonly keys: readonly Vouched[]
  readonly signed: Signed
  /** Sizes at which somebody elsewhere knows the root. */
  readonly wanted: ReadonlySet<number>
}

export class Walk {
  readonly erasures = new Erasures()
  /** At the sizes that are wanted, in latin1. */
  readonly roots = new Map<number, string>()
  readonly #known: Known
  /** By the position of the entry that tells of the key. */
  readonly #statements: ReadonlyMap<number, string>
  /** Of the roots of full segments. */
  readonly #full = new Tree()
  #part = new Tree()
  #entries = 0
  /** Up to where the log is known to be as it was signed. */
  #good = 0

  constructor(known: Known) {
    this.#known = known
    this.#statements = new Map(known.keys.slice(1).map(({ from, note }) => [from - 1, note]))
    this.roots.set(0, emptyRoot.toString('latin1'))
  }

  get entries(): number {
    return this.#entries
  }

  /** A segment that was removed, of which no more than its root is known: what signed for it has to count it whole. Throws `WrongAt`, as all here do. */
  skip(first: number, root: Buffer): void {
    if (first + segmentEntries > this.#known.signed.size) throw this.#wrong('missing', first)
    this.erasures.leave(first, first + segmentEntries)
    this.#full.add(root)
    this.#reach(first + segmentEntries)
  }

  enter(segment: Segment): void {
    const { first, lines, kept, root, isLast } = segment
    const leaves = lines.map(leafOf)
    for (const [at, leaf] of leaves.entries()) {
      if (at === segmentEntries || !this.#isKept(first + at, leaf, kept[at])) this.#complain(segment, leaves, at)
      this.#part.add(leaf)
      this.#reach(first + at + 1)
      this.#read(first + at, lines[at]!)
    }
    const least = root !== undefined || !isLast ? segmentEntries : kept.length
    if (lines.length < least) throw this.#wrong('truncated', first + lines.length)
    if (lines.length === segmentEntries) this.#fill(first, root)
  }

  /** All that was signed has to be there, and what is gone has to be told of. */
  finish(): void {
    const { signed, keys } = this.#known
    if (this.#entries < Math.max(signed.size, keys.at(-1)!.from)) throw this.#wrong('truncated', this.#entries)
    const position = this.erasures.findUnexplained()
    if (position !== undefined) throw this.#wrong('unexplained', position)
  }

  /** Behind the last checkpoint a process may have ended before it wrote the hash. */
  #isKept(position: number, leaf: Buffer, hash: Buffer | undefined): boolean {
    return hash === undefined ? position >= this.#known.signed.size : hash.equals(leaf)
  }

  #reach(size: number): void {
    this.#entries = size
    const signed = this.#known.signed.roots.get(size)
    if (signed === undefined && !this.#known.wanted.has(size)) return
    const root = this.#root()
    if (signed !== undefined && signed !== root) throw this.#wrong('replaced', this.#good)
    if (signed !== undefined) this.#good = size
    this.roots.set(size, root)
  }

  #root(part = this.#part): string {
    return joinEdge([...this.#full.state().edge, ...(part.size === 0 ? [] : [part.root()])]).toString('latin1')
  }

  #read(position: number, line: Buffer): void {
    const entry = readEntry(line.toString())
    const statement = this.#statements.get(position)
    if (entry?.is === 'erased') return this.erasures.leave(position, position + 1)
    const told = entry?.kind === 'erasure' ? toldIn(entry.text, position) : []
    // The first thing that a process writes to a new log is `start`, and the second a checkpoint.
    if (this.#known.signed.count === 0 && entry?.kind !== 'start') throw new WrongAt('missing', { file: basename(checkpointsFile('')) })
    const isStated = statement === undefined || (entry?.kind === 'key' && readObject(entry.text)?.statement === statement)
    if (entry === undefined || told === undefined || !isStated) throw this.#wrong('malformed', position)
    this.erasures.tell(told)
  }

  #fill(first: number, listed: Buffer | undefined): void {
    const root = this.#part.root()
    const isRight = listed === undefined ? first + segmentEntries >= this.#known.signed.size : listed.equals(root)
    if (!isRight) throw new WrongAt('segment_root', { file: basename(segmentsFile('')), line: first / segmentEntries + 1, position: first })
    this.#full.add(root)
    this.#part = new Tree()
  }

  /** A line and its hash differ: whatever was signed next says which of them is wrong. */
  #complain(segment: Segment, leaves: readonly Buffer[], at: number): never {
    const position = segment.first + at
    if (at === segmentEntries) throw new WrongAt('inserted', { file: basename(linesFile('', segment.first)), line: at + 1, position })
    if (!this.#isSigned(segment, leaves, at)) throw this.#wrong(nameChange(leaves, segment.kept, at), position)
    throw new WrongAt('hashes', { file: basename(hashesFile('', segment.first)), line: at + 1, position })
  }

  #isSigned({ first, root }: Segment, leaves: readonly Buffer[], at: number): boolean {
    const part = new Tree(this.#part.state())
    for (const leaf of leaves.slice(at, segmentEntries)) {
      part.add(leaf)
      const signed = this.#known.signed.roots.get(first + part.size)
      if (signed !== undefined) return signed === this.#root(part)
    }
    return part.size === segmentEntries && root?.equals(part.root()) === true
  }

  #wrong(what: WhatWrong, position: number): WrongAt {
    const first = firstOf(position)
    return new WrongAt(what, { file: basename(linesFile('', first)), line: position - first + 1, position })
  }
}

function leafOf(line: Buffer): Buffer {
  const entry = line.indexOf('erased ') === 0 ? readEntry(line.toString()) : undefined
  return entry?.is === 'erased' ? entry.leaf : leafHash(line)
}

/** What happened at the first line that is not the one of its hash, told from where else the two of them stand. */
function nameChange(leaves: readonly Buffer[], kept: readonly Buffer[], at: number): WhatWrong {
  if (at >= kept.length) return 'inserted'
  const isElsewhere = kept.slice(at).some((hash) => hash.equals(leaves[at]!))
  const isFurtherOn = leaves.slice(at).some((leaf) => leaf.equals(kept[at]!))
  if (isElsewhere) return isFurtherOn ? 'reordered' : 'deleted'
  return isFurtherOn ? 'inserted' : 'edited'
}
