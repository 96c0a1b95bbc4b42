/** Counters of limits in Redis or Valkey, which all processes of an installation share; budgets are counted in the database. */

import type { Bank, CounterAsk, CounterState } from '../../policy/counter.ts'
import { StorageError } from '../errors.ts'
import { RedisConnection } from './connection.ts'
import { layout, script } from './script.ts'

export interface RedisCountersOptions {
  readonly url: string
  /** Of all keys of this installation: another one may use the same server. */
  readonly prefix: string
  /** Names this process; a new one each time that it starts. */
  readonly instance: string
  /** Milliseconds that its shares stay its own after an exchange. */
  readonly lease: number
}

export class RedisCounters implements Bank {
  readonly #connection: RedisConnection
  readonly #options: Omit<RedisCountersOptions, 'url'>
  /** In braces, so that one server of a cluster has all keys, and one script may touch them. */
  readonly #tag: string
  readonly #before: readonly string[]
  #exchanges = 0

  private constructor(connection: RedisConnection, options: RedisCountersOptions) {
    this.#connection = connection
    this.#options = options
    this.#tag = `{${options.prefix}}:${layout}`
    this.#before = [`${this.#tag}:leases`, `${this.#tag}:last:${options.instance}`]
  }

  /** Where the server is away it is tried again, and counts when it is there. */
  static async open(options: RedisCountersOptions): Promise<RedisCounters> {
    return new RedisCounters(await RedisConnection.open(options.url), options)
  }

  async exchange(asks: readonly CounterAsk[]): Promise<{ readonly at: number; readonly states: readonly CounterState[] }> {
    const [at, ...numbers] = await this.#run(asks, this.#options.lease)
    return { at: at!, states: asks.map((_, place) => stateOf(numbers, place * 3)) }
  }

  async keep(ms: number): Promise<void> {
    await this.#run([], ms)
  }

  /** Its lease ends: slots come free, and what it held of buckets fills up again. */
  async close(): Promise<void> {
    await this.#connection.ask(['ZREM', this.#before[0]!, this.#options.instance]).catch(() => {})
    this.#connection.close()
  }

  async #run(asks: readonly CounterAsk[], lease: number): Promise<readonly number[]> {
    const keys = [...this.#before, ...asks.map(({ terms }) => `${this.#tag}:counter:${terms.id}`)]
    this.#exchanges += 1
    const spoken = [String(keys.length), ...keys, this.#options.instance, String(this.#exchanges), String(lease), ...asks.flatMap(wordsOf)]
    try {
      return numbersOf(await this.#connection.ask(['EVALSHA', script.hash, ...spoken]))
    } catch (error) {
      if (!(error instanceof StorageError && error.code === 'NOSCRIPT')) throw error
      return numbersOf(await this.#connection.ask(['EVAL', script.text, ...spoken]))
    }
  }
}

function wordsOf({ terms, held, least, most, used }: CounterAsk): readonly string[] {
  if (terms.kind === 'window') throw new StorageError('fault', 'What is spent in a window is counted in the database.')
  const period = terms.kind === 'bucket' ? terms.period : 0
  return [terms.kind, ...[terms.capacity, period, held, least, most, used].map(String)]
}

function numbersOf(reply: unknown): readonly number[] {
  if (typeof reply !== 'string') throw new StorageError('fault', 'Redis answered something else.')
  return reply.split(' ').map(Number)
}

const stateOf = (numbers: readonly number[], at: number): CounterState => ({ granted: numbers[at]!, left: numbers[at + 1]!, elsewhere: numbers[at + 2]! })
