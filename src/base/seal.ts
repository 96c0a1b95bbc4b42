/** Secrets at rest: sealed values that open only in their own place, keyed hashes, and the keys for both, derived from one master key. */

import { createCipheriv, createDecipheriv, createHmac, createSecretKey, hkdfSync, randomBytes } from 'node:crypto'
import type { KeyObject } from 'node:crypto'

/** What a derived key is for. A key of one purpose opens and equals nothing of another. */
export type Purpose = 'client-keys' | 'credentials' | 'input-hash' | 'responses' | 'audit' | 'reviews' | 'review-payloads' | 'fingerprint'

/** Where a sealed value belongs. It is bound to it: moved to another row, or kept past a newer version, it does not open. */
export interface Place {
  readonly tenant: string
  readonly id: string
  readonly version: number
}

/** A key that is unfit, or a sealed value that does not open: a sentence of ours, with nothing of either in it. */
export class SealError extends Error {}

const keyBytes = 32
const nonceBytes = 12
const tagBytes = 16
/** The first byte of every sealed value: AES-256-GCM under a derived key, nonce, tag, then the text. */
const format = 1
const head = 1 + nonceBytes + tagBytes

/** A master key from its bytes. Throws `SealError` unless there are 32. */
export function masterKey(bytes: Uint8Array): KeyObject {
  if (bytes.length !== keyBytes) throw new SealError(`A master key has ${keyBytes} bytes; this one has ${bytes.length}.`)
  return createSecretKey(bytes)
}

/** One key for each purpose, by HKDF-SHA-256. https://www.rfc-editor.org/rfc/rfc5869 */
export function deriveKey(master: KeyObject, purpose: Purpose): KeyObject {
  return createSecretKey(new Uint8Array(hkdfSync('sha256', fit(master), new Uint8Array(0), `omni-gateway/${purpose}/1`, keyBytes)))
}

/** HMAC-SHA-256 in hex. */
export function keyedHash(key: KeyObject, text: string): string {
  return createHmac('sha256', fit(key)).update(text).digest('hex')
}

/** Random nonces of 96 bits: one key may seal 2^32 values. https://doi.org/10.6028/NIST.SP.800-38D */
export function seal(key: KeyObject, plaintext: string, place: Place): Uint8Array {
  const nonce = randomBytes(nonceBytes)
  const cipher = createCipheriv('aes-256-gcm', fit(key), nonce, { authTagLength: tagBytes })
  cipher.setAAD(bindingOf(place))
  const sealed = [cipher.update(plaintext, 'utf8'), cipher.final()]
  return Buffer.concat([Buffer.of(format), nonce, cipher.getAuthTag(), ...sealed])
}

/** Throws `SealError` where the value was changed, or sealed with another key or for another place. */
export function open(key: KeyObject, sealed: Uint8Array, place: Place): string {
  if (sealed.length < head || sealed[0] !== format) throw new SealError('This is not a value that the gateway sealed.')
  const decipher = createDecipheriv('aes-256-gcm', fit(key), sealed.subarray(1, 1 + nonceBytes), { authTagLength: tagBytes })
  decipher.setAAD(bindingOf(place)).setAuthTag(sealed.subarray(1 + nonceBytes, head))
  try {
    return Buffer.concat([decipher.update(sealed.subarray(head)), decipher.final()]).toString('utf8')
  } catch {
    throw new SealError('A sealed value does not open: it was changed, or sealed with another master key or for another row.')
  }
}

/** Each part with its length before it, so that no two places have the same bytes. */
function bindingOf(place: Place): Buffer {
  const parts = [place.tenant, place.id, String(place.version)].map((part) => Buffer.from(part))
  return Buffer.concat(parts.flatMap((part) => [lengthOf(part), part]))
}

function lengthOf(part: Buffer): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(part.length)
  return length
}

function fit(key: KeyObject): KeyObject {
  if (key.symmetricKeySize !== keyBytes) throw new SealError(`A key has ${keyBytes} bytes; this one has ${key.symmetricKeySize ?? 'none'}.`)
  return key
}
