/** One call of the control API, free of any framework's types. */

import type { roles } from '../contract/users.ts'
import type { ObjectKind } from '../storage/store.ts'
import type { Control } from './control.ts'

export type Role = (typeof roles)[number]

/** Who asks: the operator by the admin key, a user for a tenant or (null) for the installation, or a client that may see what is its own. */
export type Viewer =
  | { readonly role: 'admin' }
  | {
      readonly role: 'user'
      readonly userId: string
      readonly tenant: string | null
      readonly roles: readonly Role[]
      /** The version of the user that these roles are of. */
      readonly version: number
      /** What it is known by: its own token, or that of a session. */
      readonly tokenId: string
      readonly isSession: boolean
    }
  | { readonly role: 'client'; readonly keyId: string }

export interface ControlRequest {
  readonly viewer: Viewer
  readonly params: Readonly<Record<string, string>>
  readonly query: Readonly<Record<string, string | undefined>>
  readonly body: unknown
  /** Where the request came from: the address of the socket, or what a trusted proxy said. */
  readonly address: string
  /** The header `if-match`. */
  readonly ifMatch: string | undefined
}

/** All that is told of. What reads is named by a route of GET, what changes by any other. */
export type Action =
  | 'receipts_read'
  | 'receipts_erased'
  | 'epoch_destroyed'
  | 'hold_set'
  | 'hold_released'
  | 'key_created'
  | 'key_changed'
  | 'key_rotated'
  | 'key_revoked'
  | 'user_token_issued'
  | 'session_begun'
  | 'session_ended'
  | 'invitation_made'
  | 'invitation_revoked'
  | 'invitation_redeemed'
  | 'review_read'
  | 'review_approved'
  | 'review_denied'
  | 'credential_stored'
  | 'credential_removed'
  | 'chain_stored'
  | 'chain_removed'
  | 'prices_stored'
  | 'health_reset'
  | 'configuration_reloaded'
  | 'signing_key_rotated'
  | 'receipts_reindexed'
  | 'alerts_tested'
  | `${ObjectKind}_${'stored' | 'removed'}`

/** `owner`: the operator sees all, a client its own. */
export interface ControlRoute {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly path: `/_omni/${string}`
  readonly access: 'admin' | 'owner'
  /** Users of which roles may call it too, for their tenant; none where absent. Owners may wherever anybody may. */
  readonly roles?: readonly Role[]
  /** What it is about is nobody's but the installation's: users of a tenant may not call it. */
  readonly isOfInstallation?: boolean
  /** What the log of receipts calls it, where it changes something or reads receipts. */
  readonly action?: Action
  /** JSON Schema of the body; without one a body is refused. */
  readonly body?: object
  /** The same in full, where `body` leaves the checking to `run`. */
  readonly detail?: () => object
  /** Bytes that the body may have; a mebibyte where absent. */
  readonly bodyLimit?: number
  /** Names that the query may have. */
  readonly query?: readonly string[]
  /** What is said back, as JSON unless it has another type. Throws `Failure`. */
  readonly run: (request: ControlRequest, control: Control) => Promise<ControlAnswer>
}

/** What a call changed of what is stored. Both ends are as `GET` shows it, without secrets; null where there was none before, or is none after. */
export interface Change {
  readonly kind: ChangedKind
  readonly id: string
  readonly before: object | null
  readonly after: object | null
}

export type ChangedKind = ObjectKind | (typeof otherKinds)[number]

/** What is stored in other ways than objects are. */
export const otherKinds = ['key', 'credential', 'chain', 'user_token', 'session', 'review', 'hold', 'epoch', 'prices', 'configuration'] as const

export interface ControlAnswer {
  readonly status?: number
  /** It is told of and published when the call is done. */
  readonly changes?: readonly Change[]
  /** An object or JSON. */
  readonly body: object | string
  /** In the place of the body: pieces of a text of this media type, said as they come. */
  readonly stream?: { readonly type: string; readonly pieces: AsyncIterable<string> }
}

/** Of a route about what is nobody's but the installation's: for its own users of these roles, beside the operator. */
export const ofInstallation = (...named: readonly Role[]) => ({ access: 'admin', roles: named, isOfInstallation: true }) as const

/** Whether a user may call it, whatever it is asked about then. */
export function isOpenTo(
  user: Extract<Viewer, { readonly role: 'user' }>,
  { roles: named, isOfInstallation = false }: Pick<ControlRoute, 'roles' | 'isOfInstallation'>,
): boolean {
  if (named === undefined || (isOfInstallation && user.tenant !== null)) return false
  return user.roles.some((role) => role === 'owner' || named.includes(role))
}

/** Who somebody is, as logs and notes have it: `admin`, or an id. */
export function nameOf(viewer: Viewer): string {
  return viewer.role === 'admin' ? 'admin' : viewer.role === 'user' ? viewer.userId : viewer.keyId
}
