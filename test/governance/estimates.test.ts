/** What is set aside for calls beside plain words: as much as they may cost, and no price is asked for what they do not have. */

import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { openai, reply, startUpstream } from '../upstream/index.ts'
import { embeddings, moderations } from '../upstream/forms.ts'
import { openGoverned } from './scene.ts'

const painter = await startUpstream(openai.speak('Here it is.', { usage: { input: 10, output: 20 } }))
const broken = await startUpstream(openai.error(500, 'server_error'))
const like = 'openai'
/** Answers in the background: nobody knows yet what it will cost. */
const patient = await startUpstream(
  reply(200, { id: 'resp_1', object: 'response', created_at: 1_770_000_000, status: 'queued', background: true, model: 'o1-pro', output: [], usage: null }),
)
const [judge, other] = await Promise.all([startUpstream(moderations), startUpstream(moderations)])
after(() => Promise.all([patient.stop(), judge.stop(), other.stop()]))
const scene = await openGoverned({
  script: embeddings,
  cast: {
    painter: { like, url: painter.url, extra: { prices: 'gemini' } },
    judge: { like, url: judge.url, extra: { prices: like } },
    other: { like, url: other.url, extra: { prices: 'mistral' } },
    broken: { like, url: broken.url, extra: { prices: like } },
    patient: { like, url: patient.url, extra: { prices: like, wires: ['openai-responses'] } },
  },
  settings: { prices: { other: { 'house-mod': { call: 0 } } }, chains: { dearer: { targets: ['broken/gpt-4o-mini', 'up/o1-pro'], retries: 0 } } },
})

test('[C49] (routing 42) embeddings, whose models have no price for words, are within a budget, charged, and take of a limit their own tokens alone', async () => {
  const { id, key } = await scene.keyWith({})
  await scene.put('budgets/small', { scope: `key:${id}`, amount_usd: '0.01', period: 'total' })
  await scene.put('limits/tokens', { scope: `key:${id}`, measure: 'tokens', amount: 100, window: '1h' })
  const told = await scene.ask({ path: '/v1/embeddings', key, body: { model: 'up/text-embedding-3-small', input: 'hello world' } })
  assert.equal(told.status, 200, told.text)
  const receipt = await scene.receiptOf(told)
  assert.ok(Number(receipt.budget_reserved) > 0)
  assert.ok(Number(receipt.budget_settled) > 0)
  assert.equal(receipt.budget_settled, receipt.total_cost)
})

test('[C49] moderation that its vendor gives away is within every budget and costs nothing, and one whose price nobody knows is refused', async () => {
  const { id, key } = await scene.keyWith({})
  await scene.put('budgets/empty', { scope: `key:${id}`, amount_usd: '0.000000001', period: 'total' })
  const moderate = (model: string) => scene.ask({ path: '/v1/moderations', key, body: { model, input: ['be kind', 'to all'] } })
  const told = await moderate('judge/omni-moderation-latest')
  assert.equal(told.status, 200, told.text)
  const { total_cost: total, budget_settled: settled, cost_availability: availability } = await scene.receiptOf(told)
  assert.deepEqual([total, settled, availability], [0, 0, 'estimated'])
  const unknown = await moderate('other/mistral-moderation-latest')
  assert.deepEqual([unknown.status, other.requests.length], [402, 0], unknown.text)
})

test('[C49] moderation for which the operator said what a call costs, and nothing of tokens, is within a budget at that price', async () => {
  const { id, key } = await scene.keyWith({})
  await scene.put('budgets/by-the-call', { scope: `key:${id}`, amount_usd: '0.000000001', period: 'total' })
  const told = await scene.ask({ path: '/v1/moderations', key, body: { model: 'other/house-mod', input: 'be kind' } })
  assert.equal(told.status, 200, told.text)
  assert.equal((await scene.receiptOf(told)).total_cost, 0)
})

test('[C49] a model that paints for a price of its own is within a budget, at that price', async () => {
  const { id, key } = await scene.keyWith({})
  await scene.put('budgets/painted', { scope: `key:${id}`, amount_usd: '1', period: 'total' })
  const told = await scene.say('painter/gemini-2.5-flash-image', { max_tokens: 1000 }, { key })
  assert.equal(told.status, 200, told.text)
  assert.ok(Number((await scene.receiptOf(told)).budget_reserved) >= 1000 * 30_000)
  await painter.stop()
})

test('[C49] a call that was asked of one provider counts for its limits, though there be no money for the next', async () => {
  const { id, key } = await scene.keyWith({})
  await scene.put('budgets/cheap', { scope: `key:${id}`, amount_usd: '0.01', period: 'total' })
  await scene.put('limits/twice', { scope: `key:${id}`, measure: 'requests', amount: 2, window: '1h' })
  const statuses: number[] = []
  for (let call = 0; call < 3; call += 1) statuses.push((await scene.say('dearer', { max_tokens: 1000 }, { key })).status)
  assert.deepEqual([...statuses, broken.requests.length], [502, 502, 429, 2])
  await broken.stop()
})

test('[C49] (routing 42) an answer in the background is charged what was set aside for it', async () => {
  const { id, key } = await scene.keyWith({})
  await scene.put('budgets/later', { scope: `key:${id}`, amount_usd: '5', period: 'total' })
  const ask = () => scene.ask({ path: '/v1/responses', key, body: { model: 'patient/o1-pro', input: 'hello', background: true, max_output_tokens: 5000 } })
  const told = await ask()
  assert.equal(told.status, 200, told.text)
  const receipt = await scene.receiptOf(told)
  assert.ok(Number(receipt.budget_reserved) > 5000 * 600_000)
  assert.equal(receipt.budget_settled, receipt.budget_reserved)
  assert.equal((await ask()).status, 402)
})

test('(routing 42) several pictures are set aside for as several', async () => {
  const { id, key } = await scene.keyWith({})
  await scene.put('budgets/pictures', { scope: `key:${id}`, amount_usd: '1', period: 'total' })
  const told = await scene.ask({ path: '/v1/images/generations', key, body: { model: 'up/gpt-image-1', prompt: 'a cat', n: 10 } })
  assert.equal(told.status, 402, told.text)
})
