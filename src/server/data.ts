/** What the gateway keeps, opened: the store, and the keyed functions that its master key allows. The keys themselves go no further than this file. */

import { createHash, type KeyObject } from 'node:crypto'
import { join } from 'node:path'
import { KeyedHash } from '../base/keyed-hash.ts'
import { deriveKey, keyedHash, open, seal, type Place } from '../base/seal.ts'
import type { Settings } from '../config/settings.ts'
import { openAdminKey } from '../storage/admin-key.ts'
import { EpochKeys } from '../storage/epoch-keys.ts'
import { createSecret, destroySecret, openPrivateFolder, readSecret } from '../storage/files.ts'
import { openMasterKey } from '../storage/master-key.ts'
import { openStore } from '../storage/open.ts'
import type { Store, StoreOptions } from '../storage/store.ts'

export interface Data {
  readonly store: Store
  readonly adminHash: string
  hashKey(token: string): string
  /** For the audit: what it is of cannot be tried without this. */
  hashShown(text: string): string
  hashInput(pieces: readonly Buffer[]): string | null
  readonly epochs: EpochKeys
  sealSecret(secret: string, place: Place): Uint8Array
  openSecret(sealed: Uint8Array, place: Place): string
  sealAnswer(text: string, owner: string, id: string): Uint8Array
  openAnswer(sealed: Uint8Array, owner: string, id: string): string
  /** The keyed hash of the pieces of a payload, in hex. */
  hashPayload(pieces: readonly string[]): string
  sealReview(text: string, tenant: string, id: string): Uint8Array
  openReview(sealed: Uint8Array, tenant: string, id: string): string
}

/** Rejects with a sentence for the operator where the data directory or the database is not to be used. */
export async function openData({
  dataDir,
  databaseUrl,
  hasOwnBackup,
  inputHash,
}: Pick<Settings, 'dataDir' | 'databaseUrl' | 'hasOwnBackup' | 'inputHash'>): Promise<Data> {
  openPrivateFolder(dataDir)
  const store = await openStore(storeOptionsOf({ dataDir, databaseUrl, hasOwnBackup }))
  try {
    return withKeys(store, await openMasterKey(dataDir, store.fingerprint), { dataDir, inputHash })
  } catch (error) {
    await store.close()
    throw error
  }
}

/** Where the database is. */
export function storeOptionsOf({ dataDir, databaseUrl, hasOwnBackup }: Pick<Settings, 'dataDir' | 'databaseUrl' | 'hasOwnBackup'>): StoreOptions {
  return databaseUrl === undefined ? { file: join(dataDir, 'omni.db') } : { url: databaseUrl, hasOwnBackup }
}

/** Writes a first key that was just made where only its owner can read it. One of a database that is gone opens nothing any more, and gives way. */
export function keepFirstKey(dataDir: string, key: string): string {
  const file = join(dataDir, 'first.key')
  if (readSecret(file) !== undefined) destroySecret(file)
  createSecret(file, `${key}\n`)
  return file
}

function withKeys(store: Store, master: KeyObject, { dataDir, inputHash }: Pick<Settings, 'dataDir' | 'inputHash'>): Data {
  const clientKeys = deriveKey(master, 'client-keys')
  const tokens = new KeyedHash(clientKeys)
  const shown = deriveKey(master, 'audit')
  const credentials = deriveKey(master, 'credentials')
  const responses = deriveKey(master, 'responses')
  const payloads = new KeyedHash(deriveKey(master, 'review-payloads'))
  const reviews = deriveKey(master, 'reviews')
  return {
    store,
    adminHash: keyedHash(clientKeys, openAdminKey(dataDir)),
    hashKey: (token) => tokens.digest([token]),
    hashShown: (text) => keyedHash(shown, text),
    hashInput: inputHasher(inputHash, deriveKey(master, 'input-hash')),
    epochs: new EpochKeys(dataDir),
    sealSecret: (secret, place) => seal(credentials, secret, place),
    openSecret: (sealed, place) => open(credentials, sealed, place),
    sealAnswer: (text, owner, id) => seal(responses, text, { tenant: owner, id, version: 1 }),
    openAnswer: (sealed, owner, id) => open(responses, sealed, { tenant: owner, id, version: 1 }),
    hashPayload: (pieces) => payloads.digest(pieces),
    sealReview: (text, tenant, id) => seal(reviews, text, { tenant, id, version: 1 }),
    openReview: (sealed, tenant, id) => open(reviews, sealed, { tenant, id, version: 1 }),
  }
}

/** Over the bytes of the messages as the client sent them, each piece with its length before it. */
function inputHasher(mode: Settings['inputHash'], key: KeyObject): Data['hashInput'] {
  if (mode === 'none') return () => null
  const keyed = new KeyedHash(key)
  const digest = mode === 'hmac' ? (pieces: readonly (string | Buffer)[]) => keyed.digest(pieces) : plainDigest
  return (pieces) => {
    const told: (string | Buffer)[] = []
    for (const piece of pieces) told.push(`${piece.length}:`, piece)
    return digest(told)
  }
}

function plainDigest(pieces: readonly (string | Buffer)[]): string {
  const hash = createHash('sha256')
  for (const piece of pieces) hash.update(piece)
  return hash.digest('hex')
}
