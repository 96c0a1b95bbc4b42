/** Who may use a path that is no model surface: the operator by the admin key, users by their tokens and sessions, a client by its own key. */

import { timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { now, pause } from '../base/clock.ts'
import { isOfUser } from '../base/ids.ts'
import { Failure } from '../canonical/failure.ts'
import { identify, tokenOf } from '../gateway/identify.ts'
import type { Headers } from '../gateway/client.ts'
import type { Snapshot } from '../gateway/snapshot.ts'
import { isOpenTo, type Viewer } from '../control/route.ts'
import { viewerOf } from '../control/users.ts'
import type { UserTokens } from '../storage/user-tokens.ts'
import type { Data } from './data.ts'
import type { Route } from './routes.ts'

export type User = Extract<Viewer, { readonly role: 'user' }>

export interface Keyring {
  /** The keyed hash of the admin key; the key itself is not kept. */
  readonly adminHash: string
  readonly hashKey: (token: string) => string
  /** Whose token or session it is; undefined where it is nobody's. May reject, or never come back. */
  readonly userOf: (token: string) => Promise<User | undefined>
}

/** `idle` is how long a session may be unused, in milliseconds. */
export function keyringOf({ adminHash, hashKey, store }: Pick<Data, 'adminHash' | 'hashKey' | 'store'>, idle: () => number): Keyring {
  return { adminHash, hashKey, userOf: (token) => findUser(hashKey(token), store.userTokens, idle()) }
}

async function findUser(hash: string, tokens: UserTokens, idle: number): Promise<User | undefined> {
  const found = await tokens.find(hash)
  const at = now()
  const user = found && viewerOf(found, at, { idle })
  // A note for each call would be a write for each: a session may end so much sooner than it should.
  if (found?.session !== undefined && user !== undefined && at - found.usedAt > Math.min(idle / 10, noteEvery)) await tokens.touch(found.id, at)
  return user
}

/** Milliseconds. */
const noteEvery = 60_000
/** That a request waits for the database that knows the users. */
const patience = 2000

type Guarded = Pick<Route, 'access' | 'roles' | 'isOfInstallation'>

/** Throws `Failure` where nobody can tell: who is not known is nobody else. */
async function lookUp(token: string, { userOf }: Keyring): Promise<User | undefined> {
  const late = pause(patience)
  try {
    return await Promise.race([userOf(token), late.done.then(() => Promise.reject(unknown()))])
  } catch (cause) {
    throw cause instanceof Failure ? cause : unknown(cause)
  } finally {
    late.cancel()
  }
}

const unknown = (cause?: unknown): Failure => new Failure('auth_unavailable', 'Nobody can be asked now whose token this is.', { cause })

/** Rejects with `Failure` where the path is not for whoever sent these headers. Undefined where nobody needs to be known. */
export async function admit(route: Guarded, headers: IncomingHttpHeaders, snapshot: Snapshot, keyring: Keyring): Promise<Viewer | undefined> {
  const { access } = route
  if (access === 'none') return undefined
  const ours = headers as Headers
  if (access === 'client') return { role: 'client', keyId: identify(ours, snapshot).keyId ?? '' }
  refuseForeignSite(headers)
  const token = tokenOf(ours)
  if (token === undefined)
    throw new Failure('invalid_api_key', `This path needs a key: the admin key, which is in the file \`admin.key\` of the data directory, or a user’s token.`)
  if (isAdmin(token, keyring)) return { role: 'admin' }
  const user = isOfUser(token) ? await lookUp(token, keyring) : undefined
  if (user !== undefined) return admitUser(user, route)
  const caller = snapshot.identify(token)
  if (!caller) throw new Failure('invalid_api_key', 'The key is not one of this gateway’s, or it was revoked, or has expired.')
  if (access === 'owner' && caller.keyId !== null) return { role: 'client', keyId: caller.keyId }
  throw new Failure(
    'insufficient_scope',
    'This path is not for clients: it takes the admin key, which is in the file `admin.key` of the data directory, or a user’s token.',
  )
}

function admitUser(user: User, route: Guarded): User {
  if (isOpenTo(user, route)) return user
  const isElsewhere = route.isOfInstallation === true && user.tenant !== null
  throw new Failure(
    'insufficient_scope',
    isElsewhere ? 'This path is for users of the installation itself, and you are one of a tenant.' : 'Your roles do not open this path.',
  )
}

function isAdmin(token: string, { adminHash, hashKey }: Keyring): boolean {
  return timingSafeEqual(Buffer.from(hashKey(token), 'hex'), Buffer.from(adminHash, 'hex'))
}

/** Browsers say which page sent a request: none but our own has any business here, whatever key it found. https://www.w3.org/TR/fetch-metadata/ */
function refuseForeignSite({ origin, host, 'sec-fetch-site': site }: IncomingHttpHeaders): void {
  const isOwnSite = site === undefined || site === 'same-origin' || site === 'none'
  const isOwnOrigin = origin === undefined || /^https?:\/\/(.+)$/.exec(origin)?.[1] === host
  if (!isOwnSite || !isOwnOrigin) throw new Failure('insufficient_scope', 'Pages of other sites may not ask for this.')
}
