/** Why the storage did not do what was asked: a closed table, and the codes of both databases read into it. */

/**
 * - `again`: the same request may succeed later, so that the caller keeps what it holds and tries again.
 * - `sentence`: what is said unless the place knows better.
 */
const storageReasons = {
  busy: { again: true, sentence: 'The database is locked by another writer.' },
  full: { again: true, sentence: 'The database has no room to write.' },
  unavailable: { again: true, sentence: 'The database cannot be reached.' },
  closed: { again: false, sentence: 'The database is closed.' },
  conflict: { again: false, sentence: 'A row with that name or a newer version exists.' },
  invalid: { again: false, sentence: 'The database cannot hold such a value.' },
  bad_cursor: { again: false, sentence: 'The cursor is not one that this list gave out.' },
  damaged: { again: false, sentence: 'The database file is damaged.' },
  /** The database or a key file is not one to start with. Nothing was changed. */
  refused: { again: false, sentence: 'The database is not one to start with.' },
  fault: { again: false, sentence: 'The gateway asked the database something wrong.' },
} as const satisfies { readonly [reason: string]: { readonly again: boolean; readonly sentence: string } }

export type StorageReason = keyof typeof storageReasons

/** `code` is the database's own (`SQLITE 5`, `53100`): safe to log. Its words are not, since they may quote a value; they are not kept. */
export class StorageError extends Error {
  readonly reason: StorageReason
  readonly code: string | undefined

  constructor(reason: StorageReason, message: string = storageReasons[reason].sentence, code?: string) {
    super(message)
    this.reason = reason
    this.code = code
  }

  get again(): boolean {
    return storageReasons[this.reason].again
  }
}

/** By SQLite's primary result code. https://www.sqlite.org/rescode.html */
const sqliteReasons: { readonly [code: number]: StorageReason } = {
  5: 'busy',
  6: 'busy',
  8: 'unavailable',
  10: 'unavailable',
  11: 'damaged',
  13: 'full',
  14: 'unavailable',
  18: 'invalid',
  19: 'invalid',
  20: 'invalid',
  25: 'invalid',
  26: 'damaged',
}

/** Extended codes that say more: a write that failed (no room, or past the limit on a file's size), a primary key or a unique column taken. */
const extendedReasons: { readonly [code: number]: StorageReason } = { 778: 'full', 1555: 'conflict', 2067: 'conflict' }

/** By SQLSTATE, whole or by its class, and by the codes of the network. https://www.postgresql.org/docs/current/errcodes-appendix.html */
const postgresReasons: { readonly [code: string]: StorageReason } = {
  '23505': 'conflict',
  '25006': 'unavailable',
  '53100': 'full',
  '53200': 'full',
  '22': 'invalid',
  '23': 'invalid',
  '40': 'busy',
  '42': 'fault',
  '55': 'busy',
  XX: 'damaged',
}

/** Anything a driver threw, as an error of ours. What has no code comes from a connection that ended. */
export function toStorageError(error: unknown): StorageError {
  if (error instanceof StorageError) return error
  const { errcode, code } = (error ?? {}) as { readonly errcode?: unknown; readonly code?: unknown }
  if (typeof errcode === 'number') {
    return new StorageError(extendedReasons[errcode] ?? sqliteReasons[errcode & 0xff] ?? 'fault', undefined, `SQLITE ${errcode}`)
  }
  if (typeof code !== 'string') return new StorageError(error instanceof TypeError || error instanceof RangeError ? 'fault' : 'unavailable')
  const reason = code.startsWith('ERR_') ? 'fault' : (postgresReasons[code] ?? postgresReasons[code.slice(0, 2)] ?? 'unavailable')
  return new StorageError(reason, undefined, code)
}
