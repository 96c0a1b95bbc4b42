/** Prices that are replaced while a call is under way: it settles by those that it began with, and the next one by the new ones. */

import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { openai } from '../upstream/index.ts'
import { openGoverned } from './scene.ts'

const model = 'up/gpt-4o-mini'
const usage = { input: 100, output: 50 }
const release = Promise.withResolvers<void>()
const scene = await openGoverned({
  script: async (request) => {
    await release.promise
    return openai.speak('fine', { usage })(request)
  },
})

test('(routing 45) a call settles at the price that it was reserved at, and a call after it at the new one', async () => {
  const { key, id } = await scene.keyWith({ name: 'repriced' })
  await scene.put('budgets/repriced', { scope: `key:${id}`, amount_usd: '100', period: 'total' })
  const underWay = scene.say(model, { max_tokens: 50 }, { key })
  await scene.upstream.request(0)
  const before = JSON.parse(readFileSync(scene.configPath, 'utf8')) as object
  writeFileSync(scene.configPath, JSON.stringify({ ...before, prices: { up: { 'gpt-4o-mini': { input: 1000, output: 1000 } } } }))
  assert.equal((await scene.admin('POST', 'reload')).status, 200)
  release.resolve()
  const first = await scene.receiptOf(await underWay)
  // 100 tokens in at 0.15 dollars for a million, and 50 out at 0.60.
  assert.deepEqual([first.budget_settled, first.total_cost], [45_000, 45_000])
  const next = await scene.receiptOf(await scene.say(model, { max_tokens: 50 }, { key }))
  assert.equal(next.budget_settled, 150 * 1_000_000)
})
