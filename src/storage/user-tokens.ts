/** Tokens of users and their sessions in the database: only their keyed hashes. Of whom is gone, or whose token is, nothing is found. */

import type { Kysely } from 'kysely'
import type { Tables } from './tables.ts'

/** By what users are known: the token of each, and the sessions that were begun with it. Only keyed hashes. */
export interface UserTokens {
  /** Gives a user a token in the place of the one before, whose sessions end with it. Resolves to that one, where there was one. */
  replace(token: NewUserToken): Promise<Omit<NewUserToken, 'hash'> | undefined>
  /** Begins a session. Those that have ended are forgotten, and of one user the oldest that are too many. */
  begin(session: NewSession): Promise<void>
  /** The token or session of that hash and whose it is; undefined where there is none, or its token, or its user, is no more. */
  find(hash: string): Promise<FoundToken | undefined>
  /** It was used at that time. */
  touch(id: string, at: number): Promise<void>
  /** All sessions whose token and user are there, oldest first. */
  sessions(): Promise<readonly FoundToken[]>
  /** Whether there was such a session. */
  end(id: string): Promise<boolean>
}

/** Times are milliseconds since 1970. */
export interface NewUserToken {
  readonly id: string
  readonly userId: string
  readonly hash: string
  readonly createdAt: number
  /** When it ends; of a token it may be never. */
  readonly expiresAt: number | null
}

export interface NewSession extends NewUserToken {
  readonly expiresAt: number
  /** The token that it was begun with. */
  readonly tokenId: string
  /** The version of the user that it was begun as: with any other it is over. */
  readonly userVersion: number
}

export interface FoundToken extends Omit<NewUserToken, 'hash'> {
  readonly usedAt: number
  /** Of a session. */
  readonly session: { readonly userVersion: number; readonly tokenExpiresAt: number | null } | undefined
  /** As it is stored. */
  readonly user: { readonly id: string; readonly tenant: string | null; readonly version: number; readonly body: string | null; readonly changedAt: number }
}

/** Sessions that one user has at once. */
const mostSessions = 100

export function storedUserTokens(db: Kysely<Tables>): UserTokens {
  return {
    replace: ({ id, userId: user_id, hash, createdAt: created_at, expiresAt: expires_at }) =>
      db.transaction().execute(async (transaction) => {
        const columns = ['id', 'user_id as userId', 'created_at as createdAt', 'expires_at as expiresAt'] as const
        const theirs = transaction.selectFrom('user_tokens').select(columns).where('user_id', '=', user_id)
        const before = await theirs.where('token_id', 'is', null).executeTakeFirst()
        await transaction.deleteFrom('user_tokens').where('user_id', '=', user_id).execute()
        const row = { id, user_id, hash, created_at, expires_at, used_at: created_at, token_id: null, user_version: null }
        await transaction.insertInto('user_tokens').values(row).execute()
        return before
      }),
    begin: (session) => db.transaction().execute((transaction) => begin(session, transaction)),
    find: async (hash) => (await found(db).where('mine.hash', '=', hash).execute()).map(show)[0],
    touch: async (id, at) => void (await db.updateTable('user_tokens').set({ used_at: at }).where('id', '=', id).where('used_at', '<', at).execute()),
    sessions: async () => (await found(db).where('mine.token_id', 'is not', null).orderBy('mine.id').execute()).map(show),
    end: async (id) => {
      const result = await db.deleteFrom('user_tokens').where('id', '=', id).where('token_id', 'is not', null).executeTakeFirst()
      return result.numDeletedRows > 0n
    },
  }
}

async function begin({ id, userId: user_id, hash, createdAt: created_at, expiresAt: expires_at, ...of }: NewSession, db: Kysely<Tables>): Promise<void> {
  await db.deleteFrom('user_tokens').where('token_id', 'is not', null).where('expires_at', '<', created_at).execute()
  const row = { id, user_id, hash, created_at, expires_at, used_at: created_at, token_id: of.tokenId, user_version: of.userVersion }
  await db.insertInto('user_tokens').values(row).execute()
  const theirs = db.selectFrom('user_tokens').select('id').where('user_id', '=', user_id).where('token_id', 'is not', null)
  const oldest = await theirs.orderBy('id', 'desc').offset(mostSessions).limit(mostSessions).execute()
  if (oldest.length > 0)
    await db
      .deleteFrom('user_tokens')
      .where(
        'id',
        'in',
        oldest.map((one) => one.id),
      )
      .execute()
}

/** With the user of each, and of sessions the token that they were begun with. */
const found = (db: Kysely<Tables>) =>
  db
    .selectFrom('user_tokens as mine')
    .innerJoin('objects as person', (join) => join.onRef('person.id', '=', 'mine.user_id').on('person.kind', '=', 'user').on('person.body', 'is not', null))
    .leftJoin('user_tokens as token', 'token.id', 'mine.token_id')
    .where(({ or, eb }) => or([eb('mine.token_id', 'is', null), eb('token.id', 'is not', null)]))
    .select(['mine.id', 'mine.user_id', 'mine.created_at', 'mine.expires_at', 'mine.used_at', 'mine.user_version'])
    .select(['token.expires_at as token_expires_at', 'person.tenant', 'person.version', 'person.body', 'person.changed_at'])

type Row = Awaited<ReturnType<ReturnType<typeof found>['execute']>>[number]

function show(row: Row): FoundToken {
  const { id, user_id: userId, tenant, version, body } = row
  const user = { id: userId, tenant, version, body, changedAt: row.changed_at }
  const session = row.user_version === null ? undefined : { userVersion: row.user_version, tokenExpiresAt: row.token_expires_at }
  return { id, userId, createdAt: row.created_at, expiresAt: row.expires_at, usedAt: row.used_at, session, user }
}
