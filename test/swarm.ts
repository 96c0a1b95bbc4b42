/** Clients and a provider that cost next to nothing, for what is asked by the hundred thousand: HTTP/1.1 as text on few sockets, several requests at once on each. */

import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

/** One request, and what becomes of its answer. */
export interface Errand {
  /** The whole request, as it goes out. */
  readonly text: string
  /** Hears the whole answer; undefined where the connection ended before. */
  hear(answer: string | undefined): void
  /** So many milliseconds after asking the client leaves, and with it all that it waits for on that connection; by a reset where the number is odd. */
  readonly leavesAfter?: number
}

export interface Swarm {
  readonly port: number
  /** Connections at once. */
  readonly lanes: number
  /** Requests that one of them sends before the first is answered. */
  readonly depth: number
  /** What is asked next; undefined when all was. */
  readonly next: () => Errand | undefined
}

/** Asks until there is nothing to ask, and all was answered or lost. */
export async function ask(swarm: Swarm): Promise<void> {
  await Promise.all(Array.from({ length: swarm.lanes }, () => walk(swarm)))
}

/** One lane: a connection that ends, by whomever, is followed by another while there is something to ask. */
async function walk(swarm: Swarm): Promise<void> {
  let isOver = false
  const next = () => {
    const errand = isOver ? undefined : swarm.next()
    isOver = errand === undefined
    return errand
  }
  while (!isOver) await onOneConnection(swarm, next)
}

function onOneConnection({ port, depth }: Swarm, next: Swarm['next']): Promise<void> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true }).setEncoding('latin1')
  const waiting: Errand[] = []
  let text = ''
  const send = (): void => {
    let more = ''
    while (waiting.length < depth && !socket.destroyed) {
      const errand = next()
      if (errand === undefined) break
      waiting.push(errand)
      more += errand.text
      if (errand.leavesAfter !== undefined) leave(socket, errand.leavesAfter)
    }
    if (more !== '') socket.write(more)
    else if (waiting.length === 0) socket.destroy()
  }
  const { promise, resolve } = Promise.withResolvers<void>()
  socket
    .on('connect', send)
    .on('data', (piece: string) => {
      text += piece
      for (let end = endOf(text); end > 0; end = endOf(text)) {
        waiting.shift()!.hear(text.slice(0, end))
        text = text.slice(end)
      }
      // The next go out together: half of what they cost is writing.
      if (waiting.length <= depth / 2) send()
    })
    .on('error', () => {})
    .on('end', () => socket.destroy())
    .on('close', () => {
      for (const errand of waiting) errand.hear(undefined)
      resolve()
    })
  return promise
}

function leave(socket: Socket, after: number): void {
  setTimeout(() => (after % 2 === 1 ? socket.resetAndDestroy() : socket.destroy()), after)
}

const lengthOf = /\r\ncontent-length: (\d+)/i
const lastChunk = '\r\n0\r\n\r\n'

/** Where the first message in the text ends; 0 where it is not whole. */
function endOf(text: string): number {
  const head = text.indexOf('\r\n\r\n') + 4
  if (head < 4) return 0
  const length = lengthOf.exec(text.slice(0, head))?.[1]
  if (length !== undefined) return text.length >= head + Number(length) ? head + Number(length) : 0
  const last = text.indexOf(lastChunk, head - 2)
  return last < 0 ? 0 : last + lastChunk.length
}

export interface Provider {
  readonly port: number
  /** Accepted so far. */
  connections(): number
  stop(): Promise<void>
}

/** A provider on a free port, which hears each request whole and answers on its socket. */
export async function startProvider(answer: (request: string, socket: Socket) => void): Promise<Provider> {
  const open = new Set<Socket>()
  let accepted = 0
  const server = createServer({ noDelay: true }, (socket) => {
    let text = ''
    accepted += 1
    open.add(socket.setEncoding('latin1'))
    socket
      .on('data', (piece: string) => {
        text += piece
        for (let end = endOf(text); end > 0; end = endOf(text)) {
          answer(text.slice(0, end), socket)
          text = text.slice(end)
        }
      })
      .on('error', () => {})
      .on('close', () => open.delete(socket))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const stop = async () => {
    for (const socket of open) socket.destroy()
    await server[Symbol.asyncDispose]()
  }
  return { port: (server.address() as AddressInfo).port, connections: () => accepted, stop }
}
