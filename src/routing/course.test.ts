/** Calls on their way among targets that break, fill and come back: whatever happens in whatever order, nothing is lost, and no limit is passed. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { chainOf, healthTerms, routingTable } from '../../test/routing.ts'
import { Failure, type Reason } from '../canonical/failure.ts'
import { openai } from '../providers/openai.ts'
import { Course } from './course.ts'
import { Health } from './health.ts'
import { Lease } from './lease.ts'
import type { Plan } from './plan.ts'
import { resolve } from './resolve.ts'
import type { Standing } from './standing.ts'
import type { Connection } from './target.ts'

const deadlines = { connect: 1, firstByteStreamed: 2, firstByteWhole: 3, firstWord: 4, idle: 5, progress: 5, total: 6 }
const connection = (name: string, given: Partial<Connection> = {}): Connection => ({
  name,
  provider: openai,
  origin: `https://${name}.example`,
  host: `${name}.example`,
  basePath: '',
  models: [],
  deadlines,
  isCustom: false,
  ...given,
})

/** Two providers, one of them with two accounts that share a quota; some of it is narrow. Cool-downs end within the run of a test. */
function openHouse() {
  const health = new Health({ ...healthTerms, failures: 2, window: 1, ejection: 2, longestEjection: 8, queueSize: 4 })
  const accounts = ['one', 'two'].map((account) => connection('east', { account, concurrency: 3, accountConcurrency: 2, quota: 'shared' }))
  const table = routingTable({
    connections: new Map([
      ['east', accounts[0]!],
      ['west', connection('west')],
    ]),
    accounts: new Map([['east', { strategy: 'round-robin', connections: accounts }]]),
    chains: new Map([['all', chainOf('all', ['east/m', { model: 'west/m', concurrency: 2 }])]]),
    health,
  })
  return { health, plan: resolve({ model: 'all', fallbacks: [] }, table) }
}

function courseOn(plan: Plan, who = '', leaving: (() => void)[] = []): Course {
  return new Course(plan, { who, needs: () => ({ bits: 0, input: 0, output: 0 }), affinity: () => undefined, onGone: (leave) => leaving.push(leave) })
}

const failures = [
  'upstream_error',
  'upstream_unreachable',
  'rate_limit_exceeded',
  'upstream_auth_error',
  'bad_request',
  'client_closed',
] as const satisfies Reason[]
const failure = fc.record({ reason: fc.constantFrom(...failures), told: fc.option(fc.integer({ min: 0, max: 5 })), hasAnswered: fc.boolean() })
const toFailure = ({ reason, told, hasAnswered }: typeof failure extends fc.Arbitrary<infer F> ? F : never) =>
  new Failure(reason, 'x', { ...(told !== null && { retryAfterMs: told }), ...(hasAnswered && { upstream: { status: 500 } }) })

const event = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('call' as const), who: fc.constantFrom('one', 'two') }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('speak' as const), at: fc.nat() }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('end' as const), at: fc.nat() }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('fail' as const), at: fc.nat(), with: failure }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('leave' as const), at: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 4 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('reset' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('adopt' as const), at: fc.nat(), ms: fc.integer({ min: 0, max: 5 }) }) },
)

/** Calls as `gateway/attempt.ts` makes them: each takes what its course offers, and holds it at once. */
class Traffic {
  readonly #health: Health
  readonly #plan: Plan
  readonly #held: { readonly lease: Lease; hasSpoken: boolean }[] = []
  readonly #leaving: (() => void)[] = []
  readonly #under: Promise<void>[] = []
  #isOver = false

  constructor({ health, plan }: ReturnType<typeof openHouse>) {
    this.#health = health
    this.#plan = plan
  }

  call(who: string): void {
    const course = courseOn(this.#plan, who, this.#leaving)
    const underway = course.next(30).then((lease) => {
      if (lease === undefined) return assert.ok(course.refusal().retryAfterMs! >= 1000)
      if (this.#isOver) lease.end()
      else this.#held.push({ lease, hasSpoken: false })
      this.check()
      return undefined
    })
    this.#under.push(underway)
  }

  pick(at: number): { readonly lease: Lease; hasSpoken: boolean } | undefined {
    return this.#held[at % Math.max(1, this.#held.length)]
  }

  speak(at: number): void {
    const one = this.pick(at)
    if (one === undefined || one.hasSpoken) return
    one.hasSpoken = true
    one.lease.speak()
  }

  end(at: number, why?: Failure): void {
    const one = this.pick(at)
    if (one === undefined) return
    this.#held.splice(this.#held.indexOf(one), 1)
    one.lease.end(why)
    one.lease.end(why)
  }

  leave(at: number): void {
    this.#leaving[at % Math.max(1, this.#leaving.length)]?.()
  }

  adopt(at: number, ms: number): void {
    const places = [...this.#health]
    const { name: place } = places[at % places.length]!
    const until = ms === 0 ? 0 : Date.now() + ms
    this.#health.adopt([{ place, reason: 'upstream_error', isBroken: true, until, times: 1, changedAt: 0 }])
  }

  check(): void {
    for (const standing of this.#health) {
      const { inFlight, limit, name, waiting } = standing
      assert.ok(inFlight >= 0 && inFlight <= limit, `${name} has ${inFlight} of ${limit} under way`)
      assert.ok(waiting <= 4, `${waiting} wait at ${name}`)
    }
  }

  async finish(): Promise<void> {
    this.#isOver = true
    while (this.#held.length > 0) this.end(0)
    await Promise.all(this.#under)
  }
}

/** Calls come until it is trusted: how many that took. */
function probeUntilTrusted(standing: Standing): number {
  let time = performance.now() + 60_000
  let calls = 0
  for (; standing.stateAt(time) !== 'closed' && calls < 100; calls += 1) {
    time += 1
    if (!standing.isIn(time)) continue
    const epoch = standing.begin(time)
    standing.succeed(time, epoch, 1)
    standing.end(time)
  }
  return calls
}

describe('calls among targets that break, fill and come back', () => {
  test('pass no limit, leave nothing behind, and find every target again', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(event, { minLength: 10, maxLength: 120 }), async (events) => {
        const house = openHouse()
        const traffic = new Traffic(house)
        for (const one of events) {
          if (one.kind === 'call') traffic.call(one.who)
          else if (one.kind === 'speak') traffic.speak(one.at)
          else if (one.kind === 'end') traffic.end(one.at)
          else if (one.kind === 'fail') traffic.end(one.at, toFailure(one.with))
          else if (one.kind === 'leave') traffic.leave(one.at)
          else if (one.kind === 'reset') house.health.reset()
          else if (one.kind === 'adopt') traffic.adopt(one.at, one.ms)
          else await new Promise((resolve) => setTimeout(resolve, one.ms))
          if (one.kind !== 'call') await Promise.resolve()
          traffic.check()
        }
        await traffic.finish()
        for (const standing of house.health) {
          assert.deepEqual([standing.inFlight, standing.waiting], [0, 0], standing.name)
          assert.ok(probeUntilTrusted(standing) < 20, `${standing.name} is not found again`)
          // Room that somebody was let into, and never took, would be missing now.
          const time = performance.now() + 120_000
          const most = Math.min(standing.limit, 100)
          for (let at = 0; at < most; at += 1) {
            assert.ok(standing.isIn(time), `${standing.name} has room for ${at} of ${most}`)
            standing.begin(time)
          }
          assert.equal(standing.isIn(time), standing.limit === Infinity)
        }
      }),
      { numRuns: 150 },
    )
  })
})

describe('a call for which there is no room', () => {
  const told = (standing: Standing, ms: number) => {
    standing.eject(performance.now(), standing.epoch, { reason: 'rate_limit_exceeded', isBroken: false, told: ms })
  }
  const openPair = (limits: readonly number[] = [1, 1]) => {
    const table = routingTable({
      connections: new Map(['one', 'two'].map((name) => [name, connection(name)])),
      chains: new Map([
        [
          'pair',
          chainOf('pair', [
            { model: 'one/m', concurrency: limits[0]! },
            { model: 'two/m', concurrency: limits[1]! },
          ]),
        ],
      ]),
      health: new Health({ ...healthTerms, queueSize: 1 }),
    })
    const plan = resolve({ model: 'pair', fallbacks: [] }, table)
    const [one, two] = plan.root.leaves
    return { plan, one: one!, two: two! }
  }

  test('waits where a call is about to end, and not where it was told to come back later', async () => {
    const { plan, one, two } = openPair()
    told(one.own, 5000)
    const busy = new Lease(two)
    const next = courseOn(plan).next(10_000)
    await Promise.resolve()
    assert.deepEqual([one.own.waiting, two.own.waiting], [0, 1])
    busy.end()
    assert.equal((await next)?.leaf, two)
  })

  test('is told whether too many wait, or it waited itself until its time was up', async () => {
    const { plan, one, two } = openPair()
    const busy = [new Lease(one), new Lease(two)]
    const courses = [courseOn(plan), courseOn(plan), courseOn(plan)]
    assert.deepEqual(await Promise.all(courses.map((course) => course.next(20))), [undefined, undefined, undefined])
    const said = courses.map((course) => `${course.refusal().reason}: ${course.refusal().message}`)
    for (const at of [0, 1]) assert.match(said[at]!, /^queue_full: .* this one waited for room as long as it may/)
    assert.match(said[2]!, /^queue_full: .* as many wait as may wait/)
    for (const lease of busy) lease.end()
  })

  test('waits at another target where enough wait at the first', async () => {
    const { plan, one, two } = openPair()
    const busy = [new Lease(one), new Lease(two)]
    const calls = [courseOn(plan).next(10_000), courseOn(plan).next(10_000)]
    await Promise.resolve()
    assert.deepEqual([one.own.waiting, two.own.waiting], [1, 1])
    assert.equal(await courseOn(plan).next(10_000), undefined)
    for (const lease of busy) lease.end()
    assert.deepEqual(
      (await Promise.all(calls)).map((lease) => lease?.leaf),
      [one, two],
    )
  })

  test('is told to come back when the first of the targets may be asked, which all of its places must let', () => {
    const { plan, one, two } = openPair()
    told(one.provider, 2000)
    told(one.own, 8000)
    told(two.own, 5000)
    const { reason, retryAfterMs } = courseOn(plan).refusal()
    assert.equal(reason, 'rate_limit_exceeded')
    assert.ok(retryAfterMs! > 4900 && retryAfterMs! <= 5000, `${retryAfterMs}`)
  })
})

test('who was passed over is told in the operator’s order with why, eight at most, and not what strategies draw or the caller left out', async () => {
  const health = new Health(healthTerms)
  const pool = ['one', 'two'].map((account) => connection('pool', { account }))
  const table = routingTable({
    connections: new Map([...['a', 'b', 'c', 'd'].map((name): [string, Connection] => [name, connection(name)]), ['pool', pool[0]!]]),
    accounts: new Map([['pool', { strategy: 'round-robin', connections: pool }]]),
    chains: new Map([
      ['main', chainOf('main', ['a/left', { model: 'b/full', concurrency: 1 }, { model: 'c/blind', lacks: 1 }, 'd/not-allowed', 'pool/m'])],
      ['long', chainOf('long', [...Array.from({ length: 20 }, (_, at) => `a/m${at}`), 'b/m'])],
    ]),
    health,
  })
  const named = (model: string) => resolve({ model, fallbacks: [] }, table)
  const leave = (name: string) => health.place(name).eject(performance.now(), 0, { reason: 'rate_limit_exceeded', isBroken: false, told: 1e6 })
  const told = async (plan: Plan) => {
    const course = new Course(plan, { who: '', needs: () => ({ bits: 1, input: 0, output: 0 }), affinity: () => undefined, onGone: () => {} })
    const { leaf } = (await course.next(0))!
    return [leaf.target.connection.name, course.passedOver(leaf).map((one) => `${one.leaf.target.model} ${one.why}`)]
  }
  const main = { ...named('main'), allows: ({ model }: { readonly model: string }) => model !== 'not-allowed' }
  leave('target:a/left')
  health.place('target:b/full').begin(0)
  const expected = ['left left_alone', 'full full', 'blind lacks']
  assert.deepEqual(
    [await told(main), await told(main)],
    [
      ['pool', expected],
      ['pool', expected],
    ],
    'each account in its turn',
  )
  leave('provider:a')
  const [name, passed] = await told(named('long'))
  assert.deepEqual([name, passed!.length], ['b', 8])
})
