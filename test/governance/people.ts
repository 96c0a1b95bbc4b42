/** People and keys of a scene: made through the control API by the operator. */

import assert from 'node:assert/strict'
import type { JsonObject } from '../../src/base/json.ts'
import type { Role } from '../../src/control/route.ts'
import type { Scene, Told } from '../acceptance/scene.ts'

export interface MadeKey {
  readonly id: string
  readonly key: string
  readonly version: number
}

export interface People {
  /** Asks the control API with any key, by default the admin key; the path without `/_omni`. */
  ask(method: string, path: string, body?: unknown, key?: string): Promise<Told>
  /** The same, for what must be done. */
  done(method: string, path: string, body?: unknown, key?: string): Promise<JsonObject>
  key(fields?: object): Promise<MadeKey>
  /** Resolves to the user's token. */
  user(id: string, tenant: string | null, ...roles: readonly Role[]): Promise<string>
}

export function peopleOf(scene: Scene): People {
  const ask: People['ask'] = (method, path, body, key = scene.adminKey) => scene.ask({ method, path: `/_omni${path}`, key, body })
  const done: People['done'] = async (method, path, body, key) => {
    const told = await ask(method, path, body, key)
    assert.ok(told.status < 300, `${method} ${path}: ${told.status} ${told.text}`)
    return told.json()
  }
  return {
    ask,
    done,
    key: async (fields = {}) => (await done('POST', '/keys', { name: 'test', ...fields })) as unknown as MadeKey,
    user: async (id, tenant, ...roles) => {
      await done('PUT', `/users/${id}`, { name: id, tenant, roles })
      return String((await done('POST', `/users/${id}/token`, {})).token)
    },
  }
}
