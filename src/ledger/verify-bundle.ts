/** Verifies one exported receipt, which anybody may have made: docs/receipts.md says what has to be right. */

import { verify } from 'node:crypto'
import { readObject } from '../base/json.ts'
import type { JsonObject } from '../base/json.ts'
import { readEntry } from '../receipts/entry.ts'
import { verifyInclusion } from '../receipts/merkle-proof.ts'
import { hashBytes, leafHash } from '../receipts/merkle.ts'
import { keyAt, readKeys } from '../receipts/note-keys.ts'
import type { Vouched } from '../receipts/note-keys.ts'
import { readBase64, verifyNote } from '../receipts/note.ts'
import { readNoted } from './checkpoints.ts'
import type { Noted } from './checkpoints.ts'
import type { Bundle } from './prove.ts'
import { isTrusted } from './verify-notes.ts'

const wrongs = {
  bundle: 'This is no exported receipt.',
  keys: 'The keys do not vouch for one another.',
  checkpoint: 'The checkpoint is not signed by the key whose turn it is.',
  untrusted: 'The key that was given did not sign the checkpoint, and vouched for none that did.',
  line: 'The line is no entry.',
  position: 'The checkpoint does not count this position.',
  proof: 'The proof does not lead from the line to the root of the checkpoint.',
  jws: 'The line is not signed by one of the keys.',
} as const satisfies { readonly [what: string]: string }

export type BundleVerdict =
  | { readonly isRight: true; readonly log: string; readonly position: number; readonly size: number }
  | { readonly isRight: false; readonly what: keyof typeof wrongs; readonly sentence: string }

/** `text` is the JSON of a bundle. `key`: a public key that is known from elsewhere. */
export function verifyBundle(text: string, key?: string): BundleVerdict {
  const found = readBundle(readObject(text) ?? {})
  const what = found === undefined ? 'bundle' : findWrong(found, key)
  if (found !== undefined && what === undefined) return { isRight: true, log: found.origin, position: found.position, size: readNoted(found.checkpoint)!.size }
  return { isRight: false, what: what ?? 'bundle', sentence: wrongs[what ?? 'bundle'] }
}

function readBundle({ bundle, origin, line, position, proof, checkpoint, keys, jws }: JsonObject): Bundle | undefined {
  const isWritten = isText(origin) && isText(line) && isText(checkpoint) && isText(jws)
  if (bundle !== 'omni-receipt/1' || !isWritten || typeof position !== 'number' || !isTexts(proof) || !isTexts(keys)) return undefined
  return { bundle, origin, line, position, proof, checkpoint, keys, jws }
}

/** Half a surrogate pair has no bytes of its own: as UTF-8 it would be another text, which may be the right one. */
const isText = (value: unknown): value is string => typeof value === 'string' && value.isWellFormed()
const isTexts = (value: unknown): value is readonly string[] => Array.isArray(value) && value.every(isText)

/** The first of the conditions that does not hold, in the order of docs/receipts.md. */
function findWrong({ origin, line, position, proof, checkpoint, keys: notes, jws }: Bundle, trusted: string | undefined): keyof typeof wrongs | undefined {
  const keys = /^omni-gateway\/log_[0-9a-f]{32}$/.test(origin) ? readKeys(origin, notes) : undefined
  if (keys === undefined) return 'keys'
  const noted = readNoted(checkpoint)
  if (noted === undefined || noted.origin !== origin || verifyNote(checkpoint, [keyAt(keys, noted.size)!]) === undefined) return 'checkpoint'
  if (trusted !== undefined && !isTrusted(trusted, keys, noted.size)) return 'untrusted'
  if (line.includes('\n') || readEntry(line)?.is !== 'whole') return 'line'
  if (!Number.isSafeInteger(position) || position < 0 || position >= noted.size) return 'position'
  if (!isIncluded(noted, { line, position, proof })) return 'proof'
  return keys.some((key) => isSigned(line, jws, key)) ? undefined : 'jws'
}

function isIncluded({ size, root }: Noted, { line, position, proof }: Pick<Bundle, 'line' | 'position' | 'proof'>): boolean {
  const nodes = proof.map(readBase64).filter((node) => node?.length === hashBytes) as readonly Buffer[]
  return nodes.length === proof.length && verifyInclusion({ leaf: leafHash(line), index: position, size, proof: nodes, root })
}

/** A detached JWS over the line as it stands. https://www.rfc-editor.org/rfc/rfc7797 */
function isSigned(line: string, jws: string, { key }: Vouched): boolean {
  const header = Buffer.from(`{"alg":"EdDSA","b64":false,"crit":["b64"],"kid":"${key.id}"}`).toString('base64url')
  const written = jws.startsWith(`${header}..`) ? jws.slice(header.length + 2) : ''
  const signature = Buffer.from(written, 'base64url')
  return signature.toString('base64url') === written && verify(null, Buffer.from(`${header}.${line}`), key.publicKey, signature)
}
