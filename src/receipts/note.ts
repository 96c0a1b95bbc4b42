/** Signed notes: a text, and under it who vouches for it, by Ed25519. https://github.com/C2SP/C2SP/blob/main/signed-note.md */

import { createPrivateKey, createPublicKey, hash, sign, verify } from 'node:crypto'
import type { KeyObject } from 'node:crypto'

/** A public key in the name of an origin. */
export interface NoteKey {
  readonly name: string
  /** Four bytes in hex, of name and key. */
  readonly id: string
  /** As it is written: `<name>+<id>+<base64>`. */
  readonly text: string
  readonly publicKey: KeyObject
}

export interface Signer {
  readonly key: NoteKey
  sign(text: string | Buffer): Buffer
}

export interface Signature {
  readonly name: string
  readonly id: string
  readonly bytes: Buffer
}

export interface Note {
  /** Its last character is a line feed. */
  readonly body: string
  readonly signatures: readonly Signature[]
}

const ed25519 = 1
const idBytes = 4
/** What DER puts before the 32 bytes of a private key. https://www.rfc-editor.org/rfc/rfc8410#section-7 */
const derHead = Buffer.from('302e020100300506032b657004220420', 'hex')
/** Notes of more bytes, and those with more signatures, are nobody's. */
const longestNote = 65_536
const mostSignatures = 64

/** Who signs as `name`, with the 32 bytes of a private key. */
export function signerOf(name: string, seed: Uint8Array): Signer {
  const privateKey = createPrivateKey({ key: Buffer.concat([derHead, seed]), format: 'der', type: 'pkcs8' })
  const { x } = createPublicKey(privateKey).export({ format: 'jwk' })
  const key = keyOf(name, Buffer.from(x!, 'base64url'))
  return { key, sign: (text) => sign(null, typeof text === 'string' ? Buffer.from(text) : text, privateKey) }
}

function keyOf(name: string, bytes: Buffer): NoteKey {
  const marked = Buffer.concat([Buffer.of(ed25519), bytes])
  const id = hash('sha256', Buffer.concat([Buffer.from(`${name}\n`), marked]), 'hex').slice(0, 2 * idBytes)
  const publicKey = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: bytes.toString('base64url') }, format: 'jwk' })
  return { name, id, text: `${name}+${id}+${marked.toString('base64')}`, publicKey }
}

/** A public key from its text; undefined for what is none. */
export function readKey(text: string): NoteKey | undefined {
  const [, name, id, base64] = /^([^+\s]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+=*)$/.exec(text) ?? []
  const marked = readBase64(base64)
  if (name === undefined || marked === undefined || marked.length !== 33 || marked[0] !== ed25519) return undefined
  const key = keyOf(name, marked.subarray(1))
  return key.id === id ? key : undefined
}

/** `body` ends with a line feed and has no empty line. */
export function writeNote(body: string, signers: readonly Signer[]): string {
  const lines = signers.map(({ key, sign: signText }) => {
    const bytes = Buffer.concat([Buffer.from(key.id, 'hex'), signText(body)])
    return `— ${key.name} ${bytes.toString('base64')}\n`
  })
  return `${body}\n${lines.join('')}`
}

/** The parts of a note, nothing of which is checked yet; undefined for what is none. */
export function readNote(text: string): Note | undefined {
  const end = Buffer.byteLength(text) > longestNote ? -1 : text.lastIndexOf('\n\n')
  // eslint-disable-next-line no-control-regex -- a note has no control characters but the line feed
  if (end < 1 || !text.endsWith('\n') || /[\x00-\x09\x0b-\x1f\ufffd]/.test(text)) return undefined
  const lines = text.slice(end + 2, -1).split('\n')
  const signatures = lines.length > mostSignatures ? [] : lines.map(readSignature)
  const whole = signatures.filter((signature) => signature !== undefined)
  return whole.length === 0 || whole.length < lines.length ? undefined : { body: text.slice(0, end + 1), signatures: whole }
}

function readSignature(line: string): Signature | undefined {
  const [, name, base64] = /^— ([^+ ]+) ([A-Za-z0-9+/]+=*)$/.exec(line) ?? []
  const bytes = readBase64(base64)
  if (name === undefined || bytes === undefined || bytes.length < idBytes) return undefined
  return { name, id: bytes.toString('hex', 0, idBytes), bytes: bytes.subarray(idBytes) }
}

/**
 * The body of a note, and those of `keys` that signed it: one at least. Undefined where none did, and where the note has a signature in the
 * name of one that is not its own. Signatures of others are passed over.
 */
export function verifyNote(text: string, keys: readonly NoteKey[]): { readonly body: string; readonly keys: readonly NoteKey[] } | undefined {
  const note = readNote(text)
  if (note === undefined) return undefined
  const found: NoteKey[] = []
  for (const { name, id, bytes } of note.signatures) {
    const key = keys.find((each) => each.name === name && each.id === id)
    if (key === undefined) continue
    if (!verify(null, Buffer.from(note.body), key.publicKey, bytes)) return undefined
    found.push(key)
  }
  return found.length === 0 ? undefined : { body: note.body, keys: found }
}

/** The bytes that a text says in the one way there is to say them; undefined for any other. */
export function readBase64(text: string | undefined): Buffer | undefined {
  if (text === undefined) return undefined
  const bytes = Buffer.from(text, 'base64')
  return bytes.toString('base64') === text ? bytes : undefined
}
