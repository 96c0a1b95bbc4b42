/** Prices that were written down by hand, and the arithmetic of a call's cost. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { contextOf, priceOf as priceIn } from './catalog.ts'
import { costOf, type CountedTokens } from './cost.ts'
import { builtIn, type Price } from './table.ts'

const november = Date.UTC(2026, 10, 21, 12)
const million = 1_000_000
const dollar = 1_000_000_000

const priceOf = (provider: string, model: string, at: number, tier: string | null = null): Price | null => priceIn(builtIn, provider, model, { at, tier })

const cost = (provider: string, model: string, tokens: CountedTokens, at = november): number | null => {
  const price = priceOf(provider, model, at)
  return price && costOf(price, tokens)
}

/** In dollars for a million tokens, as the vendors' price lists have them: written down apart from the table's source. */
const checkedByHand: readonly (readonly [provider: string, model: string, input: number, output: number, cacheRead?: number])[] = [
  ['openai', 'gpt-4o', 2.5, 10, 1.25],
  ['openai', 'gpt-4o-2024-08-06', 2.5, 10, 1.25],
  ['openai', 'gpt-4o-mini', 0.15, 0.6, 0.075],
  ['openai', 'gpt-4.1', 2, 8, 0.5],
  ['openai', 'gpt-5', 1.25, 10, 0.125],
  ['openai', 'gpt-5-nano', 0.05, 0.4, 0.005],
  ['openai', 'o3', 2, 8, 0.5],
  ['anthropic', 'claude-opus-4-1-20250805', 15, 75, 1.5],
  ['anthropic', 'claude-opus-4-5', 5, 25, 0.5],
  ['anthropic', 'claude-haiku-4-5-20251001', 1, 5, 0.1],
  ['google', 'gemini-2.5-flash', 0.3, 2.5, 0.03],
  ['groq', 'llama-3.3-70b-versatile', 0.59, 0.79],
  ['mistral', 'mistral-large-2512', 0.5, 1.5, 0.05],
]

test('what its vendor gives away costs nothing, and what nobody knows the price of has none', () => {
  assert.equal(cost('openai', 'omni-moderation-latest', { input: million, output: 0 }), 0)
  assert.equal(cost('openai', 'omni-moderation-latest', { input: million, output: 1 }), null)
  assert.equal(cost('mistral', 'mistral-moderation-latest', { input: million, output: 0 }), null)
})

test('prices that were written down by hand are in the table', () => {
  for (const [provider, model, input, output, cacheRead] of checkedByHand) {
    assert.equal(cost(provider, model, { input: 100_000 }), Math.round((input * dollar) / 10), model)
    assert.equal(cost(provider, model, { output: million }), Math.round(output * dollar), model)
    if (cacheRead !== undefined) assert.equal(cost(provider, model, { input: 100_000, cacheRead: 100_000 }), Math.round((cacheRead * dollar) / 10), model)
  }
})

test('what nobody knows is null and never nothing', () => {
  assert.equal(priceOf('openai', 'gpt-none', november), null)
  assert.equal(priceOf('nobody', 'gpt-4o', november), null)
  assert.equal(priceOf('__proto__', 'gpt-4o', november), null)
  assert.equal(priceOf('constructor', 'name', november), null)
  assert.equal(priceOf('openai', '__proto__', november), null)
  assert.equal(priceOf('openai', 'gpt-4o'.padEnd(10_000, 'x'), november), null)
  assert.equal(priceOf('google', 'gemma-3-27b-it', november), null, 'the source lists it with no price')
  assert.equal(costOf({ input: 1, output: 1 }, {}), null)
  assert.equal(contextOf('openai', 'gpt-none'), undefined)
})

test('a token whose price is unknown makes the cost unknown', () => {
  assert.equal(cost('openai', 'gpt-4o-audio-preview', { input: 100, output: 10 }), 350_000)
  assert.equal(cost('openai', 'gpt-4o-audio-preview', { input: 100, output: 10, audioInput: 50 }), null)
  assert.equal(
    cost('google', 'gemini-2.5-flash-image', { input: 100, output: 1290 }),
    null,
    'pictures cost more than words, and usage does not tell them apart',
  )
  assert.equal(costOf({ input: 5 }, { input: 1000, output: 1 }), null)
})

test('a newer version that begins with an older one’s name does not get its price', () => {
  assert.notEqual(priceOf('anthropic', 'claude-sonnet-5', november), null)
  assert.notEqual(priceOf('anthropic', 'claude-sonnet-5-20260801', november), null)
  assert.equal(priceOf('anthropic', 'claude-sonnet-5-5', november), null)
  assert.equal(priceOf('anthropic', 'claude-sonnet-5.5-20261001', november), null)
})

test('names are matched without regard to case, and dates with or without dashes', () => {
  assert.deepEqual(priceOf('openai', 'GPT-4o', november), priceOf('openai', 'gpt-4o', november))
  assert.deepEqual(priceOf('openai', 'gpt-4o-20240806', november), priceOf('openai', 'gpt-4o', november))
})

test('a cloud that has no price of its own for a model has its maker’s', () => {
  assert.deepEqual(priceOf('azure', 'claude-opus-4-5', november), priceOf('anthropic', 'claude-opus-4-5', november))
})

test('beyond a size of the prompt all tokens have the dearer price', () => {
  const long = { input: 200_001, output: 1000, cacheRead: 1 }
  assert.equal(cost('google', 'gemini-2.5-pro', { input: 200_000, output: 1000 }), 200_000 * 1250 + 1000 * 10_000)
  assert.equal(cost('google', 'gemini-2.5-pro', long), 200_000 * 2500 + 250 + 1000 * 15_000)
  assert.equal(cost('openai', 'gpt-5.4', { input: 271_999, output: 0 }), 271_999 * 2500)
  assert.equal(cost('openai', 'gpt-5.4', { input: 272_000, output: 0 }), 272_000 * 5000)
})

test('cached tokens are not billed at the full price too, and writes are apart by how long they live (cases 156, 157)', () => {
  const tokens = { input: 10_000, output: 100, cacheRead: 4000, cacheWrite: 3000, cacheWriteHour: 1000 }
  assert.equal(cost('anthropic', 'claude-opus-4-5', tokens), 3000 * 5000 + 4000 * 500 + 2000 * 6250 + 1000 * 10_000 + 100 * 25_000)
})

test('a cache whose price is not told costs what the input costs', () => {
  assert.equal(costOf({ input: 2000, output: 0 }, { input: 10, cacheRead: 4, cacheWrite: 5, cacheWriteHour: 5 }), 20)
  assert.equal(costOf({ input: 2000, cacheWrite: 3000 }, { input: 10, cacheWrite: 10, cacheWriteHour: 10 }), 30)
})

test('audio is billed at its own price, once (case 162)', () => {
  assert.equal(
    cost('openai', 'gpt-audio', { input: 1000, audioInput: 900, output: 500, audioOutput: 400 }),
    100 * 2500 + 900 * 32_000 + 100 * 10_000 + 400 * 64_000,
  )
})

test('a call that has a price of its own is billed beside its tokens', () => {
  assert.equal(cost('perplexity', 'sonar', { input: 1000, output: 1000 }), 12_000_000 + 1_000_000 + 1_000_000)
})

test('fractions of a nano-dollar are added up and rounded once, half up', () => {
  assert.equal(cost('cohere', 'command-r7b', { input: 1 }), 38, '37.5')
  assert.equal(cost('cohere', 'command-r7b', { input: 3 }), 113, '112.5')
  assert.equal(costOf({ input: 499 }, { input: 1 }), 0)
  assert.equal(costOf({ input: 500 }, { input: 1 }), 1)
  assert.equal(costOf({ input: 499, output: 1 }, { input: 1, output: 1 }), 1)
})

test('a billion tokens at the dearest price are billed exactly', () => {
  assert.equal(cost('openai', 'o1-pro', { input: 1_000_000_000, output: 1_000_000_000 }), 750_000 * dollar)
  assert.equal(costOf({ input: 123_457 }, { input: 999_999_999 }), Number((123_457n * 999_999_999n + 500n) / 1000n))
})

test('counts that cannot be are counted as none, and of a part no more than the whole', () => {
  assert.equal(costOf({ input: 1000, output: 1000 }, { input: -5, output: Number.NaN }), 0)
  assert.equal(costOf({ input: 1000, cacheRead: 100 }, { input: 10, cacheRead: 20 }), 1)
})

test('a price follows the day and the hour that the source names', () => {
  assert.equal(cost('openai', 'o3', { input: 1000 }, Date.UTC(2025, 5, 9)), 10_000_000)
  assert.equal(cost('openai', 'o3', { input: 1000 }, Date.UTC(2025, 5, 10)), 2_000_000)
  assert.equal(cost('deepseek', 'deepseek-chat', { output: 1000 }, Date.UTC(2026, 10, 21, 12)), 1_100_000)
  assert.equal(cost('deepseek', 'deepseek-chat', { output: 1000 }, Date.UTC(2026, 10, 21, 17)), 550_000)
})

test('the table says which one it is', () => {
  assert.match(builtIn.table.version, /^genai-prices@\d+\.\d+\.\d+$/)
  assert.match(builtIn.table.date, /^\d{4}-\d\d-\d\d$/)
  assert.equal(contextOf('openai', 'gpt-4o'), 128_000)
})
