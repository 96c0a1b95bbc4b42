/** The gateway's end of the database's thread. */

import { Worker } from 'node:worker_threads'
import { StorageError } from '../errors.ts'
import { Turns } from '../turns.ts'
import type { Answers, Asked, Reply, Request } from './messages.ts'

/** Young objects of the thread live for one receipt; V8 would let them grow to the size that the gateway's own have. */
const youngGenerationMb = 8

interface Waiting {
  readonly resolve: (value: Answers[Request['kind']]) => void
  readonly reject: (error: StorageError) => void
}

export class Connection {
  readonly turns = new Turns()
  readonly #worker: Worker
  /** At most one for each that has its turn, and the few requests of its transaction. */
  readonly #waiting = new Map<number, Waiting>()
  #number = 0
  /** Why nothing is asked any more: it was closed, or the thread has ended by itself. */
  #ended: 'closed' | 'unavailable' | undefined

  constructor() {
    const url = new URL(import.meta.url.endsWith('.ts') ? './thread.ts' : './thread.js', import.meta.url)
    this.#worker = new Worker(url, { name: 'database', env: {}, execArgv: [], resourceLimits: { maxYoungGenerationSizeMb: youngGenerationMb } })
    this.#worker.on('message', (reply: Reply) => this.#settle(reply))
    this.#worker.on('error', () => this.#end())
    this.#worker.on('exit', () => this.#end())
  }

  /** Asks out of turn: for whoever has the turn. */
  ask<K extends Request['kind']>(request: Extract<Request, { readonly kind: K }>): Promise<Answers[K]> {
    if (this.#ended !== undefined) return Promise.reject(ending(this.#ended))
    this.#number += 1
    const number = this.#number
    const { promise, resolve, reject } = Promise.withResolvers<Answers[Request['kind']]>()
    this.#waiting.set(number, { resolve, reject })
    this.#worker.postMessage({ number, request } satisfies Asked)
    return promise as Promise<Answers[K]>
  }

  async askInTurn<K extends Request['kind']>(request: Extract<Request, { readonly kind: K }>): Promise<Answers[K]> {
    const end = await this.turns.take()
    try {
      return await this.ask(request)
    } finally {
      end()
    }
  }

  async close(): Promise<void> {
    if (this.#ended !== undefined) return
    try {
      await this.askInTurn({ kind: 'close' })
    } finally {
      this.#ended = 'closed'
      await this.#worker.terminate()
    }
  }

  #settle(reply: Reply): void {
    const waiting = this.#waiting.get(reply.number)!
    this.#waiting.delete(reply.number)
    if ('reason' in reply) waiting.reject(new StorageError(reply.reason, reply.message, reply.code))
    else waiting.resolve(reply.value)
  }

  /** The thread is gone: whoever waits for it hears so. */
  #end(): void {
    this.#ended ??= 'unavailable'
    for (const { reject } of this.#waiting.values()) reject(ending(this.#ended))
    this.#waiting.clear()
  }
}

function ending(reason: 'closed' | 'unavailable'): StorageError {
  return reason === 'closed' ? new StorageError(reason) : new StorageError(reason, 'The thread of the database has ended. Start the gateway again.')
}
