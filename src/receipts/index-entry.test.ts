/** Entries of the index. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { costClass, dimensions, entryNumbers, entryTexts, indexEntry, noValue, valueSeparator } from './index-entry.ts'
import { openRecord } from './opening.ts'
import type { ReceiptRecord } from './signals.ts'

const nowhere = { log: null, position: null, offset: null, length: null }
// oxfmt-ignore
const opening = {
  instance: 'ins_test', version: '0', build: '0', config: '0', requestId: 'req_test', traceId: null, client: 'curl', surface: 'openai-chat', operation: 'chat',
}

const fieldsOf = (signals: Partial<ReceiptRecord>, placed = nowhere) => {
  const { numbers, texts } = indexEntry({ ...openRecord(opening), ...signals }, placed)
  assert.deepEqual([numbers.length, texts.length], [entryNumbers.length, entryTexts.length])
  const values = texts[entryTexts.indexOf('dimensions')]!.split(valueSeparator)
  assert.equal(values.length, dimensions.length)
  const numberOf = (name: (typeof entryNumbers)[number]) => numbers[entryNumbers.indexOf(name)]
  return { numberOf, charges: texts[entryTexts.indexOf('charges')], valueOf: (name: string) => values[dimensions.indexOf(name)] }
}

test('an entry has a value for each dimension, and tells nothing from the empty text', () => {
  const { valueOf } = fieldsOf({ provider: '', account: null, stream: false, status: 200 })
  assert.deepEqual(['provider', 'account', 'stream', 'status'].map(valueOf), ['', noValue, 'false', '200'])
})

test('no name takes an entry apart', () => {
  for (const name of ['a\tb', 'a\nb', `a${valueSeparator}b`, noValue]) {
    const { valueOf } = fieldsOf({ route: name, account: name, metadata: { team: name } })
    assert.deepEqual([valueOf('route'), valueOf('account')], ['other', 'other'])
  }
})

test('a number that no column could hold stands in the receipt alone', () => {
  const { numberOf } = fieldsOf({ cost: Number.NaN, prompt_tokens: 1e300, duration: 2.6, completion_tokens: 7 })
  const { NaN: none } = Number
  assert.deepEqual((['cost', 'prompt_tokens', 'duration', 'completion_tokens'] as const).map(numberOf), [none, none, 3, 7])
})

test('what budgets were charged is told with their counters, whoever was charged before', () => {
  for (const budgets of [['budget:a|day@0'], ['budget:a|day@0', 'budget:b|day@0'], ['budget:a|day@0'], []]) {
    const { numberOf, charges } = fieldsOf({ budgets, budget_settled: 5 })
    assert.deepEqual([numberOf('spent'), charges], [5, JSON.stringify(budgets)])
  }
  for (const nothing of [{ budgets: null, budget_settled: 5 }, { budgets: ['budget:a|day@0'], budget_settled: null }, {}]) {
    const { numberOf, charges } = fieldsOf(nothing)
    assert.deepEqual([numberOf('spent'), charges], [Number.NaN, ''])
  }
})

test('more than a number can hold exactly is charged as the most that it can, and never as nothing', () => {
  assert.equal(fieldsOf({ budgets: ['budget:a|day@0'], budget_settled: 1e19 }).numberOf('spent'), Number.MAX_SAFE_INTEGER)
})

test('classes of costs are tenfold, and those of no cost are apart', () => {
  assert.deepEqual([null, 0, 9, 10, 99, 100, 1_000_000_000].map(costClass), [noValue, '1', '1', '2', '2', '3', '10'])
})
