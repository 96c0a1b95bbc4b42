/** Users: what each may do is said by somebody else, and each is known by a token that is shown once. */

import { now } from '../base/clock.ts'
import { userToken, userTokenId } from '../base/ids.ts'
import { Failure } from '../canonical/failure.ts'
import { roles, tokenAsked, userBody, type TokenResource, type UserBody } from '../contract/users.ts'
import type { FoundToken, NewUserToken } from '../storage/user-tokens.ts'
import type { Control } from './control.ts'
import { findShown, livingOf, parseBody, resourceRoutes, type Checking, type Resource } from './resource.ts'
import type { ControlAnswer, ControlRequest, ControlRoute, Viewer } from './route.ts'
import { checkTenant, refuseParent } from './tenants.ts'

const user: Resource<UserBody> = {
  kind: 'user',
  name: 'users',
  schema: userBody,
  readers: ['admin', 'auditor'],
  writers: ['admin'],
  tenantOf: (body) => body.tenant,
  check: checkChange,
  checkRemoval: async (found, context) => {
    checkRank(context.request.viewer, found.body)
    await refuseParent('user', found.id, context)
  },
}

export const users: readonly ControlRoute[] = [
  ...resourceRoutes(user),
  {
    method: 'POST',
    path: '/_omni/users/:id/token',
    access: 'admin',
    roles,
    action: 'user_token_issued',
    body: { type: 'object' },
    run: issue,
  },
]

async function checkChange(body: UserBody, id: string, { request: { viewer }, control }: Checking): Promise<void> {
  const row = await control.store.objects.get('user', id)
  if (row?.body === null) throw new Failure('conflict', 'This id was of a user who is gone. What they did is told under it: it is not given again.')
  const [before] = row === undefined ? [] : livingOf(user, [row])
  if (before === undefined && viewer.role === 'user' && viewer.isSession)
    throw new Failure('insufficient_scope', 'Users are made with a user’s own token, and not in a session.')
  if (viewer.role === 'user' && viewer.userId === id && before !== undefined && !isSame(before.body.roles, body.roles))
    throw new Failure('insufficient_scope', 'Nobody changes what they may do themselves.', { param: 'roles' })
  checkRank(viewer, body)
  if (before !== undefined) checkRank(viewer, before.body)
  if (body.tenant !== null) await checkTenant(body.tenant, control)
}

const isSame = (some: readonly string[], others: readonly string[]): boolean => some.length === others.length && some.every((one) => others.includes(one))

/** Who is no owner makes, changes and removes none. */
function checkRank(viewer: Viewer, { roles: held }: Pick<UserBody, 'roles'>): void {
  if (held.includes('owner') && viewer.role === 'user' && !viewer.roles.includes('owner'))
    throw new Failure('insufficient_scope', 'Only owners make, change and remove owners.', { param: 'roles' })
}

/** The one before ends at once, and with it every session. */
async function issue(request: ControlRequest, control: Control): Promise<ControlAnswer & { readonly body: TokenResource }> {
  const { expires_at: expiresAt = null } = parseBody(tokenAsked, request.body)
  if (expiresAt !== null && expiresAt <= now())
    throw new Failure('invalid_value', '`expires_at` has passed: it is milliseconds since 1970.', { param: 'expires_at' })
  const { id, body } = await findShown(user, request, control)
  checkIssue(request.viewer, id, body)
  const token = userToken()
  const issued = { id: userTokenId(), userId: id, createdAt: now(), expiresAt }
  const before = await control.store.userTokens.replace({ ...issued, hash: control.hashKey(token) })
  control.tell('a token was issued to a user', { user: id })
  const changes = [{ kind: 'user_token', id, before: before === undefined ? null : tokenForm(before), after: tokenForm(issued) }] as const
  return { status: 201, body: { user: id, token, expires_at: expiresAt }, changes }
}

const tokenForm = ({ id, userId, createdAt, expiresAt }: Omit<NewUserToken, 'hash'>) => ({ id, user: userId, created_at: createdAt, expires_at: expiresAt })

/** Whoever holds a session for an hour must not get from it what lasts. */
function checkIssue(viewer: Viewer, id: string, body: UserBody): void {
  if (viewer.role !== 'user') return
  if (viewer.isSession) throw new Failure('insufficient_scope', 'Tokens are issued with a user’s own token, and not in a session.')
  if (viewer.userId === id) return
  if (!viewer.roles.some((role) => role === 'owner' || role === 'admin'))
    throw new Failure('insufficient_scope', 'You may make your own token anew, and nobody else’s.')
  checkRank(viewer, body)
}

/** Milliseconds that a session may be unused. */
interface SessionTerms {
  readonly idle: number
}

/** Who is known by what was found; undefined where it is over: by time, or because its user is another than then. */
export function viewerOf(found: FoundToken, at: number, { idle }: SessionTerms): Extract<Viewer, { readonly role: 'user' }> | undefined {
  const { id, expiresAt, usedAt, session, user: row } = found
  const [person] = livingOf(user, [{ kind: 'user', ...row }])
  if (person === undefined || at >= (expiresAt ?? Infinity)) return undefined
  if (session !== undefined && (session.userVersion !== person.version || at >= usedAt + idle || at >= (session.tokenExpiresAt ?? Infinity))) return undefined
  const { version, tenant, body } = person
  return { role: 'user', userId: person.id, tenant, roles: body.roles, version, tokenId: id, isSession: session !== undefined }
}
