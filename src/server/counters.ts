/** Who counts limits and budgets for this process: Redis the limits where there is one, the database all else. */

import { now } from '../base/clock.ts'
import type { Settings } from '../config/settings.ts'
import type { Counters as Counting } from '../gateway/gateway.ts'
import type { Want } from '../policy/charges.ts'
import type { Bank, CounterTerms } from '../policy/counter.ts'
import type { CounterView, Looked, Taken } from '../policy/shares.ts'
import { writeCounterMetrics, type CounterStoreStatus } from '../telemetry/counters.ts'
import type { Log } from '../telemetry/log.ts'
import { Branch, lease } from './counter-branch.ts'
import { Outage } from './outage.ts'

export interface CountersOptions {
  readonly settings: Pick<Settings, 'redisUrl' | 'redisPrefix'>
  /** The bank that the database keeps: asked for with the first counter, and again where it rejects. */
  readonly openDatabase: () => Promise<Bank>
  readonly log: Pick<Log, 'tell'>
  /** Names this process. */
  readonly instance: string
}

/** A store of counters as `/_omni/status` has it: `fault` says what becomes of calls while it is away, and is null where it is there. */
export interface CounterStore {
  readonly name: CounterStoreStatus['name']
  readonly fault: string | null
}

const limitsPass = 'Limits let calls pass uncounted, but for those with `on_store_error: deny`; where `failsClosed` is set all refuse.'
const budgetsRefuse = 'Calls that have a budget are refused.'

/** Milliseconds that a call waits for an answer. */
const patience = { redis: 50, database: 500 } as const

/** Its `take` is given counters of limits or of budgets, never both. */
export class Counters implements Counting {
  /** By what it is: two at most. */
  readonly #statuses = new Map<CounterStoreStatus['name'], { answered: number; failed: number }>()
  readonly #outage: Outage<CounterStoreStatus['name']>
  readonly #limits: Branch
  readonly #budgets: Branch

  constructor({ settings: { redisUrl: url, redisPrefix: prefix }, openDatabase, log, instance }: CountersOptions) {
    this.#outage = new Outage({
      begins: (fault) => log.tell('warn', 'limits or budgets cannot be counted; each says what becomes of its calls', { ...fault }),
      ends: () => log.tell('info', 'limits and budgets are counted again'),
    })
    this.#budgets = this.#branch('database', openDatabase)
    const openRedis = async (): Promise<Bank> => {
      const { RedisCounters } = await import('../storage/redis/counters.ts')
      return RedisCounters.open({ url: url!, prefix, instance, lease })
    }
    this.#limits = url === undefined ? this.#budgets : this.#branch('redis', openRedis)
  }

  /** Opens what counts limits or budgets, so that no call has to wait for that. Never rejects. */
  async prepare(kinds: ReadonlySet<string>): Promise<void> {
    const needed = [...(kinds.has('limit') ? [this.#limits] : []), ...(kinds.has('budget') ? [this.#budgets] : [])]
    await Promise.all(needed.map((branch) => branch.open()))
  }

  take(wants: readonly Want[]): Taken | Promise<Taken> {
    return this.#branchOf(wants[0]?.terms).take(wants)
  }

  /** Milliseconds since 1970, by the clock of the database as soon as it was heard: budgets go by it. */
  get time(): number {
    return this.#budgets.shares?.time ?? now()
  }

  stateOf(terms: CounterTerms): CounterView {
    const { capacity } = terms
    return this.#branchOf(terms).shares?.stateOf(terms) ?? { limit: capacity, remaining: capacity, fullAfterMs: 0 }
  }

  /** How the counters of a limit stand, as `Shares.look`. Never rejects. */
  async look(under: string, own?: CounterTerms): Promise<readonly Looked[]> {
    await this.#limits.open()
    return (await this.#limits.shares?.look(under, own)) ?? []
  }

  /** These receipts are in the index, and what their calls spent is added up with them. */
  indexed(receipts: Iterable<string>): void {
    this.#budgets.shares?.indexed(receipts)
  }

  /** Null where nothing is counted. */
  get state(): 'ok' | 'away' | null {
    if (this.#outage.fault !== undefined) return 'away'
    return this.#statuses.size === 0 ? null : 'ok'
  }

  /** Empty where nothing is counted. */
  get stores(): readonly CounterStore[] {
    const limitsToo = this.#limits === this.#budgets
    const faults = { redis: limitsPass, database: limitsToo ? `${limitsPass} ${budgetsRefuse}` : budgetsRefuse } as const
    return [...this.#statuses.keys()].map((name) => ({ name, fault: this.#outage.isOf(name) ? faults[name] : null }))
  }

  /** In Prometheus' text format. */
  metrics(): string {
    return writeCounterMetrics([...this.#statuses].map(([name, counts]) => ({ name, ...counts, isAway: this.#outage.isOf(name) })))
  }

  /** Gives everything back: after the last receipt is in the index. Never rejects. */
  async close(): Promise<void> {
    await Promise.allSettled(new Set([this.#limits, this.#budgets]).values().map((branch) => branch.close()))
  }

  #branchOf(terms: CounterTerms | undefined): Branch {
    return terms?.kind === 'window' ? this.#budgets : this.#limits
  }

  #branch(name: CounterStoreStatus['name'], openBank: () => Promise<Bank>): Branch {
    return new Branch({ openBank, patience: patience[name], heard: (error) => this.#hear(name, error) })
  }

  #hear(name: CounterStoreStatus['name'], error: unknown): void {
    let status = this.#statuses.get(name)
    if (status === undefined) this.#statuses.set(name, (status = { answered: 0, failed: 0 }))
    if (error === undefined) {
      status.answered += 1
      this.#outage.mend(name)
    } else {
      status.failed += 1
      this.#outage.fail(name, error)
    }
  }
}
