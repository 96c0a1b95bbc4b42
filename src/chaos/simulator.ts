/** A provider that misbehaves on script: it speaks every wire, and the model's name chooses what goes wrong. */

import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { monotonic, now } from '../base/clock.ts'
import type { ChatRequest } from '../canonical/chat.ts'
import { reply, type Answer } from './answer.ts'
import { converse, play, type Ending } from './connection.ts'
import type { RequestBytes } from './inbox.ts'
import { readQuestion, type Question } from './routes.ts'
import type { Times } from './scenario.ts'
import { scenarioOf, scenarios } from './scenarios/index.ts'
import { canary, speechOf } from './speech.ts'

/** One call, when it is over. */
export interface Played {
  readonly wire: string
  readonly model: string
  readonly scenario: string
  readonly streams: boolean
  /** `answered`: every byte was said. `closed`: the script ended the connection. `left`: the client went away before. */
  readonly ending: Ending
  /** Milliseconds. */
  readonly took: number
}

export interface SimulatorOptions {
  readonly host?: string
  /** A free one where absent. */
  readonly port?: number
  readonly times?: Partial<Times>
  readonly onPlayed?: (played: Played) => void
}

export interface Simulator extends AsyncDisposable {
  readonly port: number
  /** How often this model was asked since the start. */
  calls(model: string): number
  /** Breaks what is open. */
  stop(): Promise<void>
}

export const usualTimes: Times = { stall: 10_000, slow: 500, beat: 5 }

/** Models whose calls are counted; the oldest are forgotten. */
const mostModels = 100_000

/** Rejects where the address cannot be listened on. */
export async function startSimulator({ host = '127.0.0.1', port = 0, times = {}, onPlayed }: SimulatorOptions = {}): Promise<Simulator> {
  const counts = new Counts()
  const allTimes = { ...usualTimes, ...times }
  const open = new Set<Socket>()
  const server = createServer({ noDelay: true }, (socket) => {
    open.add(socket)
    socket.once('close', () => open.delete(socket))
    // Who speaks no HTTP is not answered: the connection is gone by then.
    converse(socket, {}, async (talk, request) => {
      const question = readQuestion(request.path, request.body)
      if (question === undefined) return void (await play(talk, answerOther(request)))
      const began = monotonic()
      const { wire, model, streams } = question
      const ending = await play(talk, script(question, request.path, counts.next(model), allTimes))
      onPlayed?.({ wire: wire.name, model, scenario: scenarioOf(model).name, streams, ending, took: monotonic() - began })
    }).catch(() => {})
  })
  server.listen(port, host)
  await once(server, 'listening')
  const stop = async (): Promise<void> => {
    if (!server.listening) return
    server.close()
    for (const socket of open) socket.destroy()
    await once(server, 'close')
  }
  return { port: (server.address() as AddressInfo).port, calls: (model) => counts.of(model), stop, [Symbol.asyncDispose]: stop }
}

/** Bounded by `mostModels`. */
class Counts {
  readonly #counts = new Map<string, number>()

  of(model: string): number {
    return this.#counts.get(model) ?? 0
  }

  /** How often it was asked before. */
  next(model: string): number {
    const before = this.of(model)
    if (before === 0 && this.#counts.size >= mostModels) this.#counts.delete(this.#counts.keys().next().value!)
    this.#counts.set(model, before + 1)
    return before
  }
}

/** A request that its wire cannot read is refused, as a vendor would. */
function script(question: Question, path: string, turn: number, times: Times): Answer {
  const { wire, model, streams } = question
  const asked = readAsked(question)
  if (asked === undefined) return reply(400, { error: { message: canary, type: 'invalid_request_error' } })
  return scenarioOf(model).play({ speech: speechOf(wire, asked, now()), streams, turn, path, now: now(), times })
}

function readAsked({ wire, body, model, streams }: Question): ChatRequest | undefined {
  try {
    wire.checkRequest(body)
    return { ...wire.readRequest(body), model, stream: streams }
  } catch {
    return undefined
  }
}

/** Lists of models are asked for by gateways that look around. */
function answerOther({ method, path }: RequestBytes): Answer {
  if (method === 'GET' && /\/models(\?|$)/.test(path)) {
    return reply(200, { object: 'list', data: scenarios.map(({ name }) => ({ id: name, object: 'model', created: 0, owned_by: 'chaos' })) })
  }
  return reply(404, { error: { message: canary, type: 'not_found_error' } })
}
