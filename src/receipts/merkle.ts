/** The Merkle tree of a log, as RFC 6962 hashes it: leaves, nodes, and a tree of which only the right edge is kept. */

import { hash } from 'node:crypto'

export const hashBytes = 32
/** A tree of 2^53 leaves has no more complete subtrees at its right edge. */
const deepest = 54

const leafMark = Buffer.of(0)
const twoNodes = Buffer.alloc(1 + 2 * hashBytes)
twoNodes[0] = 1

/** The root of a tree without leaves. */
export const emptyRoot: Buffer = hash('sha256', '', 'buffer')

/** SHA-256 of the byte 0 and the line, which has no line feed. */
export function leafHash(line: string | Buffer): Buffer {
  return hash('sha256', Buffer.concat([leafMark, typeof line === 'string' ? Buffer.from(line) : line]), 'buffer')
}

/** SHA-256 of the byte 1 and the two children, of 32 bytes each. */
export function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  twoNodes.set(left, 1)
  twoNodes.set(right, 1 + hashBytes)
  return hash('sha256', twoNodes, 'buffer')
}

/** The complete subtrees of a tree of `size` leaves, from the left: one for each bit of the size that is set. */
export interface TreeState {
  readonly size: number
  readonly edge: readonly Uint8Array[]
}

export class Tree {
  #size: number
  #depth: number
  /** The edge in one piece of memory: hashing into it makes no buffer for each node, which took longer than the hashing. */
  readonly #edge = Buffer.alloc((deepest + 1) * hashBytes)

  constructor({ size, edge }: TreeState = { size: 0, edge: [] }) {
    this.#size = size
    this.#depth = edge.length
    for (const [at, node] of edge.entries()) this.#edge.set(node, at * hashBytes)
  }

  get size(): number {
    return this.#size
  }

  /** Adds the leaf whose hash stands in `hashes` at byte `at`. */
  add(hashes: Buffer, at = 0): void {
    hashes.copy(this.#edge, this.#depth * hashBytes, at, at + hashBytes)
    for (let size = this.#size; size % 2 === 1; size = (size - 1) / 2) {
      this.#depth -= 1
      const left = this.#depth * hashBytes
      this.#edge.copy(twoNodes, 1, left, left + 2 * hashBytes)
      this.#edge.write(hash('sha256', twoNodes, 'latin1'), left, 'latin1')
    }
    this.#depth += 1
    this.#size += 1
  }

  root(): Buffer {
    return joinEdge(this.state().edge)
  }

  /** What a tree is made from again. */
  state(): { readonly size: number; readonly edge: readonly Buffer[] } {
    const edge = Array.from({ length: this.#depth }, (_, at) => Buffer.from(this.#edge.subarray(at * hashBytes, (at + 1) * hashBytes)))
    return { size: this.#size, edge }
  }
}

/** The root over subtrees from the left to the right edge, none of which is larger than the one before it. */
export function joinEdge(edge: readonly Buffer[]): Buffer {
  return edge.length === 0 ? emptyRoot : edge.reduceRight((right, left) => nodeHash(left, right))
}

/** Of a tree whose leaves have these hashes; or of one whose complete subtrees of one size have, the last of which may be smaller. */
export function rootOf(hashes: readonly Buffer[]): Buffer {
  const tree = new Tree()
  for (const each of hashes) tree.add(each)
  return tree.root()
}

/** The hashes in a file or a part of it, which has them one after the other. */
export function cutHashes(bytes: Buffer): readonly Buffer[] {
  return Array.from({ length: Math.floor(bytes.length / hashBytes) }, (_, at) => bytes.subarray(at * hashBytes, (at + 1) * hashBytes))
}
