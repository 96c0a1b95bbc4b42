/** Client keys: made once and shown once, listed by their prefix, revoked at once. */

import { now } from '../base/clock.ts'
import { clientKey, keyId, shownPrefix } from '../base/ids.ts'
import { Failure } from '../canonical/failure.ts'
import type { ClientKey } from '../storage/store.ts'
import type { Control } from './control.ts'
import type { ControlRoute } from './route.ts'

export const keys: readonly ControlRoute[] = [
  { method: 'GET', path: '/_omni/keys', access: 'admin', run: async (_request, { store }) => ({ body: { data: (await store.keys.list()).map(show) } }) },
  {
    method: 'POST',
    path: '/_omni/keys',
    access: 'admin',
    action: 'key_created',
    body: {
      type: 'object',
      additionalProperties: false,
      required: ['name'],
      properties: {
        name: { type: 'string', pattern: '^[\\w .:@/-]{1,64}$' },
        expires_at: { type: 'integer', minimum: 1 },
        may_route: { type: 'boolean' },
      },
    },
    run: async ({ body }, control) => {
      const { name, expires_at: expiresAt, may_route: mayRoute } = body as { readonly name: string; readonly expires_at?: number; readonly may_route?: boolean }
      if (expiresAt !== undefined && expiresAt <= now())
        throw new Failure('invalid_value', '`expires_at` has passed: it is milliseconds since 1970.', { param: 'expires_at' })
      return { status: 201, body: await createKey({ name, expiresAt, mayRoute }, control) }
    },
  },
  {
    method: 'DELETE',
    path: '/_omni/keys/:id',
    access: 'admin',
    action: 'key_revoked',
    run: async ({ params }, control) => {
      const isRevoked = await control.store.keys.revoke(params.id ?? '', now())
      if (!isRevoked) throw new Failure('not_found', 'There is no key of this id that is not revoked already.')
      await control.publish()
      return { body: { id: params.id, revoked: true } }
    },
  },
]

/** What is said of a key that is to be made. It may choose where its calls go unless told otherwise. */
interface KeyTerms {
  readonly name: string
  readonly expiresAt?: number | undefined
  readonly mayRoute?: boolean | undefined
}

/** The only place where a whole key is said. */
export async function createKey(
  { name, expiresAt, mayRoute = true }: KeyTerms,
  control: Pick<Control, 'store' | 'hashKey' | 'publish'>,
): Promise<{ readonly key: string }> {
  const key = clientKey()
  const row = { id: keyId(), name, prefix: shownPrefix(key), hash: control.hashKey(key), createdAt: now(), expiresAt, mayRoute, tenant: 'default', terms: '{}' }
  await control.store.keys.create(row)
  await control.publish()
  return { ...show({ ...row, revokedAt: undefined, version: 1, before: undefined }), key }
}

function show({ id, name, prefix, createdAt, expiresAt, revokedAt, mayRoute }: ClientKey) {
  return { id, name, prefix, created_at: createdAt, expires_at: expiresAt ?? null, revoked_at: revokedAt ?? null, may_route: mayRoute }
}
