/** No signal of the list is forgotten: a few calls of different fates set every one of them, and each is null only where the list says when. */

import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { openRecord } from '../src/receipts/opening.ts'
import { signals } from '../src/receipts/signals.ts'
import { openScene, question, type Receipt } from './contract/scene.ts'
import { openai, wait } from './upstream/index.ts'

const scene = await openScene({
  providers: ({ chat }) => `  near: { like: openai, baseUrl: "${chat}/v1", prices: openai }
  narrow: { like: openai, baseUrl: "${chat}/v1", concurrency: 1, accounts: { main: { key: key-main-9f86d081884c7d65 }, spare: { key: key-spare-8c7d65f1 } } }`,
  config: () =>
    'retry: { longestPause: 20ms, budgetFloor: 1000 }\nhealth: { failures: 1000 }\nplatformFeePercent: 10\nchains:\n  both: { targets: [near/gpt-4o, anthropic/claude-sonnet-4-5] }\n  seeing: { targets: [{ model: near/gpt-4o, lacks: [tools] }, anthropic/claude-sonnet-4-5] }\n',
})

const identity = {
  'x-omni-user-id': 'u-1',
  'x-omni-session-id': 's-1',
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  'x-request-id': 'my-request-1',
}
const look = { type: 'function', function: { name: 'look', parameters: { type: 'object', properties: {} } } }

/** By what is special about the call. */
const told: { [fate: string]: Receipt } = {}

/** What of a call is known before anything has happened to it. */
const opened: Receipt = {
  ...openRecord({
    instance: '',
    version: '',
    build: '0'.repeat(16),
    config: '1'.repeat(16),
    requestId: '',
    traceId: null,
    client: '',
    surface: '',
    operation: '',
  }),
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
  told.smoke = await scene.receiptOf(await scene.post('/v1/chat/completions', { ...question, model: 'omni-runtime/smoke' }))
})

/** Signals that a call has from its first moment; one fate of a call has only one word for them. */
const constant = new Set(['completeness', 'schema', 'privacy_mode'])

for (const signal of signals) {
  const { name } = signal
  test(`${name} is set`, () => {
    const values = Object.values(told).map((receipt) => receipt[name])
    if ('nullWhen' in signal)
      assert.ok(
        values.some((value) => value !== null),
        'it is null on every receipt',
      )
    else
      assert.ok(
        values.every((value) => value !== null && value !== undefined && value !== ''),
        'it is missing on some receipt',
      )
    if (!constant.has(name))
      assert.ok(
        values.some((value) => JSON.stringify(value) !== JSON.stringify(opened[name])),
        `it is ${JSON.stringify(opened[name])} on every receipt, as it was before the call`,
      )
  })
}

test('a receipt has every signal of the list, in its order, and nothing else', () => {
  for (const receipt of Object.values(told)) assert.deepEqual(Object.keys(receipt).toSorted(), signals.map(({ name }) => name).toSorted())
})

test('the list has at least sixty signals, each named once', () => {
  assert.ok(signals.length >= 60)
  assert.equal(new Set(signals.map(({ name }) => name)).size, signals.length)
})

const kinds: { readonly [kind: string]: (value: unknown) => boolean } = {
  count: (value) => Number.isSafeInteger(value) && Number(value) >= 0,
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
    for (const { name, kind } of signals)
      if (receipt[name] !== null) assert.ok(kinds[kind]!(receipt[name]), `${name} of ${fate}: ${JSON.stringify(receipt[name])}`)
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
