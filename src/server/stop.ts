/** How the gateway ends: calls in flight may finish, those that take too long hear why they cannot, and what was recorded is stored. */

import type { Server } from 'node:http'
import { Server as TcpServer } from 'node:net'
import { monotonic, pause } from '../base/clock.ts'
import { Failure } from '../canonical/failure.ts'
import type { Settings } from '../config/settings.ts'
import type { Log } from '../telemetry/log.ts'
import type { HttpTransport } from '../upstream/http.ts'
import type { MediaFetcher } from '../upstream/media.ts'
import type { AnswerMemory } from './answer-memory.ts'
import type { Counters } from './counters.ts'
import type { Data } from './data.ts'
import type { Governing } from './governing.ts'
import type { HealthKeeper } from './health-keeper.ts'
import type { Live } from './http.ts'
import type { Keeping } from './keeping.ts'
import type { Plane } from './plane.ts'
import type { Sockets } from './sockets.ts'

/** All that must end when the process does. */
export interface Ends {
  readonly settings: Settings
  readonly state: { isDraining: boolean }
  readonly data: Data
  readonly log: Log
  readonly keeping: Keeping
  readonly live: Live
  readonly plane: Plane
  readonly keeper: HealthKeeper
  readonly counters: Counters
  readonly inspection: Governing['inspection']
  readonly network: HttpTransport
  readonly media: MediaFetcher | undefined
  readonly memory: AnswerMemory
  readonly sockets: Sockets
  readonly server: Server
  readonly unfollow: () => void
}

/** Milliseconds that each step of the end may take once somebody is in a hurry. */
const hasty = 1000

/** How long a step may take: as configured, until somebody is in a hurry. */
class Respite {
  #ms: number
  #cancel: () => void = () => {}

  constructor(ms: number) {
    this.#ms = ms
  }

  get ms(): number {
    return this.#ms
  }

  hurry(): void {
    this.#ms = Math.min(this.#ms, hasty)
    this.#cancel()
  }

  /** Waits for `work`, and no longer than the respite lasts. */
  async await(work: Promise<unknown>): Promise<void> {
    const late = pause(this.#ms)
    this.#cancel = late.cancel
    await Promise.race([work, late.done])
    late.cancel()
  }
}

/** The first call drains. Another one ends the waiting: what is in flight is told so at once, and what was recorded is stored all the same. */
export function stopping(ends: Ends): () => Promise<void> {
  const respite = new Respite(ends.settings.drain)
  let ended: Promise<void> | undefined
  return () => {
    if (ended) respite.hurry()
    return (ended ??= end(ends, respite))
  }
}

async function end(
  { state, data, log, keeping, live, plane, keeper, network, media, memory, sockets, server, unfollow, counters, inspection }: Ends,
  respite: Respite,
): Promise<void> {
  state.isDraining = true
  plane.reviews.close()
  sockets.drain()
  await drain(server, live, respite)
  sockets.close()
  await emptied(live)
  unfollow()
  await network.close()
  await media?.close()
  await inspection.close()
  await memory.close(respite.ms)
  await respite.await(keeper.close())
  await plane.close()
  const lost = await keeping.close(respite.ms)
  if (lost > 0) log.tell('error', 'receipts could not be stored before the end', { receipts: lost })
  await respite.await(counters.close())
  log.flush()
  await data.store.close()
}

/** Calls in flight may finish; what has not by then hears that we stop, in its own wire. */
async function drain(server: Server, live: Live, respite: Respite): Promise<void> {
  // A server of HTTP would close idle connections by itself, and takes for idle who has not taken all of an answer.
  const closed = new Promise<void>((resolve) => TcpServer.prototype.close.call(server, () => resolve()))
  const closeIdle = () => [...live].some(({ isTaking }) => isTaking) || server.closeIdleConnections()
  closeIdle()
  const idle = setInterval(closeIdle, 100)
  await respite.await(closed)
  for (const client of live) client.interrupt(new Failure('shutting_down', 'The gateway stops, and this call took longer than it waits.'))
  const last = pause(1000)
  await Promise.race([closed, last.done])
  last.cancel()
  clearInterval(idle)
  server.closeAllConnections()
}

/** Who was cut off has a receipt to close all the same. */
async function emptied(live: Live): Promise<void> {
  const until = monotonic() + hasty
  while (live.size > 0 && monotonic() < until) await pause(10).done
}
