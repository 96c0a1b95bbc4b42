/** Blended numbers look like dice, however alike the pairs are. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dice } from '../../../test/choosing.ts'
import { blend } from './blend.ts'

const bits = Array.from({ length: 32 }, (_, at) => at)
const whole = (number: number): number => number * 2 ** 32

test('small pairs, also turned around, have numbers of their own from 0 to below 1', () => {
  const numbers = bits.flatMap((one) => bits.map((other) => blend(one, other)))
  assert.equal(new Set(numbers).size, numbers.length)
  assert.ok(numbers.every((number) => number >= 0 && number < 1))
})

test('a bit of either number changes each bit of the blend in about half of all pairs', () => {
  const random = dice(13)
  const pairs = Array.from({ length: 1000 }, () => [whole(random()), whole(random())] as const)
  for (const bit of bits) {
    const flips = [
      pairs.map(([one, other]) => whole(blend(one ^ (1 << bit), other)) ^ whole(blend(one, other))),
      pairs.map(([one, other]) => whole(blend(one, other ^ (1 << bit))) ^ whole(blend(one, other))),
    ]
    for (const flipped of flips)
      for (const changed of bits) {
        const share = flipped.filter((number) => (number & (1 << changed)) !== 0).length / pairs.length
        assert.ok(Math.abs(share - 0.5) < 0.12, `${bit} changes ${changed} in ${share}`)
      }
  }
})
