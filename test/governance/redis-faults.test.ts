/** What becomes of calls while Redis, which counts their limits, is away: they hear of it soon, and all goes on by itself when it is back. */

import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import type { Want } from '../../src/policy/charges.ts'
import type { CounterTerms } from '../../src/policy/counter.ts'
import type { Taken } from '../../src/policy/shares.ts'
import { Counters } from '../../src/server/counters.ts'
import { RedisConnection } from '../../src/storage/redis/connection.ts'
import { startRedis, type TestRedis } from '../redis.ts'
import { Way } from './redis-way.ts'

/** What a call may wait, and what a busy machine adds to it, with one in ten at worst of which it adds more. */
const soonMs = 50 + 10
const hour = 3_600_000

const redis = await startRedis()

if (typeof redis === 'string') test('Redis that is away', { skip: redis }, () => {})
else testFaults(redis)

let made = 0
const bucket = (capacity: number): CounterTerms => ({ kind: 'bucket', id: `limit-${(made += 1)}`, capacity, period: hour })
const slots = (capacity: number): CounterTerms => ({ kind: 'slots', id: `limit-${(made += 1)}`, capacity })
const wantOf = (terms: CounterTerms): readonly Want[] => [{ terms, amount: 1, rule: undefined as never }]

interface Process {
  readonly counters: Counters
  /** What was told in the log. */
  readonly told: string[]
}

function openProcess(port: number, password = ''): Process {
  const told: string[] = []
  const counters = new Counters({
    settings: { redisUrl: `redis://${password && `:${password}@`}127.0.0.1:${port}`, redisPrefix: 'omni' },
    openDatabase: () => Promise.reject(new Error('nothing is counted there')),
    log: { tell: (level, message) => void told.push(`${level} ${message}`) },
    instance: `ins_${(made += 1)}`,
  })
  return { counters, told }
}

async function timed(taking: Taken | Promise<Taken>): Promise<{ readonly taken: Taken; readonly ms: number }> {
  const began = performance.now()
  const taken = await taking
  return { taken, ms: performance.now() - began }
}

const isFault = (taken: Taken): boolean => 'fault' in taken

/** Takes until it is counted again; how many milliseconds that took. */
async function untilCounted({ counters }: Process, terms: CounterTerms, within: number): Promise<number> {
  const began = performance.now()
  for (;;) {
    if (!isFault(await counters.take(wantOf(terms)))) return performance.now() - began
    assert.ok(performance.now() - began < within, `it did not count again within ${within} ms`)
    await pause(20)
  }
}

/** Takes one after the other for so long: how many were let through, and how many heard, soon, that nobody counts. */
async function takeFor(ms: number, { counters }: Process, terms: CounterTerms): Promise<{ readonly held: number; readonly faults: number }> {
  const end = performance.now() + ms
  const waits: number[] = []
  let [held, faults] = [0, 0]
  while (performance.now() < end) {
    const { taken, ms: waited } = await timed(counters.take(wantOf(terms)))
    waits.push(waited)
    if ('hold' in taken) held += 1
    if (isFault(taken)) faults += 1
    await pause(5)
  }
  const late = waits.filter((waited) => waited > soonMs)
  assert.ok(late.length <= waits.length / 10, `${late.length} of ${waits.length} calls waited longer: ${Math.max(...late)} ms`)
  return { held, faults }
}

function testFaults(server: TestRedis): void {
  let way: Way
  before(async () => {
    way = await Way.open(server.port)
  })
  after(async () => {
    await way.close()
    await server.stop()
  })

  /** A process that has counted already, on the way or beside it. */
  async function begun(t: { after(run: () => Promise<void>): void }, port = way.port): Promise<Process> {
    const process = openProcess(port)
    t.after(() => process.counters.close())
    await untilCounted(process, bucket(1000), 2000)
    return process
  }

  describe('Redis that is away', () => {
    test('[B18] (routing 37) down: each call hears of it within 50 ms, and it is counted again soon after', async (t) => {
      const process = await begun(t)
      const terms = bucket(1000)
      way.cut()
      const { held, faults } = await takeFor(300, process, terms)
      assert.equal(held, 0)
      assert.ok(faults > 10)
      assert.equal(process.counters.state, 'away')
      assert.match(process.counters.metrics(), /^omni_counters_away\{store="redis"\} 1$/m)
      way.mend()
      assert.ok((await untilCounted(process, terms, 6000)) < 6000)
      assert.equal(process.counters.state, 'ok')
      assert.match(process.counters.metrics(), /^omni_counter_exchanges_total\{store="redis",result="failed"\} [1-9]/m)
      assert.deepEqual(process.told, [
        'warn limits or budgets cannot be counted; each says what becomes of its calls',
        'info limits and budgets are counted again',
      ])
    })

    test('[B18] (routing 37) slow: five seconds of it hold no call up, and what was asked meanwhile is not counted twice', async (t) => {
      const process = await begun(t)
      const terms = bucket(40)
      assert.ok('hold' in (await process.counters.take(wantOf(terms))))
      server.freeze()
      const { held, faults } = await takeFor(5000, process, terms)
      assert.ok(held <= 2, 'no more than a share that was here')
      assert.ok(faults > 50)
      server.thaw()
      await untilCounted(process, bucket(10), 6000)
      const other = await begun(t)
      let more = 0
      for (;;) {
        if (!('hold' in (await other.counters.take(wantOf(terms))))) break
        more += 1
      }
      assert.ok(1 + held + more <= 40, `${1 + held + more} of 40 were let through`)
      assert.ok(1 + held + more >= 37, `${1 + held + more} of 40 were let through`)
    })

    test('[B18] (routing 37) behind a partition: no call waits for it, and it is asked on another connection once it is mended', async (t) => {
      const process = await begun(t)
      const terms = bucket(1000)
      way.stall()
      const { faults } = await takeFor(1500, process, terms)
      assert.ok(faults > 20)
      const before = way.asked.length
      way.resume()
      await untilCounted(process, terms, 6000)
      assert.ok(way.asked.length >= before)
    })

    test('[B18] (routing 37) a replica that may not write: calls hear of it, until it is the primary', async (t) => {
      const process = await begun(t)
      const terms = bucket(1000)
      await server.say('REPLICAOF', '127.0.0.1', '1')
      const { held, faults } = await takeFor(300, process, terms)
      assert.equal(held, 0)
      assert.ok(faults > 10)
      await server.say('REPLICAOF', 'NO', 'ONE')
      await untilCounted(process, terms, 6000)
    })

    test('[B18] (routing 37) started again with nothing in it: no more comes through than the limit, beside what was held here', async (t) => {
      const processes = [await begun(t), await begun(t)]
      const terms = slots(8)
      for (const process of processes) for (let at = 0; at < 4; at += 1) assert.ok('hold' in (await process.counters.take(wantOf(terms))))
      await server.kill()
      assert.ok(isFault(await processes[0]!.counters.take(wantOf(terms))))
      await server.start()
      for (const process of processes) await untilCounted(process, bucket(10), 6000)
      let more = 0
      for (let turn = 0; turn < 6; turn += 1) for (const process of processes) if ('hold' in (await process.counters.take(wantOf(terms)))) more += 1
      assert.ok(more <= 4, `${more} more than the 8 under way: the first to ask knows nothing of what the other has`)
    })

    test('[B18] (routing 37) with another password: calls hear of it, and count once it is the one that was given', async (t) => {
      await server.kill()
      await server.start('--requirepass', 'right')
      t.after(async () => {
        await server.kill()
        await server.start()
      })
      const process = openProcess(server.port, 'later')
      t.after(() => process.counters.close())
      const terms = bucket(10)
      assert.ok(isFault((await timed(process.counters.take(wantOf(terms)))).taken))
      const { held, faults } = await takeFor(300, process, terms)
      assert.equal(held, 0)
      assert.ok(faults > 10)
      await server.say('CONFIG', 'SET', 'requirepass', 'later')
      await untilCounted(process, terms, 6000)
    })

    test('[B18] (routing 37) with something else where a counter is, or nothing any more: that counter begins anew', async (t) => {
      const process = await begun(t)
      const terms = slots(1)
      const key = `{omni}:1:counter:${terms.id}`
      await server.say('SET', key, 'something')
      const first = await process.counters.take(wantOf(terms))
      assert.ok('hold' in first)
      await server.say('DEL', key)
      assert.ok('short' in (await process.counters.take(wantOf(terms))), 'who has it says so')
      first.hold.settle([0])
    })

    test('[B18] (routing 37) that comes back is not run over: twenty processes try at times of their own, ever more seldom', async () => {
      const connections = await Promise.all(Array.from({ length: 20 }, () => RedisConnection.open(`redis://127.0.0.1:${way.port}`)))
      way.cut()
      const from = way.asked.length
      await pause(3000)
      const tries = way.asked.slice(from)
      assert.ok(tries.length >= 20 && tries.length <= 120, `${tries.length} tries in 3 seconds`)
      const most = Math.max(...tries.map((at) => tries.filter((other) => other >= at && other < at + 10).length))
      assert.ok(most <= 10, `${most} of 20 tried within 10 ms`)
      way.mend()
      const answers = connections.map(async (connection) => {
        const end = performance.now() + 6000
        for (;;) {
          const answer = await connection.ask(['PING']).catch(() => pause(50))
          if (answer === 'PONG' || performance.now() > end) return answer
        }
      })
      assert.deepEqual(new Set(await Promise.all(answers)), new Set(['PONG']))
      for (const connection of connections) connection.close()
    })
  })
}
