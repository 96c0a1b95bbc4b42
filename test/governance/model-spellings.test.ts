/** A provider may take a model's name in any case, and the gateway passes on what a client writes: no limit, list or rule is got round by that. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '../../src/base/json.ts'
import { openGoverned } from './scene.ts'

const { put, remove, say, admin, keyWith, receiptOf, upstream } = await openGoverned()
const spellings = ['up/gpt-4o', 'up/GPT-4o', 'up/Gpt-4O'] as const

const statuses = async (key?: string): Promise<readonly number[]> => {
  const found: number[] = []
  for (const model of spellings) found.push((await say(model, {}, key === undefined ? {} : { key })).status)
  return found
}

test('[C49] a limit on a model, or for each model, counts all spellings of it', async () => {
  for (const [id, about] of Object.entries({ named: { models: ['GPT-4O'] }, fitting: { models: ['up/gpt-*'] }, each: { each: ['model'] } })) {
    await put(`limits/${id}`, { scope: 'all', measure: 'requests', amount: 1, window: '1h', ...about })
    assert.deepEqual(await statuses(), [200, 429, 429], id)
    await remove(`limits/${id}`)
  }
})

test('[C49] a budget of a model is spent by all spellings of it', async () => {
  await put('budgets/one', { scope: 'all', amount_usd: '10', period: 'total', each: ['model'] })
  for (const model of spellings) await receiptOf(await say(model))
  const { data } = (await admin('GET', 'budgets/one/spending')).json()
  assert.deepEqual(
    (data as readonly JsonObject[]).map(({ values }) => values),
    [{ model: 'gpt-4o' }],
  )
  await remove('budgets/one')
})

test('[C49] a rule for a model holds for all spellings of it, however the rule spells it', async () => {
  for (const when of ['target.model == "GPT-4o"', 'request.model.endsWith("gpt-4O")', { model: 'UP/gpt-4o' }, { model: 'GPT-4o' }, { model: 'up/gpt-*' }]) {
    const before = upstream.requests.length
    await put('policies/house', { version: 1, name: 'house', rules: [{ id: 'no', when, outcome: 'BLOCK' }] })
    assert.deepEqual(await statuses(), [403, 403, 403], JSON.stringify(when))
    assert.equal(upstream.requests.length, before)
    await remove('policies/house')
  }
})

test('[C49] a key’s list names a model or does not, in every spelling', async () => {
  const [of, without] = await Promise.all([keyWith({ models: ['GPT-4O'] }), keyWith({ models: ['gpt-4o-mini'] })])
  assert.deepEqual(await statuses(of.key), [200, 200, 200])
  assert.deepEqual(await statuses(without.key), [403, 403, 403])
})

test('the provider is asked for the model as the client spelled it', async () => {
  await say('up/Gpt-4O')
  assert.equal(upstream.requests.at(-1)!.json().model, 'Gpt-4O')
})
