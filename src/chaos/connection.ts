/** One connection of a scripted provider: reads its requests one after the other, and does the steps of each answer on its bytes. */

import { once } from 'node:events'
import type { Socket } from 'node:net'
import { setImmediate, setTimeout } from 'node:timers/promises'
import { TLSSocket } from 'node:tls'
import type { Answer, Step } from './answer.ts'
import { Inbox, readRequest, type RequestBytes } from './inbox.ts'

/** `answered`: every step was done. `closed`: the script itself ended the connection. `left`: the client went away before. */
export type Ending = 'answered' | 'closed' | 'left'

export interface TalkOptions {
  /** Steps done on every new connection before anything is read from it, TLS included: `[reset()]`, `[hang()]`, `[wait(6000)]`. */
  readonly onConnect?: Answer
  /** Speaks TLS with this certificate (PEM). */
  readonly tls?: { readonly key: string; readonly cert: string }
}

/** The connection while an answer is played on it. */
export interface Talk {
  readonly socket: Socket
  /** Beneath the TLS, where there is some: a reset is said there. */
  readonly plain: Socket
  /** Aborted when the connection is gone. */
  readonly gone: AbortSignal
}

/** Reads requests and hands them on, one after the other, until the connection is gone. Rejects where what comes is no request. */
export async function converse(plain: Socket, options: TalkOptions, answer: (talk: Talk, request: RequestBytes) => Promise<void>): Promise<void> {
  const gone = new AbortController()
  const inbox = new Inbox()
  const leave = (): void => {
    gone.abort()
    inbox.close()
  }
  // A reset is how many of these connections are meant to end.
  plain.on('error', leave).on('close', leave)
  if ((await play({ socket: plain, plain, gone: gone.signal }, options.onConnect ?? [])) !== 'answered') return
  const socket = options.tls ? new TLSSocket(plain, { isServer: true, ...options.tls }) : plain
  socket.on('error', leave).on('close', leave)
  socket.on('data', (bytes: Buffer) => inbox.push(bytes))
  try {
    for (;;) await answer({ socket, plain, gone: gone.signal }, await readRequest(inbox))
  } catch (error) {
    if (gone.signal.aborted) return
    socket.destroy()
    throw error
  }
}

/** Does every step, and tells how it ended. */
export async function play(talk: Talk, answer: Answer): Promise<Ending> {
  try {
    for (const step of answer) {
      if (talk.gone.aborted) return 'left'
      await perform(talk, step)
      if (step.do === 'finish' || step.do === 'reset') return 'closed'
    }
    return talk.gone.aborted ? 'left' : 'answered'
  } catch (error) {
    if (talk.gone.aborted) return 'left'
    throw error
  }
}

async function perform(talk: Talk, step: Step): Promise<void> {
  switch (step.do) {
    case 'send':
      return send(talk, step.bytes)
    case 'wait':
      return pause(step.ms, talk.gone)
    case 'repeat':
      for (let time = 0; time < step.times; time += 1) {
        if (time > 0 && (step.every > 0 || time % 64 === 0)) await pause(step.every, talk.gone)
        await send(talk, step.bytes)
      }
      return
    case 'finish':
      talk.socket.end()
      return
    case 'reset':
      talk.plain.resetAndDestroy()
      return
    case 'hang':
      talk.socket.resume()
      return pause(2 ** 31 - 1, talk.gone)
  }
}

async function send({ socket, gone }: Talk, bytes: Buffer): Promise<void> {
  if (!socket.write(bytes)) await once(socket, 'drain', { signal: gone })
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (ms === 0) await setImmediate(undefined, { signal })
  else await setTimeout(ms, undefined, { signal })
}
