/** What calls cost is charged to budgets, shown, told before it is gone, and outlives every change of the budget. */

import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import type { JsonObject } from '../../src/base/json.ts'
import { omni } from '../contract/shell.ts'
import { eventually } from '../gateway.ts'
import { openai, reply, startUpstream } from '../upstream/index.ts'
import { openGoverned } from './scene.ts'

const model = 'up/gpt-4o-mini'
/** Its price is 0.15 and 0.60 dollars a million: a call costs 45 cents and 60 cents. */
const usage = { input: 3_000_000, output: 1_000_000 }
const each = 1.05

const receiver = await startUpstream(reply(200, ''))
after(() => receiver.stop())
const scene = await openGoverned({
  script: openai.speak('Hello there.', { usage }),
  settings: { alerts: { webhooks: [{ url: `${receiver.url}/alerts` }] } },
})
const { admin, put, remove, keyWith } = scene

interface Line {
  readonly values: Readonly<Record<string, string>>
  readonly spent: number
  readonly reserved: number
  readonly left: number
}

async function spendingOf(budget: string): Promise<readonly Line[]> {
  const { data } = (await admin('GET', `budgets/${budget}/spending`)).json() as unknown as { readonly data: readonly JsonObject[] }
  return data.map((line) => ({
    values: line.values as Line['values'],
    spent: Number(line.spent_usd),
    reserved: Number(line.reserved_usd),
    left: Number(line.left_usd),
  }))
}

/** What is in the index a moment after the answer, when nothing is held any more. */
const spent = (budget: string, dollars: number): Promise<Line> =>
  eventually(async () => (await spendingOf(budget)).find((line) => line.reserved === 0 && Math.abs(line.spent - dollars) < 1e-9))

const call = async (key: string, fields: JsonObject = {}, of = model): Promise<number> => (await scene.say(of, { max_tokens: 10, ...fields }, { key })).status

void describe('a budget', () => {
  test('is charged what calls cost, and keeps it when it is changed, removed and made again', async () => {
    const { id, key } = await keyWith({})
    const budget = { scope: `key:${id}`, amount_usd: '2.00', period: 'month', alerts: [] }
    await put('budgets/mine', budget)
    assert.equal(await call(key), 200)
    assert.ok(Math.abs((await spent('mine', each)).left - 0.95) < 1e-9)
    assert.equal(await call(key), 200, 'what is left is enough for what the call may come to')
    assert.ok((await spent('mine', 2 * each)).left < 0)
    assert.equal(await call(key), 402)
    await put('budgets/mine', { ...budget, amount_usd: '2.50' })
    await eventually(async () => (await call(key)) === 200)
    await spent('mine', 3 * each)
    await remove('budgets/mine')
    assert.equal(await call(key), 200, 'nobody counts')
    await put('budgets/mine', { ...budget, amount_usd: '3.00' })
    assert.equal(await call(key), 402)
    await spent('mine', 3 * each)
    await remove('budgets/mine')
  })

  test('for each key and model has a counter for each, and is none of the budget of another', async () => {
    const [one, two] = await Promise.all([keyWith({}), keyWith({})])
    await put('budgets/each', { scope: 'all', each: ['key', 'model'], amount_usd: '10', period: 'day', alerts: [] })
    for (const { key } of [one, two]) assert.equal(await call(key), 200)
    assert.equal(await call(one.key, {}, 'up/gpt-4o'), 200)
    const lines = await eventually(async () => [await spendingOf('each')].find(({ length }) => length === 3))
    assert.deepEqual(
      new Set(lines.map(({ values }) => JSON.stringify(values))),
      new Set(
        [
          [one.id, 'gpt-4o-mini'],
          [two.id, 'gpt-4o-mini'],
          [one.id, 'gpt-4o'],
        ].map(([key, named]) => JSON.stringify({ key, model: named })),
      ),
    )
    const shown = await omni(scene, ['budgets', 'show', 'each'])
    assert.match(shown.stdout, /^each: \$10 per day \(UTC\) for all, [^\n]+\n\nKEY +MODEL +SPENT +RESERVED +LEFT\n[^]*gpt-4o-mini +\$1\.05 +\$0\.00 +\$8\.95/)
    await remove('budgets/each')
  })

  test('is told of a moment after the call that crossed its percent, once', async () => {
    const { id, key } = await keyWith({})
    await put('budgets/told', { scope: `key:${id}`, amount_usd: '2.00', period: 'total', alerts: [50, 90] })
    const heard = () => receiver.requests.map((request) => (request.json() as { readonly data: JsonObject }).data).filter(({ budget }) => budget === 'told')
    assert.equal(await call(key), 200)
    await eventually(() => heard().length === 1)
    assert.equal(await call(key), 200)
    await eventually(() => heard().length === 2)
    assert.deepEqual(
      heard().map(({ percent, spent_usd: money }) => [percent, money]),
      [
        [50, '1.05'],
        [90, '2.10'],
      ],
    )
    await remove('budgets/told')
  })

  test('lets no call through whose price nobody knows, unless it says so', async () => {
    const { id, key } = await keyWith({})
    const budget = { scope: `key:${id}`, amount_usd: '1.00', period: 'total', alerts: [] }
    await put('budgets/known', budget)
    assert.equal(await call(key, {}, 'up/a-model-without-a-price'), 402)
    await put('budgets/known', { ...budget, unpriced: 'allow' })
    assert.equal(await call(key, {}, 'up/a-model-without-a-price'), 200)
    await remove('budgets/known')
  })
})

void describe('a limit', () => {
  test('(routing 40) kept by a label counts all calls together that have none', async () => {
    await put('limits/labels', { scope: 'all', each: ['label:team'], measure: 'requests', amount: 1, window: '1h' })
    const { key } = await keyWith({})
    const statuses: number[] = []
    const said: readonly JsonObject[] = [{}, {}, { team: 'ml' }, { feature: 'x' }, { team: 'ml' }]
    for (const metadata of said) statuses.push(await call(key, { omni_metadata: metadata }))
    assert.deepEqual(statuses, [200, 429, 200, 429, 429])
    await remove('limits/labels')
  })

  test('(routing 41) of zero suspends, and a tenant’s limit is about the calls of the tenant alone', async () => {
    await put('tenants/paused', {})
    await put('limits/none', { tenant: 'paused', scope: 'all', measure: 'concurrency', amount: 0 })
    const [ours, theirs] = await Promise.all([keyWith({ tenant: 'paused' }), keyWith({})])
    assert.deepEqual([await call(ours.key), await call(theirs.key)], [429, 200])
    await remove('limits/none')
    assert.equal(await call(ours.key), 200)
  })
})
