/** The pools of connections, one for each provider's origin: no call queues inside one, and none outlives its use. https://undici.nodejs.org/#/docs/api/Pool */

import type { LookupFunction } from 'node:net'
import { Pool, type Dispatcher } from 'undici'
import { monotonic } from '../base/clock.ts'
import { Failure } from '../canonical/failure.ts'

export interface PoolOptions {
  /** Connections that one origin may have: the bulkhead between providers. One call uses one. */
  readonly connections: number
  /** Milliseconds that an unused connection is kept. */
  readonly keepAlive: number
  /** Bytes of an answer's headers. */
  readonly headerBytes: number
}

/** Where a request goes, and how long a connection there may take to stand, in milliseconds. */
export interface Place {
  readonly origin: string
  readonly connect: number
}

interface Pooled {
  readonly pool: Pool
  /** In flight: no more than the pool has connections, since undici's own queue has no end. */
  calls: number
  unusedSince: number
}

export class Pools {
  /** Bounded: by the distinct origins and connect limits that calls in flight, or of the last `keepAlive`, went to. */
  readonly #pools = new Map<string, Pooled>()
  readonly #options: PoolOptions
  readonly #lookup: LookupFunction
  #timer: NodeJS.Timeout | undefined

  constructor(options: PoolOptions, lookup: LookupFunction) {
    this.#options = options
    this.#lookup = lookup
  }

  get size(): number {
    return this.#pools.size
  }

  /** Throws `Failure` (`queue_full`) where as many calls are in flight as there may be connections. */
  dispatch(place: Place, asked: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): void {
    const pooled = this.#at(place)
    if (pooled.calls >= this.#options.connections)
      throw new Failure('queue_full', 'As many calls are in flight to the provider as may have a connection.', { retryAfterMs: 1000 })
    pooled.calls += 1
    const counted = new Counted(pooled, handler)
    pooled.pool.dispatch(asked, counted)
    if (counted.isUnspeakable) this.#retire(place)
  }

  async close(): Promise<void> {
    clearInterval(this.#timer)
    const pools = [...this.#pools.values()].map(({ pool }) => pool.destroy())
    this.#pools.clear()
    await Promise.all(pools)
  }

  #at(place: Place): Pooled {
    const { origin, connect } = place
    const name = nameOf(place)
    const known = this.#pools.get(name)
    if (known) return known
    const { connections, keepAlive, headerBytes } = this.#options
    const pool = new Pool(origin, {
      connections,
      pipelining: 1,
      // One call a connection: a stream must not wait behind another's.
      allowH2: false,
      connect: { timeout: connect, keepAlive: true, noDelay: true, lookup: this.#lookup },
      keepAliveTimeout: keepAlive,
      maxHeaderSize: headerBytes,
      headersTimeout: 0,
      bodyTimeout: 0,
    })
    const made = { pool, calls: 0, unusedSince: monotonic() }
    this.#pools.set(name, made)
    this.#timer ??= setInterval(() => this.#sweep(), keepAlive).unref()
    return made
  }

  /** undici takes a connection for a request that it then refuses to write, and never gives it back (8.12): the calls in flight end, the next has a new pool. */
  #retire(place: Place): void {
    const { pool } = this.#pools.get(nameOf(place))!
    this.#pools.delete(nameOf(place))
    void pool.close()
  }

  /** Of providers that are configured no more, and after a peak: a pool never forgets how many connections it had. */
  #sweep(): void {
    const before = monotonic() - this.#options.keepAlive
    for (const [name, { pool, calls, unusedSince }] of this.#pools) {
      if (calls > 0 || unusedSince > before) continue
      this.#pools.delete(name)
      void pool.destroy()
    }
    if (this.#pools.size > 0) return
    clearInterval(this.#timer)
    this.#timer = undefined
  }
}

const nameOf = ({ origin, connect }: Place): string => `${origin} ${connect}`

/** Tells a pool when a call is over, and hands everything on. */
class Counted implements Dispatcher.DispatchHandler {
  readonly #pooled: Pooled
  readonly #handler: Dispatcher.DispatchHandler
  #isOver = false
  /** It was refused before it was sent. */
  isUnspeakable = false

  constructor(pooled: Pooled, handler: Dispatcher.DispatchHandler) {
    this.#pooled = pooled
    this.#handler = handler
  }

  onRequestStart(controller: Dispatcher.DispatchController, context: unknown): void {
    this.#handler.onRequestStart?.(controller, context)
  }

  onResponseStart(...[controller, status, headers, text]: Parameters<NonNullable<Dispatcher.DispatchHandler['onResponseStart']>>): void {
    this.#handler.onResponseStart?.(controller, status, headers, text)
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#handler.onResponseData?.(controller, chunk)
  }

  onResponseEnd(...[controller, trailers]: Parameters<NonNullable<Dispatcher.DispatchHandler['onResponseEnd']>>): void {
    this.#release()
    this.#handler.onResponseEnd?.(controller, trailers)
  }

  onResponseError(controller: Dispatcher.DispatchController, error: Error): void {
    this.#release()
    this.isUnspeakable ||= 'code' in error && error.code === 'UND_ERR_INVALID_ARG'
    this.#handler.onResponseError?.(controller, error)
  }

  #release(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#pooled.calls -= 1
    this.#pooled.unusedSince = monotonic()
  }
}
