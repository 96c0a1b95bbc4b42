/** Counters in a real Redis: what is given out, what comes back, and what becomes of a process that is gone. */

import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import type { CounterAsk, CounterTerms } from '../../src/policy/counter.ts'
import { RedisConnection } from '../../src/storage/redis/connection.ts'
import { RedisCounters } from '../../src/storage/redis/counters.ts'
import { script } from '../../src/storage/redis/script.ts'
import { startRedis, type TestRedis } from '../redis.ts'

const redis = await startRedis()

if (typeof redis === 'string') test('counters in Redis', { skip: redis }, () => {})
else testCounters(redis)

type Bucket = CounterTerms & { readonly kind: 'bucket' }

const hour = 3_600_000
let made = 0
/** A counter that no test before has used. */
const newId = (): string => `limit-${(made += 1)}|gpt "4"|{a}\n`
const bucket = (capacity: number, period = hour): Bucket => ({ kind: 'bucket', id: newId(), capacity, period })
const slots = (capacity: number): CounterTerms => ({ kind: 'slots', id: newId(), capacity })
const ask = (terms: CounterTerms, parts: Partial<CounterAsk> = {}): CounterAsk => ({ terms, least: 0, most: 0, held: 0, used: 0, ...parts })
const need = (terms: CounterTerms, least: number, held = 0): CounterAsk => ask(terms, { least, most: least, held })

function testCounters(server: TestRedis): void {
  after(() => server.stop())

  let processes = 0
  async function open(lease = 10_000): Promise<RedisCounters> {
    return RedisCounters.open({ url: server.url, prefix: 'omni', instance: `ins_${(processes += 1)}`, lease })
  }

  /** One counter, asked of one bank. */
  async function one(bank: RedisCounters, asked: CounterAsk) {
    return (await bank.exchange([asked])).states[0]!
  }

  const keyOf = ({ id }: CounterTerms): string => `{omni}:1:counter:${id}`

  describe('counters in Redis', () => {
    test('give what is needed, and up to a sixteenth of what is free beyond it', async () => {
      const bank = await open()
      const terms = bucket(320)
      assert.deepEqual(await one(bank, need(terms, 10)), { granted: 20, left: 300, elsewhere: 0 })
      assert.deepEqual(await one(bank, need(terms, 60, 20)), { granted: 60, left: 240, elsewhere: 0 })
      await bank.close()
    })

    test('give nothing where the smallest call finds too little, and what there is where it suffices for some', async () => {
      const bank = await open()
      const terms = bucket(10)
      assert.deepEqual(await one(bank, need(terms, 11)), { granted: 0, left: 10, elsewhere: 0 })
      assert.deepEqual(await one(bank, ask(terms, { least: 4, most: 12 })), { granted: 10, left: 0, elsewhere: 0 })
      await bank.close()
    })

    test('are those of all processes: what one holds, another sees', async () => {
      const [first, second] = await Promise.all([open(), open()])
      const terms = slots(3)
      assert.equal((await one(first, need(terms, 2))).granted, 2)
      assert.deepEqual(await one(second, need(terms, 2)), { granted: 0, left: 1, elsewhere: 2 })
      assert.deepEqual(await one(first, ask(terms, { held: 1 })), { granted: 0, left: 2, elsewhere: 0 })
      assert.deepEqual(await one(second, need(terms, 2)), { granted: 2, left: 0, elsewhere: 1 })
      await Promise.all([first.close(), second.close()])
    })

    test('(routing 31) admit exactly what there is room for, however many ask at once', async () => {
      const banks = await Promise.all(Array.from({ length: 4 }, () => open()))
      const terms = bucket(10)
      const grants = await Promise.all(
        banks.map(async (bank) => {
          let held = 0
          for (let turn = 0; turn < 50; turn += 1) held += (await one(bank, need(terms, 1, held))).granted
          return held
        }),
      )
      assert.equal(
        grants.reduce((sum, granted) => sum + granted),
        10,
      )
      await Promise.all(banks.map((bank) => bank.close()))
    })

    test('fill a bucket up steadily, and not beyond what is full', async () => {
      const bank = await open()
      const terms = bucket(100, 1000)
      assert.equal((await one(bank, need(terms, 100))).granted, 100)
      await one(bank, ask(terms, { used: 100 }))
      await pause(200)
      const { left } = await one(bank, ask(terms))
      assert.ok(left >= 15 && left <= 60, `${left} of 100 were there after 200 ms`)
      await pause(1000)
      assert.equal((await one(bank, ask(terms))).left, 100)
      assert.equal(await server.say('EXISTS', keyOf(terms)), 0, 'a full counter is not kept')
      await bank.close()
    })

    test('(routing 33) take what was used beyond what was held as a debt, which is filled up first', async () => {
      const bank = await open()
      const terms = bucket(10)
      await one(bank, need(terms, 10))
      assert.deepEqual(await one(bank, ask(terms, { used: 25 })), { granted: 0, left: -15, elsewhere: 0 })
      assert.equal((await one(bank, need(terms, 1))).granted, 0)
      await bank.close()
    })

    test('(routing 35) count whole numbers up to the largest that is safe', async () => {
      const bank = await open()
      const terms = slots(Number.MAX_SAFE_INTEGER)
      const { granted, left } = await one(bank, ask(terms, { least: 1, most: Number.MAX_SAFE_INTEGER }))
      assert.deepEqual([granted, left], [Number.MAX_SAFE_INTEGER, 0])
      assert.equal((await one(bank, ask(terms, { held: granted - 1, used: 0 }))).left, 1)
      await bank.close()
    })

    test('(routing 41) give nothing of a counter of zero', async () => {
      const bank = await open()
      for (const terms of [bucket(0), slots(0)]) assert.deepEqual(await one(bank, need(terms, 1)), { granted: 0, left: 0, elsewhere: 0 })
      await bank.close()
    })

    test('of another amount go on with what is used of them', async () => {
      const bank = await open()
      const terms = bucket(10)
      await one(bank, need(terms, 10))
      assert.equal((await one(bank, ask({ ...terms, capacity: 25 }, { held: 10 }))).left, 15)
      assert.equal((await one(bank, ask({ ...terms, capacity: 4 }, { used: 10 }))).left, -6)
      await bank.close()
    })

    test('(routing 34) come free of a process that is gone when its lease ends: slots, and nothing of a bucket that may have been used', async () => {
      const [dead, living] = [await open(150), await open()]
      const [places, requests] = [slots(4), bucket(4)]
      await dead.exchange([need(places, 4), need(requests, 4)])
      const held = await living.exchange([need(places, 1), need(requests, 1)])
      assert.deepEqual(held.states, [
        { granted: 0, left: 0, elsewhere: 4 },
        { granted: 0, left: 0, elsewhere: 4 },
      ])
      await pause(200)
      const free = await living.exchange([need(places, 4), need(requests, 1)])
      assert.deepEqual(free.states, [
        { granted: 4, left: 0, elsewhere: 0 },
        { granted: 0, left: 0, elsewhere: 0 },
      ])
      await Promise.all([dead.close(), living.close()])
    })

    test('stay with a process that says that it lives, and with one that was thought to be gone and is not', async () => {
      const [first, second] = [await open(150), await open()]
      const terms = slots(4)
      await one(first, need(terms, 3))
      await first.keep(10_000)
      await pause(200)
      assert.equal((await one(second, need(terms, 2))).granted, 0)
      await first.keep(1)
      await pause(20)
      assert.equal((await one(second, need(terms, 4))).granted, 4)
      assert.deepEqual(await one(first, need(terms, 1, 3)), { granted: 0, left: -3, elsewhere: 4 })
      await Promise.all([first.close(), second.close()])
    })

    test('come free at once of a process that ends', async () => {
      const [first, second] = await Promise.all([open(), open()])
      const terms = slots(1)
      await one(first, need(terms, 1))
      await first.close()
      assert.equal((await one(second, need(terms, 1))).granted, 1)
      await second.close()
    })

    test('give back what an answer brought that nobody heard', async () => {
      const bank = await open()
      const terms = bucket(10)
      await one(bank, need(terms, 4))
      assert.deepEqual(await one(bank, ask(terms)), { granted: 0, left: 10, elsewhere: 0 })
      await bank.close()
    })

    test('(routing 36) fill nothing up where the clock of the server was set back, and go on after a period at most', async () => {
      const bank = await open()
      const terms = bucket(10, 200)
      await one(bank, need(terms, 10))
      await one(bank, ask(terms, { used: 10 }))
      const ahead = Date.now() + hour
      await server.say('HSET', keyOf(terms), 'at', String(ahead))
      assert.ok((await one(bank, ask(terms))).left <= 0)
      await pause(100)
      assert.ok((await one(bank, ask(terms))).left <= 0)
      await pause(350)
      assert.equal((await one(bank, ask(terms))).left, 10)
      await bank.close()
    })

    test('(routing 36) go by the clock of the server alone', async (context) => {
      const bank = await open()
      const terms = bucket(10)
      await one(bank, need(terms, 10))
      context.mock.timers.enable({ apis: ['Date'], now: Date.now() + 10 * hour })
      const { at, states } = await bank.exchange([need(terms, 1, 10)])
      assert.equal(states[0]!.granted, 0)
      assert.ok(at < Date.now() - 9 * hour)
      await bank.close()
    })

    test('(routing 39) are counted alike by the script of another release, which keeps what it does not know', async () => {
      const [bank, connection, terms] = [await open(), await RedisConnection.open(server.url), bucket(10)]
      const newer = script.text.replace("'gone', whole(row.gone)", "'news', 1, 'gone', whole(row.gone)")
      assert.notEqual(newer, script.text)
      let [ours, theirs] = [0, 0]
      for (let turn = 1; turn < 20; turn += 1) {
        const asked = ['{omni}:1:leases', '{omni}:1:last:newer', keyOf(terms), 'newer', turn, 10_000, 'bucket', 10, hour, theirs, 1, 1, 0].map(String)
        const reply = (await connection.ask(['EVAL', newer, '3', ...asked])) as string
        theirs += Number(reply.split(' ')[1])
        ours += (await one(bank, need(terms, 1, ours))).granted
      }
      assert.deepEqual([ours, theirs], [5, 5])
      assert.equal(await server.say('HGET', keyOf(terms), 'news'), '1')
      connection.close()
      await bank.close()
    })

    test('are not changed by an exchange that comes after a later one', async () => {
      const [bank, connection, terms] = [await open(), await RedisConnection.open(server.url), slots(2)]
      await one(bank, need(terms, 1))
      await one(bank, need(terms, 1, 1))
      const late = ['{omni}:1:leases', `{omni}:1:last:ins_${processes}`, keyOf(terms), `ins_${processes}`, 1, 10_000, 'slots', 2, 0, 0, 0, 0, 0].map(String)
      await assert.rejects(connection.ask(['EVALSHA', script.hash, '3', ...late]), { code: 'LATE' })
      assert.equal((await one(bank, ask(terms, { held: 2 }))).left, 0)
      connection.close()
      await bank.close()
    })

    test('go on where the server has forgotten the script', async () => {
      const bank = await open()
      const terms = slots(2)
      await one(bank, need(terms, 1))
      await server.say('SCRIPT', 'FLUSH')
      assert.equal((await one(bank, need(terms, 1, 1))).granted, 1)
      await bank.close()
    })

    test('of two installations on one server are not the same', async () => {
      const [bank, other] = [await open(), await RedisCounters.open({ url: server.url, prefix: 'other', instance: 'ins_other', lease: 10_000 })]
      const terms = slots(1)
      assert.equal((await one(bank, need(terms, 1))).granted, 1)
      assert.equal((await one(other, need(terms, 1))).granted, 1)
      await Promise.all([bank.close(), other.close()])
    })

    test('[C64] that nobody uses are forgotten', async () => {
      const bank = await open()
      const [places, requests] = [slots(2), bucket(2)]
      await bank.exchange([need(places, 1), need(requests, 1)])
      await bank.exchange([ask(places), ask(requests)])
      assert.equal(await server.say('EXISTS', keyOf(places), keyOf(requests)), 0)
      await bank.exchange([need(places, 1), need(requests, 1)])
      for (const terms of [places, requests]) assert.ok(Number(await server.say('PTTL', keyOf(terms))) > hour)
      await bank.close()
    })

    test('of money in a window are refused: they belong into the database', async () => {
      const bank = await open()
      await assert.rejects(one(bank, ask({ kind: 'window', id: 'budget', capacity: 1, from: 0, to: null, before: null })), { reason: 'fault' })
      await bank.close()
    })
  })
}
