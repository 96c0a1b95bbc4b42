/** A client of Responses by WebSocket. */

import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { WebSocket, type ClientOptions } from 'ws'
import type { JsonObject } from '../../src/base/json.ts'
import { eventually } from '../gateway.ts'
import type { Scene } from './scene.ts'

export interface Line {
  readonly socket: WebSocket
  send(message: JsonObject | string): void
  /** The events up to the next that ends an answer, or is an error. */
  answer(): Promise<readonly JsonObject[]>
  readonly closed: Promise<number>
}

const ends = new Set(['response.completed', 'response.incomplete', 'response.failed', 'error'])

export async function connect({ gateway: { url, key } }: Scene, options: ClientOptions = {}): Promise<Line> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/v1/responses`, { headers: { authorization: `Bearer ${key}` }, ...options })
  const events: JsonObject[] = []
  socket.on('message', (data: Buffer) => events.push(JSON.parse(data.toString()) as JsonObject))
  const closed = once(socket, 'close').then(([code]) => code as number)
  await once(socket, 'open')
  const next = async () => {
    const end = await eventually(() => events.findIndex(({ type }) => ends.has(String(type))) + 1)
    return events.splice(0, end)
  }
  return { socket, send: (one) => socket.send(typeof one === 'string' ? one : JSON.stringify(one)), answer: next, closed }
}

/** The status that a handshake is refused with, and the code. */
export async function refusal(
  { gateway: { url } }: Scene,
  path: string,
  options: ClientOptions = {},
  protocols: string[] = [],
): Promise<readonly [number, string]> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}${path}`, protocols, options)
  const [, response] = (await once(socket, 'unexpected-response')) as [unknown, IncomingMessage]
  const body = JSON.parse((await Array.fromAsync(response as AsyncIterable<Buffer>)).join('')) as { error: { code: string } }
  socket.on('error', () => {}).terminate()
  return [response.statusCode!, body.error.code]
}
