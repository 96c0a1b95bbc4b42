/** Reading receipts through the control API: filters, sums, exports, and what is refused. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { receiptPage, receiptSummary, type ReceiptPage, type ShownReceipt } from '../../src/contract/receipts.ts'
import { dimensionNames } from '../../src/control/report-query.ts'
import { signals } from '../../src/receipts/signals.ts'
import { eventually } from '../gateway.ts'
import { openai } from '../upstream/index.ts'
import { openScene, question } from './scene.ts'

const scene = await openScene()
const admin = { authorization: `Bearer ${scene.gateway.adminKey}` }
const client = { authorization: `Bearer ${scene.gateway.key}` }

const get = (path: string, headers: { readonly [name: string]: string } = admin) => scene.get(`/_omni/reports${path}`, headers)
const page = async (query: string, headers = admin): Promise<ReceiptPage> => receiptPage.parse(await (await get(query, headers)).json())
const refusal = async (path: string) => {
  const answer = await get(path)
  const { error } = (await answer.json()) as { readonly error: { readonly message: string; readonly param: string | null } }
  return [answer.status, error.param, error.message] as const
}

/** Calls of three kinds, all of them stored. */
async function leaveCalls(): Promise<void> {
  scene.chat.play(openai.speak('ok'))
  const ids: string[] = []
  for (const model of ['omni-runtime/smoke', 'openai/gpt-4o', 'openai/gpt-4o', 'openai/+cmd']) {
    const body = { ...question, model }
    const answer = await scene.post('/v1/chat/completions', body, client)
    ids.push(answer.headers.get('x-omega-decision-id')!)
    await answer.text()
  }
  for (const id of ids) await eventually(async () => (await get(`/${id}`)).ok)
}
await leaveCalls()

describe('receipts are listed', () => {
  test('by every signal that says so, by short names, and by several values', async () => {
    const all = (await page('?limit=200')).data
    for (const query of [
      '?model=gpt-4o&provider=openai',
      '?model=gpt-4o',
      '?outcome=completed&stream=false&model=gpt-4o,other',
      '?status=200&resolved_model=gpt-4o&tenant=default',
    ]) {
      const { data } = await page(query)
      assert.deepEqual([data.length, new Set(data.map(({ provider }) => provider))], [2, new Set(['openai'])], query)
    }
    assert.equal((await page('?provider=null')).data.length, all.filter(({ provider }) => provider === null).length)
    for (const name of dimensionNames) {
      const value = all[0]![name]
      const wanted = all.filter((receipt) => receipt[name] === value).length
      assert.equal((await page(`?limit=200&${name}=${encodeURIComponent(String(value))}`)).data.length, wanted, name)
    }
  })

  test('by time, cost and label', async () => {
    const { data } = await page('?limit=200')
    const times = data.map(({ created_at }) => created_at)
    assert.equal((await page(`?from=${times.at(-1)}&to=${times[0]! + 1}`)).data.length, data.length)
    assert.equal((await page(`?to=${new Date(times[0]!).toISOString()}`)).data.length, data.filter(({ created_at }) => created_at < times[0]!).length)
    assert.equal((await page('?from=2020-01-01&to=2020-01-02')).data.length, 0)
    const costs = data.map(({ cost }) => cost as number | null)
    assert.equal((await page('?cost_min=0.000000001')).data.length, costs.filter((cost) => cost !== null && cost >= 1).length)
    assert.equal((await page('?cost_max=0')).data.length, costs.filter((cost) => cost === 0).length)
    assert.equal((await page('?tag=project:beta')).data.length, 0)
  })

  test('with a cursor for one query alone', async () => {
    const { next_cursor: cursor } = await page('?limit=1&provider=openai')
    assert.equal((await page(`?limit=1&provider=openai&cursor=${cursor}`)).data.length, 1)
    assert.deepEqual((await refusal(`?limit=1&cursor=${cursor}`)).slice(0, 2), [400, 'cursor'])
    assert.deepEqual((await refusal(`?provider=other&cursor=${cursor}`)).slice(0, 2), [400, 'cursor'])
  })
})

test('a receipt of the list and by itself tells where it stands, and its tokens by segment', async () => {
  const { data } = await page('?provider=openai&limit=1')
  const one = (await (await get(`/${data[0]!.id}`)).json()) as ShownReceipt
  assert.match(String(one.log), /^log_[0-9a-f]{32}$/)
  assert.match(String(one.leaf_hash), /^[0-9a-f]{64}$/)
  assert.deepEqual([one.log, one.position, one.leaf_hash], [data[0]!.log, data[0]!.position, data[0]!.leaf_hash])
  assert.ok(one.segments.some(({ segment }) => segment === 'completion'))
})

describe('sums', () => {
  test('of calls, tokens, money and time are told by any dimension and by hour or day', async () => {
    const read = async (query: string) => receiptSummary.parse(await (await get(`/summary?${query}`)).json())
    const [total] = (await read('provider=openai')).data
    const { data } = await page('?provider=openai&limit=200')
    const sum = (name: string) => data.reduce((whole, receipt) => whole + Number(receipt[name] ?? 0), 0)
    const { calls, prompt_tokens, cost, duration_mean } = total!
    assert.deepEqual([calls, prompt_tokens, cost, duration_mean], [data.length, sum('prompt_tokens'), sum('cost'), Math.floor(sum('duration') / data.length)])
    const parts = (await read('by=provider,status&per=hour&from=2020-01-01')).data
    assert.equal(
      parts.filter((part) => part.provider === 'openai').reduce((whole, part) => whole + part.calls, 0),
      data.length,
    )
    assert.ok(parts.every(({ period }) => period! % 3_600_000 === 0))
  })

  test('of a client are of its own calls', async () => {
    const made = await scene.post('/_omni/keys', { name: 'idle' }, admin)
    const { key } = (await made.json()) as { readonly key: string }
    const own = { authorization: `Bearer ${key}` }
    assert.deepEqual((await page('', own)).data, [])
    const { data } = (await (await get('/summary?per=day', own)).json()) as { readonly data: readonly unknown[] }
    assert.deepEqual(data, [])
    assert.equal(await (await get('?format=jsonl', own)).text(), '')
  })
})

describe('an export', () => {
  test('[C41] in CSV has a column for each signal, and no cell that a spreadsheet would run', async () => {
    const answer = await get('?format=csv')
    assert.match(answer.headers.get('content-type') ?? '', /^text\/csv/)
    const [head, ...lines] = (await answer.text()).split('\r\n')
    assert.deepEqual(
      head!.split(',').slice(0, signals.length),
      signals.map(({ name }) => name),
    )
    assert.equal(lines.length - 1, (await page('?limit=200')).data.length)
    assert.ok(lines.some((line) => line.includes(`,"'+cmd",`)))
    assert.ok(!/(^|,)"?[=+@]/m.test(lines.join('\n')))
  })

  test('in JSON lines has the receipts of the list', async () => {
    const lines = (await (await get('?format=jsonl&provider=openai')).text()).trim().split('\n')
    assert.deepEqual(
      lines.map((line) => JSON.parse(line) as unknown),
      (await page('?provider=openai')).data,
    )
  })

  test('in OCSF has events of API Activity that say whose answer it was, and where the receipt stands', async () => {
    const [line] = (await (await get('?format=ocsf&model=gpt-4o')).text()).split('\n')
    const event = JSON.parse(line!) as Readonly<Record<string, Readonly<Record<string, unknown>>>>
    const [receipt] = (await page('?model=gpt-4o')).data
    assert.deepEqual([event.class_uid, event.type_uid, event.time], [6003, 600_301, receipt!.created_at])
    assert.deepEqual(event.ai_model, { name: 'gpt-4o', ai_provider: 'openai' })
    assert.equal(event.attestation!.chain_uid, receipt!.log)
    assert.deepEqual(event.metadata!.profiles, ['ai_operation', 'record_integrity'])
  })
})

test('what cannot be asked is refused with what can', async () => {
  const wrong: readonly (readonly [query: string, param: string | null, says: RegExp])[] = [
    ['?colour=red', null, /provider.*outcome|outcome.*provider/],
    ['?from=yesterday', 'from', /2026-11-21/],
    ['?from=2026-02-31', 'from', /ISO 8601/],
    ['?from=2026-11-21T10:00', 'from', /zone/],
    ['?from=2026-11-21&to=2026-11-20', 'from', /before/],
    ['?cost_min=cheap', 'cost_min', /decimal/],
    ['?cost_max=-1', 'cost_max', /decimal/],
    ['?cost_min=5&cost_max=0.001', 'cost_min', /above/],
    ['?provider=a%00b', 'provider', /character 0/],
    ['?tag=project:%00', 'tag', /character 0/],
    ['/summary?provider=%00', 'provider', /character 0/],
    ['?status=ok', 'status', /whole numbers/],
    ['?stream=maybe', 'stream', /`true`, `false`/],
    ['?tag=alpha', 'tag', /colon/],
    ['?format=xml', 'format', /csv, jsonl, ocsf/],
    ['?format=csv&limit=3', 'limit', /everything/],
    ['?provider=a&provider=b', null, /./],
    ['/summary?by=colour', 'by', /provider/],
    ['/summary?by=provider,provider', 'by', /provider/],
    ['/summary?per=week', 'per', /hour/],
    ['/summary?cost_min=1', null, /per/],
  ]
  for (const [query, param, says] of wrong) {
    const [status, told, message] = await refusal(query)
    assert.deepEqual([status, told], [400, param], query)
    assert.match(message, says, query)
  }
})
