/** One soak: the gateway, the provider, clients and operators, from the start to the verdicts. */

import { setTimeout as pause } from 'node:timers/promises'
import { readResidentBytes } from '../../bench/process.ts'
import { chanceOf } from './chance.ts'
import { Disturbances } from './disturbances.ts'
import { drive } from './load.ts'
import { comeToRest } from './rest.ts'
import { openScene, type Scene } from './scene.ts'
import { meanOf } from './slope.ts'
import { judge, type Row, type Verdict } from './verdict.ts'

export interface Plan {
  readonly minutes: number
  /** Calls at once, and calls a second. */
  readonly lanes: number
  readonly rate: number
  readonly seed: number
  /** Milliseconds between two rows. */
  readonly every: number
  /** Ends it before its time; what holds is looked at all the same. */
  readonly signal?: AbortSignal
  readonly onRow?: (row: Row) => void
}

export interface Soaked {
  readonly rows: readonly Row[]
  /** How often each thing was done to the gateway. */
  readonly changes: Readonly<Record<string, number>>
  readonly verdicts: readonly Verdict[]
}

/** Rejects where the gateway does not start, or ends before it should. */
export async function soak(plan: Plan): Promise<Soaked> {
  await using scene = await openScene(plan.every)
  const { gateway, address, ledger } = scene
  const before = scene.vitals()
  const signal = AbortSignal.any([AbortSignal.timeout(plan.minutes * 60_000), ...(plan.signal ? [plan.signal] : [])])
  const disturbances = new Disturbances({ ...gateway, address, signal })
  const load = drive({
    gateway: gateway.url,
    key: gateway.key,
    guest: () => disturbances.guest,
    chance: chanceOf(plan.seed),
    lanes: plan.lanes,
    rate: plan.rate,
    signal,
    onVisit: (visit) => ledger.note(visit),
  })
  const [rows] = await Promise.all([watch(plan, scene, signal), load, disturbances.run()])
  const rest = await comeToRest(scene, before.descriptors)
  const { refusals, counts: changes } = disturbances
  return { rows, changes, verdicts: judge(rows, rest, refusals) }
}

/** A row every so often, its memory the mean of many looks. */
async function watch({ every, onRow }: Plan, { gateway, ledger, vitals }: Scene, signal: AbortSignal): Promise<readonly Row[]> {
  const rows: Row[] = []
  const began = performance.now()
  while (!signal.aborted) {
    const looks: number[] = []
    for (const end = performance.now() + every; performance.now() < end && !signal.aborted;) {
      looks.push(readResidentBytes(gateway.pid))
      await pause(Math.min(1000, every / 5), undefined, { signal }).catch(() => {})
    }
    const hours = (performance.now() - began) / 3_600_000
    const { accepted, counts } = ledger
    const row: Row = { hours, ...vitals(), resident: meanOf(looks), counts: { ...counts }, accepted, stored: ledger.look() }
    rows.push(row)
    onRow?.(row)
  }
  return rows
}
