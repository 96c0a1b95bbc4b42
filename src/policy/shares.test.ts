/** What one process takes of counters that others share: all or nothing, exactly as much as there is, and nothing stays behind. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { allOf, bucket, held, money, Scene, slots, want } from '../../test/governance/counting.ts'
import type { Taken } from './shares.ts'

describe('one process', () => {
  test('(routing 31) takes exactly what there is room for, and says at once when there is no more', async () => {
    const scene = new Scene()
    const shares = scene.open('a')
    const taken = await allOf(Array.from({ length: 1000 }, () => shares.take([want(bucket(10))])))
    assert.equal(taken.filter((one) => 'hold' in one).length, 10)
    assert.equal(scene.store.exchanges, 2)
    const more = shares.take([want(bucket(10))])
    assert.ok(!(more instanceof Promise) && 'short' in more)
    assert.equal(more.retryAfterMs, 100)
  })

  test('takes from its share without asking, and asks for a slice that shrinks as the counter runs low', async () => {
    const scene = new Scene()
    const shares = scene.open('a')
    const terms = money(1600)
    await shares.take([want(terms)])
    for (let left = 99; left > 0; left -= 1) assert.ok(!(shares.take([want(terms)]) instanceof Promise))
    assert.ok(shares.take([want(terms)]) instanceof Promise)
    await scene.clock.settle()
    assert.equal(scene.store.heldOf('w'), 100 + Math.floor(1500 / 16))
  })

  test('asks again a moment later, however many calls are refused meanwhile: what was raised, or given back, is found', async () => {
    const scene = new Scene()
    const shares = scene.open('a')
    held(await shares.take([want(money(10), 10)]))
    assert.ok('short' in (await scene.end(shares.take([want(money(10))]))))
    const raised = money(20)
    let refusals = 0
    for (; refusals < 20; refusals += 1) {
      if ('hold' in (await scene.end(shares.take([want(raised)])))) break
      await scene.move(10)
    }
    assert.ok(refusals <= 11, `${refusals} refusals`)
  })

  test('tells how a counter stands, also one that nobody here has asked for yet, and takes nothing by that', async () => {
    const scene = new Scene()
    const [shares, others] = [scene.open('a'), scene.open('b')]
    const terms = bucket(10)
    held(await shares.take([want(terms, 4)])).settle([4])
    await scene.move(200)
    const standing = { id: terms.id, limit: 10, remaining: 8 }
    assert.deepEqual(await others.look(terms.id, terms), [standing])
    assert.deepEqual(await others.look(terms.id, terms), [standing])
    assert.deepEqual(await shares.look(terms.id.slice(0, -1)), [])
    assert.ok('hold' in (await scene.end(others.take([want(terms, 8)]))))
  })

  test('tells nothing of a counter whose store does not answer', async () => {
    const scene = new Scene()
    const shares = scene.open('a')
    scene.store.before = () => Promise.reject(new Error('away'))
    assert.deepEqual(await shares.look('b', bucket(10)), [])
  })

  test('(routing 32) takes all of a call or nothing: where the second limit is short, the first is not charged', async () => {
    const scene = new Scene()
    const shares = scene.open('a')
    const [first, second] = [money(10, 'first'), money(1, 'second')]
    assert.ok('hold' in (await shares.take([want(second)])))
    const refused = await scene.end(shares.take([want(first, 4), want(second)]))
    assert.ok('short' in refused && refused.short.terms === second && refused.left === 0)
    assert.ok('hold' in (await scene.end(shares.take([want(first, 10)]))))
  })

  test('(routing 33) books as a debt what was used beyond what was reserved', async () => {
    const scene = new Scene()
    const shares = scene.open('a')
    const terms = bucket(10)
    held(await shares.take([want(terms, 10)])).settle([25])
    await scene.move(200)
    // At the first sweep, when 100 ms had filled up one of the 25.
    assert.equal(scene.store.rows.get('b@0')!.taken, 24)
    const refused = await scene.end(shares.take([want(terms, 5)]))
    // Now two are: five can be had when 18 more are.
    assert.ok('short' in refused && Math.abs(refused.retryAfterMs! - 1800) <= 110, JSON.stringify(refused))
    await scene.move(2000)
    assert.ok('hold' in (await scene.end(shares.take([want(terms, 5)]))))
  })

  test('(routing 41) takes nothing where the limit is zero, and asks nobody', () => {
    const scene = new Scene()
    const shares = scene.open('a')
    for (const terms of [bucket(0), money(0), slots(0)]) {
      for (const amount of [0, 1]) assert.deepEqual(shares.take([want(terms, amount)]), { short: want(terms, amount), retryAfterMs: undefined, left: 0 })
    }
    assert.equal(scene.store.exchanges, 0)
  })

  test('(routing 41) takes nothing of what was suspended while it held some', async () => {
    const scene = new Scene()
    const shares = scene.open('a')
    const hold = held(await shares.take([want(money(1600))]))
    assert.ok('short' in (await scene.end(shares.take([want(money(0), 0)]))))
    hold.settle([0])
    assert.ok('short' in (await scene.end(shares.take([want(money(0), 0)]))))
    await scene.move(400)
    assert.equal(scene.store.heldOf('w'), 0)
  })

  test('(routing 35) counts whole amounts up to what numbers can tell, and what is none as the most', async () => {
    const scene = new Scene()
    const shares = scene.open('a')
    const most = Number.MAX_SAFE_INTEGER
    const terms = money(most)
    for (const amount of [-5, -Infinity, 0]) held(await scene.end(shares.take([want(terms, amount)]))).settle([amount])
    for (const amount of [Number.NaN, Infinity, 1e300, most]) {
      const hold = held(await scene.end(shares.take([want(terms, amount)])))
      assert.ok('short' in (await scene.end(shares.take([want(terms, 0.5)]))))
      hold.settle([0])
    }
    held(await scene.end(shares.take([want(terms, 0.5)]))).settle([Number.NaN], 'r')
    await scene.move(300)
    assert.equal(scene.store.heldOf('w'), most)
    for (const refused of [1, most]) assert.ok('short' in (await scene.end(shares.take([want(terms, refused)]))))
  })

  test('gives slots back, and money that was not used, but what was used only when its receipt is in the index', async () => {
    const scene = new Scene()
    const shares = scene.open('a')
    const hold = held(await shares.take([want(slots(3)), want(money(10), 8)]))
    hold.settle([1, 5], 'receipt')
    hold.settle([1, 0])
    await scene.move(300)
    assert.deepEqual([scene.store.heldOf('s'), scene.store.heldOf('w')], [0, 5])
    scene.store.spend('w', 0, 5)
    shares.indexed(['another', 'receipt', 'receipt'])
    await scene.move(300)
    assert.equal(scene.store.heldOf('w'), 0)
    assert.ok('short' in (await scene.end(shares.take([want(money(10), 6)]))))
    assert.ok('hold' in (await scene.end(shares.take([want(money(10), 5)]))))
  })

  test('tells what is left, and when all of it is there again', async () => {
    const scene = new Scene()
    const shares = scene.open('a')
    assert.deepEqual(shares.stateOf(bucket(10)), { limit: 10, remaining: 10, fullAfterMs: 0 })
    await shares.take([want(bucket(10), 4)])
    assert.deepEqual(shares.stateOf(bucket(10)), { limit: 10, remaining: 6, fullAfterMs: 400 })
    await scene.clock.move(200)
    assert.deepEqual(shares.stateOf(bucket(10)), { limit: 10, remaining: 8, fullAfterMs: 200 })
  })

  test('[C64] forgets counters that nobody asks for any more', async () => {
    const scene = new Scene()
    const shares = scene.open('a')
    for (let round = 0; round < 3; round += 1) {
      const taking = Array.from({ length: 7000 }, (_, at) => shares.take([want(slots(1, `${round} ${at}`))]))
      await scene.move(100)
      for (const one of await allOf(taking)) held(one).settle([1])
      await scene.move(7000)
    }
    held(await shares.take([want(slots(1, 'one more'))]))
  })
})

describe('a store that is away', () => {
  test('is said to be so within the time that is given to it, and is asked again when it answers', async () => {
    const scene = new Scene()
    const shares = scene.open('a', 50)
    const gate = Promise.withResolvers<void>()
    scene.store.before = () => gate.promise
    const waiting = shares.take([want(slots(9))])
    await scene.clock.move(49)
    const later = shares.take([want(slots(9))])
    await scene.clock.move(1)
    for (const one of [waiting, later]) assert.ok('fault' in (await one))
    assert.ok('fault' in (shares.take([want(slots(9))]) as Taken))
    gate.resolve()
    await scene.clock.settle()
    assert.ok('hold' in (shares.take([want(slots(9))]) as Taken), 'what it was given late is there')
    await scene.move(300)
    assert.equal(scene.store.heldOf('s'), 1)
  })

  test('and did what was asked, though its answer was lost, gives no more than there is', async () => {
    const scene = new Scene()
    const shares = scene.open('a')
    await shares.keep()
    for (const terms of [slots(20), money(20), bucket(20)]) {
      scene.store.loseAnswer()
      assert.ok('fault' in (await scene.end(shares.take([want(terms)]))))
    }
    await scene.move(300)
    assert.deepEqual([scene.store.heldOf('s'), scene.store.heldOf('w'), scene.store.heldOf('b')], [0, 0, 0])
    for (const terms of [slots(20), money(20), bucket(20)]) assert.ok('hold' in (await scene.end(shares.take([want(terms, 20)]))))
  })

  test('for longer than a lease leaves a process with nothing that others may have by now', async () => {
    const scene = new Scene()
    const [a, b] = [scene.open('a'), scene.open('b')]
    const terms = slots(32)
    held(await scene.end(a.take([want(terms)])))
    scene.kill(a)
    await scene.move(16_000)
    for (let at = 0; at < 31; at += 1) held(await scene.end(b.take([want(terms)])))
    held(await scene.end(b.take([want(terms)])))
    assert.ok('short' in (await scene.end(a.take([want(terms)]))))
  })
})

describe('several processes', () => {
  test('(routing 31) together take exactly what there is room for', async () => {
    const scene = new Scene()
    const processes = ['a', 'b', 'c', 'd'].map((name) => scene.open(name))
    const taking = processes.flatMap((shares) => Array.from({ length: 250 }, () => shares.take([want(money(10))])))
    await scene.move(400)
    assert.equal((await allOf(taking)).filter((one) => 'hold' in one).length, 10)
  })

  test('give back what they do not use before another one is refused', async () => {
    const scene = new Scene()
    const [a, b] = [scene.open('a'), scene.open('b')]
    held(await scene.end(a.take([want(slots(320))])))
    assert.equal(scene.store.heldOf('s'), 20)
    const taking = Array.from({ length: 319 }, () => b.take([want(slots(320))]))
    await scene.move(400)
    assert.equal((await allOf(taking)).filter((one) => 'hold' in one).length, 319)
    assert.ok('short' in (await scene.end(b.take([want(slots(320))]))))
  })

  test('that each have half of what they need in hand do not refuse each other both', async () => {
    const scene = new Scene()
    const [a, b] = [scene.open('a'), scene.open('b')]
    const [first, second] = [held(await scene.end(a.take([want(money(100), 50)]))), held(await scene.end(b.take([want(money(100), 50)])))]
    first.settle([0])
    second.settle([0])
    const taken = await Promise.all([a, b].map((shares) => scene.end(shares.take([want(money(100), 60)]))))
    assert.equal(taken.filter((one) => 'hold' in one).length, 1)
  })

  test('(routing 34) have what a killed one held when its lease has ended', async () => {
    const scene = new Scene()
    const [a, b] = [scene.open('a'), scene.open('b')]
    held(await scene.end(a.take([want(slots(4), 4), want(money(100), 100)])))
    scene.kill(a)
    assert.ok('short' in (await scene.end(b.take([want(slots(4))]))))
    await scene.move(15_000)
    assert.ok('hold' in (await scene.end(b.take([want(slots(4), 4), want(money(100), 100)]))))
  })
})
