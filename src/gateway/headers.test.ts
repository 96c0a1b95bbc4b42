/** An answer's headers say what the contract promises, and nothing that could be mistaken for more. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Failure, reasons, type Reason } from '../canonical/failure.ts'
import { receiptOf } from '../../test/calling.ts'
import { answerHeaders, dollars, refusalHeaders, streamHeaders, type HeaderList } from './headers.ts'

const asObject = (list: HeaderList): Record<string, string> =>
  Object.fromEntries(Array.from({ length: list.length / 2 }, (_, at) => [list[at * 2], list[at * 2 + 1]]))

test('[C56] every answer says whose it is, how it was decided, how long it took, and that nobody keeps it', () => {
  const receipt = receiptOf()
  receipt.record.provider = 'east'
  receipt.record.resolved_model = 'gpt-4o'
  receipt.drop('seed')
  receipt.drop('top_k')
  const headers = asObject(answerHeaders(receipt, 'application/json'))
  assert.deepEqual(
    [
      headers['content-type'],
      headers['x-request-id'],
      headers['x-omega-decision-id'],
      headers['x-omega-policy-outcome'],
      headers['x-omni-provider'],
      headers['x-omni-model'],
      headers['x-omni-dropped'],
      headers['x-omni-attempts'],
    ],
    ['application/json', 'req_12345678', receipt.id, 'ALLOW', 'east', 'gpt-4o', 'seed, top_k', '0'],
  )
  assert.deepEqual([headers['cache-control'], headers.vary], ['no-store', 'Authorization, Origin'])
  assert.match(headers['x-omega-latency-ms']!, /^\d+\.\d\d$/)
})

test('what is not known yet is not said', () => {
  const headers = asObject(answerHeaders(receiptOf(), 'application/json'))
  for (const name of ['x-omni-provider', 'x-omni-model', 'x-omni-dropped']) assert.equal(name in headers, false)
  assert.equal(asObject(streamHeaders(receiptOf()))['x-accel-buffering'], 'no')
})

test('a model’s name that would break a header is left out', () => {
  for (const model of ['a\r\nx-admin: 1', 'é', 'x'.repeat(201), '', 'a b']) {
    const receipt = receiptOf()
    receipt.record.resolved_model = model
    assert.equal('x-omni-model' in asObject(answerHeaders(receipt, 'application/json')), false, JSON.stringify(model))
  }
})

test('[I9] a refusal says when to come back, or that it is no use', () => {
  for (const reason of Object.keys(reasons) as Reason[]) {
    const plain = asObject(refusalHeaders(new Failure(reason, 'No.'), receiptOf()))
    const timed = asObject(refusalHeaders(new Failure(reason, 'No.', { retryAfterMs: 1200.5 }), receiptOf()))
    assert.equal(plain['x-should-retry'], reasons[reason].retry ? undefined : 'false', reason)
    assert.deepEqual([timed['retry-after'], timed['retry-after-ms']], reasons[reason].retry ? ['2', '1201'] : [undefined, undefined], reason)
  }
})

test('dollars are exact to the nano-dollar, in as few digits as that takes', () => {
  assert.deepEqual([0, 1, 10, 2_500_000, 1e9, 12_345_678_901].map(dollars), ['0.0', '0.000000001', '0.00000001', '0.0025', '1.0', '12.345678901'])
  fc.assert(fc.property(fc.nat(2 ** 31 - 1), (nano) => assert.equal(Math.round(Number(dollars(nano)) * 1e9), nano)))
})
