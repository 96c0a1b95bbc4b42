/** What operators do while the gateway serves: new configurations, health set back, keys and chains that come and go. */

import { renameSync, writeFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { configurationOf, steady } from './configuration.ts'

export interface Disturbed {
  readonly url: string
  readonly adminKey: string
  readonly configPath: string
  /** Of the simulator. */
  readonly address: string
  readonly signal: AbortSignal
}

/** Milliseconds between two of each. */
const every = { reload: 4000, reset: 7000, key: 5000, chain: 3000 }

export class Disturbances {
  readonly #disturbed: Disturbed
  #guest: string | undefined
  /** How often each was done. */
  readonly counts = { reload: 0, reset: 0, key: 0, chain: 0 }
  /** What was not done, one sentence each. Bounded by what is done. */
  readonly refusals: string[] = []

  constructor(disturbed: Disturbed) {
    this.#disturbed = disturbed
  }

  /** A client's key that is about to be revoked, or was a moment ago. */
  get guest(): string | undefined {
    return this.#guest
  }

  /** Resolves after the signal. */
  async run(): Promise<void> {
    await Promise.all([
      this.#repeat('reload', (turn) => this.#reload(turn)),
      this.#repeat('reset', () => this.#control('POST', '/_omni/providers/health/reset', {})),
      this.#repeat('key', () => this.#changeKey()),
      this.#repeat('chain', (turn) => this.#changeChain(turn)),
    ])
  }

  async #repeat(name: keyof typeof every, work: (turn: number) => Promise<unknown>): Promise<void> {
    const { signal } = this.#disturbed
    for (let turn = 1; !signal.aborted; turn += 1) {
      await pause(every[name], undefined, { signal }).catch(() => {})
      await work(turn).catch((error: Error) => this.refusals.push(error.message))
      this.counts[name] += 1
    }
  }

  /** As a deployment does it: the new file takes the old one's place whole. */
  async #reload(turn: number): Promise<void> {
    const { address, configPath } = this.#disturbed
    writeFileSync(`${configPath}.new`, configurationOf(address, turn))
    renameSync(`${configPath}.new`, configPath)
    await this.#control('POST', '/_omni/reload')
  }

  /** The last guest's key is used on for a while after it was revoked. */
  async #changeKey(): Promise<void> {
    const { id, key } = (await this.#control('POST', '/_omni/keys', { name: 'guest' })) as { readonly id: string; readonly key: string }
    this.#guest = key
    await pause(every.key / 2)
    await this.#control('DELETE', `/_omni/keys/${id}`)
  }

  async #changeChain(turn: number): Promise<void> {
    const path = `/_omni/chains/passing-${turn % 5}`
    await this.#control('PUT', path, { strategy: 'weighted', targets: [steady(turn), steady(turn + 1)] })
    await this.#control('DELETE', path)
  }

  async #control(method: string, path: string, body?: object): Promise<unknown> {
    const { url, adminKey } = this.#disturbed
    const headers = { authorization: `Bearer ${adminKey}`, ...(body && { 'content-type': 'application/json' }) }
    const answer = await fetch(`${url}${path}`, { method, headers, ...(body && { body: JSON.stringify(body) }) })
    const said: unknown = await answer.json()
    if (!answer.ok) throw new Error(`${method} ${path} was refused: ${JSON.stringify(said)}`)
    return said
  }
}
