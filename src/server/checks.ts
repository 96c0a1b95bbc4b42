/** Asks providers now and then whether they are there, where the operator wants it: nobody's call need find out that one is not, or is back. */

import { monotonic } from '../base/clock.ts'
import { Failure, reasonOfRefusal, toFailure, upstreamSentence } from '../canonical/failure.ts'
import type { ConnectedProvider } from '../config/settings.ts'
import { address } from '../gateway/address.ts'
import { collect } from '../gateway/answer.ts'
import type { Standing } from '../routing/standing.ts'
import type { Connection } from '../routing/target.ts'
import type { Transport, UpstreamRequest } from '../upstream/exchange.ts'

export interface Checked {
  readonly providers: () => readonly ConnectedProvider[]
  /** The first of the provider's accounts. */
  readonly connectionOf: (provider: string) => Connection | undefined
  readonly standingOf: (provider: string) => Standing
  readonly network: Transport
}

/** How often turns are looked at, in milliseconds. */
const lookEvery = 250
/** The longest that a provider may take to say that it is there, in milliseconds. */
const longest = 10_000
/** Bytes of the answer that are read, so that the connection can be used again; what it says does not matter. */
const mostBytes = 256 * 1024

export class Checks {
  readonly #checked: Checked
  /** By provider: when it is asked next. Bounded by the configured providers, as is the other. */
  #turns = new Map<string, number>()
  /** Nobody is asked twice at once. */
  readonly #asking = new Set<string>()
  #timer: NodeJS.Timeout | undefined

  constructor(checked: Checked) {
    this.#checked = checked
  }

  start(): void {
    this.#timer = setInterval(() => this.look(monotonic()), lookEvery).unref()
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  /** Asks those whose turn has come. The turns of several processes, and of several providers, do not fall together. */
  look(time: number): void {
    const turns = new Map<string, number>()
    for (const { name, check } of this.#checked.providers()) {
      if (check === undefined) continue
      const turn = Math.min(this.#turns.get(name) ?? time + check.every * Math.random(), time + check.every * 1.2)
      const isDue = time >= turn && !this.#asking.has(name)
      turns.set(name, isDue ? time + check.every * (0.8 + 0.4 * Math.random()) : turn)
      if (isDue) void this.#check(name, check.path)
    }
    this.#turns = turns
  }

  async #check(name: string, path = '/models'): Promise<void> {
    const connection = this.#checked.connectionOf(name)
    if (connection === undefined || connection.origin === '') return
    const standing = this.#checked.standingOf(name)
    const begun = { epoch: standing.epoch, beganAt: monotonic() }
    this.#asking.add(name)
    const failure = await this.#ask(connection, path)
    this.#asking.delete(name)
    judge(standing, begun, failure)
  }

  /** Why it is not there; undefined where it is. Who refuses to list models is there all the same. */
  async #ask(connection: Connection, path: string): Promise<Failure | undefined> {
    try {
      const exchange = await this.#checked.network.post(requestTo(connection, path), false, () => {})
      await collect(exchange, mostBytes).catch(() => {})
      if (exchange.status < 500) return undefined
      const reason = reasonOfRefusal(exchange.status)
      return new Failure(reason, upstreamSentence(reason))
    } catch (error) {
      const failure = toFailure(error)
      // No connection was free, or our credential is no good: that says nothing of the provider.
      return failure.row.blame === 'target' && failure.reason !== 'overloaded' ? failure : undefined
    }
  }
}

function requestTo(connection: Connection, path: string): UpstreamRequest {
  const way = { path, accept: 'application/json', passedHeaders: [] }
  const { deadlines } = connection
  const hurried = { ...deadlines, firstByteWhole: Math.min(deadlines.firstByteWhole, longest), total: Math.min(deadlines.total, longest) }
  return { ...address({ client: { headers: {} } }, { connection, model: 'any' }, way, ''), method: 'GET', deadlines: hurried }
}

/** A time that the provider told is kept: that it is there does not mean that it wants calls. */
function judge(standing: Standing, { epoch, beganAt }: { readonly epoch: number; readonly beganAt: number }, failure: Failure | undefined): void {
  const time = monotonic()
  const state = standing.stateAt(time)
  if (failure !== undefined) {
    if (state !== 'open') standing.fail(time, { epoch, beganAt }, failure.reason)
  } else if (state === 'closed') standing.succeed(time, epoch)
  else if (standing.ejection?.isBroken === true) standing.reset(time)
}
