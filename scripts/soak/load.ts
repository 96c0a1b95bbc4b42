/** The load of the soak: so many calls at once, so many a second, each chosen by chance, on every API of a client. */

import { setTimeout as pause } from 'node:timers/promises'
import { clientApis, type Asking, type ClientApi } from '../../src/chaos/asking.ts'
import { draw, pick, type Chance } from './chance.ts'
import { leave, stay, type Visit } from './clients.ts'
import { chains, faults, faulty, steady } from './configuration.ts'

export interface Load {
  readonly gateway: string
  readonly key: string
  /** A key that comes and goes; undefined while there is none. */
  readonly guest: () => string | undefined
  readonly chance: Chance
  /** Calls at once, and calls a second. */
  readonly lanes: number
  readonly rate: number
  readonly signal: AbortSignal
  readonly onVisit: (visit: Visit) => void
}

/** Four calls of five go where somebody sound can answer. */
const roads = { chain: 45, sound: 35, fault: 10, 'fault with a fallback': 10 } as const
const manners = { stays: 930, comes: 20, leaves: 45, 'does not read': 5 } as const

/** Milliseconds: longer than all that the gateway may do. */
const bound = 30_000
/** The most that a client takes until it leaves, and that one which does not read stays. */
const soon = 150
const long = 6000

/** Resolves when the signal has come and every call has ended. */
export async function drive(load: Load): Promise<void> {
  const { lanes, rate, signal } = load
  const pace = paceOf(rate)
  const lane = async (): Promise<void> => {
    while (!signal.aborted) {
      await pace()
      load.onVisit(await visit(load))
    }
  }
  await Promise.all(Array.from({ length: lanes }, lane))
}

/** Calls follow each other evenly; what was missed is not made up for. */
function paceOf(rate: number): () => Promise<void> {
  let next = performance.now()
  return async () => {
    const now = performance.now()
    next = Math.max(now, next + 1000 / rate)
    await pause(next - now)
  }
}

function visit({ gateway, key, guest, chance }: Load): Promise<Visit> {
  const api = pick(chance, Object.keys(clientApis) as ClientApi[])
  const asking: Asking = { gateway, key, api, bound, streams: chance() < 0.5, ...destinationOf(chance) }
  const manner = draw(chance, manners)
  switch (manner) {
    case 'stays':
      return stay(asking).then(known)
    case 'comes':
      return stay({ ...asking, key: guest() ?? key })
    case 'leaves':
      return leave(asking, { after: chance() * soon, reads: true })
    case 'does not read':
      return leave({ ...asking, streams: true, model: faulty('endless-stream') }, { after: long, reads: false })
  }
}

/** Only a guest's key may be refused. */
const known = (seen: Visit): Visit => (seen.outcome === 'unauthorized' ? { ...seen, outcome: 'broken' } : seen)

function destinationOf(chance: Chance): Pick<Asking, 'model' | 'fallback'> {
  const number = Math.floor(chance() * 1e6)
  switch (draw(chance, roads)) {
    case 'chain':
      return { model: pick(chance, chains) }
    case 'sound':
      return { model: chance() < 0.1 ? `any-${number % 50}` : steady(number) }
    case 'fault':
      return { model: faulty(pick(chance, faults)) }
    case 'fault with a fallback':
      return { model: faulty(pick(chance, faults)), fallback: steady(number) }
  }
}
