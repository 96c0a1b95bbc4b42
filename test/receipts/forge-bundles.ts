/** What somebody may do to an exported receipt. */

import { createHash } from 'node:crypto'
import type { Json } from '../../src/base/json.ts'
import { leafHash, rootOf } from '../../src/receipts/merkle.ts'
import { writeCheckpoint } from '../../src/receipts/note-bodies.ts'
import { vouch } from '../../src/receipts/note-keys.ts'
import { signerOf, writeNote } from '../../src/receipts/note.ts'
import type { Signer } from '../../src/receipts/note.ts'
import type { Random } from './forge-logs.ts'
import type { Forge } from './forge.ts'

export type Bundle = Record<string, Json>

export interface BundleDeed {
  readonly says: string
  /** Changes the bundle of the entry at `position`, so that it is wrong. */
  readonly act: (bundle: Bundle, random: Random, place: { readonly log: Forge; readonly position: number }) => void
}

const proofOf = (bundle: Bundle): string[] => bundle.proof as string[]
const noise = (random: Random): string =>
  createHash('sha256')
    .update(String(random(1e9)))
    .digest('base64')
const seedOf = (random: Random): Buffer =>
  createHash('sha256')
    .update(`stranger ${random(4)}`)
    .digest()

function sign(line: string, signer: Signer, id = signer.key.id): string {
  const header = Buffer.from(`{"alg":"EdDSA","b64":false,"crit":["b64"],"kid":"${id}"}`).toString('base64url')
  return `${header}..${signer.sign(`${header}.${line}`).toString('base64url')}`
}

/** Another that is not `unlike`. */
function other(random: Random, below: number, unlike: number): number {
  const found = random(below - 1)
  return found < unlike ? found : found + 1
}

/** A signature that fits as well as this one where nobody looks whether its number is below the order of the group. https://www.rfc-editor.org/rfc/rfc8032#section-8.4 */
function twinOf(signature: Buffer): Buffer {
  const order = 2n ** 252n + 27742317777372353535851937790883648493n
  const number = BigInt(`0x${Buffer.from(signature.subarray(32)).reverse().toString('hex')}`) + order
  return Buffer.concat([signature.subarray(0, 32), Buffer.from(number.toString(16).padStart(64, '0'), 'hex').reverse()])
}

export const bundleDeeds: readonly BundleDeed[] = [
  { says: 'the place is another', act: (bundle, random, { log, position }) => (bundle.position = other(random, log.lines.length, position)) },
  {
    says: 'the place is none',
    act: (bundle, random, { log }) => (bundle.position = [-1, 0.5, 1e300, log.lines.length, '3', null, 2 ** 53][random(7)]!),
  },
  {
    says: 'the checkpoint counts fewer entries than the proof',
    act: (bundle, random, { log }) => (bundle.checkpoint = log.checkpointOf(1 + random(log.lines.length / 2))),
  },
  { says: 'the proof goes on', act: (bundle, random) => proofOf(bundle).push(noise(random)) },
  { says: 'the proof has a node twice', act: (bundle, random) => proofOf(bundle).splice(random(proofOf(bundle).length), 0, proofOf(bundle)[0]!) },
  { says: 'the proof lacks a node', act: (bundle, random) => proofOf(bundle).splice(random(proofOf(bundle).length), 1) },
  { says: 'the proof is empty', act: (bundle) => (bundle.proof = []) },
  { says: 'the proof is turned round', act: (bundle) => proofOf(bundle).reverse() },
  {
    says: 'the proof is that of another',
    act: (bundle, random, { log, position }) => (bundle.proof = log.export(other(random, log.lines.length, position)).proof!),
  },
  {
    says: 'two nodes of the proof change places',
    act: (bundle, random) => {
      const at = random(proofOf(bundle).length - 1)
      proofOf(bundle).splice(at, 2, proofOf(bundle)[at + 1]!, proofOf(bundle)[at]!)
    },
  },
  { says: 'a node is noise', act: (bundle, random) => (proofOf(bundle)[random(proofOf(bundle).length)] = noise(random)) },
  {
    says: 'a node is no hash',
    act: (bundle, random) => (proofOf(bundle)[random(proofOf(bundle).length)] = ['', 'AAAA', `${noise(random)}=`, `${'A'.repeat(42)}B=`][random(4)]!),
  },
  {
    says: 'the line is another, and signed anew by a stranger',
    act: (bundle, random) => {
      bundle.line = `${'A'.repeat(22)} receipt {"at":${random(100)}}`
      bundle.jws = sign(bundle.line, signerOf(String(bundle.origin), seedOf(random)))
    },
  },
  { says: 'the line is another', act: (bundle) => (bundle.line = String(bundle.line).replace(/"model":"./, '"model":"b')) },
  {
    says: 'the line is none',
    act: (bundle, random, { log }) => (bundle.line = ['', `${bundle.line as string}\n`, `erased ${leafHash(log.lines[0]!).toString('hex')}`, 7][random(4)]!),
  },
  {
    says: 'a node passes for a line',
    act: (bundle, _, { log }) => (bundle.line = Buffer.concat([rootOf(log.leaves.slice(0, 1)), rootOf(log.leaves.slice(1, 2))]).toString('latin1')),
  },
  {
    says: 'the whole is a stranger’s, but the keys',
    act: (bundle, random, { log }) => {
      const signer = signerOf(log.origin, seedOf(random))
      bundle.line = `${'A'.repeat(22)} receipt {"at":1}`
      bundle.checkpoint = writeNote(writeCheckpoint({ origin: log.origin, size: 1, root: leafHash(bundle.line), time: 1, config: 'ab', build: 'cd' }), [signer])
      Object.assign(bundle, { position: 0, proof: [], jws: sign(bundle.line, signer) })
    },
  },
  {
    says: 'a stranger’s key follows, for which nobody vouches',
    act: (bundle, random, { log }) => {
      const signer = signerOf(log.origin, seedOf(random))
      bundle.keys = [...(bundle.keys as string[]), vouch(signer, undefined, { time: 9, from: 50 })]
      bundle.checkpoint = log.checkpointOf(log.lines.length, undefined, signer)
    },
  },
  { says: 'the first key is forgotten', act: (bundle) => (bundle.keys = (bundle.keys as string[]).slice(1)) },
  { says: 'there are no keys', act: (bundle) => (bundle.keys = []) },
  { says: 'the keys stand in another order', act: (bundle) => (bundle.keys = (bundle.keys as string[]).toReversed()) },
  {
    says: 'the checkpoint is signed with the former key',
    act: (bundle, _, { log }) => (bundle.checkpoint = log.checkpointOf(log.lines.length, undefined, log.former)),
  },
  {
    says: 'the checkpoint is signed by another key under the id of the right one',
    act: (bundle, random, { log }) => {
      const body = `${String(bundle.checkpoint).split('\n\n')[0]!}\n`
      const bytes = Buffer.concat([Buffer.from(log.signer.key.id, 'hex'), signerOf(log.origin, seedOf(random)).sign(body)])
      bundle.checkpoint = `${body}\n— ${log.origin} ${bytes.toString('base64')}\n`
    },
  },
  { says: 'the JWS is a stranger’s', act: (bundle, random) => (bundle.jws = sign(String(bundle.line), signerOf(String(bundle.origin), seedOf(random)))) },
  {
    says: 'the JWS is a stranger’s under the id of the right key',
    act: (bundle, random, { log }) => (bundle.jws = sign(String(bundle.line), signerOf(String(bundle.origin), seedOf(random)), log.signer.key.id)),
  },
  { says: 'the JWS is of another line', act: (bundle, random, { log, position }) => (bundle.jws = log.export(other(random, log.lines.length, position)).jws!) },
  {
    says: 'the header of the JWS is another',
    act: (bundle, random) => {
      const headers = ['{"alg":"none"}', '{"alg":"EdDSA"}', '{"alg":"EdDSA","b64":true,"crit":["b64"]}']
      bundle.jws = String(bundle.jws).replace(/^[^.]*/, Buffer.from(headers[random(3)]!).toString('base64url'))
    },
  },
  {
    says: 'the signature of the JWS is a twin of the right one',
    act: (bundle) => {
      const [header, signature] = String(bundle.jws).split('..') as [string, string]
      bundle.jws = `${header}..${twinOf(Buffer.from(signature, 'base64url')).toString('base64url')}`
    },
  },
  { says: 'the JWS is cut off', act: (bundle, random) => (bundle.jws = String(bundle.jws).slice(0, -1 - random(90))) },
  { says: 'the origin is another', act: (bundle, random) => (bundle.origin = [`omni-gateway/log_${'0'.repeat(32)}`, 'example.com', '', 5][random(4)]!) },
  { says: 'a field is missing', act: (bundle, random) => void delete bundle[Object.keys(bundle)[random(Object.keys(bundle).length)]!] },
  {
    says: 'a field is of another kind',
    act: (bundle, random) => (bundle[Object.keys(bundle)[random(Object.keys(bundle).length)]!] = [{ a: 1 }, [[[]]], true, '\ud800'][random(4)]!),
  },
]
