/** Which of the operator's prices a connection has: its own name's, then its provider's; a name, then the pattern that says most. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { OwnPrice } from '../catalog/tariff.ts'
import { ownPricesOf } from './prices-own.ts'

const at = (input: number): OwnPrice => ({ price: { input }, tiers: {} })
const prices = { openai: { 'gpt-*': at(1), 'gpt-4o*': at(2), 'gpt-4o': at(3), 'ft:x': at(4) }, east: { 'gpt-4o': at(5) } }
const own = ownPricesOf(prices)
const inputOf = (entry: string, provider: string | undefined, model: string) => own(entry, provider)?.find(model)?.price.input

test('a name comes before patterns, and of those the one that says most', () => {
  assert.deepEqual(
    ['gpt-4o', 'gpt-4o-mini', 'gpt-5', 'ft:x', 'o3', 'constructor', '__proto__'].map((model) => inputOf('openai', 'openai', model)),
    [3, 2, 1, 4, undefined, undefined, undefined],
  )
})

test('an entry’s own come first, and those of its provider where it stands at the provider’s address', () => {
  assert.deepEqual(
    ['gpt-4o', 'gpt-5'].map((model) => inputOf('east', 'openai', model)),
    [5, 1],
  )
  assert.deepEqual(
    ['gpt-4o', 'gpt-5'].map((model) => inputOf('east', undefined, model)),
    [5, undefined],
  )
  assert.equal(own('west', undefined), undefined)
})

test('[C49] another spelling of a model has the same price', () => {
  assert.deepEqual(
    ['GPT-4o', 'gpt-4O-Mini', 'FT:X'].map((model) => inputOf('openai', 'openai', model)),
    [3, 2, 4],
  )
  const capital = ownPricesOf({ east: { 'MiniMax-M3': at(1), 'MiniMax-*': at(2) } })('east', undefined)!
  assert.deepEqual(
    ['minimax-m3', 'MiniMax-M3', 'minimax-M4'].map((model) => capital.find(model)?.price.input),
    [1, 1, 2],
  )
})

test('the version is the same for the same prices, and another for others', () => {
  const { version } = own('east', undefined)!
  assert.match(version, /^operator@[\da-f]{8}$/)
  assert.equal(ownPricesOf(structuredClone(prices))('openai', undefined)!.version, version)
  assert.notEqual(ownPricesOf({ ...prices, east: { 'gpt-4o': at(6) } })('east', undefined)!.version, version)
})

test('many names of clients leave the memory bounded and the answers right', () => {
  const found = own('openai', undefined)!
  for (let index = 0; index < 5000; index += 1) found.find(`made-up-${index}`)
  assert.deepEqual([found.find('gpt-4o')?.price.input, found.find('made-up-1')], [3, undefined])
})
