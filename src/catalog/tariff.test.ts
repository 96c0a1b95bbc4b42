/** Whose price it is, and in which tier: the operator's before the catalogue's, and the standard one for the standard tier alone. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { costOf, stepsOf } from './cost.ts'
import { builtIn, Catalogue, parts, type PriceTable } from './table.ts'
import { Tariff, type OwnPrices } from './tariff.ts'

const at = Date.UTC(2026, 10, 21, 12)
const usage = { input: 1000, output: 100, cacheRead: 200 }

const costIn = (provider: string, model: string, tier: string | null, tokens = usage): number | null => {
  const quote = new Tariff(builtIn, provider).quote(model, at, tier)
  return quote && costOf(quote.price, tokens)
}

describe('a tier', () => {
  /** Standard: 2.50 in, 10 out, 1.25 from a cache, and so on; by hand from the vendors' lists. */
  const known: readonly (readonly [provider: string, model: string, tier: string | null, nano: number | null])[] = [
    ['openai', 'gpt-5.1', null, 800 * 1250 + 200 * 125 + 100 * 10_000],
    ['openai', 'gpt-5.1', 'standard', 800 * 1250 + 200 * 125 + 100 * 10_000],
    ['openai', 'gpt-5.1', 'flex', (800 * 1250 + 200 * 125 + 100 * 10_000) / 2],
    ['openai', 'gpt-5.1', 'priority', 800 * 2500 + 200 * 250 + 100 * 20_000],
    ['openai', 'gpt-5.1-2025-11-13', 'fast', 800 * 2500 + 200 * 250 + 100 * 20_000],
    ['openai', 'gpt-5.5', 'fast', 800 * 12_500 + 200 * 1250 + 100 * 75_000],
    ['openai', 'gpt-4.1', 'priority', 800 * 3500 + 200 * 875 + 100 * 14_000],
    ['openai', 'gpt-5-mini', 'priority', 800 * 450 + 200 * 45 + 100 * 3600],
    ['openai', 'gpt-4o', 'priority', null],
    ['openai', 'gpt-5.1', 'scale', null],
    ['openai', 'gpt-5.1', 'other', null],
    ['openai', 'gpt-5.1', 'constructor', null],
    ['anthropic', 'claude-opus-4-6', 'batch', (800 * 5000 + 200 * 500 + 100 * 25_000) / 2],
    ['anthropic', 'claude-opus-4-6', 'fast', 800 * 30_000 + 200 * 3000 + 100 * 150_000],
    ['anthropic', 'claude-opus-4-6', 'priority', null],
    ['anthropic', 'claude-haiku-4-5', 'fast', null],
    ['azure', 'gpt-5.1', 'flex', null],
    ['groq', 'llama-3.3-70b-versatile', 'flex', 1000 * 590 + 100 * 790],
  ]
  for (const [provider, model, tier, nano] of known) {
    test(`${tier} of ${provider}/${model} costs ${nano ?? 'nobody knows what'}`, () => {
      const tokens = provider === 'groq' ? { input: 1000, output: 100, cacheRead: 0 } : usage
      assert.equal(costIn(provider, model, tier, tokens), nano)
    })
  }

  test('whose rule says nothing of a part leaves that unknown', () => {
    assert.equal(costIn('google', 'gemini-2.5-pro', 'flex', { input: 1000, output: 100, cacheRead: 0 }), (1000 * 1250 + 100 * 10_000) / 2)
    assert.equal(costIn('google', 'gemini-2.5-pro', 'flex'), null)
    assert.equal(costIn('google', 'gemini-2.5-pro', 'priority'), null)
  })

  test('that is not sold for long prompts has no price for them', () => {
    assert.equal(costIn('openai', 'gpt-5.4', 'fast', { input: 271_999, output: 0, cacheRead: 0 }), 271_999 * 5000)
    assert.equal(costIn('openai', 'gpt-5.4', 'fast', { input: 272_000, output: 0, cacheRead: 0 }), null)
    assert.equal(costIn('openai', 'gpt-5.4', 'flex', { input: 272_000, output: 0, cacheRead: 0 }), 272_000 * 2500)
  })

  test('has a source for its rule, and no rate that its share would round', () => {
    for (const [id, { tiers = [], models }] of Object.entries(builtIn.table.providers)) {
      for (const { percent, source } of tiers) {
        assert.match(source, /^https:\/\//, id)
        const rates = models.flatMap(({ periods }) =>
          periods.flatMap(({ prices }) => parts.flatMap((part) => stepsOf(prices[part] ?? 0).map(([, each]) => each ?? 0))),
        )
        assert.deepEqual(
          rates.filter((rate) => (rate * percent) % 100 !== 0 && percent === 50),
          [],
          id,
        )
      }
    }
  })
})

describe('the operator’s price', () => {
  const own: OwnPrices = {
    version: 'operator@01234567',
    find: (model) => (model === 'gpt-4o' ? { price: { input: 1, output: 2 }, tiers: { flex: { input: 3 } } } : undefined),
  }
  const tariff = new Tariff(builtIn, 'openai', own)

  test('comes before the catalogue’s, and says whose it is', () => {
    assert.deepEqual(tariff.quote('gpt-4o', at, null), { price: { input: 1, output: 2 }, source: 'operator', version: 'operator@01234567' })
    assert.deepEqual(tariff.quote('gpt-4o-mini', at, null), new Tariff(builtIn, 'openai').quote('gpt-4o-mini', at, null))
  })

  test('in a tier is the one that is said for it, and none where none is', () => {
    assert.deepEqual(tariff.quote('gpt-4o', at, 'flex')?.price, { input: 3 })
    assert.equal(tariff.quote('gpt-4o', at, 'priority'), null)
    assert.equal(tariff.quote('gpt-4o', at, 'constructor'), null)
  })

  test('holds where the catalogue knows nobody', () => {
    assert.equal(new Tariff(builtIn, null, own).quote('gpt-4o', at, null)?.source, 'operator')
    assert.equal(new Tariff(builtIn, null, own).quote('gpt-4o-mini', at, null), null)
  })
})

test('another table is another catalogue: nothing that was found in one is remembered by the other', () => {
  const table: PriceTable = {
    version: 'mine',
    date: '2026-11-01',
    providers: { openai: { models: [{ match: { is: ['gpt-4o'] }, periods: [{ prices: { input: 7 } }] }] } },
  }
  const mine = new Catalogue(table)
  assert.notEqual(builtIn.find('openai', 'gpt-4o'), null)
  assert.deepEqual(new Tariff(mine, 'openai').quote('gpt-4o', at, null), { price: { input: 7 }, source: 'catalogue', version: 'mine+2026-11-01' })
  assert.equal(mine.find('openai', 'gpt-4o-mini'), null)
  assert.deepEqual([mine.isBuiltIn, builtIn.isBuiltIn], [false, true])
})
