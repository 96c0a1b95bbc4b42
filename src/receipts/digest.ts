/** Digests of what was said, and names for who said it, which only a key or an opening ties to them. docs/receipts.md has their bytes, under “Digests”. */

import { createHash, createHmac, type KeyObject } from 'node:crypto'

/** Which way it went: to the provider, or to the client. */
export type Way = 'request' | 'response'
/** Whom a client names. */
export type Named = 'user' | 'session' | 'idempotency'

/** What was said: so many bytes, and their SHA-256. It is kept nowhere. */
export interface Content {
  readonly length: number
  readonly hash: Buffer
}

/** Counts and hashes bytes as they come, in whatever pieces. */
export class Tally {
  readonly #hash = createHash('sha256')
  #length = 0

  get length(): number {
    return this.#length
  }

  take(piece: Buffer | string): void {
    this.#hash.update(piece)
    this.#length += Buffer.byteLength(piece)
  }

  /** Once. */
  end(): Content {
    return { length: this.#length, hash: this.#hash.digest() }
  }
}

/** Bytes of the random number that opens a commitment. */
export const openingBytes = 16

/** `link`: who has the key can tell whether this was said; without it nobody can. Hex. */
export function linkOf(key: KeyObject, way: Way, { length, hash }: Content): string {
  return createHmac('sha256', key)
    .update(messageOf(`link/${way}`, length, hash))
    .digest('hex')
}

/** `prove`: who has the opening and what was said can show that it was this; nobody else learns anything. Hex. */
export function commitmentOf(opening: Buffer, way: Way, { length, hash }: Content): string {
  return createHash('sha256')
    .update(messageOf(`prove/${way}`, length, Buffer.concat([opening, hash])))
    .digest('hex')
}

/** 128 bits in hex: under one key the same name has the same pseudonym. */
export function pseudonymOf(key: KeyObject, named: Named, name: string): string {
  const bytes = Buffer.from(name)
  return createHmac('sha256', key)
    .update(messageOf(`pseudonym/${named}`, bytes.length, bytes))
    .digest('hex')
    .slice(0, 32)
}

/** What it is for, ended by a zero, and a length: nothing that is hashed for one purpose can be read as said for another. */
function messageOf(purpose: string, length: number, rest: Buffer): Buffer {
  const domain = `omni-gateway/${purpose}/1\0`
  const message = Buffer.allocUnsafe(domain.length + 8 + rest.length)
  message.write(domain, 'latin1')
  // Without a number of 64 bits, which would be an object each time.
  message.writeUInt32BE(Math.floor(length / 2 ** 32), domain.length)
  message.writeUInt32BE(length % 2 ** 32, domain.length + 4)
  rest.copy(message, domain.length + 8)
  return message
}
