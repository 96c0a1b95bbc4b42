/** What is under test, and what is around it: the real gateway as a process of its own, before the provider that misbehaves. */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startSimulator } from '../../src/chaos/simulator.ts'
import { startGateway, type Gateway } from '../../test/gateway.ts'
import { configurationOf, times } from './configuration.ts'
import { Ledger } from './ledger.ts'
import { readVitals, type Vitals } from './vitals.ts'

export interface Scene extends AsyncDisposable {
  readonly gateway: Gateway
  /** Of the provider, without a slash at the end. */
  readonly address: string
  readonly ledger: Ledger
  readonly vitals: () => Vitals
  /** Lines of calls that the gateway has logged. */
  readonly lines: () => number
}

const probe = fileURLToPath(new URL('./probe.ts', import.meta.url))

/** `every` are the milliseconds for which the probe gathers what it tells. */
export async function openScene(every: number): Promise<Scene> {
  const ends = new AsyncDisposableStack()
  const dispose = () => ends.disposeAsync()
  try {
    const dataDir = await mkdtemp(join(tmpdir(), 'omni-soak-'))
    ends.defer(() => rm(dataDir, { recursive: true, force: true }))
    const simulator = ends.use(await startSimulator({ times }))
    const address = `http://127.0.0.1:${simulator.port}`
    const log = new LineCount(/"msg":"(?:request|inference)"/g)
    const told = join(dataDir, 'told.json')
    const env = { SOAK_PROBE: told, SOAK_EVERY: String(every) }
    const config = configurationOf(address, 0)
    const gateway = ends.use(await startGateway({ config, dataDir, env, flags: ['--import', probe], onOutput: (piece) => log.hear(piece) }))
    // Should this process end for an error of its own, the other one ends too.
    const kill = (): boolean => process.kill(gateway.pid)
    process.once('exit', kill)
    ends.defer(() => void process.off('exit', kill))
    const ledger = ends.use(new Ledger(dataDir))
    const vitals = (): Vitals => readVitals(gateway.pid, told)
    return { gateway, address, ledger, vitals, lines: () => log.count, [Symbol.asyncDispose]: dispose }
  } catch (error) {
    await dispose()
    throw error
  }
}

/** Counts what a pattern finds in lines that come in pieces. */
class LineCount {
  readonly #pattern: RegExp
  /** Of a line that has not ended. */
  #begun = ''
  count = 0

  constructor(pattern: RegExp) {
    this.#pattern = pattern
  }

  hear(piece: string): void {
    const text = this.#begun + piece
    const end = text.lastIndexOf('\n') + 1
    this.#begun = text.slice(end)
    this.count += text.slice(0, end).match(this.#pattern)?.length ?? 0
  }
}
