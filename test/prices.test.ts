/** Prices through the real process: an operator's own, a newer table that is looked at before it is taken, and plans that pay. */

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { builtIn, type PriceTable } from '../src/catalog/table.ts'
import type { Explanation } from '../src/contract/explain.ts'
import type { ModelPriceResource, PriceTableResource, RefreshedPrices } from '../src/contract/prices.ts'
import { openScene } from './contract/scene.ts'
import { eventually } from './gateway.ts'
import { reply, stream as streamed } from './upstream/answer.ts'
import { openai } from './upstream/index.ts'

/** Milliseconds: other processes look every three seconds. */
const soon = 15_000
const entry = fileURLToPath(new URL('../bin/omni.js', import.meta.url))
const usage = { input: 1000, output: 100 }

const scene = await openScene({
  providers: ({ chat }) =>
    [
      `  plan: { like: openai, key: secret-of-plan-9f86d081884c7d65, baseUrl: "${chat}/v1", prices: openai, covered: true }`,
      `  listed: { like: openai, key: secret-of-list-9f86d081884c7d65, baseUrl: "${chat}/v1", prices: openai }`,
    ].join('\n'),
  config: () =>
    'prices:\n  openai: { my-*: { input: 0.5, output: "1.25", call: 0.001 } }\nmedia: { hosts: [127.0.0.1] }\nretry: { longestPause: 20ms, budgetFloor: 1000 }\nhealth: { failures: 1000 }\n',
})
const { gateway } = scene

async function receiptOf(model: string) {
  scene.chat.play(openai.speak('ok', { usage }))
  const answer = await scene.post('/v1/chat/completions', { model, messages: [{ role: 'user', content: 'hi' }] })
  assert.equal(answer.status, 200, await answer.text())
  const { cost, list_cost: list, cost_availability: availability, price_source: source, price_version: version } = await scene.receiptOf(answer)
  return { cost, list, availability, source, version }
}

/** Runs `omni` beside the gateway, to its end. */
async function omni(...args: readonly string[]): Promise<{ readonly code: number | null; readonly said: string }> {
  const { PATH = '', HOME = '' } = process.env
  const child = spawn(process.execPath, [entry, ...args], { cwd: gateway.dataDir, env: { PATH, HOME, OMNI_DATA_DIR: gateway.dataDir } })
  let said = ''
  for (const output of [child.stdout, child.stderr]) output.setEncoding('utf8').on('data', (piece: string) => (said += piece))
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, said }
}

async function ask<T>(method: string, path: string, body?: object): Promise<T> {
  const headers = { authorization: `Bearer ${gateway.adminKey}`, ...(body && { 'content-type': 'application/json' }) }
  const answer = await fetch(`${gateway.url}${path}`, { method, headers, ...(body && { body: JSON.stringify(body) }) })
  return (await answer.json()) as T
}

const stored = join(gateway.dataDir, 'prices.json')

/** The built-in table, with gpt-4o at ten times its price and gpt-4o-mini gone. */
function newer(version: string): PriceTable {
  const { providers } = builtIn.table
  const models = providers.openai!.models.flatMap((model) => {
    if (model.match.is?.includes('gpt-4o-mini')) return []
    return model.match.is?.includes('gpt-4o') ? [{ ...model, periods: [{ prices: { input: 25_000_000, output: 100_000_000 } }] }] : [model]
  })
  return { version, date: '2026-11-20', providers: { ...providers, openai: { ...providers.openai, models } } }
}

test('an operator’s price is billed to the last nano-dollar, and the receipt says whose it is', async () => {
  const receipt = await receiptOf('openai/my-model')
  assert.deepEqual([receipt.cost, receipt.availability, receipt.source], [1000 * 500 + 100 * 1250 + 1_000_000, 'known', 'operator'])
  assert.match(String(receipt.version), /^operator@[\da-f]{8}$/)
  assert.deepEqual(await receiptOf('listed/my-model'), receipt, 'an entry that has the provider’s prices has the operator’s for it too')
})

test('where the price decides, what a plan covers costs nothing', async () => {
  const priceOf = async (model: string) => {
    const { targets } = await ask<Explanation>('GET', `/_omni/routes/explain?model=${model}&input_tokens=1000&output_tokens=100`)
    return targets.map(({ price }) => price)
  }
  assert.deepEqual(await priceOf('listed/gpt-4o'), [1000 * 2500 + 100 * 10_000])
  assert.deepEqual(await priceOf('plan/gpt-4o'), [0])
})

test('what a plan covers costs nothing, and is told at its list price', async () => {
  assert.deepEqual(await receiptOf('plan/gpt-4o'), {
    cost: 0,
    list: 1000 * 2500 + 100 * 10_000,
    availability: 'subscription',
    source: 'catalogue',
    version: builtIn.stamp,
  })
})

test('the price is that of the tier which the answer names, and of one without a price nothing is known', async () => {
  const costIn = async (tier: string, stream: boolean) => {
    const said = { ...openai.body('ok', { usage, model: 'gpt-5.1' }), service_tier: tier }
    const frames = openai
      .frames('ok', { usage, model: 'gpt-5.1', tellsUsage: true })
      .map((frame) => frame.replaceAll('"service_tier":"default"', `"service_tier":"${tier}"`))
    scene.chat.play(stream ? streamed(frames) : reply(200, said))
    const answer = await scene.post('/v1/chat/completions', { model: 'listed/gpt-5.1', stream, messages: [{ role: 'user', content: 'hi' }] })
    await answer.text()
    const { cost, cost_availability: availability } = await scene.receiptOf(answer)
    return [cost ?? null, availability]
  }
  const standard = 1000 * 1250 + 100 * 10_000
  for (const stream of [false, true]) {
    assert.deepEqual(await costIn('default', stream), [standard, 'known'])
    assert.deepEqual(await costIn('flex', stream), [standard / 2, 'known'])
    assert.deepEqual(await costIn('priority', stream), [standard * 2, 'known'])
    assert.deepEqual(await costIn('ultrafast', stream), [null, 'unknown_price'])
  }
})

test('only the attempt that answered is billed, and where none did nothing is known', async () => {
  const asked = { model: 'listed/gpt-4o', messages: [{ role: 'user', content: 'hi' }] }
  scene.chat.play(openai.error(503), openai.speak('ok', { usage }))
  const { cost, attempts_count: count } = await scene.receiptOf(await scene.post('/v1/chat/completions', asked))
  assert.deepEqual([cost, count], [1000 * 2500 + 100 * 10_000, 2])
  scene.chat.play(openai.error(503))
  const failed = await scene.receiptOf(await scene.post('/v1/chat/completions', asked))
  assert.deepEqual([failed.cost ?? null, failed.cost_availability], [null, 'unknown_usage'])
})

test('a newer table is shown first, taken when that is said, and counts at once for the calls that come', async () => {
  const file = join(gateway.dataDir, 'newer.json')
  writeFileSync(file, JSON.stringify(newer('mine@1')))
  const shown = await omni('prices', 'refresh', '--file', file)
  assert.equal(shown.code, 0, shown.said)
  assert.match(shown.said, /removed: \d+\n {2}openai\/gpt-4o-mini/)
  assert.match(shown.said, /openai\/gpt-4o input: 2\.5 → 25/)
  assert.match(shown.said, /Nothing was changed/)
  assert.equal((await receiptOf('listed/gpt-4o')).cost, 1000 * 2500 + 100 * 10_000)
  const taken = await omni('prices', 'refresh', '--file', file, '--yes')
  assert.match(taken.said, /It is taken/)
  assert.deepEqual(await receiptOf('listed/gpt-4o'), {
    cost: 1000 * 25_000 + 100 * 100_000,
    list: null,
    availability: 'known',
    source: 'catalogue',
    version: 'mine@1+2026-11-20',
  })
  assert.equal((await receiptOf('listed/gpt-4o-mini')).availability, 'unknown_price')
  const { said } = await omni('prices', 'show', 'listed/gpt-4o')
  assert.match(said, /input +million +25 [^]*as of 2026-11-20 \(mine@1\+2026-11-20\)/)
})

test('[B34] a stored table that is broken is refused with a line in the log, the built-in one goes on, and so does every call', async () => {
  writeFileSync(stored, JSON.stringify(newer('mine@0')).slice(0, 100))
  const line = await eventually(() => gateway.log().find(({ msg }) => msg === 'the stored price table is not used; the built-in one goes on'), soon)
  assert.equal(line.level, 'ERROR')
  await eventually(async () => (await ask<PriceTableResource>('GET', '/_omni/prices')).source === 'built_in', soon)
  assert.match((await ask<PriceTableResource>('GET', '/_omni/prices')).problem!, /it is not JSON/)
  assert.equal((await receiptOf('listed/gpt-4o')).version, builtIn.stamp)
  rmSync(stored)
  await eventually(async () => (await ask<PriceTableResource>('GET', '/_omni/prices')).problem === null, soon)
})

test('what another process stores in the data directory counts here within its look around', async () => {
  writeFileSync(stored, JSON.stringify(newer('mine@2')))
  await eventually(async () => (await ask<PriceTableResource>('GET', '/_omni/prices')).version === 'mine@2', soon)
  assert.equal((await receiptOf('listed/gpt-4o')).version, 'mine@2+2026-11-20')
  rmSync(stored)
  await eventually(async () => (await ask<PriceTableResource>('GET', '/_omni/prices')).source === 'built_in', soon)
})

test('a table is fetched by the gateway, in the form of genai-prices too, and only where that was asked', async () => {
  const source = [
    { id: 'openai', name: 'OpenAI', api_pattern: 'x', models: [{ id: 'gpt-4o', match: { equals: 'gpt-4o' }, prices: { input_mtok: 3, output_mtok: 12 } }] },
  ]
  let fetched = 0
  const server = createServer((_request, response) => {
    fetched += 1
    response.setHeader('content-type', 'application/json').end(JSON.stringify(source))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  after(() => server.close())
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/data.json`
  const asked = await omni('prices', 'refresh')
  assert.deepEqual([asked.code, fetched], [1, 0])
  assert.match(asked.said, /Nothing is fetched by itself/)
  const { added, removed, changed, taken, version } = await ask<RefreshedPrices>('POST', '/_omni/prices/changes', { url })
  assert.deepEqual([fetched, taken, added], [1, false, []])
  assert.ok(removed.includes('anthropic/claude-opus-4-5') && removed.length > 500)
  assert.deepEqual(
    changed.filter(({ part }) => part === 'input'),
    [{ model: 'openai/gpt-4o', part: 'input', above: 0, from: '2.5', to: '3' }],
  )
  assert.match(version, /^genai-prices@[\da-f]{8}$/)
})

test('what cannot be fetched, and what is no table, is refused with a sentence, and nothing changes', async () => {
  const before = await ask<PriceTableResource>('GET', '/_omni/prices')
  type Refusal = { readonly error: { readonly message: string; readonly code: string } }
  const said = async (body: object) => (await ask<Refusal>('POST', '/_omni/prices', body)).error.message
  for (const url of ['http://169.254.169.254/latest', 'https://10.0.0.1/x', 'file:///etc/passwd', 'http://127.0.0.1:1/none', 'nothing'])
    assert.match(await said({ url }), /Nothing could be fetched there/, url)
  assert.match(await said({ table: { version: 'x' } }), /This is no table of prices: at `date`/)
  assert.match(await said({}), /not what this call takes/)
  assert.match(await said({ url: 'https://a.example', table: {} }), /not what this call takes/)
  const secret = join(gateway.dataDir, 'no.json')
  writeFileSync(secret, 'no')
  assert.match((await omni('prices', 'refresh', '--file', secret)).said, /cannot be read as JSON/)
  assert.deepEqual(await ask<PriceTableResource>('GET', '/_omni/prices'), before)
})

test('`omni prices show` tells tiers beside each other, who pays, and what nobody knows', async () => {
  const { tiers, covered, since } = await ask<ModelPriceResource>('GET', '/_omni/prices/models/plan/gpt-5.1')
  assert.deepEqual([tiers.map(({ tier }) => tier), covered, since], [['standard', 'batch', 'fast', 'flex', 'priority'], ['default'], null])
  const { said } = await omni('prices', 'show', 'plan/gpt-5.1')
  assert.match(said, /FOR +ABOVE +PER +STANDARD \$ +BATCH \$ +FAST \$ +FLEX \$ +PRIORITY \$\ninput +million +1\.25 +0\.625 +2\.5 +0\.625 +2\.5\n/)
  assert.match(said, /A subscription covers: default/)
  assert.match((await omni('prices', 'show', 'openai/no-such-model')).said, /Nobody knows what openai\/no-such-model costs/)
  assert.match((await omni('prices', 'show', 'nobody/x')).said, /There is nobody of this name/)
  assert.match((await omni('prices', 'show', 'openai/my-model', '--json')).said, /"part":"call","above":0,"dollars":"0.001"/)
})

test('the built-in table is what the repository holds', async () => {
  const { version, date, models } = await ask<PriceTableResource>('GET', '/_omni/prices')
  const table = JSON.parse(readFileSync(new URL('../src/catalog/prices.json', import.meta.url), 'utf8')) as PriceTable
  assert.deepEqual([version, date, models], [table.version, table.date, Object.values(table.providers).reduce((sum, one) => sum + one.models.length, 0)])
})
