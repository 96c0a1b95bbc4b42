/** All that the hot path knows of the configuration: built whole, swapped by one reference. A call keeps the one it began with. */

import type { Catalogue } from '../catalog/table.ts'
import type { Access, Circle, Grant } from '../policy/access.ts'
import type { Charges } from '../policy/charges.ts'
import type { Rules } from '../policy/rules.ts'
import type { Holder } from '../policy/scope.ts'
import type { RoutingTable } from '../routing/resolve.ts'

/** Who asks. `keyId` is null where client auth is off. */
export interface Caller {
  readonly keyId: string | null
  readonly method: 'key' | 'token' | 'off'
  /** Whether it may say where its calls go, beside the model's name. */
  readonly mayRoute: boolean
  readonly holder: Holder
  /** What the operator calls the key: the settings that go with it are known by that. */
  readonly profile?: string | undefined
  /** For receipts: `production`, `staging`, …; and who pays. */
  readonly environment?: string | undefined
  readonly costCenter?: string | undefined
  /** What it may use; everything where absent. */
  readonly access?: Access | undefined
  /** What `access` is made of, the widest first. */
  readonly circles?: readonly Circle[] | undefined
  /** What it may use of sponsored connections; nothing where absent. */
  readonly grants?: readonly Grant[] | undefined
  /** Whether calls may come from that address; from any where absent. */
  readonly mayComeFrom?: ((address: string) => boolean) | undefined
  /** What its key says in the place of the configuration's `strict`. */
  readonly isStrict?: boolean | undefined
  /** Metadata of calls that send none of that name. */
  readonly metadata?: Readonly<Record<string, string>> | undefined
  /** Milliseconds that its tenant wants receipts kept, in the place of the configuration's. */
  readonly retention?: number | undefined
  /** Whether what it asks may be shown to a reviewer; else only what is known of it. */
  readonly review?: 'full' | 'metadata' | undefined
  /** Limits and budgets that may be about its calls; none where absent. */
  readonly charges?: Charges | undefined
  /** Rules that may be about its calls; none where absent. */
  readonly rules?: Rules | undefined
  /** Where its calls go, where it has credentials of its own; else as everybody's. */
  readonly routing?: RoutingTable | undefined
}

/** Bytes, counts and milliseconds; `docs/configuration.md` gives each one's default. */
export interface CallLimits {
  readonly body: number
  /** Bytes of a form with files. */
  readonly upload: number
  /** Bytes of all uploads that are kept in files. */
  readonly spool: number
  readonly jsonDepth: number
  readonly jsonKeys: number
  readonly messages: number
  /** Bytes of one message of a stream. */
  readonly sseEvent: number
  /** Bytes of a whole answer. */
  readonly answer: number
  /** Milliseconds that a stream's status may be held back for its first word. */
  readonly hold: number
  /** Milliseconds of silence after which a waiting client gets a comment. */
  readonly keepAlive: number
  /** What becomes of a provider's work when its client leaves. */
  readonly abandoned: 'abort' | 'drain'
  /** Attempts of one call in all, over all its targets. */
  readonly attempts: number
  /** The longest pause before the same target is asked again, in milliseconds. */
  readonly retryPause: number
  /** Milliseconds that the attempts of one call may take in all, until one speaks. */
  readonly attemptTime: number
  /** Milliseconds that a call may wait for room at a target. */
  readonly queueTime: number
  /** Calls that one key may have under way, or 0 for no limit; and those that may wait for that. */
  readonly keyConcurrency: number
  readonly keyQueue: number
}

/** How receipts are kept. */
export interface Keeping {
  /** Calls are refused while receipts cannot be written. */
  readonly isRequired: boolean
  /** Milliseconds that a receipt is kept. */
  readonly retention: number
  readonly content: 'none' | 'link' | 'prove'
}

/** Which addresses may speak to the gateway. */
export interface Edges {
  readonly mayCall: (address: string) => boolean
  /** The control API. */
  readonly mayControl: (address: string) => boolean
}

export interface Snapshot {
  /** Of the effective configuration without its secrets: 16 hex digits. */
  readonly version: string
  /** The prices that its calls are billed by. */
  readonly catalogue: Catalogue
  readonly routing: RoutingTable
  /** Undefined where nobody has that key, or it is revoked. */
  readonly identify: (token: string) => Caller | undefined
  /** Who asks when client auth is off; undefined where a key is needed. */
  readonly anonymous: Caller | undefined
  /** Undefined where any may. */
  readonly edges?: Edges | undefined
  readonly limits: CallLimits
  readonly metadataKeys: ReadonlySet<string>
  /** The defaults of calls without a chain. */
  readonly retries: number
  /** Retries of all calls together: this share of the calls, or so many in a second. */
  readonly retryShare: number
  readonly retryFloor: number
  readonly strict: boolean
  readonly showsProviderMessages: boolean
  /** Percent that the operator adds to the provider's cost. */
  readonly platformFeePercent: number
  readonly receipts: Keeping
}
