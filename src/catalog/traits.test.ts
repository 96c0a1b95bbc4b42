/** What is known of models' ways: a table of ids and facts. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { traitsOf, type Traits } from './traits.ts'

const facts: readonly (readonly [
  model: string,
  thinking: Traits['thinking'],
  nativeSchema?: boolean,
  prefill?: boolean,
  sampling?: boolean,
  maxOutput?: number,
])[] = [
  ['claude-3-5-haiku-latest', 'none', false, true, true, 8192],
  ['claude-3-haiku-20240307', 'none', false, true, true, 4096],
  ['claude-3-7-sonnet-20250219', 'budget', false, true, true, 64_000],
  ['claude-opus-4-20250514', 'budget', false, true, true, 32_000],
  ['claude-opus-4-1-20250805', 'budget', false, true, true, 32_000],
  ['claude-sonnet-4-20250514', 'budget', false, true, true, 64_000],
  ['claude-sonnet-4-5-20250929', 'budget', true, true, true, 64_000],
  ['claude-haiku-4-5', 'budget', true, true, true, 64_000],
  ['claude-opus-4-5-20251101', 'budget', true, true, true, 64_000],
  ['claude-opus-4-6', 'adaptive', true, false, true, 128_000],
  ['claude-sonnet-4.6', 'adaptive', true, false, true, 64_000],
  ['claude-opus-4-7', 'adaptive', true, false, false, 128_000],
  ['anthropic/claude-4.8-opus', 'adaptive', true, false, false, 128_000],
  ['claude-sonnet-5', 'adaptive', true, false, false],
  ['claude-haiku-5-5', 'adaptive', true, false, false],
  ['claude-fable-5-1', 'adaptive', true, false, false],
  ['claude-mythos-preview', 'adaptive', true, false, false],
  ['claude-something-9', 'adaptive', true, false, false],
  ['gpt-4', 'none', false, false, true, 8192],
  ['gpt-4o', 'none', true, false, true, 16_384],
  ['gpt-4.1-mini', 'none', true, false, true, 32_768],
  ['gpt-5-mini', 'effort', true, false, false, 128_000],
  ['gpt-5-chat-latest', 'none', true, false, true, 16_384],
  ['gpt-6-sol', 'effort', true, false, false, 128_000],
  ['o3-mini', 'effort', true, false, false, 100_000],
  ['o1-mini', 'none', false, false, false, 32_768],
  ['openai/gpt-oss-120b', 'effort', true, undefined, true],
  ['gemini-2.0-flash', 'none', true, undefined, true, 8192],
  ['gemini-2.5-pro', 'budget', true, undefined, true, 65_536],
  ['gemini-3.1-pro-preview', 'effort', true, undefined, true, 65_536],
  ['grok-4.5', 'effort', true, undefined, true],
  ['grok-4-0709', 'none', true, undefined, true],
  ['deepseek-v4-pro', 'effort', false],
  ['deepseek-chat', 'none', false, undefined, true, 8192],
]

for (const [model, thinking, nativeSchema, prefill, sampling, maxOutput] of facts) {
  test(`${model} is told to think by ${thinking}`, () => {
    const traits = traitsOf('anyone', model)
    assert.deepEqual([traits.thinking, traits.nativeSchema, traits.prefill, traits.sampling], [thinking, nativeSchema, prefill, sampling])
    if (maxOutput !== undefined) assert.equal(traits.maxOutput, maxOutput)
  })
}

test('a model that nobody knows has no traits but its id', () => {
  assert.deepEqual(traitsOf('anyone', 'my-own-model'), { model: 'my-own-model' })
  assert.deepEqual(traitsOf('__proto__', 'my-own-model'), { model: 'my-own-model' })
  assert.deepEqual(Object.keys(traitsOf('anyone', 'claude'.repeat(1000))), ['model'])
})

test('a host may allow less than the model could write', () => {
  assert.equal(traitsOf('groq', 'llama-3.3-70b-versatile').maxOutput, 32_768)
  assert.equal(traitsOf('groq', 'moonshotai/kimi-k2-instruct').maxOutput, 16_384)
  assert.equal(traitsOf('openai', 'llama-3.3-70b-versatile').maxOutput, undefined)
})

test('a model that a host holds to no schema is known by the host', () => {
  assert.equal(traitsOf('bedrock', 'us.amazon.nova-2-lite-v1:0').nativeSchema, false)
  assert.equal(traitsOf('bedrock', 'mistral.mistral-large-2402-v1:0').nativeSchema, false)
  assert.equal(traitsOf('bedrock', 'us.anthropic.claude-sonnet-4-5-20250929-v1:0').nativeSchema, true)
})

test('marks for a cache are known to the models that have them, and to no older ones', () => {
  for (const model of ['gpt-5.6', 'gpt-5.6-sol', 'gpt-5.10-mini', 'gpt-6', 'gpt-12']) assert.equal(traitsOf('openai', model).cacheBreakpoints, true, model)
  for (const model of ['gpt-5', 'gpt-5.5', 'gpt-5-mini', 'gpt-4.1', 'claude-sonnet-4-5'])
    assert.equal(traitsOf('openai', model).cacheBreakpoints, undefined, model)
})
