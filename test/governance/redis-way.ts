/** The way to a server, which a test can stop: what is said on it is kept back, or its connections are cut and none is let in. */

import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'

type Pair = readonly [client: Socket, server: Socket]

export class Way {
  /** When connections were asked for, by `performance.now()`. */
  readonly asked: number[] = []
  readonly #pairs = new Set<Pair>()
  readonly #listener: Server
  #isStalled = false
  #isClosed = false

  private constructor(to: number) {
    this.#listener = createServer((client) => this.#take(client, to)).listen(0, '127.0.0.1')
  }

  static async open(to: number): Promise<Way> {
    const way = new Way(to)
    await once(way.#listener, 'listening')
    return way
  }

  get port(): number {
    return (this.#listener.address() as AddressInfo).port
  }

  /** Nothing comes through any more, and nobody is told. */
  stall(): void {
    this.#isStalled = true
    for (const [client, server] of this.#pairs) {
      client.unpipe(server).pause()
      server.unpipe(client).pause()
    }
  }

  /** What was kept back comes through. */
  resume(): void {
    this.#isStalled = false
    for (const pair of this.#pairs) join(pair)
  }

  /** Cuts all connections, and lets in no more until it is mended. */
  cut(): void {
    this.#isClosed = true
    for (const pair of this.#pairs) for (const socket of pair) socket.destroy()
    this.#pairs.clear()
  }

  mend(): void {
    this.#isClosed = false
  }

  async close(): Promise<void> {
    this.cut()
    this.#listener.close()
    await once(this.#listener, 'close')
  }

  #take(client: Socket, to: number): void {
    this.asked.push(performance.now())
    client.on('error', () => {})
    if (this.#isClosed) return void client.resetAndDestroy()
    const pair: Pair = [client, connect(to, '127.0.0.1')]
    this.#pairs.add(pair)
    const part = (): void => {
      if (this.#isStalled) return
      this.#pairs.delete(pair)
      for (const socket of pair) socket.destroy()
    }
    for (const socket of pair) socket.on('error', part).on('close', part)
    if (!this.#isStalled) join(pair)
  }
}

function join([client, server]: Pair): void {
  client.pipe(server).pipe(client)
}
