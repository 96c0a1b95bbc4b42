/** Client keys in the database: only their keyed hashes. */

import type { ExpressionBuilder, Kysely, Selectable, Updateable } from 'kysely'
import { recordChange } from './changes.ts'
import { StorageError } from './errors.ts'
import type { Tables } from './tables.ts'

export interface ClientKeys {
  /** Rejects with `conflict` where the id or the hash exists. */
  create(key: NewClientKey): Promise<void>
  /** Also where it was revoked; undefined where there never was one. */
  get(id: string): Promise<ClientKey | undefined>
  /** All of them, or those that fit, also revoked and expired ones, oldest first. */
  list(query?: KeyQuery): Promise<readonly ClientKey[]>
  /** Also of revoked ones. */
  count(): Promise<number>
  /** Those with a change of a higher number, in the order of their changes. */
  changedSince(number: number): Promise<readonly ClientKey[]>
  /** Whether it was this call that revoked it. */
  revoke(id: string, at: number): Promise<boolean>
  /** Says anew what may be changed of a key; null has no end. Rejects with `conflict` where the version is not the one above that which stands. */
  change(id: string, version: number, change: KeyChange): Promise<void>
  /** Gives a key another secret; the one before counts until then. Rejects with `conflict` as above. */
  rotate(id: string, version: number, next: { readonly prefix: string; readonly hash: string; readonly terms: string; readonly until: number }): Promise<void>
}

/** All that is given must fit. */
export interface KeyQuery {
  readonly tenant?: string
  readonly prefix?: string | undefined
  /** So many at most, behind the one of that id. */
  readonly most?: number
  readonly behind?: string | undefined
}

/** Times are milliseconds since 1970. */
interface NewClientKey {
  readonly id: string
  readonly name: string
  /** As much of the key as may be shown. */
  readonly prefix: string
  /** The keyed hash of the key; the key itself is stored nowhere. */
  readonly hash: string
  readonly createdAt: number
  readonly expiresAt?: number | undefined
  /** Whether it may say where its calls go. */
  readonly mayRoute: boolean
  /** `default` unless given. */
  readonly tenant?: string
  /** What else is said of it, as JSON of `contract/keys.ts`; `{}` unless given. */
  readonly terms?: string
}

export interface ClientKey extends NewClientKey {
  readonly revokedAt: number | undefined
  readonly tenant: string
  readonly terms: string
  /** Counts up with every change. */
  readonly version: number
  /** The hash that it had before it was rotated, and until when that counts too. */
  readonly before: { readonly hash: string; readonly until: number } | undefined
}

export interface KeyChange extends Required<Pick<NewClientKey, 'name' | 'mayRoute' | 'terms'>> {
  readonly expiresAt: number | null
}

export function storedKeys(db: Kysely<Tables>): ClientKeys {
  const rows = () => db.selectFrom('client_keys').selectAll()
  return {
    create: ({ createdAt, expiresAt, mayRoute, ...key }) =>
      recordChange(db, 'client_keys', async (transaction, changed) => {
        const times = { created_at: createdAt, expires_at: expiresAt ?? null, revoked_at: null, previous_hash: null, previous_until: null }
        await transaction
          .insertInto('client_keys')
          .values({ ...key, ...times, may_route: mayRoute, changed })
          .execute()
      }),
    get: async (id) => (await rows().where('id', '=', id).execute()).map(read)[0],
    list: async (query = {}) => (await queried(db, query).execute()).map(read),
    count: async () =>
      (
        await db
          .selectFrom('client_keys')
          .select(({ fn }) => fn.countAll<number>().as('count'))
          .executeTakeFirstOrThrow()
      ).count,
    changedSince: async (number) => (await rows().where('changed', '>', number).orderBy('changed').execute()).map(read),
    change: (id, version, { expiresAt, mayRoute, ...change }) => replace(db, id, version, { ...change, expires_at: expiresAt, may_route: mayRoute }),
    rotate: (id, version, { prefix, hash, terms, until }) =>
      replace(db, id, version, ({ ref }) => ({ prefix, hash, terms, previous_hash: ref('hash'), previous_until: until })),
    revoke: (id, at) =>
      recordChange(db, 'client_keys', async (transaction, changed) => {
        const revoked = transaction.updateTable('client_keys').set({ revoked_at: at, changed })
        return (await revoked.where('id', '=', id).where('revoked_at', 'is', null).executeTakeFirst()).numUpdatedRows > 0n
      }),
  }
}

const queried = (db: Kysely<Tables>, { tenant, prefix, most, behind }: KeyQuery) =>
  db
    .selectFrom('client_keys')
    .selectAll()
    .$if(tenant !== undefined, (query) => query.where('tenant', '=', tenant!))
    .$if(prefix !== undefined, (query) => query.where('prefix', '=', prefix!))
    .$if(behind !== undefined, (query) => query.where('id', '>', behind!))
    .orderBy('id')
    .$if(most !== undefined, (query) => query.limit(most!))

function read({
  created_at,
  expires_at,
  revoked_at,
  may_route,
  previous_hash,
  previous_until,
  changed: _,
  ...row
}: Selectable<Tables['client_keys']>): ClientKey {
  return {
    ...row,
    createdAt: created_at,
    expiresAt: expires_at ?? undefined,
    revokedAt: revoked_at ?? undefined,
    mayRoute: Boolean(may_route),
    before: previous_hash === null || previous_until === null ? undefined : { hash: previous_hash, until: previous_until },
  }
}

/** What a key's row becomes. */
type Change = Updateable<Tables['client_keys']> | ((where: ExpressionBuilder<Tables, 'client_keys'>) => object)

function replace(db: Kysely<Tables>, id: string, version: number, becomes: Change): Promise<void> {
  return recordChange(db, 'client_keys', async (transaction, changed) => {
    const result = await transaction
      .updateTable('client_keys')
      .set((where) => ({ ...(typeof becomes === 'function' ? becomes(where) : becomes), version, changed }))
      .where('id', '=', id)
      .where('version', '=', version - 1)
      .where('revoked_at', 'is', null)
      .executeTakeFirst()
    if (result.numUpdatedRows === 0n) throw new StorageError('conflict', 'The key was changed meanwhile.')
  })
}
