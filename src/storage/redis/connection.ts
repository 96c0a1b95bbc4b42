/** One connection to Redis or Valkey, which comes back by itself. Who asks is answered soon, or hears soon that nobody does. */

import type { RedisClientType } from '@redis/client'
import { pause } from '../../base/clock.ts'
import { StorageError } from '../errors.ts'

/** What a call waits for its limits; with what is on either side of it, that stays within 50 milliseconds. */
const answerMs = 40
/** A server that owes an answer for so long is asked on another connection. */
const silentMs = 1000
const connectMs = 2000
/** The first who asks waits for the first try. */
const openMs = 500
/** Before the next try, and twice as much each time: half of it at least. Gateways that lost the server together do not all come back at once. */
const firstPauseMs = 200
const longestPauseMs = 5000

export type Reply = string | number | null | readonly Reply[]

export class RedisConnection {
  readonly #connect: () => RedisClientType
  /** Undefined while there is none. */
  #client: RedisClientType | undefined
  #tries = 0
  /** While a question has had no answer in time; further ones are not asked. */
  #silence: NodeJS.Timeout | undefined
  #again: NodeJS.Timeout | undefined
  #isClosed = false

  private constructor(connect: () => RedisClientType) {
    this.#connect = connect
  }

  /** Resolves once the first try has succeeded or failed, or takes long; it and further ones go on by themselves. */
  static async open(url: string): Promise<RedisConnection> {
    const { createClient } = await import('@redis/client')
    const create = () =>
      createClient({
        url,
        // What every Redis and Valkey speaks: nothing of later protocols is needed.
        RESP: 2,
        maintNotifications: 'disabled',
        disableClientInfo: true,
        disableOfflineQueue: true,
        // A signal with a timer for each command; ours are kept here.
        commandOptions: { timeout: 0 },
        socket: { connectTimeout: connectMs, reconnectStrategy: false },
      }) as unknown as RedisClientType
    const connection = new RedisConnection(create)
    const late = pause(openMs)
    await Promise.race([connection.#try(), late.done])
    late.cancel()
    return connection
  }

  /** Rejects with `StorageError`: at once where the server is away, else where it has not answered in time. It may have done what was asked all the same. */
  async ask(words: readonly string[]): Promise<Reply> {
    const client = this.#client
    if (client === undefined || this.#silence) throw new StorageError(this.#isClosed ? 'closed' : 'unavailable', 'Redis cannot be reached.')
    const answer = client.sendCommand<Reply>(words)
    return new Promise((resolve, reject) => {
      const giveUp = (): void => {
        this.#hush(client, answer)
        reject(new StorageError('unavailable', 'Redis does not answer in time.', 'TIMEOUT'))
      }
      let soon: NodeJS.Immediate | undefined
      // Where this process itself was late, the answer may have come long ago: what has come is heard first.
      const late = setTimeout(() => (soon = setImmediate(giveUp)), answerMs)
      const heard = (reply: Reply): void => {
        this.#tries = 0
        resolve(reply)
      }
      answer
        .then(heard, (error: unknown) => reject(this.#refused(client, error)))
        .finally(() => {
          clearTimeout(late)
          clearImmediate(soon)
        })
    })
  }

  close(): void {
    this.#isClosed = true
    clearTimeout(this.#again)
    this.#drop(this.#client)
  }

  /** Nobody else waits for a server that owes an answer: it is asked again when it has given that. */
  #hush(client: RedisClientType, answer: Promise<Reply>): void {
    if (this.#client !== client || this.#silence) return
    this.#silence = setTimeout(() => this.#lose(client), silentMs)
    const isOver = () => {
      if (this.#client !== client) return
      clearTimeout(this.#silence)
      this.#silence = undefined
    }
    answer.then(isOver, isOver)
  }

  #refused(client: RedisClientType, error: unknown): StorageError {
    const code = codeOf(error)
    // Who was a primary and no longer is: its name may lead to another by now.
    if (code === 'READONLY' || code === 'MASTERDOWN') this.#lose(client)
    if (code === 'NOSCRIPT') return new StorageError('fault', 'Redis does not know the script.', code)
    return new StorageError('unavailable', 'Redis does not do what it was asked.', code)
  }

  async #try(): Promise<void> {
    const client = this.#connect()
    const isLate = setTimeout(() => client.destroy(), connectMs)
    client.on('error', () => this.#lose(client))
    try {
      await client.connect()
      // A port that takes connections is not a server that answers.
      await client.sendCommand(['PING'])
      this.#client = client
    } catch {
      this.#drop(client)
      this.#tryAgain()
    } finally {
      clearTimeout(isLate)
    }
    if (this.#isClosed) this.#drop(client)
  }

  #lose(client: RedisClientType): void {
    if (this.#client !== client) return
    this.#drop(client)
    this.#tryAgain()
  }

  #drop(client: RedisClientType | undefined): void {
    clearTimeout(this.#silence)
    this.#silence = undefined
    this.#client = undefined
    client?.destroy()
  }

  #tryAgain(): void {
    if (this.#isClosed) return
    const pause = Math.min(firstPauseMs * 2 ** this.#tries, longestPauseMs)
    this.#tries += 1
    this.#again = setTimeout(() => void this.#try(), pause * (0.5 + Math.random() / 2))
  }
}

/** The first word of what Redis answered, or the code of the system: never the rest, which may quote what it was told. */
function codeOf(error: unknown): string | undefined {
  const { code, message } = (error ?? {}) as { readonly code?: unknown; readonly message?: unknown }
  if (typeof code === 'string') return code
  return typeof message === 'string' ? /^[A-Z]{2,32}(?= |$)/.exec(message)?.[0] : undefined
}
