/** Prices in the file: read to the last digit, and refused with their line where they are none. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { loadSettings } from './load.ts'
import { ConfigError } from './problems.ts'

const load = (text: string) => loadSettings({ env: {}, readFile: () => text }).settings
const inputOf = (written: string | number): number | undefined => {
  const { price } = load(`prices: { openai: { m: { input: ${written} } } }`).prices.openai!.m!
  return price.input as number | undefined
}

test('dollars for a million tokens become pico-dollars for one, by their digits', () => {
  for (const [written, pico] of [
    ['2.5', 2_500_000],
    ['"2.50"', 2_500_000],
    ['0.1', 100_000],
    ['"0.0375"', 37_500],
    ['1e-6', 1],
    ['0', 0],
    ['10000', 10_000_000_000],
  ] as const)
    assert.equal(inputOf(written), pico, written)
})

test('every number of up to six decimals is read exactly, as a number and as text', () => {
  fc.assert(
    fc.property(fc.nat(9999), fc.nat(999_999), (whole, part) => {
      const text = `${whole}.${String(part).padStart(6, '0')}`
      const pico = whole * 1_000_000 + part
      assert.deepEqual([inputOf(text), inputOf(`"${text}"`)], [pico, pico])
    }),
    { numRuns: 60 },
  )
})

test('a call’s price has all twelve decimals', () => {
  const { price } = load('prices: { openai: { m: { call: "0.000000000001" } } }').prices.openai!.m!
  assert.deepEqual(price, { call: 1 })
  assert.equal(load('prices: { openai: { m: { call: 0.04 } } }').prices.openai!.m!.price.call, 40_000_000_000)
})

test('tiers stand below, with prices of their own; nothing said is nothing known', () => {
  assert.deepEqual(load('prices: { openai: { m*: { input: 1, tiers: { flex: { output: 2 } } } } }').prices, {
    openai: { 'm*': { price: { input: 1_000_000 }, tiers: { flex: { output: 2_000_000 } } } },
  })
  assert.deepEqual(load('strict: true').prices, {})
})

describe('what is no price is an error with its line', () => {
  const slips: readonly (readonly [what: string, text: string, said: RegExp])[] = [
    ['a word', 'prices:\n  openai:\n    m: { input: cheap }', /omni.yaml:3: prices.openai.m.input: must be dollars from 0 to 10,000, with 6 decimals at most/],
    ['below nothing', 'prices:\n  openai:\n    m:\n      input: -1', /omni.yaml:4: prices.openai.m.input: must be dollars/],
    ['more digits than a price has', 'prices: { openai: { m: { input: 0.1234567 } } }', /prices.openai.m.input: must be dollars/],
    ['more digits than a price has, as text', 'prices: { openai: { m: { input: "0.1234567" } } }', /prices.openai.m.input: must be dollars/],
    ['dollars for a thousand tokens that were meant for one', 'prices: { openai: { m: { input: 10001 } } }', /prices.openai.m.input: must be dollars/],
    ['no number at all', 'prices: { openai: { m: { input: .nan, output: .inf } } }', /prices.openai.m.input: must be dollars[^]*m.output: must be dollars/],
    ['a kind that there is not', 'prices:\n  openai:\n    m: { inptu: 1 }', /omni.yaml:3: prices.openai.m.inptu: is not a setting. Did you mean `input`\?/],
    ['a tier that there is not', 'prices: { openai: { m: { input: 1, tiers: { slow: { input: 1 } } } } }', /prices.openai.m.tiers/],
    ['nobody’s name', 'prices:\n  opneai: { m: { input: 1 } }', /omni.yaml:2: prices.opneai: is no entry of `providers`.* Did you mean `openai`\?/],
    ['two stars', 'prices: { openai: { a*b*: { input: 1 } } }', /prices.openai.a\*b\*: has more than one `\*`/],
    ['no price', 'prices: { openai: { m: {} } }', /prices.openai.m: holds no price: say one of input, output/],
    ['no price in a tier', 'prices: { openai: { m: { input: 1, tiers: { flex: {} } } } }', /prices.openai.m.tiers.flex: holds no price/],
  ]
  for (const [what, text, said] of slips)
    test(what, () =>
      assert.throws(
        () => load(text),
        (error) => error instanceof ConfigError && said.test(error.message),
      ),
    )
})

test('a plan covers an entry with all of its accounts, or some of them', () => {
  const key = 'sk-9f86d081884c7d659a2feaa0c55ad015'
  const coveredIn = (text: string) =>
    load(text)
      .providers.find(({ name }) => name === 'groq')!
      .accounts.map(({ name, isCovered = false }) => [name, isCovered])
  assert.deepEqual(coveredIn(`providers: { groq: { key: ${key} } }`), [['default', false]])
  assert.deepEqual(coveredIn(`providers: { groq: { key: ${key}, covered: true } }`), [['default', true]])
  assert.deepEqual(
    coveredIn(`providers: { groq: { key: ${key}, covered: true, accounts: { red: { key: ${key}2 }, blue: { key: ${key}3, covered: false } } } }`),
    [
      ['default', true],
      ['red', true],
      ['blue', false],
    ],
  )
})
