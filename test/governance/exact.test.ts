/** Limits and budgets are exact while a crowd asks real gateways, and leave nothing behind when one of them is killed. */

import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { eventually } from '../gateway.ts'
import { startPostgres } from '../postgres.ts'
import { startRedis } from '../redis.ts'
import { answerNano, Fleet, type Crowd } from './fleet.ts'

const [postgres, redis] = await Promise.all([startPostgres(), startRedis()])
after(async () => {
  for (const server of [postgres, redis]) if (typeof server !== 'string') await server.stop()
})

/** A share is free again so long after its holder was heard of last, and somebody has to ask for it. */
const leaseMs = 15_000
const without = (server: unknown) => ({ skip: typeof server === 'string' ? server : false })
const usd = (nano: number): string => (nano / 1e9).toFixed(9)

/** A budget for ten calls as they are held. */
async function beginWithTen(fleet: Fleet): Promise<number> {
  const reserve = await fleet.reserve()
  await fleet.begin('budgets/ten', { scope: 'all', amount_usd: usd(10 * reserve), period: 'total' })
  return reserve
}

/**
 * A thousand calls at once: ten reach the provider, and the others hear that there is no more. Where the machine is so busy that who counts did not
 * answer some of them in time, they hear that, and others come after them.
 */
async function admitTen(fleet: Fleet, status: number): Promise<Crowd> {
  const before = fleet.upstream.requests.length
  const admitted = (): number => fleet.upstream.requests.length - before
  const crowd = fleet.crowd()
  crowd.ask(1000)
  await eventually(async () => {
    await eventually(() => crowd.told.length + admitted() >= crowd.size, 60_000)
    if (admitted() < 10) crowd.ask(4)
    return admitted() >= 10
  }, 90_000)
  await pause(300)
  assert.equal(admitted(), 10)
  assert.equal(crowd.told.length, crowd.size - 10)
  assert.ok(crowd.told.some((told) => told.status === status))
  assert.deepEqual(new Set(crowd.told.map((told) => told.status)).union(new Set([status, 503])), new Set([status, 503]))
  return crowd
}

async function settled(fleet: Fleet, crowd: Crowd): Promise<void> {
  fleet.answer()
  await crowd.done()
  const { spent } = await eventually(async () => [await fleet.spending('ten')].find(({ reserved }) => reserved === 0), leaseMs)
  assert.equal(spent, 10 * answerNano)
}

const busiest = ({ waiting }: Crowd): number => waiting.indexOf(Math.max(...waiting))

/** Those of its calls that went out have no receipt: nobody knows what they cost, and nothing stays set aside for them. */
async function killOne(fleet: Fleet, reserve: number): Promise<void> {
  const crowd = await admitTen(fleet, 402)
  const killed = busiest(crowd)
  const lost = crowd.waiting[killed]!
  const [other] = fleet.gateways.filter((_, at) => at !== killed)
  await fleet.gateways[killed]!.kill()
  fleet.answer()
  await crowd.done()
  const spent = (10 - lost) * answerNano
  await eventually(async () => [await fleet.spending('ten', other)].find((one) => one.spent === spent && one.reserved === lost * reserve), 5000)
  const free = await eventually(async () => [await fleet.spending('ten', other)].find(({ reserved }) => reserved === 0), leaseMs + 5000)
  assert.deepEqual(free, { spent, reserved: 0, left: 10 * reserve - spent })
}

test('[C47] (routing 31) money for ten lets ten of a thousand calls through on one gateway, and what they cost is charged', async () => {
  await using fleet = await Fleet.open(1)
  await beginWithTen(fleet)
  await settled(fleet, await admitTen(fleet, 402))
})

test('[B20] [C47] (routing 31, 34) on four gateways with one database file as well; what a killed one held comes free when its lease ends', async () => {
  await using fleet = await Fleet.open(4)
  await killOne(fleet, await beginWithTen(fleet))
})

test('[C47] [C48] (routing 31) on four gateways with PostgreSQL as well; where that is gone, budgets are closed', without(postgres), async () => {
  assert.ok(typeof postgres !== 'string')
  await using fleet = await Fleet.open(4, { OMNI_DATABASE_URL: await postgres.createDatabase() })
  await beginWithTen(fleet)
  await settled(fleet, await admitTen(fleet, 402))
  await postgres.stop()
  const crowd = fleet.crowd()
  crowd.ask(8)
  await crowd.done()
  const codes = crowd.told.map((told) => `${told.status} ${told.code()}`)
  assert.deepEqual(
    codes,
    codes.map(() => '503 budget_unavailable'),
  )
})

test('(routing 31) a limit of ten requests lets ten of a thousand calls through on four gateways that count in Redis', without(redis), async () => {
  assert.ok(typeof redis !== 'string')
  await using fleet = await Fleet.open(4, { OMNI_REDIS_URL: redis.url, OMNI_REDIS_PREFIX: 'requests' })
  await fleet.begin('limits/ten', { scope: 'all', measure: 'requests', amount: 10, window: '1h', on_store_error: 'deny' })
  const crowd = await admitTen(fleet, 429)
  fleet.answer()
  await crowd.done()
  assert.equal(crowd.told.filter(({ status }) => status === 200).length, 10)
})

test('(routing 34) so does one of ten calls at once; the room of a killed gateway comes free when its lease ends', without(redis), async () => {
  assert.ok(typeof redis !== 'string')
  await using fleet = await Fleet.open(4, { OMNI_REDIS_URL: redis.url, OMNI_REDIS_PREFIX: 'slots' })
  await fleet.begin('limits/ten', { scope: 'all', measure: 'concurrency', amount: 10, on_store_error: 'deny' })
  const crowd = await admitTen(fleet, 429)
  const killed = busiest(crowd)
  const freed = crowd.waiting[killed]!
  await fleet.gateways[killed]!.kill()
  const before = fleet.upstream.requests.length
  await eventually(async () => {
    crowd.ask(4)
    await pause(500)
    return fleet.upstream.requests.length - before >= freed
  }, leaseMs + 10_000)
  await pause(500)
  assert.equal(fleet.upstream.requests.length - before, freed)
})
