/** The segment that is being written: its lines, their hashes, and their tree. */

import { rm } from 'node:fs/promises'
import { Tree, hashBytes } from '../receipts/merkle.ts'
import { makeBatch } from './batch.ts'
import type { NewEntry, Placed } from './batch.ts'
import { GrowingFile } from './files.ts'
import { hashesFile, linesFile, segmentEntries } from './layout.ts'

interface Parts {
  readonly log: string
  readonly first: number
  readonly lines: GrowingFile
  readonly hashes: GrowingFile
  readonly tree: Tree
}

/** What was written and does not count yet. */
export interface Draft {
  readonly placed: readonly Placed[]
  readonly tree: Tree
  readonly bytes: number
}

export class Segment {
  readonly first: number
  readonly #log: string
  readonly #lines: GrowingFile
  readonly #hashes: GrowingFile
  #tree: Tree

  private constructor({ log, first, lines, hashes, tree }: Parts) {
    this.first = first
    this.#log = log
    this.#lines = lines
    this.#hashes = hashes
    this.#tree = tree
  }

  /** `tree` and `bytes`: what counts of it; a new one has nothing. */
  static async open(log: string, first: number, { tree, bytes }: { readonly tree: Tree; readonly bytes: number }): Promise<Segment> {
    const lines = await GrowingFile.open(linesFile(log, first), bytes)
    try {
      const hashes = await GrowingFile.open(hashesFile(log, first), tree.size * hashBytes)
      return new Segment({ log, first, lines, hashes, tree })
    } catch (error) {
      await lines.close()
      throw error
    }
  }

  get count(): number {
    return this.#tree.size
  }

  get room(): number {
    return segmentEntries - this.#tree.size
  }

  get tree(): Tree {
    return this.#tree
  }

  /** Throws `LogError`, and then nothing of it stays. */
  async write(entries: readonly NewEntry[]): Promise<Draft> {
    const tree = new Tree(this.#tree.state())
    const { lines, hashes, placed } = makeBatch(entries, tree, { first: this.first, bytes: this.#lines.size })
    await this.#lines.write(lines)
    try {
      await this.#hashes.write(hashes)
    } catch (error) {
      await this.undo()
      throw error
    }
    return { placed, tree, bytes: lines.length }
  }

  keep({ placed, tree, bytes }: Draft): void {
    this.#lines.keep(bytes)
    this.#hashes.keep(placed.length * hashBytes)
    this.#tree = tree
  }

  /** What cannot be taken back now is so before the next write. */
  async undo(): Promise<void> {
    await Promise.allSettled([this.#lines.undo(), this.#hashes.undo()])
  }

  async sync(): Promise<void> {
    await Promise.all([this.#lines.sync(), this.#hashes.sync()])
  }

  async close(): Promise<void> {
    await Promise.all([this.#lines.close(), this.#hashes.close()])
  }

  /** Closes it and removes its files. */
  async remove(): Promise<void> {
    await this.close()
    await rm(linesFile(this.#log, this.first), { force: true })
    await rm(hashesFile(this.#log, this.first), { force: true })
  }
}
