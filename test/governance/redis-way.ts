/** The way to a server, which a test can stop: what is said on it is kept back, or its connections are cut, or none is let in. */

import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

export interface Way extends AsyncDisposable {
  readonly port: number
  /** When connections were asked for, by `performance.now()`. */
  readonly asked: readonly number[]
  /** Nothing comes through any more, and nobody is told. */
  stall(): void
  /** What was kept back comes through. */
  resume(): void
  /** Cuts all connections, and lets in no more until `open`. */
  close(): void
  open(): void
}

export async function openWay(port: number): Promise<Way> {
  const asked: number[] = []
  const pairs = new Set<readonly [Socket, Socket]>()
  let isStalled = false
  let isClosed = false
  const settle = (pair: readonly [Socket, Socket]): void => {
    for (const socket of pair) if (isStalled) socket.pause()
    if (!isStalled) pair.forEach((socket, at) => socket.pipe(pair[1 - at]!, { end: true }))
  }
  const server = createServer((client) => {
    asked.push(performance.now())
    client.on('error', () => {})
    if (isClosed) return void client.resetAndDestroy()
    const pair = [client, connect(port, '127.0.0.1')] as const
    pairs.add(pair)
    const part = (): void => {
      pairs.delete(pair)
      for (const socket of pair) if (!isStalled) socket.destroy()
    }
    for (const socket of pair) socket.on('error', part).on('close', part)
    settle(pair)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const cut = (): void => {
    for (const pair of pairs) for (const socket of pair) socket.destroy()
    pairs.clear()
  }
  return {
    port: (server.address() as AddressInfo).port,
    asked,
    stall: () => {
      isStalled = true
      for (const pair of pairs) pair.forEach((socket, at) => socket.unpipe(pair[1 - at]!).pause())
    },
    resume: () => {
      isStalled = false
      for (const pair of pairs) settle(pair)
    },
    close: () => {
      isClosed = true
      cut()
    },
    open: () => void (isClosed = false),
    [Symbol.asyncDispose]: async () => {
      cut()
      server.close()
      await once(server, 'close')
    },
  }
}
