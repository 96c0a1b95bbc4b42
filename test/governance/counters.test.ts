/** Counters under real processes that all take at once, and are killed: on one SQLite file and on one PostgreSQL. */

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { after, describe, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import type { CounterTerms } from '../../src/policy/counter.ts'
import { openStore } from '../../src/storage/open.ts'
import type { StoreOptions } from '../../src/storage/store.ts'
import { startPostgres } from '../postgres.ts'
import type { Order } from './counter-process.ts'

const hour = 3_600_000
const from = Math.floor(Date.now() / hour) * hour
const lease = 2000

const bucket = (id: string, capacity: number): CounterTerms => ({ kind: 'bucket', id, capacity, period: 24 * hour })
const money = (id: string, capacity: number): CounterTerms => ({ kind: 'window', id, capacity, from, to: from + 24 * hour, before: null })
const slots = (id: string, capacity: number): CounterTerms => ({ kind: 'slots', id, capacity })

interface Told {
  readonly held: number
  readonly faults: number
}

interface Process {
  order(order: Order): Promise<Told>
  kill(): Promise<void>
  /** It gives everything back. */
  leave(): Promise<void>
}

let made = 0

async function startProcess(options: StoreOptions): Promise<Process> {
  const asked = JSON.stringify({ options, instance: `ins_${(made += 1)}`, lease })
  const child = spawn(process.execPath, [join(import.meta.dirname, 'counter-process.ts'), asked], { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const read = async (): Promise<string> => (await lines.next()).value ?? assert.fail('the process has ended')
  const ended = once(child, 'exit')
  assert.equal(await read(), 'ready')
  return {
    order: async (order) => {
      child.stdin.write(`${JSON.stringify(order)}\n`)
      return JSON.parse(await read()) as Told
    },
    kill: async () => {
      child.kill('SIGKILL')
      await ended
    },
    leave: async () => {
      child.stdin.end()
      await ended
    },
  }
}

async function amongProcesses(options: StoreOptions, count: number, work: (processes: readonly Process[]) => Promise<void>): Promise<void> {
  const processes = await Promise.all(Array.from({ length: count }, () => startProcess(options)))
  try {
    await work(processes)
  } finally {
    await Promise.all(processes.map((one) => one.leave()))
  }
}

/** All of them at once. */
async function orderAll(processes: readonly Process[], order: Order): Promise<number> {
  const told = await Promise.all(processes.map((one) => one.order(order)))
  assert.equal(
    told.reduce((sum, { faults }) => sum + faults, 0),
    0,
  )
  return told.reduce((sum, { held }) => sum + held, 0)
}

const postgres = await startPostgres()

void describe('counters in SQLite', () => {
  const folder = mkdtempSync(join(tmpdir(), 'omni-counters-'))
  after(() => rmSync(folder, { recursive: true, force: true }))
  testCounters(async () => ({ file: join(folder, 'data', 'omni.db') }))
})

void describe('counters in PostgreSQL', { skip: typeof postgres === 'string' && postgres }, () => {
  if (typeof postgres === 'string') return
  after(() => postgres.stop())
  testCounters(async () => ({ url: await postgres.createDatabase() }))
})

function testCounters(newPlace: () => Promise<StoreOptions>): void {
  let place: Promise<StoreOptions> | undefined
  const opened = (): Promise<StoreOptions> => (place ??= open(newPlace))

  for (const count of [1, 4]) {
    void test(`[C47] (routing 31) 1,000 calls at once on room for 10 in ${count === 1 ? 'one process' : 'four'}: exactly 10 are admitted, of each kind`, async () => {
      await amongProcesses(await opened(), count, async (processes) => {
        for (const terms of [bucket(`b ${count}`, 10), money(`m ${count}`, 10), slots(`s ${count}`, 10)]) {
          assert.equal(await orderAll(processes, { calls: 1000 / count, wants: [{ terms, amount: 1 }], settles: false }), 10, terms.kind)
        }
      })
    })
  }

  void test('(routing 32) calls of four processes that are short of one limit take nothing of the other', async () => {
    await amongProcesses(await opened(), 4, async (processes) => {
      const [wide, narrow] = [bucket('wide', 1000), slots('narrow', 8)]
      assert.equal(await orderAll(processes, { calls: 50, wants: [wide, narrow].map((terms) => ({ terms, amount: 1 })), settles: false }), 8)
      assert.equal(await orderAll(processes, { calls: 1, wants: [{ terms: wide, amount: 248 }], settles: false }), 4)
    })
  })

  void test('what four processes gave back is there for a fifth', async () => {
    await amongProcesses(await opened(), 4, async (processes) => {
      const wants = [money('back', 1000), slots('back 2', 1000)].map((terms) => ({ terms, amount: 1 }))
      assert.equal(await orderAll(processes, { calls: 200, wants, settles: true }), 800)
      const all = { calls: 1, wants: wants.map(({ terms }) => ({ terms, amount: 1000 })), settles: true }
      let held = 0
      // A refusal waits a quarter of a second for what others have; on a busy machine they may take longer to hear that it is wanted.
      for (let tries = 0; tries < 20 && held === 0; tries += 1) held = await orderAll(processes.slice(0, 1), all)
      assert.equal(held, 1)
    })
  })

  void test('[C47] (routing 34) what a killed process held is free when its lease has ended, and not before; of a bucket it stays taken', async () => {
    await amongProcesses(await opened(), 2, async ([killed, other]) => {
      const all = [money('killed', 10), slots('killed 2', 10), bucket('killed 3', 10)]
      const take = (one: Process, calls: number, terms: CounterTerms) => one.order({ calls, wants: [{ terms, amount: 1 }], settles: false })
      for (const terms of all) assert.equal((await take(killed!, 6, terms)).held, 6)
      await killed!.kill()
      const [dollars, calls, tokens] = all as [CounterTerms, CounterTerms, CounterTerms]
      assert.deepEqual(await Promise.all(all.map(async (terms) => (await take(other!, 10, terms)).held)), [4, 4, 4])
      await pause(lease)
      assert.deepEqual([(await take(other!, 10, dollars)).held, (await take(other!, 10, calls)).held, (await take(other!, 10, tokens)).held], [6, 6, 0])
    })
  })

  void test('(routing 34) a process that is killed in the midst of asking leaves nothing behind', async () => {
    await amongProcesses(await opened(), 2, async ([killed, other]) => {
      const order = { calls: 20, wants: [money('midst', 10), slots('midst 2', 10)].map((terms) => ({ terms, amount: 1 })), settles: false }
      for (let turn = 0; turn < 5; turn += 1) killed!.order({ ...order, settles: true }).catch(() => {})
      await pause(3)
      await killed!.kill()
      const { held } = await other!.order(order)
      await pause(lease)
      assert.equal(held + (await other!.order(order)).held, 10)
    })
  })
}

async function open(newPlace: () => Promise<StoreOptions>): Promise<StoreOptions> {
  const options = await newPlace()
  await (await openStore(options)).close()
  return options
}
