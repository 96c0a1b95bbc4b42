/** A provider on a real socket of 127.0.0.1 that answers by a script and remembers what it was asked. */

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import type { JsonObject } from '../../src/base/json.ts'
import type { Answer } from '../../src/chaos/answer.ts'
import { converse, play, type Ending, type Talk, type TalkOptions } from '../../src/chaos/connection.ts'
import { find, type RequestBytes } from '../../src/chaos/inbox.ts'

export interface Received extends RequestBytes {
  /** Which connection it came on, counted from 0: two requests with one number shared a socket. */
  readonly connection: number
  header(name: string): string | undefined
  /** The body as JSON; throws where it is none. */
  json(): JsonObject
  /** Answer bytes that the client's side has taken so far, its socket's buffers included. */
  sent(): number
  readonly ended: Promise<Ending>
}

/** One answer for every request; a list gives the n-th request its n-th answer, and the last one to all that follow. */
export type Script = Answer | readonly Answer[] | ((request: Received, turn: number) => Answer | Promise<Answer>)

export interface UpstreamOptions extends TalkOptions {
  readonly port?: number
}

export interface Upstream extends AsyncDisposable {
  /** Without a slash at the end. */
  readonly url: string
  readonly port: number
  readonly requests: readonly Received[]
  /** Connections accepted so far. */
  connections(): number
  /** Connections open now. */
  openConnections(): number
  /** Waits until the n-th request (from 0) has been read; rejects after `ms`. */
  request(index: number, ms?: number): Promise<Received>
  stop(): Promise<void>
}

/** Starts it on a free port. Stopping breaks what is open. The requests of one run are all kept: it lives as long as a test. */
export async function startUpstream(script: Script, options: UpstreamOptions = {}): Promise<Upstream> {
  const requests: Received[] = []
  const open = new Set<Socket>()
  const arrived = new EventTarget()
  let accepted = 0
  const server = createServer({ noDelay: true, allowHalfOpen: false }, (socket) => {
    open.add(socket)
    socket.once('close', () => open.delete(socket))
    const connection = accepted++
    void converse(socket, options, async (talk, request) => {
      const turn = requests.length
      const ended = Promise.withResolvers<Ending>()
      const received = receive(request, { connection, ended: ended.promise, talk })
      requests.push(received)
      arrived.dispatchEvent(new Event('request'))
      ended.resolve(await play(talk, await choose(script, received, turn)))
    })
  })
  server.listen(options.port ?? 0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const stop = async (): Promise<void> => {
    if (!server.listening) return
    server.close()
    for (const socket of open) socket.destroy()
    await once(server, 'close')
  }
  const request = async (index: number, ms = 5000): Promise<Received> => {
    const late = AbortSignal.timeout(ms)
    while (requests.length <= index) {
      await once(arrived, 'request', { signal: late }).catch(() => assert.fail(`request ${index} did not come within ${ms} ms`))
    }
    return requests[index]!
  }
  const url = `${options.tls ? 'https' : 'http'}://127.0.0.1:${port}`
  return { url, port, requests, connections: () => accepted, openConnections: () => open.size, request, stop, [Symbol.asyncDispose]: stop }
}

async function choose(script: Script, request: Received, turn: number): Promise<Answer> {
  if (typeof script === 'function') return script(request, turn)
  return isList(script) ? (script[Math.min(turn, script.length - 1)] ?? []) : script
}

function isList(script: Answer | readonly Answer[]): script is readonly Answer[] {
  return Array.isArray(script[0])
}

function receive(request: RequestBytes, { connection, ended, talk }: { connection: number; ended: Promise<Ending>; talk: Talk }): Received {
  const before = talk.socket.bytesWritten
  return {
    ...request,
    connection,
    ended,
    header: (name) => find(request.headers, name.toLowerCase()),
    json: () => JSON.parse(request.body.toString('utf8')) as JsonObject,
    sent: () => talk.socket.bytesWritten - talk.socket.writableLength - before,
  }
}
