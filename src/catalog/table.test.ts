/** The table of prices agrees with the package that it is made from, and stays small. */

import assert from 'node:assert/strict'
import { statSync } from 'node:fs'
import { test } from 'node:test'
import { calcPrice, findProvider, type MatchLogic } from '@pydantic/genai-prices'
import { priceOf } from './catalog.ts'
import { costOf, stepsOf } from './cost.ts'
import { builtIn } from './table.ts'

const { table } = builtIn

const at = Date.UTC(2026, 10, 21, 12)

/** Names that rules are about: those they name, and those they begin or end with. */
function names(logic: MatchLogic): readonly string[] {
  if ('or' in logic) return logic.or.flatMap(names)
  if ('equals' in logic) return [logic.equals]
  if ('starts_with' in logic) return [logic.starts_with, `${logic.starts_with}-preview`]
  if ('ends_with' in logic) return [`x${logic.ends_with}`]
  return 'contains' in logic ? [`x-${logic.contains}-y`] : []
}

test('every model that the source knows costs what the source says, within its own rounding', () => {
  let compared = 0
  for (const providerId of Object.keys(table.providers)) {
    for (const model of findProvider({ providerId })!.models.flatMap(({ match }) => names(match))) {
      const price = priceOf(builtIn, providerId, model, { at, tier: null })
      if (price === null || (price.input ?? null) === null || (price.output ?? null) === null) continue
      const theirs = calcPrice({ input_tokens: 300_000, output_tokens: 1000 }, model, {
        providerId,
        timestamp: new Date(at),
      })
      const ours = costOf(price, { input: 300_000, output: 1000, imageOutput: 0 })!
      assert.ok(theirs && Math.abs(ours - theirs.total_price * 1e9) <= 1, `${providerId}/${model}: ${ours} against ${theirs?.total_price}`)
      compared += 1
    }
  }
  assert.ok(compared > 800, `${compared} compared`)
})

test('rates are whole pico-dollars, and steps begin at nothing and rise', () => {
  for (const { models } of Object.values(table.providers)) {
    for (const rate of models.flatMap(({ periods }) => periods.flatMap(({ prices }) => Object.values(prices)))) {
      const steps = stepsOf(rate)
      assert.equal(steps[0]![0], 0)
      assert.ok(steps.every(([moreThan, value], index) => (value === null || Number.isSafeInteger(value)) && (index === 0 || moreThan > steps[index - 1]![0])))
    }
  }
})

test('the table is smaller than a quarter of a megabyte', () => {
  assert.ok(statSync(new URL('prices.json', import.meta.url)).size < 256 * 1024)
})

test('many names of clients leave the cache bounded and the answers right', () => {
  for (let index = 0; index < 5000; index += 1) builtIn.find('openai', `made-up-${index}`)
  assert.equal(builtIn.find('openai', 'made-up-1'), null)
  assert.notEqual(builtIn.find('openai', 'gpt-4o'), null)
})
