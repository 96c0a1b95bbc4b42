/** Proofs about Merkle trees: that a leaf is in one, and that one began as another. What checks them trusts nothing that they say. */

import { hashBytes, nodeHash, rootOf } from './merkle.ts'

/** The largest power of two below `size`, which is 2 or more: where RFC 6962 parts a tree. */
const partOf = (size: number): number => 2 ** Math.ceil(Math.log2(size) - 1)

/** The audit path of the leaf at `index` below `hashes.length`, the node next to it first. https://www.rfc-editor.org/rfc/rfc6962#section-2.1.1 */
export function inclusionProof(hashes: readonly Buffer[], index: number): readonly Buffer[] {
  if (hashes.length === 1) return []
  const part = partOf(hashes.length)
  const [left, right] = [hashes.slice(0, part), hashes.slice(part)]
  return index < part ? [...inclusionProof(left, index), rootOf(right)] : [...inclusionProof(right, index - part), rootOf(left)]
}

/** What shows that the tree of these leaves began as that of the first `size`, which is 1 or more. https://www.rfc-editor.org/rfc/rfc6962#section-2.1.2 */
export function consistencyProof(hashes: readonly Buffer[], size: number): readonly Buffer[] {
  return size === hashes.length ? [] : sharedNodes(hashes, size, true)
}

/** `isWhole`: the part is itself the tree that was begun with, whose root the reader has. */
function sharedNodes(hashes: readonly Buffer[], size: number, isWhole: boolean): readonly Buffer[] {
  if (size === hashes.length) return isWhole ? [] : [rootOf(hashes)]
  const part = partOf(hashes.length)
  const [left, right] = [hashes.slice(0, part), hashes.slice(part)]
  return size <= part ? [...sharedNodes(left, size, isWhole), rootOf(right)] : [...sharedNodes(right, size - part, false), rootOf(left)]
}

export interface Inclusion {
  /** The hash of the leaf, 32 bytes. */
  readonly leaf: Buffer
  readonly index: number
  readonly size: number
  readonly proof: readonly Buffer[]
  readonly root: Buffer
}

/** Whether the leaf stands at `index` in the tree of that size and root. https://www.rfc-editor.org/rfc/rfc9162#section-2.1.3.2 */
export function verifyInclusion({ leaf, index, size, proof, root }: Inclusion): boolean {
  if (!isPlace(index, size) || !areHashes([leaf, root, ...proof])) return false
  let [at, last, found] = [index, size - 1, leaf]
  for (const node of proof) {
    if (last === 0) return false
    if (isOdd(at) || at === last) {
      found = nodeHash(node, found)
      while (!isOdd(at) && at !== 0) [at, last] = [half(at), half(last)]
    } else {
      found = nodeHash(found, node)
    }
    ;[at, last] = [half(at), half(last)]
  }
  return last === 0 && found.equals(root)
}

export interface Consistency {
  readonly first: { readonly size: number; readonly root: Buffer }
  readonly second: { readonly size: number; readonly root: Buffer }
  readonly proof: readonly Buffer[]
}

/** Whether the second tree began as the first one, which is not empty. https://www.rfc-editor.org/rfc/rfc9162#section-2.1.4.2 */
export function verifyConsistency({ first, second, proof }: Consistency): boolean {
  if (!isPlace(first.size - 1, second.size) || !areHashes([first.root, second.root, ...proof])) return false
  if (first.size === second.size) return proof.length === 0 && first.root.equals(second.root)
  const isPower = Number.isInteger(Math.log2(first.size)) && 2 ** Math.log2(first.size) === first.size
  const nodes = isPower ? [first.root, ...proof] : proof
  let [at, last] = [first.size - 1, second.size - 1]
  while (isOdd(at)) [at, last] = [half(at), half(last)]
  const [start, ...rest] = nodes
  if (start === undefined) return false
  let [one, other] = [start, start]
  for (const node of rest) {
    if (last === 0) return false
    if (isOdd(at) || at === last) {
      ;[one, other] = [nodeHash(node, one), nodeHash(node, other)]
      while (!isOdd(at) && at !== 0) [at, last] = [half(at), half(last)]
    } else {
      other = nodeHash(other, node)
    }
    ;[at, last] = [half(at), half(last)]
  }
  return last === 0 && one.equals(first.root) && other.equals(second.root)
}

const isOdd = (value: number): boolean => value % 2 === 1
const half = (value: number): number => Math.floor(value / 2)
const isPlace = (index: number, size: number): boolean => Number.isSafeInteger(index) && Number.isSafeInteger(size) && index >= 0 && index < size
const areHashes = (values: readonly Buffer[]): boolean => values.every((value) => value.length === hashBytes)
