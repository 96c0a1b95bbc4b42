/** Providers that are all down, or come back, under load: refusals are quick, retries are few, and what comes back is not knocked over again. */

import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { eventually, findFreePort, heal } from '../gateway.ts'
import { chunk, hang, openai, openStream, raw, startUpstream, type Answer } from '../upstream/index.ts'
import { holdAlive } from './rules.ts'
import { openScene, quick, type Scene, type Told } from './scene.ts'

const fine = openai.reply('fine')
const failing = openai.error(503, 'server_error')
const frames = openai.frames('one two three')
const endless: Answer = [openStream(), ...frames.slice(0, 2).map((frame) => raw(chunk(frame))), hang()]

let answer: Answer = fine
const up = await startUpstream(() => answer)
const other = await startUpstream(fine)
const closed = `http://127.0.0.1:${await findFreePort()}`
const cast = {
  up: { like: 'openai', url: up.url },
  other: { like: 'openai', url: other.url },
  closed: { like: 'openai', url: closed },
  shut: { like: 'openai', url: closed },
} as const
const chains = { all: { targets: ['up/m', 'closed/m', 'shut/m'] } }
/** A thousand streams may take longer to open than `quick` lets one be silent: those that it ended would open the breaker before the rest. */
const patient = { ...quick, connect: '20s', firstByteStreamed: '60s', firstWord: '60s', idle: '60s', total: '120s' }
const scene = await openScene({ cast, settings: { chains, health: {}, deadlines: patient } })
after(() => Promise.all([scene[Symbol.asyncDispose](), up.stop(), other.stop()]))

const attemptsOf = ({ headers }: Told): number => Number(headers['x-omni-attempts'] ?? 0)
const share = (values: readonly number[], part: number): number => values.toSorted((a, b) => a - b)[Math.ceil(values.length * part) - 1]!

/** So many calls, a few at a time; how long each took, in milliseconds. */
async function askMany(of: Scene, model: string, count: number, lanes = 4): Promise<readonly Told[]> {
  const told: Told[] = []
  let left = count
  const lane = async () => {
    while (left-- > 0) told.push(await of.say(model))
  }
  await Promise.all(Array.from({ length: lanes }, lane))
  return told
}

describe('providers that are all down', () => {
  test('[B10] (routing 6) are refused for at once, with 503 and when to come back', async () => {
    answer = failing
    const from = performance.now()
    while (performance.now() - from < 1200) await scene.say('all')
    const tails: number[] = []
    // Other processes share this machine: one round in peace is enough.
    while (tails.length < 4 && !tails.some((tail) => tail < 10)) {
      const mark = scene.log().length
      const refused = (await askMany(scene, 'all', 300)).filter((told) => attemptsOf(told) === 0)
      assert.ok(refused.length >= 280, `${refused.length} were refused`)
      for (const told of refused) {
        assert.deepEqual([told.status, told.code()], [503, 'no_healthy_upstream'])
        assert.ok(Number(told.headers['retry-after']) >= 1)
      }
      const lines = await eventually(() =>
        [
          scene
            .log()
            .slice(mark)
            .filter(({ msg }) => msg === 'request'),
        ].find(({ length }) => length >= 300),
      )
      tails.push(
        share(
          lines.map((line) => Number(line.gateway_latency) / 1e6),
          0.99,
        ),
      )
    }
    assert.ok(Math.min(...tails) < 10, `99 % of refusals took ${tails.join(', ')} ms`)
  })

  test('[B10] are found again when one of them is back', async () => {
    answer = failing
    const from = performance.now()
    while (performance.now() - from < 1000) await scene.say('all')
    answer = fine
    const back = performance.now()
    while ((await scene.say('all')).status !== 200) {
      assert.ok(performance.now() - back < 10_000, 'it is back')
      await pause(50)
    }
  })
})

/** Clients that each ask again a while after they were answered, for `ms` milliseconds. */
async function clamour(of: Scene, { clients, every, ms }: { readonly clients: number; readonly every: number; readonly ms: number }): Promise<readonly Told[]> {
  const told: Told[] = []
  const until = performance.now() + ms
  const client = async () => {
    await pause(Math.random() * every)
    while (performance.now() < until) {
      told.push(await of.say('up/m'))
      await pause(every)
    }
  }
  await Promise.all(Array.from({ length: clients }, client))
  return told
}

describe('three hundred clients of a provider that fails on everything', () => {
  const seconds = 5
  for (const [says, health, leastCalls] of [
    ['while its breaker is open', {}, 1000],
    ['without a breaker', { failures: 1000 }, 500],
  ] as const) {
    test(`[B11] ${says} make no more retries than the budget has`, async () => {
      answer = failing
      await using busy = await openScene({ cast, settings: { health, retry: { perTarget: 2, longestPause: '300ms' } } })
      const before = up.requests.length
      const told = await clamour(busy, { clients: 300, every: 600, ms: seconds * 1000 })
      const asked = told.reduce((sum, one) => sum + attemptsOf(one), 0)
      const retries = told.reduce((sum, one) => sum + Math.max(0, attemptsOf(one) - 1), 0)
      assert.ok(told.length > leastCalls, `${told.length} calls`)
      assert.equal(up.requests.length - before, asked, 'every attempt is told of')
      assert.ok(retries <= Math.max(told.length * 0.1, 10 * (seconds + 1)) + 10, `${retries} retries of ${told.length} calls`)
      if (says !== 'without a breaker') assert.ok(asked < told.length / 4, `${asked} attempts of ${told.length} calls`)
      else assert.ok(asked >= told.length, 'the provider was asked for every call')
      await holdAlive(busy)
    })
  }
})

test('[B12] (routing 8) a provider that comes back under load is never asked twice as much as before', async () => {
  await heal(scene)
  answer = fine
  const bucket = 250
  /** Requests that reached the provider, by the quarter of a second. */
  const counts: number[] = []
  let seen = up.requests.length
  const timer = setInterval(() => {
    counts.push(up.requests.length - seen)
    seen = up.requests.length
  }, bucket)
  const calls: Promise<Told>[] = []
  const load = setInterval(() => calls.push(scene.say('up/m'), scene.say('up/m')), 20)
  const during = async (ms: number): Promise<readonly number[]> => {
    const from = counts.length
    await pause(ms)
    return counts.slice(from + 1)
  }
  const steady = await during(2000)
  answer = failing
  const out = await during(2500)
  answer = fine
  const back = await during(9000)
  clearInterval(timer)
  clearInterval(load)
  await Promise.all(calls)
  const usual = steady.reduce((sum, count) => sum + count, 0) / steady.length
  assert.ok(Math.min(...out) < usual / 2, `it is left alone: ${out.join(' ')}`)
  assert.ok(Math.max(...back) <= usual * 2, `${back.join(' ')}, where ${usual} is usual`)
  assert.ok(
    back.slice(-4).every((count) => count > usual / 2),
    `all calls come again: ${back.join(' ')}`,
  )
})

describe('many streams to one origin', () => {
  const count = 500

  test('(routing 30) do not queue behind one another, however many there are', async () => {
    answer = endless
    const before = up.requests.length
    const leave = new AbortController()
    const streams = Array.from({ length: count }, () => scene.say('up/m', { stream: true }, { signal: leave.signal }).catch(() => undefined))
    await up.request(before + count - 1, 20_000)
    assert.ok(up.openConnections() >= count, 'each has a connection of its own')
    answer = fine
    const told = await scene.say('up/m')
    assert.equal(told.status, 200)
    assert.ok(told.took < 1000, `the next took ${told.took} ms`)
    leave.abort()
    await Promise.all(streams)
  })

  test('(routing 12) that hang when it goes down take nothing from the calls to another', async () => {
    const idle = share(
      (await askMany(scene, 'other/m', 300)).map(({ took }) => took),
      0.99,
    )
    answer = endless
    const before = up.requests.length
    const leave = new AbortController()
    const hanging = Array.from({ length: count * 2 }, () => scene.say('up/m', { stream: true }, { signal: leave.signal }).catch(() => undefined))
    await up.request(before + count * 2 - 1, 20_000)
    answer = [hang()]
    const lost = Array.from({ length: 100 }, () => scene.say('up/m', {}, { signal: leave.signal }).catch(() => undefined))
    // The machine is shared with other tests: what the gateway takes from these calls shows in every round, what a neighbour takes does not.
    const rounds: number[] = []
    while (rounds.length < 4 && !(Math.min(...rounds) < idle * 5 + 50)) {
      const beside = await askMany(scene, 'other/m', 300)
      assert.ok(beside.every(({ status }) => status === 200))
      rounds.push(
        share(
          beside.map(({ took }) => took),
          0.99,
        ),
      )
    }
    assert.ok(Math.min(...rounds) < idle * 5 + 50, `99 % took ${rounds.join(', ')} ms, where ${idle} ms is usual`)
    leave.abort()
    await Promise.all([...hanging, ...lost])
  })
})

test('[I5] after all of this the same process serves', () => holdAlive(scene))
