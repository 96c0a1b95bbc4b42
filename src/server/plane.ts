/** The control plane of one process: what is configured and stored, and the snapshot made of it. */

import { createHash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FastifyInstance } from 'fastify'
import { SealError } from '../base/seal.ts'
import { Failure } from '../canonical/failure.ts'
import type { Catalogue } from '../catalog/table.ts'
import { maskSettings } from '../config/mask.ts'
import type { Settings } from '../config/settings.ts'
import type { Control } from '../control/control.ts'
import { Copy, type Stored } from '../control/copy.ts'
import { placeOfSecret } from '../control/credentials.ts'
import { kept } from '../control/kept.ts'
import { createKey } from '../control/keys.ts'
import type { StoredSecret } from '../control/connections.ts'
import { snapshots } from '../control/publish.ts'
import { StoredPrices } from '../control/prices-stored.ts'
import { joinStored } from '../control/stored-chains.ts'
import type { Viewer } from '../control/route.ts'
import type { Snapshot } from '../gateway/snapshot.ts'
import { unsaidOf } from '../gateway/unsaid.ts'
import { providers } from '../providers/index.ts'
import { hasAddress } from '../providers/provider.ts'
import { Health } from '../routing/health.ts'
import type { Credential } from '../storage/store.ts'
import type { Log } from '../telemetry/log.ts'
import type { AddressOf } from './addresses.ts'
import type { Data } from './data.ts'
import { ReviewBook } from './reviews.ts'

export interface PlaneParts {
  readonly settings: Settings
  /** Throws where the configuration is broken, with sentences that may be shown. */
  readonly readSettings: () => Settings
  readonly data: Data
  readonly log: Log
  readonly status: () => object
  /** The text of a table of prices at a URL. Throws `Failure` where it cannot be had. */
  readonly fetchPrices: (url: string) => Promise<string>
  /** Opened after the first snapshot: what is written down says which one. */
  readonly lookAt: Control['lookAt']
  readonly keeping: () => Pick<Control, 'ledger' | 'sweep' | 'testAlerts'> & { readonly alerting: { wake(): void } }
}

/** What is read when the process starts, and not again. */
const atStartOnly = [
  'host',
  'port',
  'tls',
  'http',
  'dataDir',
  'databaseUrl',
  'redisUrl',
  'redisPrefix',
  'upstream',
  'receipts',
  'alerts',
  'responses',
  'media',
  'logLevel',
  'inputHash',
  'hosts',
  'trustedProxies',
  'metadata',
  'drain',
] as const

function changedAtStartOnly(before: Settings, after: Settings): string[] {
  return atStartOnly.filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]))
}

/** What a snapshot is made of. */
interface Parts extends Stored {
  readonly settings: Settings
  readonly catalogue: Catalogue
}

interface Built {
  readonly snapshot: Snapshot
  readonly digest: string
}

export class Plane {
  readonly #parts: PlaneParts
  /** It outlives every snapshot. */
  readonly health: Health
  /** Where calls are held for a person. */
  readonly reviews: ReviewBook
  #settings: Settings
  #snapshot: Snapshot | undefined
  #digest = ''
  readonly #prices: StoredPrices
  /** What is stored. */
  readonly #copy: Copy
  readonly #build: (parts: Parts) => Built
  /** The publishing that is under way, and the one that begins when it is done. */
  #publishing: Promise<void> = Promise.resolve()
  #next: Promise<void> | undefined
  /** Of the store, as it was followed last. */
  #mark = ''
  #isCutOff = false
  #problem: string | undefined
  readonly #atStart: Settings
  #api: Promise<FastifyInstance> | undefined

  constructor(parts: PlaneParts) {
    this.#parts = parts
    this.#settings = this.#atStart = parts.settings
    this.#prices = new StoredPrices(parts.settings.dataDir, (sentence) =>
      parts.log.tell('error', 'the stored price table is not used; the built-in one goes on', { problem: sentence }),
    )
    this.reviews = new ReviewBook({ ...parts, settings: () => this.#settings, onNotice: () => parts.keeping().alerting.wake() })
    this.health = new Health({ ...parts.settings.health, queueSize: parts.settings.queue.size })
    this.#copy = new Copy(parts.data.store)
    this.#build = this.#builder()
  }

  get snapshot(): Snapshot {
    if (this.#snapshot === undefined) throw new Failure('internal_error', 'The gateway has not begun.')
    return this.#snapshot
  }

  get settings(): Settings {
    return this.#settings
  }

  /** SHA-256 in hex of the effective configuration without its secrets; the version of a snapshot is its beginning. */
  get digest(): string {
    return this.#digest
  }

  /** Why the newest configuration could not be taken; undefined where the newest runs. */
  get problem(): string | undefined {
    return this.#problem
  }

  /** Settings that were changed since the start, and count from the next one. */
  get waiting(): readonly string[] {
    return changedAtStartOnly(this.#atStart, this.#settings)
  }

  /** Publishes where another process stored something, or the price table is another. Never rejects: what is known goes on, and that it does is told once. */
  async follow(): Promise<void> {
    const { store } = this.#parts.data
    try {
      this.#prices.read()
      const stored = await store.mark()
      const mark = `${this.#prices.mark} ${stored}`
      if (mark === this.#mark) return
      await this.publish()
      // Where what was read adds up to something else, somebody did not count a change: an older gateway, or a hand. What came meanwhile was counted.
      if (stored !== this.#copy.mark && stored === (await store.mark())) {
        this.#copy.forget()
        await this.publish()
      }
      this.#mark = mark
      this.#isCutOff = false
    } catch {
      this.#copy.forget()
      if (!this.#isCutOff) this.#parts.log.tell('warn', 'what other processes store cannot be taken over; what is known goes on')
      this.#isCutOff = true
    }
  }

  /** Builds the snapshot whole from what is configured and stored, and swaps it. Who asks while another is built gets the next, which has what they stored. */
  publish(): Promise<void> {
    return (this.#next ??= this.#publishing.then(() => {
      this.#next = undefined
      const published = this.#publish()
      this.#publishing = published.catch(() => {})
      return published
    }))
  }

  async #publish(): Promise<void> {
    const stored = await this.#copy.read()
    const { snapshot, digest } = this.#build({ ...stored, settings: this.#settings, catalogue: this.#prices.read() })
    this.#snapshot = snapshot
    this.#digest = digest
  }

  /** Of the same it makes the same, so that whose turn it is and where names led goes on. */
  #builder(): (parts: Parts) => Built {
    const { hashKey, adminHash } = this.#parts.data
    const snapshotOf = snapshots({ hashKey, adminHash, health: this.health })
    const joined = kept(({ settings, chains }: Pick<Parts, 'settings' | 'chains'>) => withDigest(joinStored(settings, chains).settings))
    const opened = kept(({ credentials }: Pick<Parts, 'credentials'>) => credentials.flatMap((row) => this.#open(row)))
    return kept(({ settings: file, chains, credentials, ...parts }: Parts) => {
      const { settings, digest } = joined({ settings: file, chains })
      const snapshot = snapshotOf({ ...parts, settings, secrets: opened({ credentials }), version: digest.slice(0, 16) })
      return { snapshot, digest }
    })
  }

  /** One that does not open serves nobody: were all the rest to wait for it, a key that is revoked would go on. At the start it is said, and nothing begins. */
  #open({ sealed, ...row }: Credential): readonly StoredSecret[] {
    const { data, log } = this.#parts
    try {
      return [{ ...row, secret: data.openSecret(sealed, placeOfSecret(row)) }]
    } catch (error) {
      if (this.#snapshot === undefined || !(error instanceof SealError)) throw error
      log.tell('error', 'a stored credential does not open; nobody is served by it', { credential: row.id, provider: row.provider, owner: row.owner })
      return []
    }
  }

  /** Reads the configuration anew. A broken one leaves the old running, and is told in the log and in the readiness. */
  async reload(): Promise<void> {
    const { readSettings, log } = this.#parts
    const before = this.#settings
    try {
      this.#settings = readSettings()
      await this.publish()
      this.#problem = undefined
      log.tell('info', 'configuration loaded', { version: this.snapshot.version })
      const later = changedAtStartOnly(before, this.#settings)
      if (later.length > 0) log.tell('warn', 'some changes count only from the next start', { settings: later.join(', ') })
    } catch (error) {
      this.#settings = before
      this.#problem = error instanceof Error ? error.message : 'unknown'
      log.tell('error', 'the new configuration is broken; the old one goes on', { problem: this.#problem })
      throw new Failure('invalid_value', `The configuration is broken, and the old one goes on: ${this.#problem}`)
    }
  }

  /** The first key of an installation that needs one and has none. */
  async makeFirstKey(): Promise<string | undefined> {
    const { store } = this.#parts.data
    if (this.#settings.auth.mode !== 'required' || (await store.keys.count()) > 0) return undefined
    const { key } = await createKey({ name: 'first' }, this.#control())
    await this.publish()
    return key
  }

  /** Hands requests to the control API, which is loaded with the first of them. */
  serveControl(viewers: WeakMap<IncomingMessage, Viewer>, addressOf: AddressOf): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
    const viewerOf = (request: IncomingMessage): Viewer => {
      const viewer = viewers.get(request)
      if (viewer === undefined) throw new Failure('insufficient_scope', 'Nobody was let in to this path.')
      return viewer
    }
    return async (request, response) => {
      this.#api ??= import('./control-api.ts').then(({ buildApi }) => buildApi(this.#control(), { viewerOf, addressOf }))
      const api = await this.#api
      api.routing(request, response)
    }
  }

  async close(): Promise<void> {
    await (await this.#api)?.close()
  }

  #control(): Control {
    const { data, log, status, fetchPrices, lookAt, keeping } = this.#parts
    return {
      get ledger() {
        return keeping().ledger
      },
      store: data.store,
      health: this.health,
      epochs: data.epochs,
      hashKey: data.hashKey,
      hashShown: data.hashShown,
      sealSecret: data.sealSecret,
      openReview: (sealed, tenant, id) => data.openReview(sealed, tenant, id),
      wakeReview: (id) => this.reviews.wake(id),
      snapshot: () => this.snapshot,
      unsaid: unsaidOf,
      publish: () => this.publish(),
      held: () => this.publish().then(() => this.#copy.stored),
      prices: this.#prices,
      fetchPrices,
      lookAt,
      reload: () => this.reload(),
      configured: () => this.#settings,
      sweep: () => keeping().sweep(),
      testAlerts: (told) => keeping().testAlerts(told),
      tell: (what, fields) => log.tell('info', what, fields),
      note: (failure, requestId) => log.note(failure, requestId),
      settings: () => maskSettings(this.#settings),
      status: () => ({
        ...status(),
        config: this.#problem === undefined ? 'current' : 'stale',
        problem: this.#problem ?? null,
        waits_for_restart: this.waiting,
        snapshot: this.snapshot.version,
      }),
      providerIds: () => providers.filter((provider) => provider.auth.scheme !== 'none' && hasAddress(provider)).map(({ id }) => id),
      isConfigured: (provider) => this.#settings.providers.some(({ name }) => name === provider),
    }
  }
}

const withDigest = (settings: Settings) => ({
  settings,
  digest: createHash('sha256')
    .update(JSON.stringify(maskSettings(settings)))
    .digest('hex'),
})
