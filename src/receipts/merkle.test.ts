/** The tree and its proofs, against the vectors of Certificate Transparency and the definitions of RFC 6962 taken word by word. */

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { consistencyProof, inclusionProof, verifyConsistency, verifyInclusion } from './merkle-proof.ts'
import { Tree, joinEdge, leafHash, rootOf } from './merkle.ts'

/** The leaves that implementations of Certificate Transparency are tested with, and the roots of the first one, two, … of them. */
const inputs = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f']
const roots = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
]

const sha256 = (...parts: readonly Uint8Array[]): Buffer => createHash('sha256').update(Buffer.concat(parts)).digest()

/** MTH of RFC 6962 §2.1, as it stands there. */
function define(leaves: readonly Buffer[]): Buffer {
  if (leaves.length === 0) return sha256()
  if (leaves.length === 1) return sha256(Buffer.of(0), leaves[0]!)
  let part = 1
  while (part * 2 < leaves.length) part *= 2
  return sha256(Buffer.of(1), define(leaves.slice(0, part)), define(leaves.slice(part)))
}

const leavesOf = (count: number): readonly Buffer[] => Array.from({ length: count }, (_, at) => Buffer.from(`leaf ${at}`))
const hashesOf = (count: number): readonly Buffer[] => leavesOf(count).map(leafHash)
/** All sizes up to some past a power of two. */
const sizes = Array.from({ length: 37 }, (_, at) => at + 1)

describe('a tree', () => {
  test('has the roots that Certificate Transparency publishes', () => {
    const hashes = inputs.map((hex) => leafHash(Buffer.from(hex, 'hex')))
    assert.deepEqual(
      roots.map((_, at) => rootOf(hashes.slice(0, at + 1)).toString('hex')),
      roots,
    )
  })

  test('has the root that the standard defines at each size, and goes on from its edge', () => {
    for (const size of [0, ...sizes]) {
      const hashes = hashesOf(size)
      assert.deepEqual(rootOf(hashes), define(leavesOf(size)))
      const begun = new Tree()
      for (const each of hashes.slice(0, size >> 1)) begun.add(each)
      const resumed = new Tree(begun.state())
      for (const each of hashes.slice(size >> 1)) resumed.add(each)
      assert.deepEqual([resumed.size, resumed.root()], [size, define(leavesOf(size))])
    }
  })

  test('is the same over the roots of complete subtrees of one size, the last of which may be smaller', () => {
    for (const size of sizes) {
      const hashes = hashesOf(size)
      const parts = Array.from({ length: Math.ceil(size / 4) }, (_, at) => rootOf(hashes.slice(at * 4, at * 4 + 4)))
      assert.deepEqual(rootOf(parts), define(leavesOf(size)))
      const whole = new Tree()
      for (const part of parts.slice(0, -1)) whole.add(part)
      assert.deepEqual(joinEdge([...whole.state().edge, parts.at(-1)!]), define(leavesOf(size)))
    }
  })

  test('past 2^31 leaves still counts right', () => {
    const node = leafHash('x')
    const tree = new Tree({ size: 2 ** 40, edge: [node] })
    tree.add(node)
    tree.add(node)
    assert.deepEqual([tree.size, tree.state().edge.length], [2 ** 40 + 2, 2])
  })
})

describe('a proof that a leaf is in a tree', () => {
  test('is taken for each leaf of each size', () => {
    for (const size of sizes) {
      const hashes = hashesOf(size)
      const root = rootOf(hashes)
      for (const [index, leaf] of hashes.entries()) assert.ok(verifyInclusion({ leaf, index, size, proof: inclusionProof(hashes, index), root }))
    }
  })

  test('[C74] is not taken at another place or size, for another leaf or root, or with a node changed, missing, added or out of order', () => {
    const place = fc.integer({ min: 2, max: 70 }).chain((size) => fc.tuple(fc.constant(size), fc.integer({ min: 0, max: size - 1 }), fc.nat()))
    fc.assert(
      fc.property(place, ([size, index, seed]) => {
        const hashes = hashesOf(size)
        const right = { leaf: hashes[index]!, index, size, proof: inclusionProof(hashes, index), root: rootOf(hashes) }
        const { proof } = right
        const at = seed % proof.length
        const other = leafHash(`other ${seed}`)
        const wrong = [
          { index: (index + 1 + (seed % (size - 1))) % size },
          { index: -1 },
          { index: size },
          { index: index + 0.5 },
          { index: Number.NaN },
          { size: 0 },
          { size: Infinity },
          { leaf: other },
          { leaf: Buffer.alloc(0) },
          { root: other },
          { root: right.root.subarray(1) },
          { proof: proof.with(at, other) },
          { proof: proof.toSpliced(at, 1) },
          { proof: proof.toSpliced(at, 0, other) },
          { proof: [...proof, other] },
          { proof: proof.with(at, proof[at]!.subarray(0, 31)) },
          { proof: [] },
          ...(proof.length > 1 ? [{ proof: proof.toReversed() }] : []),
        ]
        assert.ok(verifyInclusion(right))
        for (const change of wrong) assert.equal(verifyInclusion({ ...right, ...change }), false, JSON.stringify(change))
      }),
      { numRuns: 200 },
    )
  })

  test('[C74] does not pass a node off as a leaf', () => {
    const hashes = hashesOf(4)
    const node = rootOf(hashes.slice(0, 2))
    assert.equal(
      verifyInclusion({ leaf: leafHash(Buffer.concat(hashes.slice(0, 2))), index: 0, size: 2, proof: [rootOf(hashes.slice(2))], root: rootOf(hashes) }),
      false,
    )
    assert.notDeepEqual(leafHash(Buffer.concat(hashes.slice(0, 2))), node)
  })
})

describe('a proof that a tree began as another', () => {
  test('is taken for each pair of sizes', () => {
    for (const size of sizes) {
      const hashes = hashesOf(size)
      for (let first = 1; first <= size; first += 1) {
        const sides = { first: { size: first, root: rootOf(hashes.slice(0, first)) }, second: { size, root: rootOf(hashes) } }
        assert.ok(verifyConsistency({ ...sides, proof: consistencyProof(hashes, first) }), `${first} of ${size}`)
      }
    }
  })

  test('[C74] is not taken with a node changed, missing or added, or for another root', () => {
    for (const size of sizes.slice(1)) {
      const hashes = hashesOf(size)
      for (let first = 1; first < size; first += 1) {
        const proof = consistencyProof(hashes, first)
        const sides = { first: { size: first, root: rootOf(hashes.slice(0, first)) }, second: { size, root: rootOf(hashes) } }
        const other = leafHash('other')
        const wrong = [
          { proof: proof.with(0, other) },
          { proof: proof.slice(1) },
          { proof: [...proof, other] },
          { first: { ...sides.first, root: other } },
          { second: { ...sides.second, root: other } },
          { first: { ...sides.first, size: 0 } },
          { first: { ...sides.first, size: size + 1 } },
        ]
        for (const change of wrong) assert.equal(verifyConsistency({ ...sides, proof, ...change }), false, `${first} of ${size}: ${JSON.stringify(change)}`)
      }
    }
  })
})
