/** Sessions: short-lived tokens that a user begins with the long-lived one. They end by time, by word, and with whatever changes who the user is. */

import { now } from '../base/clock.ts'
import { sessionId, sessionToken } from '../base/ids.ts'
import { Failure } from '../canonical/failure.ts'
import type { MeResource, SessionResource } from '../contract/sessions.ts'
import { roles } from '../contract/users.ts'
import type { FoundToken } from '../storage/user-tokens.ts'
import type { Control } from './control.ts'
import { maySee } from './resource.ts'
import type { ControlAnswer, ControlRequest, ControlRoute, Viewer } from './route.ts'
import { viewerOf } from './users.ts'

const path = '/_omni/sessions'

export const sessions: readonly ControlRoute[] = [
  { method: 'GET', path: '/_omni/me', access: 'owner', roles, run: async ({ viewer }) => ({ body: showViewer(viewer) }) },
  {
    method: 'GET',
    path,
    access: 'admin',
    roles,
    run: async ({ viewer }, control) => {
      const { idle } = control.configured().sessions
      const living = (await control.store.userTokens.sessions()).filter((session) => viewerOf(session, now(), { idle }) !== undefined)
      return { body: { data: living.filter((session) => mayEnd(viewer, session)).map((session) => show(session, idle, viewer)) } }
    },
  },
  { method: 'POST', path, access: 'admin', roles, action: 'session_begun', run: begin },
  { method: 'DELETE', path: `${path}/:id`, access: 'admin', roles, action: 'session_ended', run: end },
]

async function begin({ viewer }: ControlRequest, control: Control): Promise<ControlAnswer & { readonly body: SessionResource }> {
  if (viewer.role !== 'user') throw new Failure('unsupported_operation', 'Sessions are for users: the admin key needs none.')
  if (viewer.isSession) throw new Failure('unsupported_operation', 'A session is begun with the user’s own token, and not from another session.')
  const { idle, age } = control.configured().sessions
  const { userId, version: userVersion, tokenId } = viewer
  const [id, token, createdAt] = [sessionId(), sessionToken(), now()]
  const expiresAt = createdAt + age
  await control.store.userTokens.begin({ id, userId, hash: control.hashKey(token), createdAt, expiresAt, tokenId, userVersion })
  const form = { id, user: userId, created_at: createdAt, expires_at: expiresAt }
  return { status: 201, body: { ...form, used_at: createdAt, idle, current: false, token }, changes: [{ kind: 'session', id, before: null, after: form }] }
}

/** `current` is the session that asks. */
async function end({ viewer, params }: ControlRequest, { store }: Control): Promise<ControlAnswer> {
  const id = params.id === 'current' && viewer.role === 'user' ? viewer.tokenId : params.id
  const found = (await store.userTokens.sessions()).find((session) => session.id === id)
  if (found === undefined || !mayEnd(viewer, found) || !(await store.userTokens.end(found.id)))
    throw new Failure('not_found', 'There is no session of this id.')
  const before = { id: found.id, user: found.userId, created_at: found.createdAt, expires_at: found.expiresAt }
  return { body: { id: found.id, ended: true }, changes: [{ kind: 'session', id: found.id, before, after: null }] }
}

/** Everybody's own are theirs; those of others, of whoever looks after them. */
function mayEnd(viewer: Viewer, { userId, user }: FoundToken): boolean {
  if (viewer.role !== 'user') return viewer.role === 'admin'
  return viewer.userId === userId || (viewer.roles.some((role) => role === 'owner' || role === 'admin') && maySee(viewer, user.tenant))
}

function show({ id, userId, createdAt, usedAt, expiresAt }: FoundToken, idle: number, viewer: Viewer): SessionResource {
  const current = viewer.role === 'user' && viewer.tokenId === id
  return { id, user: userId, created_at: createdAt, used_at: usedAt, expires_at: expiresAt ?? 0, idle, current }
}

function showViewer(viewer: Viewer): MeResource {
  switch (viewer.role) {
    case 'admin':
      return { role: 'admin' }
    case 'client':
      return { role: 'client', key: viewer.keyId }
    case 'user': {
      const { userId: user, tenant, roles: held, tokenId, isSession } = viewer
      return { role: 'user', user, tenant, roles: [...held], session: isSession ? tokenId : null }
    }
  }
}
