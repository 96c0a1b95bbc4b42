/** What holds for every strategy, whatever it goes by. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { asking, dice, player, type Player } from '../../../test/choosing.ts'
import { strategyNames } from '../../config/strategies.ts'
import { strategies } from './index.ts'

const someone = fc.record({
  weight: fc.oneof(fc.constant(0), fc.constant(1), fc.double({ min: 1e-6, max: 1e6, noNaN: true })),
  inFlight: fc.nat(50),
  latency: fc.oneof(fc.constant(0), fc.double({ min: 1, max: 60_000, noNaN: true })),
  errors: fc.double({ min: 0, max: 1, noNaN: true }),
  mark: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  cost: fc.oneof(fc.constant(Infinity), fc.nat(1000)),
  isIn: fc.boolean(),
})
const one = someone.map(({ cost, ...given }) => player({ ...given, price: () => cost }))
/** Short ones as they come, and long ones of which nearly all are out. */
const list = fc.oneof(
  { weight: 4, arbitrary: fc.array(one, { maxLength: 40 }) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.array(one, { minLength: 150, maxLength: 200 }), fc.integer({ min: 40, max: 300 }))
      .map(([players, every]) => players.map((each, at) => ({ ...each, isIn: at % every === every - 1 }))),
  },
)
const call = fc.record({
  turn: fc.nat(),
  affinity: fc.option(fc.integer({ min: 0, max: 2 ** 32 - 1 }), { nil: undefined }),
  seed: fc.nat(),
})

const places = (players: readonly Player[], fits: (one: Player) => boolean): number[] => players.flatMap((one, at) => (fits(one) ? [at] : []))

test('the strategies are those of the configuration, in its order', () => {
  assert.deepEqual(Object.keys(strategies), strategyNames)
})

for (const [name, strategy] of Object.entries(strategies)) {
  describe(name, () => {
    test('asks nobody exactly when nobody is in, and never one that is out', () => {
      fc.assert(
        fc.property(list, call, (players, { seed, ...given }) => {
          const at = strategy(players, asking({ ...given, random: dice(seed) }))
          if (at === -1) assert.ok(players.every(({ isIn }) => !isIn))
          else assert.ok(players[at]!.isIn)
        }),
      )
    })

    test('asked again for whoever was not asked yet, it comes to each that is in, once', () => {
      fc.assert(
        fc.property(list, call, (players, { seed, turn, affinity }) => {
          const asked = new Set<Player>()
          const random = dice(seed)
          const order: number[] = []
          while (order.length <= players.length) {
            const again = asking({ turn: turn + order.length, affinity, random, isIn: (one) => one.isIn && !asked.has(one) })
            const at = strategy(players, again)
            if (at === -1) break
            order.push(at)
            asked.add(players[at]!)
          }
          assert.deepEqual(
            order.toSorted((one, other) => one - other),
            places(players, ({ isIn }) => isIn),
          )
          if (name === 'priority') return
          const firstWithout = order.findIndex((at) => players[at]!.weight === 0)
          if (firstWithout !== -1)
            assert.ok(
              order.slice(firstWithout).every((at) => players[at]!.weight === 0),
              'whoever has no share comes last',
            )
        }),
      )
    })

    test('the same list, call and dice come to the same choice, whatever was chosen before', () => {
      fc.assert(
        fc.property(list, list, call, (players, others, { seed, ...given }) => {
          const choose = (): number => strategy(Object.freeze(players), asking({ ...given, random: dice(seed) }))
          const before = choose()
          strategy(others, asking())
          assert.equal(choose(), before)
        }),
      )
    })

    test('dice at either end choose someone', () => {
      const players = [player(), player({ weight: 0.1 }), player({ weight: 3 })]
      for (const end of [0, 1 - Number.EPSILON / 2]) assert.notEqual(players[strategy(players, asking({ random: () => end }))], undefined)
    })
  })
}
