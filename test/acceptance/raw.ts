/** HTTP as bytes on a socket, for what no proper client would send. */

import { connect } from 'node:net'
import { connect as connectSecurely } from 'node:tls'

export interface Talk {
  /** All that came back. */
  readonly text: string
  /** The statuses of the answers in it, in order. */
  readonly statuses: readonly number[]
  /** The other side ended the connection. */
  readonly isClosed: boolean
  readonly took: number
}

export interface Talking {
  /** How long to listen, in milliseconds, where the other side does not hang up. */
  readonly ms?: number
  /** Stop listening when this has come. */
  readonly until?: RegExp
  /** Milliseconds between the pieces that are sent. */
  readonly every?: number
  /** Speaks TLS, asks for this name, and takes any certificate. */
  readonly servername?: string
  /** Ends its side with the last of the pieces, and goes on listening. */
  readonly endsFirst?: boolean
}

/** Sends the pieces one after the other, and listens. Never rejects: a reset is an end too. */
export function talk(
  port: number,
  pieces: string | Buffer | readonly (string | Buffer)[],
  { ms = 1500, until, every = 0, servername, endsFirst = false }: Talking = {},
): Promise<Talk> {
  const from = performance.now()
  return new Promise((resolve) => {
    const place = { port, host: '127.0.0.1', allowHalfOpen: endsFirst }
    const socket = servername === undefined ? connect(place) : connectSecurely({ ...place, servername, rejectUnauthorized: false })
    let text = ''
    let isClosed = false
    const finish = () => {
      clearTimeout(timer)
      socket.destroy()
      const statuses = [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status))
      resolve({ text, statuses, isClosed, took: performance.now() - from })
    }
    const timer = setTimeout(finish, ms)
    const close = () => {
      isClosed = true
      finish()
    }
    socket.setEncoding('latin1').on('data', (piece: string) => {
      text += piece
      if (until?.test(text)) finish()
    })
    socket
      .on('error', () => {})
      .on('end', close)
      .on('close', close)
    const all = typeof pieces === 'string' || Buffer.isBuffer(pieces) ? [pieces] : pieces
    if (endsFirst) void send(socket, all.slice(0, -1), every).then(() => socket.end(all.at(-1)!))
    else void send(socket, all, every)
  })
}

async function send(socket: ReturnType<typeof connect>, pieces: readonly (string | Buffer)[], every: number): Promise<void> {
  const closed = new Promise((resolve) => socket.once('close', resolve))
  for (const piece of pieces) {
    if (socket.destroyed) return
    if (!socket.write(piece)) await Promise.race([new Promise((resolve) => socket.once('drain', resolve)), closed])
    if (every > 0) await new Promise((resolve) => setTimeout(resolve, every))
  }
}

/** The head of a request: its lines, and the blank one. */
export const head = (...lines: readonly string[]): string => `${lines.join('\r\n')}\r\n\r\n`
