/** No signal of the list is forgotten: a few calls of different fates set every one of them, but for those that nothing fills yet. */

import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { readInterrupted, writeIntent } from '../src/receipts/intent.ts'
import { openRecord } from '../src/receipts/opening.ts'
import { Receipt as OpenReceipt } from '../src/receipts/receipt.ts'
import { proofSignals, signals, type Signal } from '../src/receipts/signals.ts'
import { openScene, question, type Receipt } from './contract/scene.ts'
import { bedrock, openai, reply, responses, wait } from './upstream/index.ts'

const scene = await openScene({
  providers: ({ chat }) => `  near: { like: openai, baseUrl: "${chat}/v1", prices: openai }
  narrow: { like: openai, baseUrl: "${chat}/v1", concurrency: 1, accounts: { main: { key: key-main-9f86d081884c7d65 }, spare: { key: key-spare-8c7d65f1 } } }
  east: { like: bedrock, baseUrl: "${chat}", region: eu-central-1, key: bedrock-key-9f86d081884c7d65 }
  plan: { like: openai, baseUrl: "${chat}/v1", prices: openai, covered: true }
  direct: { like: openai, baseUrl: "${chat}/v1", prices: openai, wires: [openai-responses] }`,
  config: () =>
    'receipts: { content: link }\nresponses: { store: on }\nretry: { longestPause: 20ms, budgetFloor: 1000 }\nhealth: { failures: 1000 }\nplatformFeePercent: 10\nchains:\n  both: { targets: [near/gpt-4o, anthropic/claude-sonnet-4-5] }\n  seeing: { targets: [{ model: near/gpt-4o, lacks: [tools] }, anthropic/claude-sonnet-4-5] }\n',
})

const identity = {
  'x-omni-user-id': 'u-1',
  'x-omni-session-id': 's-1',
  'idempotency-key': 'once',
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  'x-request-id': 'my-request-1',
}
const look = { type: 'function', function: { name: 'look', parameters: { type: 'object', properties: {} } } }

/** By what is special about the call. */
const told: { [fate: string]: Receipt } = {}

const opening = { instance: '', version: '', build: '', config: '', requestId: '', traceId: null, client: '', surface: '', operation: '' }
const all: readonly Signal[] = [...signals, ...proofSignals]
/** A checkpoint is written each minute, or of a thousand receipts: the tests of the log wait for one. */
const unproven: readonly string[] = ['checkpoint', 'signer']
/** What of a call is known before anything has happened to it. */
const opened: Receipt = { ...openRecord(opening) }

/** Whose process ended before it did, as the next one finds it. */
const interrupted: Receipt = { ...readInterrupted(writeIntent(openRecord(opening)))! }

function madeWhileTheClockWasSet(): Receipt {
  const receipt = new OpenReceipt(opening)
  receipt.record.created_at -= 60_000
  return { ...receipt.close() }
}

before(async () => {
  const calls = [{ id: 'call_1', name: 'look', input: {} }]
  scene.chat.play(
    openai.speak('Hi', {
      id: 'chatcmpl-7',
      model: 'gpt-4o-2024-08-06',
      toolCalls: calls,
      usage: { input: 40, output: 20, cached: 8, cacheWritten: 4, reasoning: 6 },
    }),
  )
  const full = {
    model: 'near/gpt-4o',
    stream: true,
    max_tokens: 50,
    temperature: 0.5,
    n: 1,
    tools: [look],
    response_format: { type: 'json_object' },
    omni_metadata: { team: 'red' },
  }
  const streamed = await scene.post('/v1/chat/completions', { ...question, ...full }, identity)
  await streamed.text()
  told.streamed = await scene.receiptOf(streamed)

  scene.chat.play(openai.error(500, 'server_error'))
  told.fallback = await scene.receiptOf(await scene.post('/v1/chat/completions', { ...question, model: 'both', seed: 7 }))
  told.passedOver = await scene.receiptOf(await scene.post('/v1/chat/completions', { ...question, model: 'seeing', tools: [look] }))
  told.failed = await scene.receiptOf(await scene.post('/v1/chat/completions', { ...question, model: 'near/gpt-4o' }))
  scene.chat.play([wait(50), ...openai.reply('one at a time')])
  const pair = await Promise.all([1, 2].map(() => scene.post('/v1/chat/completions', { ...question, model: 'narrow/gpt-4o' })))
  const receipts = await Promise.all(pair.map((answer) => scene.receiptOf(answer)))
  told.queued = receipts.find(({ queued }) => queued !== 0)!

  told.refused = await scene.receiptOf(await scene.post('/v1/chat/completions', { ...question, model: 'groq/not-connected' }))
  scene.chat.play(bedrock.reply('Hi'))
  told.regional = await scene.receiptOf(await scene.post('/v1/chat/completions', { ...question, model: 'east/eu.amazon.nova-pro-v1:0' }))
  scene.chat.play(withPictures)
  told.covered = await scene.receiptOf(await scene.post('/v1/chat/completions', { ...question, model: 'plan/gpt-4o' }))
  scene.chat.play(responses.reply('Hi'))
  const codex = { model: 'direct/gpt-5.3-codex', input: 'hi', store: false }
  told.codex = await scene.receiptOf(await scene.post('/v1/responses', codex, { 'user-agent': 'codex_cli_rs/0.50.0' }))
  const kept = await scene.post('/v1/responses', { model: 'anthropic/claude-sonnet-4-5', input: 'hi', store: true })
  told.kept = await scene.receiptOf(kept)
  const governed = await govern()
  scene.chat.play(openai.speak('Hi', { usage: { input: 40, output: 20 } }))
  const long = [
    { role: 'user', content: 'x'.repeat(2000) },
    { role: 'assistant', content: 'I see' },
    { role: 'user', content: 'write to jane.doe@example.com' },
  ]
  told.governed = await scene.receiptOf(await scene.post('/v1/chat/completions', { model: 'near/gpt-4o', messages: long }, governed))
  told.held = await scene.receiptOf(await scene.post('/v1/chat/completions', { ...question, model: 'near/gpt-4o', max_tokens: 5000 }, governed))
  told.smoke = await scene.receiptOf(await scene.post('/v1/chat/completions', { ...question, model: 'omni-runtime/smoke' }))
})

/** Puts there what governs the calls of a key, and tells how to call with it. */
async function govern(): Promise<{ readonly authorization: string }> {
  const admin = { authorization: `Bearer ${scene.gateway.adminKey}`, 'content-type': 'application/json' }
  const put = async (method: string, path: string, body: object) => {
    const answer = await fetch(`${scene.gateway.url}/_omni/${path}`, { method, headers: admin, body: JSON.stringify(body) })
    assert.ok(answer.ok, await answer.clone().text())
    return (await answer.json()) as { readonly id: string; readonly key: string }
  }
  await put('PUT', 'teams/red', { tenant: 'default', name: 'Red' })
  await put('PUT', 'agents/bot', { tenant: 'default', team: 'red', name: 'Bot' })
  await put('PUT', 'users/rita', { tenant: 'default', name: 'Rita', roles: ['viewer'] })
  const terms = { name: 'governed', team: 'red', agent: 'bot', user: 'rita', environment: 'production', cost_center: 'CC-1' }
  const { id, key } = await put('POST', 'keys', terms)
  await put('PUT', 'budgets/red', { scope: `key:${id}`, amount_usd: '100', period: 'day' })
  const rules = [
    { id: 'clean', when: 'pii.email > 0', then: { redact: [{ what: 'pii.email', how: 'mask' }], trim_history: 50, chain: 'both' }, tags: ['personal'] },
    { id: 'risky', when: 'risk.score > 2.0', outcome: 'BLOCK' },
    { id: 'long', when: 'request.max_tokens > 4000', outcome: 'REVIEW' },
  ]
  await put('PUT', 'policies/house', { version: '1', name: 'house', scope: `key:${id}`, rules })
  return { authorization: `Bearer ${key}` }
}

/** A whole answer to pictures, some of them from the cache. */
const withPictures = reply(200, {
  ...openai.body('A cat.'),
  usage: { prompt_tokens: 900, completion_tokens: 3, total_tokens: 903, prompt_tokens_details: { image_tokens: 850, cached_tokens: 0 } },
})

/** Those of which there is one word as yet: no cache of answers, one currency, one privacy mode, one version of the list. */
const constant: ReadonlySet<string> = new Set(['cache_status', 'currency', 'privacy_mode', 'schema'])

for (const { name, nullWhen } of all.filter(({ name }) => !unproven.includes(name))) {
  test(`${name} is set`, () => {
    const values = [...Object.values(told), interrupted, madeWhileTheClockWasSet()].map((receipt) => receipt[name])
    if (nullWhen !== undefined)
      assert.ok(
        values.some((value) => value !== null),
        'it is null on every receipt',
      )
    else
      assert.ok(
        values.every((value) => value !== null && value !== undefined),
        'it is missing on some receipt',
      )
    if (!constant.has(name))
      assert.ok(
        values.some((value) => JSON.stringify(value) !== JSON.stringify(opened[name])),
        `it is ${JSON.stringify(opened[name])} on every receipt, as it was before the call`,
      )
  })
}

test('a receipt as it is read has every signal of the list, the tokens of its segments beside one another, and nothing else', () => {
  const names = [...all.map(({ name }) => name), 'segments'].toSorted()
  for (const receipt of Object.values(told)) assert.deepEqual(Object.keys(receipt).toSorted(), names)
})

test('the list has at least seventy signals, each named once', () => {
  assert.ok(all.length >= 70)
  assert.equal(new Set(all.map(({ name }) => name)).size, all.length)
})

const kinds: { readonly [kind: string]: (value: unknown) => boolean } = {
  count: (value) => Number.isSafeInteger(value),
  number: (value) => Number.isFinite(value),
  duration: (value) => Number.isSafeInteger(value) && Number(value) >= 0,
  time: (value) => Number.isSafeInteger(value),
  money: (value) => Number.isSafeInteger(value),
  choice: (value) => /^[\w.*-]+$/.test(String(value)),
  flag: (value) => typeof value === 'boolean',
  id: (value) => /^[\w.-]+$/.test(String(value)),
  hash: (value) => /^[\da-f]+$/.test(String(value)),
  name: (value) => /^[\w.:@/+-]+$/.test(String(value)),
  labels: (value) => Object.values(value as object).every((label) => /^[\w.:@/-]+$/.test(String(label))),
  list: (value) => Array.isArray(value),
}

test('every value is of the kind that the list says, and none can hold what was said', () => {
  for (const [fate, receipt] of Object.entries(told)) {
    for (const { name, kind } of all) if (receipt[name] !== null) assert.ok(kinds[kind]!(receipt[name]), `${name} of ${fate}: ${JSON.stringify(receipt[name])}`)
  }
})

test('what is told fits together', () => {
  for (const [fate, outcome, status, notices] of [
    ['streamed', 'completed', 200, []],
    ['fallback', 'completed', 200, ['unknown_cost', 'fallback', 'fields_dropped']],
    ['passedOver', 'completed', 200, ['unknown_cost', 'passed_over']],
    ['failed', 'failed', 502, []],
    ['refused', 'refused', 404, []],
    ['smoke', 'completed', 200, []],
  ] as const) {
    const receipt = told[fate]!
    assert.deepEqual(
      [receipt.outcome, receipt.status, (receipt.notices as string[]).filter((notice) => notice !== 'mismatch')],
      [outcome, status, notices],
      fate,
    )
  }
  assert.deepEqual([told.passedOver!.passed_over, told.passedOver!.fallback], [[{ target: 'near/gpt-4o', why: 'lacks' }], false])
  const { streamed, smoke } = told as { streamed: Receipt; smoke: Receipt }
  assert.deepEqual(
    [streamed.prompt_tokens, streamed.completion_tokens, streamed.cached_tokens, streamed.cache_write_tokens, streamed.reasoning_tokens, streamed.tool_calls],
    [40, 20, 8, 4, 6, 1],
  )
  assert.deepEqual(
    [streamed.verification, streamed.finish, streamed.request_id, streamed.metadata],
    ['verified', 'tool-calls', 'my-request-1', { team: 'red' }],
  )
  assert.equal(streamed.total_cost, Number(streamed.cost) + Number(streamed.platform_fee))
  assert.deepEqual([smoke.runtime_mode, smoke.provider_called, smoke.cost, smoke.cost_availability], ['smoke', false, 0, 'free'])
})
