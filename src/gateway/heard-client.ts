/** A client whose answer is counted and hashed on its way out; in all else it is the client itself. */

import type { ByteSource } from '../base/source.ts'
import type { Failure } from '../canonical/failure.ts'
import type { Tally } from '../receipts/digest.ts'
import type { Client, Headers } from './client.ts'
import type { Turns } from './memory.ts'

export class HeardClient implements Client {
  readonly headers: Headers
  readonly method: string
  readonly path: string
  readonly named: string
  readonly query: string
  readonly turns?: Turns
  readonly #client: Client
  readonly #answer: Tally
  readonly #added: readonly string[]

  /** `added` are headers of ours, names and values in turn. */
  constructor(client: Client, answer: Tally, added: readonly string[]) {
    this.headers = client.headers
    this.method = client.method
    this.path = client.path
    this.named = client.named
    this.query = client.query
    if (client.turns !== undefined) this.turns = client.turns
    this.#client = client
    this.#answer = answer
    this.#added = added
  }

  get address(): string {
    return this.#client.address
  }

  get bytesSent(): number {
    return this.#client.bytesSent
  }

  get hasBegun(): boolean {
    return this.#client.hasBegun
  }

  get isGone(): boolean {
    return this.#client.isGone
  }

  get interruption(): Failure | undefined {
    return this.#client.interruption
  }

  onGone(listener: () => void): void {
    this.#client.onGone(listener)
  }

  read(limit: number): Promise<Buffer> {
    return this.#client.read(limit)
  }

  stream(limit: number): ByteSource {
    return this.#client.stream(limit)
  }

  begin(status: number, headers: readonly string[], trailers?: string): void {
    this.#client.begin(status, [...headers, ...this.#added], trailers)
  }

  write(piece: Buffer | string): boolean {
    this.#hear(piece)
    return this.#client.write(piece)
  }

  drained(): Promise<void> {
    return this.#client.drained()
  }

  end(piece?: Buffer | string, trailers?: Readonly<Record<string, string>>): void {
    if (piece !== undefined) this.#hear(piece)
    this.#client.end(piece, trailers)
  }

  destroy(): void {
    this.#client.destroy()
  }

  /** What is said to nobody is not sent. */
  #hear(piece: Buffer | string): void {
    if (!this.#client.isGone) this.#answer.take(piece)
  }
}
