/** Limits and budgets through the control API and at the terminal: stored, listed, changed by whoever may, and refused with a sentence. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { JsonObject } from '../../src/base/json.ts'
import { omni } from '../contract/shell.ts'
import { openGoverned } from './scene.ts'

const scene = await openGoverned()
const { admin, put, remove } = scene

const limit = { scope: 'all', measure: 'requests', amount: 60, window: '1m' }
const budget = { scope: 'all', amount_usd: '10.00', period: 'month' }

/** The field that the refusal names, and its sentence. */
async function refusal(path: string, body: object): Promise<readonly [param: unknown, sentence: string]> {
  const told = await admin('PUT', path, body)
  const { error } = told.json() as { readonly error: JsonObject }
  assert.equal(told.status, 400, told.text)
  return [error.param, String(error.message)]
}

void describe('a limit', () => {
  test('is stored as it was said, with what is usual in its place, and gone when it is removed', async () => {
    await put('limits/calm', limit)
    const found = (await admin('GET', 'limits/calm')).json()
    assert.deepEqual(
      { ...found, changed_at: 0 },
      { id: 'calm', tenant: null, version: 1, changed_at: 0, ...limit, each: [], queue: { calls: 0, time: '0s' }, on_store_error: 'allow' },
    )
    assert.deepEqual((await admin('GET', 'limits')).json().data, [found])
    await remove('limits/calm')
    assert.equal((await admin('GET', 'limits/calm')).status, 404)
  })

  test('(routing 53) that two change at once is changed by one, and the other is told', async () => {
    await put('limits/shared', limit)
    const both = await Promise.all([1, 2].map((amount) => admin('PUT', 'limits/shared?version=1', { ...limit, amount })))
    assert.deepEqual(new Set(both.map(({ status }) => status)), new Set([200, 409]))
    assert.equal((await admin('PUT', 'limits/shared', limit)).status, 409)
    await remove('limits/shared')
  })

  test('(routing 35) whose amount is negative, a fraction or more than can be counted is refused', async () => {
    for (const amount of [-1, 0.5, 2 ** 53, 1e300, '60', null]) {
      const [param, sentence] = await refusal('limits/odd', { ...limit, amount })
      assert.deepEqual([param, sentence.includes('must be a whole number from 0 to 9007199254740991')], ['amount', true], String(amount))
    }
    const cost = { scope: 'all', measure: 'cost', window: '1h' }
    assert.match((await refusal('limits/odd', { ...cost, amount_usd: '-1' }))[1], /less than nothing/)
    assert.match((await refusal('limits/odd', { ...cost, amount_usd: '0.0000000001' }))[1], /less than a nano-dollar/)
    assert.match((await refusal('limits/odd', { ...cost, amount_usd: '9007199.254740992' }))[1], /more than can be counted/)
    await put('limits/odd', { ...cost, amount_usd: '9007199.254740991' })
    await remove('limits/odd')
  })

  test('tells what is used of it now, of each counter that it has, and no more when that is asked again', async () => {
    const { key, id } = await scene.keyWith({})
    const call = () => scene.say('up/gpt-4o', { max_tokens: 10 }, { key })
    const usage = async (name: string) => (await admin('GET', `limits/${name}/usage`)).json()
    const scope = `key:${id}`
    await put('limits/hourly', { scope, measure: 'requests', amount: 10, window: '31d' })
    await put('limits/models', { scope, measure: 'cost', amount_usd: '1', window: '31d', each: ['key', 'model'] })
    assert.deepEqual(await usage('hourly'), { has_more: false, data: [{ values: {}, used: 0, left: 10 }] })
    assert.deepEqual(await usage('models'), { has_more: false, data: [] })
    for (let calls = 0; calls < 2; calls += 1) assert.equal((await call()).status, 200)
    for (let looks = 0; looks < 2; looks += 1) assert.deepEqual((await usage('hourly')).data, [{ values: {}, used: 2, left: 8 }])
    const [line, ...others] = (await usage('models')).data as readonly JsonObject[]
    assert.deepEqual([line?.values, others], [{ key: id, model: 'gpt-4o' }, []])
    assert.ok(Number(line?.used_usd) > 0 && Number(line?.used_usd) + Number(line?.left_usd) === 1, JSON.stringify(line))
    assert.equal((await admin('GET', 'limits/nobody/usage')).status, 404)
    assert.match((await omni(scene, ['limits', 'show', 'hourly'])).stdout, /^hourly: 10 requests per 31d for key:\S+\n\nUSED +LEFT\n2 +8\n$/)
    await remove('limits/hourly')
    await remove('limits/models')
  })

  test('that does not say what it needs, or says what does nothing, is refused with the field', async () => {
    const odd: readonly (readonly [JsonObject, string, RegExp])[] = [
      [{ scope: 'all', measure: 'requests', window: '1m' }, 'amount', /is missing/],
      [{ scope: 'all', measure: 'requests', amount: 1 }, 'window', /is missing/],
      [{ ...limit, measure: 'concurrency' }, 'window', /does nothing/],
      [{ ...limit, measure: 'cost' }, 'amount_usd', /is missing/],
      [{ ...limit, amount_usd: '1.00' }, 'amount_usd', /does nothing/],
      [{ ...limit, burst: 0 }, 'burst', /to suspend, set the amount to 0/],
      [{ ...limit, window: '1y' }, 'window', /from 1s to 31d/],
      [{ ...limit, window: '0.5s' }, 'window', /from 1s to 31d/],
      [{ ...limit, scope: 'everybody' }, 'scope', /must be `all`/],
      [{ ...limit, scope: 'team:nobody' }, 'scope', /no team of this id/],
      [{ ...limit, scope: 'key:key_0' }, 'scope', /no key of this id/],
      [{ ...limit, tenant: 'nobody' }, 'tenant', /no tenant of this id/],
      [{ ...limit, each: ['person'] }, 'each[0]', /must be `tenant`/],
      [{ ...limit, each: ['label:colour'] }, 'each[0]', /metadata\.keys/],
      [{ ...limit, each: ['key', 'key'] }, 'each', /the same twice/],
      [{ ...limit, models: [] }, 'models', /is empty/],
      [{ ...limit, queue: { calls: 1e6, time: '1s' } }, 'queue.calls', /whole number/],
    ]
    for (const [body, field, sentence] of odd) {
      const [param, said] = await refusal('limits/odd', body)
      assert.equal(param, field, said)
      assert.match(said, sentence)
    }
    assert.equal((await admin('GET', 'limits/odd')).status, 404)
  })
})

void describe('a budget', () => {
  test('is stored as it was said, with what is usual in its place', async () => {
    await put('budgets/money', budget)
    const { changed_at: _, ...found } = (await admin('GET', 'budgets/money')).json()
    const usual = { each: [], time_zone: 'UTC', alerts: [50, 80, 95], status: 402, unpriced: 'refuse' }
    assert.deepEqual(found, { id: 'money', tenant: null, version: 1, ...budget, ...usual })
    await put('budgets/money', { ...budget, alerts: [95, 50, 95] })
    assert.deepEqual((await admin('GET', 'budgets/money')).json().alerts, [50, 95])
    await remove('budgets/money')
  })

  test('that cannot be meant is refused with the field', async () => {
    const odd: readonly (readonly [JsonObject, string, RegExp])[] = [
      [{ ...budget, amount_usd: 'ten' }, 'amount_usd', /dollars in decimals/],
      [{ ...budget, period: 'year' }, 'period', /`day`, `week`, `month`, `total`/],
      [{ ...budget, time_zone: 'Berlin' }, 'time_zone', /Europe\/Berlin/],
      [{ ...budget, alerts: [120] }, 'alerts[0]', /100 at most/],
      [{ ...budget, status: 401 }, 'status', /402 or 429/],
      [{ ...budget, unpriced: 'free' }, 'unpriced', /`refuse`, `allow`/],
    ]
    for (const [body, field, sentence] of odd) {
      const [param, said] = await refusal('budgets/odd', body)
      assert.equal(param, field, said)
      assert.match(said, sentence)
    }
  })
})

void describe('a tenant’s own people', () => {
  const userOf = async (id: string, roles: readonly string[]): Promise<string> => {
    await put(`users/${id}`, { name: id, tenant: 'acme', roles: [...roles] })
    return String((await admin('POST', `users/${id}/token`, {})).json().token)
  }

  test('[C16] finance writes budgets and an operator limits, for their tenant alone, and none of them sees another’s', async () => {
    await put('tenants/acme', {})
    await put('tenants/other', {})
    await put('teams/ml-of-other', { tenant: 'other', name: 'ML' })
    await put('limits/of-other', { ...limit, tenant: 'other' })
    const finance = await userOf('fin', ['finance'])
    const operator = await userOf('ops', ['operator'])
    const ask = (key: string, method: string, path: string, body?: object) => scene.ask({ method, path: `/_omni/${path}`, key, ...(body && { body }) })
    assert.equal((await ask(finance, 'PUT', 'budgets/mine', { ...budget, tenant: 'acme' })).status, 201)
    assert.equal((await ask(operator, 'PUT', 'limits/mine', { ...limit, tenant: 'acme' })).status, 201)
    assert.equal((await ask(finance, 'PUT', 'limits/mine', { ...limit, tenant: 'acme' })).status, 403)
    assert.equal((await ask(operator, 'PUT', 'budgets/mine', { ...budget, tenant: 'acme' })).status, 403)
    assert.equal((await ask(operator, 'PUT', 'limits/all', limit)).status, 403)
    assert.equal((await ask(operator, 'PUT', 'limits/all', { ...limit, tenant: 'other' })).status, 403)
    const foreign = await ask(operator, 'PUT', 'limits/spy', { ...limit, tenant: 'acme', scope: 'team:ml-of-other' })
    const missing = await ask(operator, 'PUT', 'limits/spy', { ...limit, tenant: 'acme', scope: 'team:nobody' })
    assert.deepEqual([foreign.status, foreign.json().error], [400, missing.json().error])
    const [seen, none] = await Promise.all([ask(operator, 'GET', 'limits/of-other'), ask(operator, 'GET', 'limits/nobody')])
    assert.deepEqual([seen.status, seen.text.replace(/req_\w+/g, '')], [404, none.text.replace(/req_\w+/g, '')])
    assert.deepEqual(
      ((await ask(operator, 'GET', 'limits')).json().data as JsonObject[]).map(({ id }) => id),
      ['mine'],
    )
  })
})

void describe('the command', () => {
  const run = async (...words: string[]) => omni(scene, words)

  test('sets, lists, shows and removes limits and budgets', async () => {
    await put('tenants/acme', {})
    await put('teams/ml', { tenant: 'acme', name: 'ML' })
    const made = await run('limits', 'set', 'steady', '--requests', '60', '--per', '1m', '--each', 'key,model', '--queue', '10')
    assert.match(made.stdout, /^The limit steady is stored, at version 1, and counts at once\. It is new\.\n$/, made.stderr)
    await run('limits', 'set', 'steady', '--tokens', '1000', '--per', '1h', '--burst', '50')
    const listed = await run('limits', 'list')
    assert.match(listed.stdout, /^ID +TENANT +SCOPE +EACH +ONLY +LIMIT +VERSION\n[^]*steady +all +key, model +1000 tokens per 1h, 50 at once +2\n/)
    const words = [
      'budgets',
      'set',
      'team-ml',
      '--scope',
      'team:ml',
      '--amount',
      '100',
      '--per',
      'month',
      '--time-zone',
      'Europe/Berlin',
      '--alert',
      '50,80,95%',
    ]
    assert.equal((await run(...words)).code, 0)
    assert.match((await run('budgets', 'list')).stdout, /team-ml +team:ml +\$100 per month \(Europe\/Berlin\) +50, 80, 95 +1\n/)
    assert.equal((JSON.parse((await run('budgets', 'list', '--json')).stdout) as JsonObject[]).find(({ id }) => id === 'team-ml')?.amount_usd, '100')
    const berlin = /^team-ml: [^\n]*, \d{4}-\d\d-01 00:00:00 to \d{4}-\d\d-01 00:00:00 Europe\/Berlin\n/
    const shown = await omni(scene, ['budgets', 'show', 'team-ml'], { env: { TZ: 'America/New_York' } })
    assert.match(shown.stdout, berlin, 'its months are told as they are there, wherever the terminal is')
    assert.equal((await run('budgets', 'remove', 'team-ml')).stdout, 'The budget team-ml is gone.\n')
    assert.equal((await run('limits', 'remove', 'steady')).code, 0)
  })

  test('complains where nothing, or too much, is said', async () => {
    for (const [words, sentence] of [
      [['limits', 'set', 'calm', '--per', '1m'], /Say what is counted/],
      [['limits', 'set', 'calm', '--tokens', '1', '--requests', '1', '--per', '1m'], /Say what is counted/],
      [['limits', 'set', 'calm', '--requests', 'many', '--per', '1m'], /whole number/],
      [['budgets', 'set', 'money', '--amount', '1', '--per', 'month', '--alert', 'soon'], /percents/],
      [['budgets', 'show', 'nothing'], /no budget of this id/],
    ] as const) {
      const { code, stderr } = await run(...words)
      assert.equal(code, 1)
      assert.match(stderr, sentence)
    }
  })
})
