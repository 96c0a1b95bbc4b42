/** A process that takes of counters in a database when it is told to, says how much it got, and holds it until it is ended. */

import { createInterface } from 'node:readline'
import { monotonic, now } from '../../src/base/clock.ts'
import type { Want } from '../../src/policy/charges.ts'
import { Shares, type Hold } from '../../src/policy/shares.ts'
import { openCounters } from '../../src/storage/counters.ts'
import type { StoreOptions } from '../../src/storage/store.ts'

/** What a line says: so many calls at once, each of which wants that, and whether they settle or stay under way. */
export interface Order {
  readonly calls: number
  readonly wants: readonly Pick<Want, 'terms' | 'amount'>[]
  readonly settles: boolean
}

const { options, instance, lease } = JSON.parse(process.argv[2]!) as { readonly options: StoreOptions; readonly instance: string; readonly lease: number }

const after = (ms: number, run: () => void) => {
  const timer = setTimeout(run, ms)
  return { cancel: () => clearTimeout(timer) }
}

const bank = await openCounters(options, instance)
const shares = new Shares({ bank, clocks: { monotonic, now, after }, patience: 5000, lease })
await shares.keep()
setInterval(() => void shares.keep().catch(() => {}), lease / 5)
setInterval(() => void shares.sweep(), 100)
process.stdout.write('ready\n')

for await (const line of createInterface({ input: process.stdin })) {
  const { calls, wants, settles } = JSON.parse(line) as Order
  const taken = await Promise.all(Array.from({ length: calls }, async () => shares.take(wants as readonly Want[])))
  const holds: readonly Hold[] = taken.flatMap((one) => ('hold' in one ? [one.hold] : []))
  if (settles) for (const hold of holds) hold.settle(wants.map(() => 0))
  process.stdout.write(`${JSON.stringify({ held: holds.length, faults: taken.filter((one) => 'fault' in one).length })}\n`)
}
await shares.sweep()
await bank.close()
process.exit()
