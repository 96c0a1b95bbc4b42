/** A table that somebody gives is read whole or not at all: ours and that of genai-prices, and none that is broken, absurd or hostile. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Failure } from '../canonical/failure.ts'
import { priceOf } from '../catalog/catalog.ts'
import { builtIn, Catalogue } from '../catalog/table.ts'
import { parseTable, readTable } from './prices-table.ts'

const today = '2026-11-21'
const at = Date.UTC(2026, 10, 21, 12)

test('the built-in table is one that would be taken', () => {
  assert.deepEqual(readTable(structuredClone(builtIn.table), today), builtIn.table)
})

/** As https://raw.githubusercontent.com/pydantic/genai-prices/main/prices/new_data/v2/data.json has it. */
const source = [
  { id: 'nobody-we-know', name: 'N', api_pattern: 'x', models: [{ id: 'm', match: { equals: 'm' }, prices: { input_mtok: 1 } }] },
  {
    id: 'openai',
    name: 'OpenAI',
    api_pattern: 'https://api\\.openai\\.com',
    extractors: [],
    models: [
      {
        id: 'gpt-5.1',
        match: { or: [{ equals: 'gpt-5.1' }, { starts_with: 'gpt-5.1-x' }] },
        context_window: 400_000,
        prices: { input_mtok: 1.25, cache_read_mtok: 0.125, output_mtok: 10, web_searches_kcount: 10 },
      },
      {
        id: 'long',
        match: { and: [{ starts_with: 'lo' }, { ends_with: 'ng' }] },
        prices: [
          { prices: { input_mtok: 2 } },
          {
            constraint: { type: 'start_date', start_date: '2026-03-13' },
            prices: { input_mtok: { base: 3, tiers: [{ start: 200_000, price: 6 }] }, output_mtok: 15 },
          },
        ],
      },
      { id: 'new-kind', match: { sounds_like: 'x' }, prices: { input_mtok: 1 } },
      { id: 'new-condition', match: { equals: 'new-condition' }, prices: [{ constraint: { type: 'phase_of_moon' }, prices: { input_mtok: 1 } }] },
      { id: 'below', match: { equals: 'below' }, prices: { input_mtok: -1 } },
    ],
  },
]

describe('the file of genai-prices', () => {
  const table = readTable(source, today)
  const catalogue = new Catalogue(table)
  const priceIn = (model: string, tier: string | null = null) => priceOf(catalogue, 'openai', model, { at, tier })

  test('becomes ours, with its own digest for a version, today’s date, and the rules for tiers', () => {
    assert.match(table.version, /^genai-prices@[\da-f]{8}$/)
    assert.deepEqual([table.date, Object.keys(table.providers)], [today, ['openai']])
    assert.deepEqual(priceIn('gpt-5.1'), { input: 1_250_000, output: 10_000_000, cacheRead: 125_000 })
    assert.deepEqual(priceIn('gpt-5.1', 'flex'), { input: [[0, 625_000]], output: [[0, 5_000_000]], cacheRead: [[0, 62_500]] })
    assert.deepEqual(priceIn('long'), {
      input: [
        [0, 3_000_000],
        [200_000, 6_000_000],
      ],
      output: 15_000_000,
    })
  })

  test('loses what is in no form that we know, and keeps the rest', () => {
    for (const model of ['new-kind', 'new-condition', 'below']) assert.equal(priceIn(model), null, model)
    assert.equal(table.providers.openai!.models.filter(({ source: other }) => other === undefined).length, 2)
  })

  test('has beside its own what ours has from elsewhere', () => {
    assert.deepEqual(priceIn('omni-moderation-latest'), { input: 0 })
  })
})

const own = (fields: object) => ({
  version: 'mine',
  date: today,
  providers: { openai: { models: [{ match: { is: ['m'] }, periods: [{ prices: { input: 1 } }], ...fields }] } },
})
const priced = (prices: object) => own({ periods: [{ prices }] })

describe('what is no table is refused, with where', () => {
  const broken: readonly (readonly [what: string, value: unknown, said: RegExp])[] = [
    ['nothing', null, /at `the top`/],
    ['a text', 'prices', /no table of prices/],
    ['an empty list', [], /it knows none of the providers/],
    ['a list of something else', [{ id: 'openai' }, null, 7], /it knows none of the providers/],
    ['no version', { date: today, providers: {} }, /at `version`/],
    ['a version with words of its own', { ...own({}), version: 'a b\nc' }, /at `version`/],
    ['no day', { ...own({}), date: '2026-13-41' }, /at `date`/],
    ['something beside', { ...own({}), more: 1 }, /no table of prices/],
    ['a price below nothing', priced({ input: -1 }), /at `providers.openai.models.0.periods.0.prices.input`/],
    ['a fraction of a pico-dollar', priced({ input: 0.5 }), /prices.input/],
    ['a price that nobody pays', priced({ input: 10_000_000_001 }), /prices.input/],
    ['a part that there is not', priced({ thought: 1 }), /periods.0.prices/],
    [
      'steps that fall',
      priced({
        input: [
          [0, 1],
          [200, 2],
          [100, 3],
        ],
      }),
      /prices.input/,
    ],
    ['steps that begin late', priced({ input: [[200, 2]] }), /prices.input/],
    ['a model that matches nothing', own({ match: {} }), /models.0.match/],
    ['a model without a period', own({ periods: [] }), /models.0.periods/],
    ['a pattern that is none', own({ match: { fits: ['('] } }), /match.fits/],
    ['a pattern that takes for ever', own({ match: { fits: ['^(a+)+$'] } }), /match.fits/],
    ['another pattern that takes for ever', own({ match: { fits: ['^.*.*.*x$'] } }), /match.fits/],
    ['words that may be missing, many times', own({ match: { fits: [`${'a?'.repeat(30)}${'a'.repeat(30)}`] } }), /match.fits/],
    ['alternatives, many times', own({ match: { fits: [`${'(a|a)'.repeat(40)}x`] } }), /match.fits/],
    ['repetitions up to a number, many times', own({ match: { fits: [`${'a{0,9}'.repeat(40)}x`] } }), /match.fits/],
  ]
  for (const [what, value, said] of broken) {
    test(what, () =>
      assert.throws(
        () => readTable(value, today),
        (error) => error instanceof Failure && error.reason === 'invalid_value' && said.test(error.message),
      ),
    )
  }

  test('what is not JSON', () => {
    assert.throws(() => parseTable('{"version":', today), /it is not JSON/)
  })

  test('with no name of the file’s in the sentence that could do anything in a terminal', () => {
    const value = { ...own({}), providers: { '\u001b[2J evil': { models: [] } } }
    assert.throws(
      () => readTable(value, today),
      (error) => error instanceof Failure && error.message.includes('??2J?evil'),
    )
  })
})

test('names of every object are no providers, and no models', () => {
  const table = readTable(
    JSON.parse('{"version":"v","date":"2026-11-21","providers":{"constructor":{"models":[{"match":{"is":["x"]},"periods":[{"prices":{"input":1}}]}]}}}'),
    today,
  )
  assert.deepEqual(priceOf(new Catalogue(table), 'constructor', 'x', { at, tier: null }), { input: 1 })
  assert.equal(priceOf(new Catalogue(table), 'toString', 'x', { at, tier: null }), null)
})
