/** A receipt tells what happened to a call, once, on every path, and holds nothing of what was said. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { ChatEvent, Usage } from '../canonical/chat.ts'
import { Failure } from '../canonical/failure.ts'
import { builtIn } from '../catalog/table.ts'
import { Tariff } from '../catalog/tariff.ts'
import { nameOf } from './names.ts'
import { mostCost } from './estimate.ts'
import { Receipt } from './receipt.ts'
import type { AttemptRecord, ReceiptRecord } from './signals.ts'

const opening = {
  instance: 'ins_1',
  version: '1.0',
  build: '0'.repeat(16),
  config: '1'.repeat(16),
  requestId: 'req_12345678',
  traceId: null,
  client: 'curl',
  surface: 'openai-chat',
  operation: 'chat',
}
const tried: Omit<AttemptRecord, 'at' | 'ms'> = { provider: 'east', account: null, model: 'gpt-4o', region: null, status: 200, reason: 'answered' }

/** A call to a provider that is about to be sent, priced as a known model. */
function begin(requestBytes = 400): Receipt {
  const receipt = new Receipt(opening)
  receipt.measure(requestBytes)
  receipt.record.provider = 'east'
  receipt.record.resolved_model = 'gpt-4o'
  receipt.billing = { tariff: new Tariff(builtIn, 'openai'), isFree: false, isCovered: false, feePercent: 10 }
  receipt.beginAttempt()
  return receipt
}

const start = (id = 'chatcmpl-1', model = 'gpt-4o'): ChatEvent => ({ type: 'start', id, model })
const open: ChatEvent = { type: 'open', choice: 0, index: 0, block: { type: 'text', text: '' } }
const say = (text: string): ChatEvent => ({ type: 'delta', index: 0, text })
const tell = (usage: Usage): ChatEvent => ({ type: 'usage', usage })
const finish: ChatEvent = { type: 'finish', choice: 0, reason: 'stop' }

function answered(events: readonly ChatEvent[]): ReceiptRecord {
  const receipt = begin()
  receipt.answered(200, 'upstream-1')
  receipt.endAttempt(tried)
  receipt.observe(events)
  receipt.record.status = 200
  return receipt.close()
}

describe('outcome', () => {
  const lost = new Failure('upstream_unreachable', 'Lost.')

  test('a call that never reached a provider was refused, and that is a block', () => {
    const receipt = new Receipt(opening)
    receipt.fail(new Failure('invalid_json', 'No.'), 400)
    const { outcome, policy_outcome, error, error_origin, status, provider_called, provider_duration, prompt_tokens, usage_source, cost } = receipt.close()
    assert.deepEqual([outcome, policy_outcome, error, error_origin, status], ['refused', 'BLOCK', 'invalid_json', 'caller', 400])
    assert.deepEqual([provider_called, provider_duration, prompt_tokens, usage_source, cost], [false, null, null, 'unavailable', null])
  })

  test('one that failed before the first word failed, and costs nothing that is known', () => {
    const receipt = begin()
    receipt.endAttempt({ ...tried, status: null, reason: 'upstream_unreachable' })
    receipt.fail(lost, 502)
    const { outcome, policy_outcome, provider_called, total_tokens, cost, cost_availability, notices } = receipt.close()
    assert.deepEqual(
      [outcome, policy_outcome, provider_called, total_tokens, cost, cost_availability, notices],
      ['failed', 'ALLOW', true, null, null, 'unknown_usage', []],
    )
  })

  test('one that broke off after its first word was truncated, and what was said is counted', () => {
    const receipt = begin()
    receipt.observe([start(), open, say('x'.repeat(400))])
    receipt.fail(lost, 200)
    const { outcome, completion_tokens, usage_source, notices, cost } = receipt.close()
    assert.deepEqual([outcome, completion_tokens, usage_source, notices], ['truncated', 100, 'estimated', ['estimated_usage', 'incomplete']])
    assert.ok(cost! > 0)
  })

  test('one whose client left is the client’s doing, and what was said is counted all the same', () => {
    const receipt = begin()
    receipt.observe([start(), tell({ input: 9, output: 1 }), open, say('x'.repeat(40))])
    receipt.fail(new Failure('client_closed', 'Gone.'), 200)
    const { outcome, error_origin, prompt_tokens, completion_tokens, usage_source } = receipt.close()
    assert.deepEqual([outcome, error_origin, prompt_tokens, completion_tokens, usage_source], ['client_closed', 'caller', 9, 10, 'mixed'])
  })
})

describe('the answer', () => {
  test('is told by its names, its end and its counts', () => {
    const call: ChatEvent = { type: 'open', choice: 0, index: 1, block: { type: 'tool-call', id: 'c', name: 'look', input: '' } }
    const record = answered([
      start('chatcmpl-1', 'gpt-4o-2024-08-06'),
      open,
      say('hi'),
      call,
      { ...finish, reason: 'tool-calls' },
      tell({ input: 10, output: 4, cacheRead: 6, cacheWrite: 1, reasoning: 2 }),
    ])
    assert.deepEqual(
      [record.response_id, record.claimed_model, record.finish, record.tool_calls, record.upstream_request_id, record.upstream_status],
      ['chatcmpl-1', 'gpt-4o-2024-08-06', 'tool-calls', 1, 'upstream-1', 200],
    )
    assert.deepEqual(
      [record.prompt_tokens, record.completion_tokens, record.total_tokens, record.cached_tokens, record.cache_write_tokens, record.reasoning_tokens],
      [10, 4, 14, 6, 1, 2],
    )
    assert.deepEqual([record.usage_source, record.usage_confidence, record.cost_availability, record.notices], ['reported', 1, 'known', []])
    assert.equal(record.total_cost, record.cost! + record.platform_fee!)
  })

  test('that was passed on whole is told by a glance at it', () => {
    const receipt = begin()
    receipt.glance({ id: 'a b', model: 'gpt-4o', finish: 'length', usage: { input: 3, output: 2 }, toolCalls: 2, said: 7 })
    const { response_id, claimed_model, finish: end, tool_calls, total_tokens, usage_source, first_token_after } = receipt.close()
    assert.deepEqual([response_id, claimed_model, end, tool_calls, total_tokens, usage_source], [null, 'gpt-4o', 'length', 2, 5, 'reported'])
    assert.ok(first_token_after! > 0)
  })

  test('whose frames were passed on unread counts a token for each of them', () => {
    const receipt = begin()
    receipt.observe([start(), open])
    for (let frame = 0; frame < 5; frame += 1) receipt.words.pass(200)
    receipt.observe([finish])
    const { completion_tokens, usage_source, notices } = receipt.close()
    assert.deepEqual([completion_tokens, usage_source, notices], [5, 'estimated', ['estimated_usage']])
  })

  test('[A54] with absurd usage is estimated, flagged and never billed by it, in the header as on the receipt', () => {
    for (const usage of [
      { input: -1, output: -1 },
      { input: Number.NaN, output: 1e15 },
      { input: 100, output: 1, cacheRead: 1e9, audioOutput: 1e15 },
    ]) {
      const receipt = begin()
      receipt.observe([start(), open, say('12345678'), finish, tell(usage)])
      const shown = receipt.currentCost()
      const { total_cost, prompt_tokens, cached_tokens } = receipt.close()
      assert.deepEqual([prompt_tokens, cached_tokens], [100, null])
      assert.equal(shown, total_cost)
      assert.ok(total_cost! < 1e6, `${total_cost}`)
    }
  })

  test('costs on the receipt what the header said, also where no usage was told', () => {
    const receipt = begin()
    receipt.observe([start(), open, say('12345678'), finish])
    const shown = receipt.currentCost()
    assert.ok(shown! > 0)
    assert.equal(receipt.close().total_cost, shown)
  })

  test('costs at most what the estimate before it says, for an answer within the client’s limit', () => {
    const receipt = begin()
    receipt.record.max_tokens = 50
    const estimate = mostCost(receipt)
    receipt.observe([start(), open, finish, tell({ input: 100, output: 50 })])
    assert.equal(estimate, receipt.close().total_cost)
    assert.equal(mostCost(new Receipt(opening)), null)
    const several = begin()
    several.record.choices = 4
    several.record.max_tokens = 50
    several.observe([start(), open, finish, tell({ input: 100, output: 200 })])
    assert.equal(mostCost(several), several.close().total_cost)
  })

  test('holds no text: names that have not the shape of one are left out', () => {
    const record = answered([start('my secret\nid', 'a model of <b>mine</b>'), open, say('my secret'), finish])
    assert.deepEqual([record.response_id, record.claimed_model], [null, null])
    assert.equal(JSON.stringify(record).includes('secret'), false)
    assert.deepEqual([nameOf('ft:gpt-4o:org::id'), nameOf('a b'), nameOf('x'.repeat(201)), nameOf('')], ['ft:gpt-4o:org::id', 'unknown', 'unknown', 'unknown'])
  })
})

describe('counting by other means', () => {
  test('what a provider’s count call told is not counted again', () => {
    const receipt = begin()
    Object.assign(receipt.record, { prompt_tokens: 77, usage_source: 'reported', usage_confidence: 1, status: 200 })
    const { prompt_tokens, completion_tokens, usage_source, cost, notices } = receipt.close()
    assert.deepEqual([prompt_tokens, completion_tokens, usage_source, cost, notices], [77, null, 'reported', null, []])
  })
})

describe('attempts', () => {
  test('each is kept with its reason, and the answer of another target is a fallback', () => {
    const receipt = begin()
    receipt.answered(500, 'first')
    receipt.endAttempt({ ...tried, status: 500, reason: 'upstream_error' })
    receipt.beginAttempt()
    receipt.answered(200, undefined)
    receipt.endAttempt({ ...tried, provider: 'west' })
    receipt.observe([start(), open, finish])
    const { attempts, attempts_count, fallback, upstream_request_id, notices } = receipt.close()
    assert.deepEqual(
      attempts.map((attempt) => [(attempt as AttemptRecord).provider, (attempt as AttemptRecord).reason]),
      [
        ['east', 'upstream_error'],
        ['west', 'answered'],
      ],
    )
    assert.deepEqual([attempts_count, fallback, upstream_request_id, notices.includes('fallback')], [2, true, null, true])
  })

  test('the same target asked again is no fallback, nor is a failure of two', () => {
    for (const [provider, reason] of [
      ['east', 'answered'],
      ['west', 'upstream_error'],
    ] as const) {
      const receipt = begin()
      receipt.endAttempt({ ...tried, reason: 'upstream_error' })
      receipt.beginAttempt()
      receipt.endAttempt({ ...tried, provider, reason })
      assert.equal(receipt.close().fallback, false)
    }
  })

  test('nothing of an attempt that failed is told of the next', () => {
    const receipt = begin()
    receipt.answered(200, 'first')
    receipt.observe([start('first', 'other'), tell({ input: 1, output: 1 }), open, say('lost words'), finish])
    receipt.endAttempt({ ...tried, reason: 'upstream_invalid_response' })
    receipt.beginAttempt()
    receipt.endAttempt({ ...tried, status: null, reason: 'upstream_unreachable' })
    receipt.fail(new Failure('upstream_unreachable', 'Lost.'), 502)
    const { outcome, response_id, claimed_model, finish: end, first_byte_after, first_token_after, upstream_status, prompt_tokens } = receipt.close()
    assert.equal(outcome, 'failed')
    assert.deepEqual(
      [response_id, claimed_model, end, first_byte_after, first_token_after, upstream_status, prompt_tokens],
      [null, null, null, null, null, null, null],
    )
  })

  test('only what the last target could not be told is dropped', () => {
    const receipt = begin()
    receipt.drop('seed')
    receipt.forgetDropped()
    receipt.drop('top_k')
    receipt.drop('top_k')
    const { dropped, notices } = receipt.close()
    assert.deepEqual([dropped, notices.includes('fields_dropped')], [['top_k'], true])
  })

  test('time is the provider’s, the pauses’ or our own, and all of it adds up', () => {
    const receipt = begin()
    receipt.endAttempt({ ...tried, reason: 'upstream_error' })
    receipt.time.paused(0.001)
    receipt.beginAttempt()
    receipt.endAttempt(tried)
    const { duration, overhead, provider_duration, retry_pauses, sent_after } = receipt.close()
    assert.equal(overhead, duration - provider_duration! - retry_pauses)
    assert.equal(retry_pauses, 1000)
    assert.ok(overhead >= 0 && provider_duration! > 0 && sent_after! > 0 && sent_after! <= duration)
  })
})

describe('verification', () => {
  const rows: readonly [claimed: string, resolved: string, verdict: string][] = [
    ['gpt-4o', 'gpt-4o', 'verified'],
    ['gpt-4o-2024-08-06', 'gpt-4o', 'verified'],
    ['claude-sonnet-4-5-20250929', 'claude-sonnet-4-5', 'verified'],
    ['mistral-large-2512', 'mistral-large', 'verified'],
    ['llama-3.3-70b', 'meta/llama-3.3-70b', 'verified'],
    ['models/gemini-2.5-flash', 'gemini-2.5-flash', 'verified'],
    ['gpt-4o-mini', 'gpt-4o', 'mismatch'],
    ['gpt-4o-mini-2024-07-18', 'gpt-4o', 'mismatch'],
    ['gpt-4', 'gpt-4o', 'mismatch'],
    ['', 'gpt-4o', 'unverified'],
  ]
  for (const [claimed, resolved, verdict] of rows) {
    test(`an answer of ${claimed || 'nobody'} for ${resolved} is ${verdict}`, () => {
      const receipt = begin()
      receipt.record.resolved_model = resolved
      receipt.observe([start('id', claimed), open, finish, tell({ input: 1, output: 1 })])
      const { verification, notices } = receipt.close()
      assert.deepEqual([verification, notices.includes('mismatch')], [verdict, verdict === 'mismatch'])
    })
  }
})

test('the size of a request is told no closer than to a power of two', () => {
  const sizes = [0, 1, 2, 3, 1000, 1024, 1025].map((bytes) => {
    const receipt = new Receipt(opening)
    receipt.measure(bytes)
    return receipt.record.request_size
  })
  assert.deepEqual(sizes, [1, 1, 2, 4, 1024, 1024, 2048])
})
