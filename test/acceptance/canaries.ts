/** Secrets that are told apart: each is put in one place, and may be found in no other, however it is written. */

import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

export class Canaries {
  /** By what was made for them; as many as a test names. */
  readonly #secrets = new Map<string, string>()

  /** The secret of this place: letters and digits, and unlike any other. */
  for(place: string): string {
    const known = this.#secrets.get(place)
    if (known !== undefined) return known
    const secret = `canary${randomBytes(9).toString('hex')}`
    this.#secrets.set(place, secret)
    return secret
  }

  /** A secret that somebody else made. */
  know(place: string, secret: string): void {
    this.#secrets.set(place, secret)
  }

  get places(): readonly string[] {
    return [...this.#secrets.keys()]
  }

  /** The places whose secrets are in these bytes: as they are, in any case, in hex, or in base64 at any offset. */
  foundIn(bytes: Buffer | string): readonly string[] {
    const text = Buffer.isBuffer(bytes) ? bytes.toString('latin1') : bytes
    const lower = text.toLowerCase()
    return this.places.filter((place) => {
      const secret = this.#secrets.get(place)!
      const plain = secret.toLowerCase()
      return lower.includes(plain) || lower.includes(Buffer.from(secret).toString('hex')) || inBase64(secret).some((form) => text.includes(form))
    })
  }
}

/** What is sure to stand in the base64 of any text that holds the secret. */
function inBase64(secret: string): readonly string[] {
  return [0, 1, 2].map((offset) => {
    const encoded = Buffer.from('x'.repeat(offset) + secret).toString('base64url')
    return encoded
      .slice(offset === 0 ? 0 : 4, -4)
      .replaceAll('-', '+')
      .replaceAll('_', '/')
  })
}

/** Every file below a folder. */
export function filesIn(folder: string): readonly { readonly path: string; readonly bytes: Buffer }[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())
    .map((path) => ({ path, bytes: readFileSync(path) }))
}
