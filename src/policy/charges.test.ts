/** What a call takes of its limits and budgets, and from whose counters. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { amountOf, chargesFor, refusingUnpriced, wantsOfBudgets, wantsOfLimits, type Demand } from './charges.ts'
import { readCounter } from './counter-id.ts'
import type { Budget, Limit } from './limit.ts'
import type { Holder } from './scope.ts'

const everywhere = { tenant: null, scope: 'all', each: [], models: [], providers: [] } as const
const limit = (given: Partial<Limit>): Limit => ({
  ...everywhere,
  id: 'calm',
  measure: 'requests',
  amount: 10,
  window: 60_000,
  queue: { calls: 0, time: 0 },
  onStoreError: 'allow',
  ...given,
})
const budget = (given: Partial<Budget>): Budget => ({
  ...everywhere,
  id: 'money',
  amount: 1000,
  period: 'month',
  timeZone: 'UTC',
  alerts: [],
  status: 402,
  unpriced: 'refuse',
  ...given,
})
const holder: Holder = { tenant: 'acme', team: 'ml', key: 'key_1' }
const demand: Demand = { model: 'gpt-5', provider: 'openai', labels: null, tokens: 1200, cost: 340 }
const november = Date.UTC(2026, 10, 21)

const idsOf = (limits: readonly Limit[], asked: Demand = demand, who: Holder = holder): readonly string[] => {
  const charges = chargesFor(who, limits, [])
  return charges === undefined ? [] : wantsOfLimits(charges, asked).map(({ terms }) => terms.id)
}

test('who has no rules has no charges, and rules of others are none', () => {
  assert.equal(chargesFor(holder, [], []), undefined)
  const others = [limit({ scope: 'team:web' }), limit({ scope: 'key:key_2' }), limit({ tenant: 'other' }), limit({ scope: 'agent:a' })]
  assert.equal(chargesFor(holder, others, [budget({ tenant: 'other', scope: 'team:ml' })]), undefined)
})

test('rules of everybody, of the tenant, the team and the key are all about a call, and each has a counter of its own', () => {
  const scopes = ['all', 'tenant:acme', 'team:ml', 'key:key_1'] as const
  assert.deepEqual(idsOf(scopes.map((scope, at) => limit({ id: `l${at}`, scope }))), [
    'limit:l0|requests',
    'limit:l1|requests',
    'limit:l2|requests',
    'limit:l3|requests',
  ])
  const [want] = wantsOfBudgets(chargesFor(holder, [limit({ id: 'same' })], [budget({ id: 'same' })])!, demand, november)
  assert.equal(want!.terms.id, 'budget:same|month')
})

test('a counter is kept for each key, team, model, provider and label that there is', () => {
  const each = limit({ each: ['key', 'model', 'team', 'label:env', 'provider'] })
  const [id] = idsOf([each], { ...demand, labels: { env: 'prod' } })
  assert.equal(id, 'limit:calm|requests|key=key_1|team=ml|model=gpt-5|label:env=prod|provider=openai')
  assert.deepEqual(readCounter(id ?? ''), {
    kind: 'limit',
    rule: 'calm',
    by: 'requests',
    values: { key: 'key_1', team: 'ml', model: 'gpt-5', 'label:env': 'prod', provider: 'openai' },
  })
})

test('(routing 40) who has none of what a limit is kept by shares one counter with all who have none, and is never without a limit', () => {
  const each = limit({ each: ['agent', 'label:env'] })
  const none = 'limit:calm|requests|agent=(none)|label:env=(none)'
  const labelled: readonly Demand['labels'][] = [null, {}, { team: 'ml' }]
  for (const labels of labelled) assert.deepEqual(idsOf([each], { ...demand, labels }), [none])
  assert.deepEqual(idsOf([limit({ each: ['label:constructor'] })], { ...demand, labels: {} }), ['limit:calm|requests|label:constructor=(none)'])
  assert.deepEqual(idsOf([limit({ each: ['key'] })], demand, { tenant: 'default', key: null }), ['limit:calm|requests|key=(none)'])
})

test('[C58] no name of a model leads to the counter of another, whatever characters it has', () => {
  const each = [limit({ each: ['model', 'label:env'] })]
  const forged = { ...demand, model: 'a|label:env=prod', labels: null }
  const real = { ...demand, model: 'a', labels: { env: 'prod|label:env=(none)' } }
  const ids = [forged, real, { ...demand, model: 'a%7clabel:env=prod' }].flatMap((one) => idsOf(each, one))
  assert.equal(new Set(ids).size, 3)
  for (const [at, model] of ['a|label:env=prod', 'a', 'a%7clabel:env=prod'].entries()) assert.equal(readCounter(ids[at]!)!.values.model, model)
  for (const model of ['a\u0000b\tc', 'lone \ud800', 'ünï|%7c'])
    assert.equal(readCounter(idsOf(each, { ...demand, model })[0]!)!.values.model, model.toWellFormed())
  assert.ok(idsOf(each, { ...demand, model: 'm'.repeat(100_000) })[0]!.length < 300)
})

test('a rule for models or providers is about these alone, by the name that the provider has, with the provider’s or without, and with a `*`', () => {
  const calls = [demand, { ...demand, model: 'claude-opus-5', provider: 'anthropic' }]
  const about = (given: Partial<Limit>) => calls.map((call) => idsOf([limit(given)], call).length)
  assert.deepEqual(about({ models: ['gpt-5'] }), [1, 0])
  assert.deepEqual(about({ models: ['openai/gpt-*', 'claude-*'] }), [1, 1])
  assert.deepEqual(about({ models: ['anthropic/*'] }), [0, 1])
  assert.deepEqual(about({ providers: ['openai'] }), [1, 0])
  assert.deepEqual(about({ providers: ['openai'], models: ['claude-*'] }), [0, 0])
})

test('[C49] another spelling of a model is counted with it, and passes by no rule that is about it', () => {
  const rules = [limit({ id: 'one', models: ['gpt-5'] }), limit({ id: 'some', models: ['openai/gpt-*'] }), limit({ id: 'each', each: ['model'] })]
  assert.equal(idsOf(rules).length, 3)
  assert.deepEqual(idsOf(rules, { ...demand, model: 'GPT-5' }), idsOf(rules))
})

test('what was known of the call before is not said of the next one', () => {
  const charges = chargesFor(holder, [limit({ each: ['model', 'label:env'], models: ['gpt-*'] })], [])!
  const ids = (asked: Partial<Demand>) => wantsOfLimits(charges, { ...demand, ...asked }).map(({ terms }) => terms.id.slice('limit:calm|requests|'.length))
  assert.deepEqual(ids({}), ['model=gpt-5|label:env=(none)'])
  assert.deepEqual(ids({ labels: { env: 'prod' } }), ['model=gpt-5|label:env=prod'])
  assert.deepEqual(ids({ model: 'o5' }), [])
  assert.deepEqual(ids({ model: 'gpt-6' }), ['model=gpt-6|label:env=(none)'])
  assert.deepEqual(ids({}), ['model=gpt-5|label:env=(none)'])
})

test('requests and calls at once take one, tokens and cost what the call may come to, in whole units', () => {
  const amounts = (['requests', 'concurrency', 'tokens', 'cost'] as const).map((measure) => amountOf(limit({ measure }), { tokens: 1200, cost: 340.2 }))
  assert.deepEqual(amounts, [1, 1, 1200, 341])
  assert.equal(amountOf(budget({}), { tokens: 1200, cost: null }), 0)
})

test('(routing 35) amounts at the edges of numbers stay whole and countable', () => {
  const cost = (amount: number) => amountOf(budget({}), { tokens: 0, cost: amount })
  assert.deepEqual([0, -5, 0.1, Number.MAX_SAFE_INTEGER, 1e300, Infinity].map(cost), [
    0,
    0,
    1,
    Number.MAX_SAFE_INTEGER,
    Number.MAX_SAFE_INTEGER,
    Number.MAX_SAFE_INTEGER,
  ])
})

test('a bucket with a burst fills up as fast as it says for its window', () => {
  const termsOf = (given: Partial<Limit>) => wantsOfLimits(chargesFor(holder, [limit(given)], [])!, demand)[0]!.terms
  assert.deepEqual(termsOf({}), { kind: 'bucket', id: 'limit:calm|requests', capacity: 10, period: 60_000 })
  assert.deepEqual(termsOf({ burst: 2 }), { kind: 'bucket', id: 'limit:calm|requests', capacity: 2, period: 12_000 })
  assert.deepEqual(termsOf({ burst: 30 }), { kind: 'bucket', id: 'limit:calm|requests', capacity: 30, period: 180_000 })
  assert.deepEqual(termsOf({ measure: 'concurrency', window: 0 }), { kind: 'slots', id: 'limit:calm|concurrency', capacity: 10 })
})

test('(routing 41) an amount of 0 is a counter with no room, whatever burst there is', () => {
  const [want] = wantsOfLimits(chargesFor(holder, [limit({ amount: 0, burst: 5 })], [])!, demand)
  assert.deepEqual(want!.terms, { kind: 'bucket', id: 'limit:calm|requests', capacity: 0, period: 60_000 })
})

test('a limit whose amount or window was changed keeps its counter, one that counts something else has another', () => {
  assert.deepEqual(idsOf([limit({ amount: 99, window: 1000 })]), idsOf([limit({})]))
  assert.notDeepEqual(idsOf([limit({ measure: 'tokens' })]), idsOf([limit({})]))
})

test('a budget has a window for the period that the call is in, and another one when it has ended', () => {
  const charges = chargesFor(holder, [], [budget({ timeZone: 'Europe/Berlin' })])!
  const at = Date.UTC(2026, 10, 30, 22, 59, 59, 999)
  const [before, after] = [at, at + 1].map((time) => wantsOfBudgets(charges, demand, time)[0]!.terms)
  assert.ok(before?.kind === 'window' && after?.kind === 'window')
  assert.equal(before.to, at + 1)
  assert.deepEqual([after.from, after.before, after.id], [at + 1, before.from, before.id])
  const [always] = wantsOfBudgets(chargesFor(holder, [], [budget({ period: 'total' })])!, demand, at)
  assert.deepEqual(always!.terms, { kind: 'window', id: 'budget:money|total', capacity: 1000, from: 0, to: null, before: null })
})

test('a call whose price nobody knows is refused by the first budget or limit of cost that is about it, unless the budget allows it', () => {
  const refusing = (limits: readonly Limit[], budgets: readonly Budget[], asked = demand) =>
    refusingUnpriced(chargesFor(holder, limits, budgets)!, { ...asked, cost: null }, november)?.id
  assert.equal(refusing([limit({})], [budget({ id: 'first', unpriced: 'allow' }), budget({ id: 'second' })]), 'second')
  assert.equal(refusing([limit({ id: 'cost', measure: 'cost' })], [budget({})]), 'cost')
  assert.equal(refusing([limit({ measure: 'tokens' })], [budget({ unpriced: 'allow' })]), undefined)
  assert.equal(refusing([], [budget({ models: ['claude-*'] })]), undefined)
})
