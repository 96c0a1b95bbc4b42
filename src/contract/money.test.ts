/** Money comes and goes to the nano-dollar. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dollars, nanoDollars, usd } from './money.ts'

const sentenceOf = (value: unknown): string | undefined => usd.safeParse(value).error?.issues[0]?.message

test('(routing 35) dollars are read to the nano-dollar, and written as they were read', () => {
  for (const [text, amount] of [
    ['0.00', 0],
    ['10.00', 10_000_000_000],
    ['0.000000001', 1],
    ['1.005', 1_005_000_000],
    ['9007199.254740991', Number.MAX_SAFE_INTEGER],
  ] as const) {
    assert.equal(nanoDollars(usd.parse(text)), amount)
    assert.equal(dollars(amount), text)
  }
  assert.equal(nanoDollars(usd.parse(0.1)), 100_000_000)
  assert.equal(nanoDollars(usd.parse('10')), 10_000_000_000)
  assert.equal(dollars(-1_500_000_000), '-1.50')
})

test('(routing 35) what is negative, below a nano-dollar, or too much to be counted is refused with a sentence', () => {
  assert.match(sentenceOf('-1') ?? '', /less than nothing/)
  assert.match(sentenceOf(-0.01) ?? '', /less than nothing/)
  assert.match(sentenceOf('0.0000000001') ?? '', /nano-dollar/)
  assert.match(sentenceOf('9007199.254740992') ?? '', /9007199\.254740991 is the most/)
  assert.match(sentenceOf('9'.repeat(400)) ?? '', /most/)
  for (const value of ['', 'ten', '1e3', '0x10', '1,000', 'Infinity', Number.NaN, 1e300, null, {}, true])
    assert.match(sentenceOf(value) ?? '', /must be dollars/, String(value))
})
