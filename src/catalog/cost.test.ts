/** The arithmetic of a call's cost: each kind by hand, and all of them together against whole numbers of any size. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { costOf, rateAt, roughCost, type CountedTokens } from './cost.ts'
import { parts, type Price } from './table.ts'

/** Every kind at a rate of its own: which one was billed can be read from the sum. */
const price: Price = {
  input: 1_000,
  output: 10_000,
  cacheRead: 100_000,
  cacheWrite: 1_000_000,
  cacheWriteHour: 10_000_000,
  audioInput: 2_000,
  audioOutput: 20_000,
  imageInput: 200_000,
  imageOutput: 2_000_000,
  reasoning: 20_000_000,
  call: 5_000,
}

/** In nano-dollars; the call's own five are in each. */
const vectors: readonly (readonly [what: string, tokens: CountedTokens, cost: number])[] = [
  ['nothing', { input: 0, output: 0, imageOutput: 0 }, 5],
  ['tokens in', { input: 7, imageOutput: 0 }, 5 + 7],
  ['tokens out', { output: 7, imageOutput: 0 }, 5 + 70],
  ['what a cache gave', { input: 10, cacheRead: 4 }, 5 + 6 + 400],
  ['what was written for five minutes', { input: 10, cacheWrite: 4 }, 5 + 6 + 4000],
  ['what was written for an hour', { input: 10, cacheWrite: 4, cacheWriteHour: 4 }, 5 + 6 + 40_000],
  ['what was written for both', { input: 10, cacheWrite: 4, cacheWriteHour: 1 }, 5 + 6 + 3000 + 10_000],
  ['sound in', { input: 10, audioInput: 4 }, 5 + 6 + 8],
  ['sound out', { output: 10, audioOutput: 4, imageOutput: 0 }, 5 + 60 + 80],
  ['pictures in', { input: 10, imageInput: 4 }, 5 + 6 + 800],
  ['pictures out', { output: 10, imageOutput: 4 }, 5 + 60 + 8000],
  ['reasoning', { output: 10, reasoning: 4, imageOutput: 0 }, 5 + 60 + 80_000],
  ['sound from a cache', { input: 10, cacheRead: 6, audioInput: 8, audioRead: 6, imageOutput: 0 }, 5 + 600 + 4 + 2],
  ['sound that cannot but be from a cache', { input: 10, cacheRead: 9, audioInput: 8, imageOutput: 0 }, 5 + 900 + 2],
  ['more from the cache than there was', { input: 10, cacheRead: 4, audioInput: 1, audioRead: 4, imageOutput: 0 }, 5 + 400 + 6],
  [
    'all of it',
    { input: 100, cacheRead: 1, cacheWrite: 3, cacheWriteHour: 2, audioInput: 4, imageInput: 5, output: 50, reasoning: 1, audioOutput: 2, imageOutput: 3 },
    5 + 87 + 100 + 1000 + 20_000 + 8 + 1000 + 440 + 20_000 + 40 + 6000,
  ],
]

describe('each kind is billed once, by its own price', () => {
  for (const [what, tokens, cost] of vectors) test(what, () => assert.equal(costOf(price, tokens), cost))
})

describe('where a kind has no price of its own', () => {
  const plain: Price = { input: 1_000, output: 10_000 }
  test('caches, writes and pictures in are tokens in, and reasoning and pictures out are tokens out', () => {
    assert.equal(costOf(plain, { input: 10, cacheRead: 1, cacheWrite: 3, cacheWriteHour: 2, imageInput: 4 }), 10)
    assert.equal(costOf(plain, { output: 10, reasoning: 4, imageOutput: 5 }), 100)
    assert.equal(costOf({ ...plain, cacheWrite: 4_000 }, { input: 10, cacheWrite: 3, cacheWriteHour: 2 }), 7 + 12)
  })

  test('sound is unknown, in and out', () => {
    assert.equal(costOf(plain, { input: 10, audioInput: 1 }), null)
    assert.equal(costOf(plain, { output: 10, audioOutput: 1 }), null)
  })

  test('what is known to be unknown is not billed as something else', () => {
    assert.equal(costOf({ ...plain, cacheRead: null }, { input: 10, cacheRead: 1 }), null)
    assert.equal(costOf({ ...plain, cacheRead: null }, { input: 10 }), 10)
    assert.equal(costOf({ ...plain, cacheWrite: null }, { input: 10, cacheWrite: 1, cacheWriteHour: 1 }), null)
  })

  test('where calls alone have one tokens are free, and where a kind of tokens has one as well the others are unknown', () => {
    for (const call of [0, 5_000]) {
      assert.equal(costOf({ call }, { input: 10, output: 3, reasoning: 1 }), call / 1000)
      assert.equal(roughCost({ call }, 10, 3), call / 1000)
    }
    assert.equal(costOf({ call: null }, { input: 10 }), null)
    assert.equal(costOf({ call: 5_000, output: 1_000 }, { input: 10, output: 3 }), null)
    assert.equal(roughCost({ call: 5_000, output: 1_000 }, 10, 3), Infinity)
  })

  test('an answer that may hold pictures, and does not tell how many, is unknown', () => {
    assert.equal(costOf({ ...plain, imageOutput: 90_000 }, { input: 1, output: 5 }), null)
    assert.equal(costOf({ ...plain, imageOutput: 90_000 }, { input: 1, output: 0 }), 1)
  })
})

const count = fc.oneof(fc.nat(1_000_000), fc.nat(10_000_000_000))
const rate = fc.oneof(fc.nat(1000), fc.nat(600_000_000))
const stairs = fc.tuple(rate, fc.integer({ min: 1, max: 300_000 }), rate).map(
  ([low, above, high]) =>
    [
      [0, low],
      [above, high],
    ] as const,
)

test('the cost is the exact sum, rounded once, half up, however large it is', () => {
  const prices = fc.record(Object.fromEntries(parts.map((part) => [part, fc.oneof(rate, stairs)]))) as fc.Arbitrary<Required<Price>>
  const shares = fc.record({ read: count, written: count, hour: count, audio: count, image: count, text: count })
  fc.assert(
    fc.property(prices, shares, shares, (given, into, out) => {
      const tokens = {
        input: into.read + into.written + into.hour + into.audio + into.image + into.text,
        cacheRead: into.read,
        cacheWrite: into.written + into.hour,
        cacheWriteHour: into.hour,
        audioInput: into.audio,
        imageInput: into.image,
        output: out.audio + out.image + out.text + out.read,
        audioOutput: out.audio,
        imageOutput: out.image,
        reasoning: out.read,
      }
      const due = (amount: number, part: keyof Price): bigint => BigInt(amount) * BigInt(rateAt(given[part], tokens.input)!)
      const pico =
        due(into.read, 'cacheRead') +
        due(into.written, 'cacheWrite') +
        due(into.hour, 'cacheWriteHour') +
        due(into.audio, 'audioInput') +
        due(into.image, 'imageInput') +
        due(into.text, 'input') +
        due(out.audio, 'audioOutput') +
        due(out.image, 'imageOutput') +
        due(out.read, 'reasoning') +
        due(out.text, 'output') +
        due(1, 'call')
      assert.equal(costOf(given, tokens), Number((pico + 500n) / 1000n))
    }),
    { numRuns: 500 },
  )
})

test('near the largest number that is exact, nothing is lost', () => {
  const edge = Number.MAX_SAFE_INTEGER
  for (const input of [edge, edge - 1, edge - 499, edge - 500, edge - 501, edge - 1000]) {
    assert.equal(costOf({ input: 1 }, { input }), Number((BigInt(input) + 500n) / 1000n), String(edge - input))
  }
})
