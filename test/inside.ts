/** A look into a gateway that runs as a process of its own: what it still holds when all that is over was collected, thread by thread and list by list. */

import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { eventually, type Gateway } from './gateway.ts'

export interface Inside {
  /** Bytes of the heap that are in use after a full collection. */
  readonly heap: number
  /** The same of each thread, by its name. */
  readonly threads: { readonly [name: string]: number }
  /** The largest Maps, Sets and lists of the main thread, the largest first. */
  readonly largest: readonly Held[]
}

export interface Held {
  readonly kind: string
  readonly size: number
  /** What one of them holds, to tell which it is. */
  readonly sample: string
}

/** Flags for a gateway that is to be looked into. */
export const flags: readonly string[] = ['--import', new URL('inside-preload.ts', import.meta.url).href]

/** Collects, and looks. */
export async function lookInside({ pid, dataDir }: Pick<Gateway, 'pid' | 'dataDir'>): Promise<Inside> {
  const file = join(dataDir, 'inside.json')
  rmSync(file, { force: true })
  process.kill(pid, 'SIGUSR2')
  const text = await eventually(() => readFileSync(file, { encoding: 'utf8', flag: 'a+' }), 60_000)
  return JSON.parse(text) as Inside
}
