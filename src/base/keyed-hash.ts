/** HMAC-SHA-256 for every call: of short texts without an object of OpenSSL for each, which costs more than the digest. https://www.rfc-editor.org/rfc/rfc2104 */

import { createHmac, hash, type KeyObject } from 'node:crypto'

const blockBytes = 64
const hashBytes = 32
/** Longer ones are not copied. */
const longest = 16 * 1024

export class KeyedHash {
  readonly #key: KeyObject
  /** The key's inner pad, and behind it what is hashed. */
  readonly #inner: Buffer
  /** The key's outer pad, and behind it the inner digest. */
  readonly #outer: Buffer

  /** The key has 64 bytes at most. */
  constructor(key: KeyObject) {
    const bytes = key.export()
    if (bytes.length > blockBytes) throw new RangeError(`A key has ${blockBytes} bytes at most.`)
    this.#key = key
    this.#inner = Buffer.alloc(blockBytes + longest)
    this.#outer = Buffer.alloc(blockBytes + hashBytes)
    for (let at = 0; at < blockBytes; at += 1) {
      this.#inner[at] = (bytes[at] ?? 0) ^ 0x36
      this.#outer[at] = (bytes[at] ?? 0) ^ 0x5c
    }
  }

  /** Of the pieces one behind the other, in hex. Texts are taken as UTF-8. */
  digest(pieces: readonly (string | Buffer)[]): string {
    let size = 0
    for (const piece of pieces) size += typeof piece === 'string' ? piece.length * 3 : piece.length
    if (size > longest) return this.#digestLong(pieces)
    let end = blockBytes
    for (const piece of pieces) end += typeof piece === 'string' ? this.#inner.write(piece, end) : piece.copy(this.#inner, end)
    this.#outer.write(hash('sha256', this.#inner.subarray(0, end), 'latin1'), blockBytes, 'latin1')
    return hash('sha256', this.#outer, 'hex')
  }

  #digestLong(pieces: readonly (string | Buffer)[]): string {
    const hmac = createHmac('sha256', this.#key)
    for (const piece of pieces) hmac.update(piece)
    return hmac.digest('hex')
  }
}
