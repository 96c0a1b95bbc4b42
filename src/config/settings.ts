/** The configuration as the rest of the house reads it: plain, checked and complete. */

import type { Deadlines } from '../base/deadlines.ts'
import type { Need } from '../catalog/abilities.ts'
import type { Provider } from '../providers/provider.ts'
import type { AlertSettings } from './alerts.ts'
import type { DetectorSettings } from './detectors.ts'
import type { AlsoOn } from './chain-entry.ts'
import type { OperatorPrices } from './prices.ts'
import type { contentModes, inputHashes, logLevels } from './schema.ts'
import type { Sinks } from './sinks.ts'
import type { StrategyName } from './strategies.ts'

/** One of our accounts at a provider: a secret of its own. */
export interface AccountSettings {
  /** `default` where the provider's entry has a `key`, where the environment gives one, and where none is needed. */
  readonly name: string
  readonly secret?: string
  readonly weight: number
  /** Calls that it may have under way; undefined: as many as its provider. */
  readonly concurrency?: number
  /** A subscription pays for its calls. */
  readonly isCovered?: boolean
}

export interface ConnectedProvider {
  /** The operator's name for it, and its prefix. */
  readonly name: string
  /** The data of its kind, with what the entry says otherwise; its `id` and `baseUrl` stay those of the kind. */
  readonly provider: Provider
  /** The provider whose prices it has, those of the operator among them. */
  readonly pricedAs?: string | undefined
  /** Where it is, without a slash at the end; undefined for the built-in provider. */
  readonly baseUrl?: string
  /** One at least, each name and place once. */
  readonly accounts: readonly AccountSettings[]
  /** Among the accounts. */
  readonly strategy: StrategyName
  /** Calls that it may have under way, with all of its accounts. */
  readonly concurrency: number
  /** What its rate limits hold for: `model`, `account`, or a name that entries share; undefined: as the provider's data says. */
  readonly quota?: string
  /** Ask it whether it is there, every so many milliseconds; `path` stands behind `baseUrl`. */
  readonly check?: { readonly every: number; readonly path?: string }
  /** Only who holds a grant may use it. */
  readonly isSponsored?: boolean
  /** Where its cloud serves it. */
  readonly region?: string
  readonly source: 'environment' | 'file' | 'built-in'
  /** The variable that the secret of the account `default` came from. */
  readonly fromVariable?: string
  /** As the entry lists them; what the catalogue knows is not among them. */
  readonly models: readonly string[]
  readonly deadlines: Deadlines
}

/** One line of a chain. */
export interface ChainTarget {
  /** A model, an alias or a chain. */
  readonly model: string
  /** The only account to ask; all of the provider's where absent. */
  readonly account?: string
  readonly weight: number
  readonly concurrency?: number
  /** Tokens that it takes, where the operator knows better than the catalogue. */
  readonly context?: number
  readonly lacks: readonly Need[]
}

export interface ChainSettings {
  readonly name: string
  readonly strategy: StrategyName
  readonly targets: readonly ChainTarget[]
  /** How often one target is asked again. */
  readonly retries: number
  /** Attempts of one call in all; undefined: `retry.attempts`, or one for each target where those are more. */
  readonly attempts?: number
  /** How long they may take in all, until one answers. */
  readonly totalTime: number
  /** Reasons of the caller's that go on to the next target all the same. */
  readonly alsoOn: readonly AlsoOn[]
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
  /** Addresses and networks of those whose `x-forwarded-for` counts. */
  readonly trustedProxies: readonly string[]
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
  readonly redisPrefix: string
  readonly logLevel: (typeof logLevels)[number]
  readonly inputHash: (typeof inputHashes)[number]
  readonly defaultProvider: string
  /** The built-in one is always among them. */
  readonly providers: readonly ConnectedProvider[]
  /** Those with a `*` among them. */
  readonly aliases: { readonly [alias: string]: string }
  readonly prices: OperatorPrices
  readonly chains: readonly ChainSettings[]
  /** What cannot be counted or judged is refused. */
  readonly failsClosed: boolean
  readonly strict: boolean
  readonly providerMessages: boolean
  /** Whether clients may say where a call goes. */
  readonly byRequest: boolean
  readonly platformFeePercent: number
  readonly retry: {
    readonly attempts: number
    readonly perTarget: number
    readonly longestPause: number
    readonly totalTime: number
    /** Percent of calls. */
    readonly budget: number
    /** Per second. */
    readonly budgetFloor: number
  }
  readonly health: {
    readonly failures: number
    readonly window: number
    readonly ejection: number
    readonly longestEjection: number
    readonly panic: boolean
  }
  /** Calls that wait for one target, and how long. */
  readonly queue: { readonly size: number; readonly time: number }
  /** Of users of the control API: unused, and in all. */
  readonly sessions: { readonly idle: number; readonly age: number }
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
    /** How much of the heap may be in use before calls are refused; with 100 none are. */
    readonly heapPercent: number
    readonly abandoned: 'abort' | 'drain'
    /** Calls that one client key may have under way, or 0 for no limit; and those that may wait for it. */
    readonly keyConcurrency: number
    readonly keyQueue: number
  }
  readonly metadata: { readonly keys: readonly string[]; readonly metricLabels: readonly string[]; readonly mostValues: number }
  readonly upstream: { readonly connections: number; readonly keepAlive: number; readonly headerBytes: number; readonly resolvers: readonly string[] }
  readonly media: { readonly fetch: boolean; readonly bytes: number; readonly time: number; readonly hosts: readonly string[] }
  readonly receipts: Sinks & {
    /** How many may wait in memory, and their bytes. */
    readonly records: number
    readonly bytes: number
    readonly required: boolean
    readonly retentionDays: number
    readonly summaryDays: number
    readonly auditDays: number
    readonly content: (typeof contentModes)[number]
  }
  /** Who is told when a budget is nearly spent. */
  readonly alerts: readonly AlertSettings[]
  /** By the names that documents of policies call them. */
  readonly detectors: { readonly [name: string]: DetectorSettings }
  readonly responses: {
    readonly store: boolean
    readonly ttl: number
    readonly entryBytes: number
    readonly totalBytes: number
    readonly sockets: number
    readonly socketIdle: number
    readonly socketMemory: number
  }
  /** Calls that may wait for a person. */
  readonly reviews: { readonly waiting: number }
}
