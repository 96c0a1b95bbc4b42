/** The risk of a call: its parts, its levels, and what follows from what is not known. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Detected } from './detector.ts'
import type { Facts } from './facts.ts'
import { assess, riskDetectors, riskFacts, riskParts } from './risk.ts'

const found = (count: number, score = count > 0 ? 1 : 0): Detected => ({ kinds: {}, count, score, findings: [] })
const calm = { injection: found(0), secrets: found(0), pii: found(0) }

const call = {
  asker: { tenant: 'acme', key: null },
  surface: 'openai-chat',
  operation: 'chat',
  model: 'm',
  stream: false,
  target: { provider: 'p', model: 'm', region: undefined },
  at: 0,
  labels: null,
  shape: { maxTokens: null, messages: 1, tools: [] as string[], modalities: ['text'], bytes: 10 },
  cost: 0,
  detected: calm,
} satisfies Facts

test('a call of which nothing is to be said has no risk', () => {
  assert.deepEqual(assess(call), { score: 0, level: 'low', parts: [] })
})

test('the score is the sum of its parts, which are told', () => {
  const risky = {
    ...call,
    cost: 9_000_000_000,
    shape: { ...call.shape, tools: ['shell'] },
    detected: { injection: found(2, 0.9), secrets: found(1), pii: found(1) },
  }
  assert.deepEqual(assess(risky), { score: 1, level: 'high', parts: ['injection:0.54', 'secrets:0.3', 'pii:0.05', 'amount:0.1', 'tools:0.1'] })
})

test('an attack where tools are at hand is high, a secret alone is medium, and an e-mail address is low', () => {
  const level = (changes: Partial<Facts>) => assess({ ...call, ...changes }).level
  assert.equal(level({ detected: { ...calm, injection: found(1, 0.9) }, shape: { ...call.shape, tools: ['shell'] } }), 'high')
  assert.equal(level({ detected: { ...calm, injection: found(1, 0.9) } }), 'medium')
  assert.equal(level({ detected: { ...calm, secrets: found(1) } }), 'medium')
  assert.equal(level({ detected: { ...calm, pii: found(1) } }), 'low')
  assert.equal(level({ cost: null }), 'low')
})

const readAll = (facts: Facts) => riskFacts.map(({ read }) => read(facts))

test('for receipts what is not known adds nothing; for rules it is a fault', () => {
  const { detected: _, ...unseen } = call
  assert.equal(assess(unseen).score, 0)
  for (const facts of [unseen, { ...call, detected: { ...calm, pii: { fault: 'timeout' } as const } }]) {
    assert.deepEqual(readAll(facts), [undefined, undefined])
  }
  assert.deepEqual(readAll(call), [0, 'low'])
})

test('its detectors are there without anybody naming them', () => {
  assert.deepEqual(riskDetectors.map(({ name }) => name).toSorted(), ['injection', 'pii', 'secrets'])
  assert.ok(riskParts.every(({ weight }) => weight > 0 && weight < 1))
})
