/** How places are left alone and trusted again, by a clock that the tests hold. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Standing, type HealthTerms } from './standing.ts'

const terms: HealthTerms = { failures: 3, window: 100, ejection: 1000, longestEjection: 8000, panic: true, queueSize: 2 }
const place = (given: Partial<HealthTerms> = {}): Standing =>
  new Standing(
    'target:a/b',
    () => ({ ...terms, ...given }),
    () => {},
  )

/** A whole attempt that begins at one time and fails at another. */
function fail(standing: Standing, beganAt: number, endsAt = beganAt): void {
  const epoch = standing.begin(beganAt)
  standing.fail(endsAt, { epoch, beganAt }, 'upstream_error')
  standing.end(endsAt)
}

function succeed(standing: Standing, time: number): void {
  const epoch = standing.begin(time)
  standing.succeed(time, epoch, 5)
  standing.end(time)
}

/** Breaks it: it is open from 300 on. */
function broken(given: Partial<HealthTerms> = {}): Standing {
  const standing = place(given)
  for (const time of [100, 200, 300]) fail(standing, time)
  return standing
}

describe('a breaker', () => {
  test('opens after three windows in which attempts failed, and not before', () => {
    const standing = place()
    fail(standing, 100)
    fail(standing, 200)
    assert.equal(standing.isIn(250), true)
    fail(standing, 300)
    assert.deepEqual([standing.isIn(301), standing.stateAt(301), standing.ejection?.reason], [false, 'open', 'upstream_error'])
  })

  test('counts a thousand failures of one burst once, also those that end late (routing 7)', () => {
    const standing = place()
    const epochs = Array.from({ length: 1000 }, () => standing.begin(0))
    epochs.forEach((epoch, at) => {
      standing.fail(100 + at * 5, { epoch, beganAt: 0 }, 'upstream_error')
      standing.end(100 + at * 5)
    })
    assert.deepEqual([standing.failures, standing.stateAt(6000), standing.inFlight], [1, 'closed', 0])
  })

  test('opens soon on a target that hangs, though every attempt takes its time to fail', () => {
    const standing = place()
    const patience = 30_000
    for (let beganAt = 0; standing.stateAt(beganAt + patience) !== 'open'; beganAt += 50) {
      assert.ok(beganAt < 1000, 'it is open by now')
      fail(standing, beganAt, beganAt + patience)
    }
  })

  const opensWith = (share: number): boolean => {
    const standing = place()
    for (let at = 0; at < 3000; at += 1) {
      const time = at * 50
      if (Math.floor((at + 1) * share) > Math.floor(at * share)) fail(standing, time)
      else succeed(standing, time)
      if (standing.stateAt(time) === 'open') return true
    }
    return false
  }

  test('opens at half of failures, and never at a twentieth', () => {
    assert.deepEqual([opensWith(1 / 2), opensWith(1 / 20)], [true, false])
  })

  test('is opened by none of the attempts that began before it opened', () => {
    const standing = place()
    const epoch = standing.begin(0)
    for (const time of [100, 200, 300]) fail(standing, time)
    const { until } = standing.ejection!
    standing.fail(400, { epoch, beganAt: 0 }, 'upstream_error')
    standing.end(400)
    assert.equal(standing.ejection!.until, until)
  })
})

describe('what was left alone', () => {
  test('is probed by one call, then by two, and is trusted once all of the many succeed (routing 8)', () => {
    const standing = broken()
    assert.equal(standing.isIn(1299), false)
    let time = 1300
    for (let room = 1; room < 64; room *= 2) {
      const epochs = []
      while (standing.isIn(time)) epochs.push(standing.begin(time))
      assert.equal(epochs.length, room, `room for ${room}`)
      standing.succeed(time, epochs[0]!)
      for (const epoch of epochs.slice(1)) standing.release(epoch, time)
      for (const _ of epochs) standing.end(time)
      time += 10
    }
    assert.deepEqual([standing.stateAt(time), standing.inFlight], ['closed', 0])
  })

  test('is left alone for twice as long after a probe that fails, up to the longest', () => {
    const standing = broken()
    const lengths = [1000]
    for (let until = standing.ejection!.until; lengths.length < 6; until = standing.ejection!.until) {
      fail(standing, until)
      lengths.push(standing.ejection!.until - until)
    }
    assert.deepEqual(lengths, [1000, 2000, 4000, 8000, 8000, 8000])
  })

  test('begins with the first length again after a sound time', () => {
    const standing = broken()
    fail(standing, 1300)
    standing.reset(4000)
    for (const time of [9000, 9200, 9400]) fail(standing, time)
    assert.equal(standing.ejection!.until, 9400 + 1000)
  })

  test('is not tried early where one of the calls that began before was told to stay away', () => {
    const standing = place()
    const epoch = standing.begin(0)
    for (const time of [100, 200, 300]) fail(standing, time)
    standing.eject(400, epoch, { reason: 'rate_limit_exceeded', isBroken: false, told: 500 })
    standing.end(400)
    assert.deepEqual([standing.ejection?.until, standing.mayPanic(899), standing.mayPanic(900)], [1300, false, true])
    standing.reset(950)
    for (const time of [1000, 1100, 1200]) fail(standing, time)
    assert.equal(standing.mayPanic(1201), true)
  })

  test('is not kept out by a probe that hangs: one more may go each time that one could have failed', () => {
    const standing = broken()
    const epoch = standing.begin(1300)
    assert.deepEqual([standing.isIn(2299), standing.isIn(2300)], [false, true])
    const next = standing.begin(2300)
    assert.deepEqual([standing.isIn(2301), standing.isIn(3299)], [false, false])
    standing.succeed(3300, next)
    standing.end(3300)
    assert.equal(standing.isIn(3300), true)
    standing.fail(3400, { epoch, beganAt: 1300 }, 'upstream_timeout')
    standing.end(3400)
    assert.deepEqual([standing.stateAt(3400), standing.inFlight], ['open', 0])
  })

  test('is not kept from its probe by streams that began before', () => {
    const standing = place()
    for (let at = 0; at < 1000; at += 1) standing.begin(0)
    for (const time of [100, 200, 300]) fail(standing, time)
    assert.equal(standing.isIn(1300), true)
  })

  test('is tried once a second by one call at a time where nothing else is left, and not where that is unwanted', () => {
    const standing = broken()
    assert.equal(standing.mayPanic(400), true)
    const epoch = standing.begin(400)
    assert.deepEqual([standing.mayPanic(2000), standing.isIn(500)], [false, false])
    standing.release(epoch, 500)
    standing.end(500)
    assert.deepEqual([standing.mayPanic(1200), standing.mayPanic(1400)], [false, true])
    assert.equal(broken({ panic: false }).mayPanic(400), false)
  })
})

describe('what was tried because nothing else was left', () => {
  test('is left alone no longer for failing at it, and asked again in its own time', () => {
    const standing = broken()
    const { until } = standing.ejection!
    for (const time of [400, 1250]) fail(standing, time)
    assert.deepEqual([standing.ejection, standing.isIn(until)], [{ reason: 'upstream_error', isBroken: true, times: 1, until }, true])
    fail(standing, until)
    assert.equal(standing.ejection!.until, until + 2000)
  })

  test('proves itself from then on where it succeeds', () => {
    const standing = broken()
    succeed(standing, 400)
    assert.deepEqual([standing.stateAt(401), standing.isIn(401)], ['half_open', true])
  })
})

describe('what another process knows', () => {
  const known = { reason: 'upstream_error', isBroken: true, times: 3, until: 5000 } as const

  test('is taken over where it is longer, and grows on from there', () => {
    const standing = place()
    standing.adopt(known, 1000)
    standing.adopt({ ...known, until: 2000 }, 1000)
    assert.deepEqual([standing.isIn(4999), standing.isIn(5000)], [false, true])
    fail(standing, 5000)
    assert.deepEqual([standing.ejection!.times, standing.ejection!.until], [4, 5000 + 8000])
  })

  test('ends it where that trusts it again, and disturbs nobody who trusts it too', () => {
    const standing = place()
    standing.adopt(known, 1000)
    standing.adopt(undefined, 1100)
    assert.equal(standing.stateAt(1100), 'closed')
    fail(standing, 1200)
    standing.adopt(undefined, 1210)
    assert.equal(standing.failures, 1)
  })
})

describe('a time that was told', () => {
  const told = (standing: Standing, time: number, ms: number) => {
    const epoch = standing.begin(time)
    standing.eject(time, epoch, { reason: 'rate_limit_exceeded', isBroken: false, told: ms })
    standing.end(time)
  }

  test('is kept exactly, and is no reason for panic', () => {
    const standing = place()
    told(standing, 10, 30_000)
    assert.deepEqual([standing.isIn(30_009), standing.isIn(30_010), standing.mayPanic(5000)], [false, true, false])
  })

  test('is never shortened by another, and lengthened by a longer one', () => {
    const standing = place()
    const epochs = [standing.begin(0), standing.begin(0), standing.begin(0)]
    for (const [at, ms] of [30_000, 1000, 40_000].entries()) standing.eject(10, epochs[at]!, { reason: 'rate_limit_exceeded', isBroken: false, told: ms })
    assert.equal(standing.ejection!.until, 40_010)
  })

  test('is told of once, however many calls are told a little later', () => {
    const news: boolean[] = []
    const standing = new Standing(
      'quota:a',
      () => terms,
      (_standing, isNews) => news.push(isNews),
    )
    const epochs = Array.from({ length: 5 }, () => standing.begin(0))
    for (const [at, epoch] of epochs.entries()) standing.eject(10 + at, epoch, { reason: 'rate_limit_exceeded', isBroken: false, told: 30_000 })
    assert.deepEqual([standing.ejection!.until, standing.ejection!.times], [30_014, 1])
    assert.deepEqual(news, [true, false, false, false, false])
  })

  test('that nobody told grows with each time that it comes again, and once for many that fail together', () => {
    const standing = place()
    const epochs = Array.from({ length: 1000 }, () => standing.begin(0))
    for (const epoch of epochs) standing.eject(10, epoch, { reason: 'rate_limit_exceeded', isBroken: false, ms: 1000 })
    assert.equal(standing.ejection!.until, 1010)
    const again = standing.begin(1010)
    standing.eject(1020, again, { reason: 'rate_limit_exceeded', isBroken: false, ms: 1000 })
    assert.equal(standing.ejection!.until, 3020)
  })
})

describe('a queue', () => {
  test('keeps room for whoever was let go: no newcomer overtakes', async () => {
    const standing = place()
    standing.limit = 1
    standing.begin(0)
    const waiting = standing.queue('one', 10_000)!
    standing.end(10)
    assert.equal(await waiting.isGranted, true)
    assert.equal(standing.isIn(11), false)
    standing.unreserve()
    assert.equal(standing.isIn(11), true)
  })

  test('is bounded, and gives nobody’s room away who has left', async () => {
    const standing = place()
    standing.limit = 1
    standing.begin(0)
    const first = standing.queue('one', 1e12)!
    const second = standing.queue('one', 1e12)!
    assert.equal(standing.queue('one', 1e12), undefined)
    first.end(false)
    assert.equal(await first.isGranted, false)
    standing.end(10)
    assert.equal(await second.isGranted, true)
    standing.unreserve()
    assert.deepEqual([standing.waiting, standing.isIn(11)], [0, true])
  })
})
