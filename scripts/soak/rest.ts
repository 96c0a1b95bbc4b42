/** The gateway after the last call: it is given time to come to rest, looked at, and stopped. */

import { eventually, type Gateway } from '../../test/gateway.ts'
import type { Scene } from './scene.ts'
import { mostNew, type Rest } from './verdict.ts'

/** Milliseconds: connections that are not used are kept for two seconds. */
const within = 30_000
const complaint = /^.*(?:unhandled|uncaught|RangeError|MaxListeners|Deprecation).*$/gim

interface Status {
  readonly calls: number
  readonly receipts_waiting: number
  readonly receipts_dropped: number
}

interface Place {
  readonly place: string
  readonly in_flight: number
  readonly waiting: number
}

/** Waits until nothing moves any more, or for as long as that may take. */
export async function comeToRest({ gateway, ledger, vitals, lines }: Scene, descriptorsBefore: number): Promise<Rest> {
  const statusOf = () => read<Status>(gateway, '/_omni/status')
  await eventually(async () => {
    const { calls, receipts_waiting: waiting } = await statusOf()
    return calls + waiting === 0 && vitals().descriptors <= descriptorsBefore + mostNew
  }, within).catch(() => {})
  const { calls: live, receipts_dropped: dropped } = await statusOf()
  const held = await heldBy(gateway)
  const { descriptors } = vitals()
  const exit = await gateway.stop()
  // What ripens at the first look is looked for at the second.
  ledger.look()
  const stored = ledger.look()
  const { counts, accepted, missing } = ledger
  const complaints = gateway.stderr().match(complaint) ?? []
  return { counts, accepted, stored, missing, dropped, lines: lines(), live, held, descriptorsBefore, descriptors, exit, complaints }
}

/** The places that count calls, though there are none. */
async function heldBy(gateway: Gateway): Promise<readonly string[]> {
  const { data } = await read<{ readonly data: readonly Place[] }>(gateway, '/_omni/providers/health')
  const holding = data.filter((place) => place.in_flight + place.waiting !== 0)
  return holding.map((place) => `${place.place} with ${place.in_flight} in flight and ${place.waiting} waiting`)
}

async function read<T>({ url, adminKey }: Gateway, path: string): Promise<T> {
  const answer = await fetch(`${url}${path}`, { headers: { authorization: `Bearer ${adminKey}` } })
  return (await answer.json()) as T
}
