/** One connection of a client by WebSocket: takes its messages, one answer at a time. */

import type { RawData, WebSocket } from 'ws'
import { monotonic } from '../base/clock.ts'
import type { Listed } from '../base/roster.ts'
import { splice } from '../base/splice.ts'
import { Failure, toFailure } from '../canonical/failure.ts'
import { parseBody } from '../gateway/body.ts'
import type { Headers } from '../gateway/client.ts'
import type { Gateway } from '../gateway/gateway.ts'
import { requestIdOf } from '../gateway/observe.ts'
import { serve } from '../gateway/serve.ts'
import type { CallLimits } from '../gateway/snapshot.ts'
import type { ChatSurface } from '../surfaces/surface.ts'
import { barred } from './addresses.ts'
import type { Door } from './door.ts'
import type { Live } from './http.ts'
import { RecentTurns } from './recent-turns.ts'
import { errorEvent, SocketClient, type SocketClientLimits } from './socket-client.ts'

/** The vendor's own limit: clients know to connect again. https://developers.openai.com/docs/guides/websocket-mode */
const longestLife = 60 * 60_000
/** Why a connection is closed. https://www.rfc-editor.org/rfc/rfc6455#section-7.4.1 */
const closeCodes = { goingAway: 1001, unsupportedData: 1003, policyViolation: 1008, tryAgainLater: 1013 } as const

export interface SocketLimits extends SocketClientLimits {
  readonly connections: number
  /** Milliseconds that a client may ask nothing. */
  readonly idle: number
  /** Bytes that are remembered for one client. */
  readonly memory: number
}

export interface SocketWorld extends Omit<Door, 'throttle'> {
  readonly gateway: Gateway
  readonly live: Live
  readonly limits: SocketLimits
}

export interface Opened {
  readonly socket: WebSocket
  readonly path: string
  readonly address: string
  readonly headers: Headers
  readonly surface: ChatSurface
}

export class SocketSession implements Listed {
  place = -1
  readonly #opened: Opened
  readonly #world: SocketWorld
  readonly #turns: RecentTurns
  readonly #bornAt = monotonic()
  #askedAt = this.#bornAt
  #client: SocketClient | undefined
  #hasAnswered = true
  #isEnding = false

  constructor(opened: Opened, world: SocketWorld) {
    this.#opened = opened
    this.#world = world
    this.#turns = new RecentTurns(world.limits.memory)
    opened.socket
      .on('message', (data, isBinary) => this.#take(data, isBinary))
      .on('pong', () => void (this.#hasAnswered = true))
      .on('close', () => this.#client?.leave())
      // What is wrong with the connection, its close tells.
      .on('error', () => {})
  }

  /** Ends when the answer in flight is out; at once where there is none. */
  end(): void {
    this.#isEnding = true
    if (this.#client === undefined) this.#opened.socket.close(closeCodes.goingAway)
  }

  terminate(): void {
    this.#opened.socket.terminate()
  }

  /** Called every now and then: whether the client is still there, and whether it has been long enough. */
  look(): void {
    const { socket } = this.#opened
    if (!this.#hasAnswered) return socket.terminate()
    this.#hasAnswered = false
    socket.ping()
    if (this.#client !== undefined) return
    const time = monotonic()
    if (time - this.#askedAt > this.#world.limits.idle) socket.close(closeCodes.goingAway)
    else if (time - this.#bornAt > longestLife) {
      this.#refuse(new Failure('websocket_connection_limit_reached', 'The connection is an hour old: make a new one to go on.'))
      socket.close(closeCodes.goingAway)
    }
  }

  #take(data: RawData, isBinary: boolean): void {
    const { socket } = this.#opened
    if (isBinary) return socket.close(closeCodes.unsupportedData)
    // Whoever asks and asks and reads no answer would fill the memory.
    if (socket.bufferedAmount > this.#world.limits.buffer * 4) return socket.close(closeCodes.policyViolation)
    if (this.#client !== undefined) return this.#refuse(new Failure('conflict', 'An answer is still being given: a connection gives one at a time.'))
    try {
      this.#client = this.#ask(data as Buffer)
    } catch (error) {
      return this.#refuse(toFailure(error))
    }
    void this.#answer(this.#client)
  }

  #ask(data: Buffer): SocketClient {
    const { socket, path, address, headers } = this.#opened
    // The lists may have changed since it was connected.
    if (this.#world.gateway.snapshot.edges?.mayCall(address) === false) throw barred()
    const { body, isWarmUp } = readMessage(data, this.#world.gateway.snapshot.limits)
    const turns = { find: (id: string) => this.#turns.find(id), put: this.#turns.put.bind(this.#turns), isWarmUp }
    return new SocketClient(socket, { path, address, headers, body, turns }, this.#world.limits)
  }

  async #answer(client: SocketClient): Promise<void> {
    const { gateway, live } = this.#world
    live.add(client)
    await serve(this.#opened.surface, client, gateway).finally(() => live.remove(client))
    this.#client = undefined
    this.#askedAt = monotonic()
    if (this.#isEnding) this.end()
  }

  #refuse(failure: Failure): void {
    const id = requestIdOf({})
    this.#world.gateway.note(failure, id)
    const body = JSON.stringify(this.#opened.surface.wire.writeError(failure, id))
    this.#opened.socket.send(errorEvent(failure.row.status, [], body))
  }
}

/** The request in a message, as it would come by POST. Throws `Failure`. */
function readMessage(bytes: Buffer, limits: CallLimits): { readonly body: Buffer; readonly isWarmUp: boolean } {
  const { object, members } = parseBody(bytes, limits)
  if (object.type !== 'response.create') throw new Failure('invalid_value', 'The only message that is taken is `response.create`.', { param: 'type' })
  if (object.background === true) throw new Failure('unsupported_parameter', 'There is no background on a connection that waits.', { param: 'background' })
  if (object.stream_id !== undefined)
    throw new Failure('unsupported_parameter', 'A connection gives one answer at a time: it has no lanes.', { param: 'stream_id' })
  const body = splice(bytes, members, new Map([['stream', 'true']]), new Set(['type', 'generate']))
  return { body, isWarmUp: object.generate === false }
}
