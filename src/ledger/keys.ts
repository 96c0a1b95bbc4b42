/** The private key of an installation, which signs for all of its logs, each in its own name. */

import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { LogError } from './errors.ts'

/** How secret files are kept: for the user alone, and never over one that is there. */
export interface SecretFiles {
  read(file: string): string | undefined
  create(file: string, text: string): void
  destroy(file: string): void
}

/** The 32 bytes of the private key, and of the one before: with it a log is handed on that another process wrote before the rotation. */
export interface SigningKey {
  readonly current: Buffer
  readonly former: Buffer | undefined
}

const currentFile = (folder: string): string => join(folder, 'signing.key')
const formerFile = (folder: string): string => join(folder, 'signing.key.former')
const seedBytes = 32

/** Reads `signing.key` in the data directory, or makes it. Throws what `files` throws, and `LogError` `refused` for a file that holds no key. */
export function openSigningKey(folder: string, files: SecretFiles): SigningKey {
  const file = currentFile(folder)
  if (files.read(file) === undefined) files.create(file, makeKey())
  return { current: parse(files.read(file) ?? '', file), former: parseFormer(folder, files) }
}

/** A new key in place of the current one, which becomes the former. What a crash leaves in between, `openSigningKey` goes on from. */
export function rotateSigningKey(folder: string, files: SecretFiles): SigningKey {
  const [file, former] = [currentFile(folder), formerFile(folder)]
  const text = files.read(file)
  if (text !== undefined) {
    parse(text, file)
    files.destroy(former)
    files.create(former, text)
    files.destroy(file)
  }
  return openSigningKey(folder, files)
}

const makeKey = (): string => `${randomBytes(seedBytes).toString('base64')}\n`

function parseFormer(folder: string, files: SecretFiles): Buffer | undefined {
  const file = formerFile(folder)
  const text = files.read(file)
  return text === undefined ? undefined : parse(text, file)
}

function parse(text: string, file: string): Buffer {
  const seed = Buffer.from(text.trim(), 'base64')
  if (seed.length !== seedBytes || seed.toString('base64') !== text.trim()) {
    throw new LogError('refused', `${file} does not hold a signing key (32 bytes in base64). Restore it from where it was kept.`)
  }
  return seed
}
