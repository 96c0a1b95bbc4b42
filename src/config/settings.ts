/** The configuration as the rest of the house reads it: plain, checked and complete. */

import type { Deadlines } from '../base/deadlines.ts'
import type { Provider } from '../providers/provider.ts'
import type { inputHashes, logLevels } from './schema.ts'

export interface ConnectedProvider {
  /** The operator's name for it, and its prefix. */
  readonly name: string
  /** The data of its kind, with what the entry says otherwise; its `id` and `baseUrl` stay those of the kind. */
  readonly provider: Provider
  /** Where it is, without a slash at the end; undefined for the built-in provider. */
  readonly baseUrl?: string
  readonly secret?: string
  /** Where its cloud serves it. */
  readonly region?: string
  readonly source: 'environment' | 'file' | 'built-in'
  /** The variable that its secret came from. */
  readonly fromVariable?: string
  /** As the entry lists them; what the catalogue knows is not among them. */
  readonly models: readonly string[]
  readonly deadlines: Deadlines
}

export interface ChainSettings {
  readonly name: string
  readonly strategy: 'priority'
  readonly targets: readonly string[]
  /** How often one target is asked again. */
  readonly retries: number
  readonly strict: boolean
  readonly providerMessages: boolean
  /** Those that this chain sets; they come before the provider's. */
  readonly deadlines: Partial<Deadlines>
}

/** Whether clients need keys of ours (`required`), tokens that the operator gave (`tokens`; keys work too), or nothing. */
export type Auth = { readonly mode: 'required' } | { readonly mode: 'off' } | { readonly mode: 'tokens'; readonly tokens: readonly string[] }

/** Sizes are in bytes, times in milliseconds. */
export interface Settings {
  readonly host: string
  readonly port: number
  readonly hosts: readonly string[]
  readonly tls?: { readonly cert: string; readonly key: string }
  readonly allowPlaintext: boolean
  readonly workers: number
  /** How long calls in flight may go on when the gateway is told to stop. */
  readonly drain: number
  readonly http: { readonly headerBytes: number; readonly headerTime: number; readonly bodyIdle: number; readonly writeIdle: number }
  readonly auth: Auth
  readonly dataDir: string
  readonly databaseUrl?: string
  readonly hasOwnBackup: boolean
  readonly redisUrl?: string
  readonly logLevel: (typeof logLevels)[number]
  readonly inputHash: (typeof inputHashes)[number]
  readonly defaultProvider: string
  /** The built-in one is always among them. */
  readonly providers: readonly ConnectedProvider[]
  readonly aliases: { readonly [alias: string]: string }
  readonly chains: readonly ChainSettings[]
  readonly strict: boolean
  readonly providerMessages: boolean
  readonly platformFeePercent: number
  readonly retry: { readonly attempts: number; readonly perTarget: number; readonly longestPause: number; readonly totalTime: number }
  readonly deadlines: Deadlines
  readonly limits: {
    readonly body: number
    readonly upload: number
    readonly spool: number
    readonly jsonDepth: number
    readonly jsonKeys: number
    readonly messages: number
    readonly sseEvent: number
    readonly answer: number
    readonly streamBuffer: number
    readonly hold: number
    readonly keepAlive: number
  }
  readonly metadata: { readonly keys: readonly string[]; readonly metricLabels: readonly string[]; readonly mostValues: number }
  readonly upstream: { readonly connections: number; readonly keepAlive: number; readonly headerBytes: number }
  readonly media: { readonly fetch: boolean; readonly bytes: number; readonly time: number; readonly hosts: readonly string[] }
  readonly receipts: { readonly records: number; readonly bytes: number }
  readonly responses: {
    readonly store: boolean
    readonly ttl: number
    readonly entryBytes: number
    readonly totalBytes: number
    readonly sockets: number
    readonly socketIdle: number
    readonly socketMemory: number
  }
}
