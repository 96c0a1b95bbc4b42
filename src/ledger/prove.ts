/** What shows a stranger that one entry stands in a log: its line, its place, the way up to a signed root, and who signed. */

import { leafOf, readEntry } from '../receipts/entry.ts'
import { inclusionProof, verifyInclusion } from '../receipts/merkle-proof.ts'
import { cutHashes, leafHash, rootOf } from '../receipts/merkle.ts'
import { splitNotes } from '../receipts/note-bodies.ts'
import { keyAt, readKeys } from '../receipts/note-keys.ts'
import type { Vouched } from '../receipts/note-keys.ts'
import { signerOf, verifyNote } from '../receipts/note.ts'
import type { NoteKey, Signer } from '../receipts/note.ts'
import { findCheckpoint, readLast } from './checkpoints.ts'
import type { Noted } from './checkpoints.ts'
import { LogError } from './errors.ts'
import { readFileOrNothing } from './files.ts'
import type { SigningKey } from './keys.ts'
import { firstOf, hashesFile, keysFile, logFolder, originOf, segmentEntries, segmentsFile } from './layout.ts'
import { readLines } from './lines.ts'
import { readLeaves } from './read.ts'
import { readRoots } from './tail.ts'

/** As docs/receipts.md says; hashes in base64. */
export interface Bundle {
  readonly bundle: 'omni-receipt/1'
  readonly origin: string
  readonly line: string
  readonly position: number
  readonly proof: readonly string[]
  readonly checkpoint: string
  readonly keys: readonly string[]
  /** Detached: header and signature. */
  readonly jws: string
}

/** Rejects with `LogError`: `missing`, `erased`, `unproved` until a checkpoint counts it, `damaged` where the log does not bear it out. */
export async function exportEntry(folder: string, id: string, position: number, key: SigningKey): Promise<Bundle> {
  const log = logFolder(folder, id)
  const line = (await readLines(log, firstOf(position)))[position % segmentEntries]?.bytes
  const entry = line === undefined ? undefined : readEntry(line.toString())
  if (line === undefined || entry === undefined) throw new LogError('missing')
  if (entry.is === 'erased') throw new LogError('erased')
  const { last } = await readLast(log, id)
  if (last === undefined || last.size <= position) throw new LogError('unproved')
  const keys = await readChain(log, id)
  checkSigner(last, keys)
  const proof = await proveEntry(log, last, position, leafHash(line))
  return {
    bundle: 'omni-receipt/1',
    origin: originOf(id),
    line: line.toString(),
    position,
    proof: proof.map((hash) => hash.toString('base64')),
    checkpoint: last.note,
    keys: keys.map(({ note }) => note),
    jws: signDetached(signerFor(id, key, keys), line),
  }
}

/**
 * The way up within its segment, then on over the roots of segments: each full one is a whole subtree. Of a checkpoint whose signer was checked:
 * the sizes that others write have no bound. Rejects with `damaged` where the way does not lead to its root.
 */
async function proveEntry(log: string, { size, root: top }: Noted, position: number, leaf: Buffer): Promise<readonly Buffer[]> {
  const { roots } = readRoots(await readFileOrNothing(segmentsFile(log)))
  const leavesOf = async (first: number): Promise<readonly Buffer[]> =>
    cutHashes(await readFileOrNothing(hashesFile(log, first))).slice(0, Math.min(segmentEntries, size - first))
  const tops: Buffer[] = []
  for (let first = 0; first < size; first += segmentEntries) {
    const root = first + segmentEntries <= size ? roots[first / segmentEntries] : undefined
    tops.push(root ?? rootOf(await leavesOf(first)))
  }
  const leaves = await leavesOf(firstOf(position))
  if (leaves.length <= position % segmentEntries) throw new LogError('damaged')
  const proof = [...inclusionProof(leaves, position % segmentEntries), ...inclusionProof(tops, Math.floor(position / segmentEntries))]
  if (!verifyInclusion({ leaf, index: position, size, proof, root: top })) throw new LogError('damaged')
  return proof
}

/** The key that signed a checkpoint. Throws `damaged` where it is not the one whose turn it was. */
function checkSigner({ note, size }: Noted, keys: readonly Vouched[]): NoteKey {
  const key = keyAt(keys, size)
  if (key === undefined || verifyNote(note, [key]) === undefined) throw new LogError('damaged')
  return key
}

async function readChain(log: string, id: string): Promise<readonly Vouched[]> {
  const keys = readKeys(originOf(id), splitNotes((await readFileOrNothing(keysFile(log))).toString()).notes)
  if (keys === undefined) throw new LogError('damaged')
  return keys
}

function signerFor(id: string, { current, former }: SigningKey, keys: readonly Vouched[]): Signer {
  const signers = [current, former].flatMap((seed) => (seed === undefined ? [] : [signerOf(originOf(id), seed)]))
  const signer = signers.find((each) => keys.some(({ key }) => key.id === each.key.id))
  if (signer === undefined) throw new LogError('refused', 'The log was signed with a key that is not here.')
  return signer
}

/** A JWS whose payload, the line as it is, stands elsewhere. https://www.rfc-editor.org/rfc/rfc7797 */
function signDetached({ key, sign }: Signer, line: Buffer): string {
  const header = Buffer.from(`{"alg":"EdDSA","b64":false,"crit":["b64"],"kid":"${key.id}"}`).toString('base64url')
  return `${header}..${sign(Buffer.concat([Buffer.from(`${header}.`), line])).toString('base64url')}`
}

/** What vouches for an entry, for the signals of that name. */
export interface Proof {
  readonly checkpoint: number | null
  readonly signer: string | null
  /** False where the line is not the one that was written, or cannot be shown to be; null until a checkpoint counts it. */
  readonly intact: boolean | null
}

/** `line`: what stands at the position; undefined where nothing does. */
export async function proofOf(
  folder: string,
  id: string,
  { position, line }: { readonly position: number; readonly line: string | undefined },
): Promise<Proof> {
  const log = logFolder(folder, id)
  const leaf = line === undefined ? undefined : leafOf(Buffer.from(line))
  if (leaf === undefined) return notIntact
  const first = await findCheckpoint(log, id, position)
  if (first === undefined) {
    const [kept] = await readLeaves(folder, [{ log: id, position }])
    return kept === leaf.toString('hex') ? { ...notIntact, intact: null } : notIntact
  }
  try {
    const signer = checkSigner(first, await readChain(log, id))
    await proveEntry(log, first, position, leaf)
    return { checkpoint: first.size, signer: signer.id, intact: true }
  } catch (error) {
    if (error instanceof LogError && error.reason === 'damaged') return notIntact
    throw error
  }
}

const notIntact: Proof = { checkpoint: null, signer: null, intact: false }
