/** What models are known to lack: a table of ids and needs, and what follows of it for a call. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { abilitiesOf, bitsOf, isAble, mayTakeMore, needBits, needNames, needsIn, type Need } from './abilities.ts'

/** Who serves it, the model, and which of the needs that are looked at it lacks. */
const looked = ['images', 'documents', 'audio', 'tools', 'schema', 'json', 'choices'] as const satisfies readonly Need[]
const facts: readonly (readonly [provider: string | null, model: string, lacks: string])[] = [
  ['openai', 'gpt-4o', 'audio'],
  ['openai', 'gpt-4o-mini-2024-07-18', 'audio'],
  ['openai', 'gpt-4o-audio-preview', 'images documents'],
  ['openai', 'gpt-4.1-nano', 'audio'],
  ['openai', 'gpt-5.4-mini', 'audio'],
  ['openai', 'gpt-6-sol', 'audio'],
  ['openai', 'gpt-9', ''],
  ['openai', 'gpt-4', 'images documents audio schema json'],
  ['openai', 'gpt-4-turbo', 'audio schema'],
  ['openai', 'gpt-4-1106-preview', 'images documents audio schema'],
  ['openai', 'gpt-3.5-turbo', 'images documents audio schema'],
  ['openai', 'gpt-3.5-turbo-0613', 'images documents audio schema json'],
  ['azure', 'gpt-35-turbo', 'images documents audio'],
  ['openai', 'o1-mini', 'images documents audio tools schema json'],
  ['openai', 'o3-mini', 'images documents audio'],
  ['openai', 'o3', 'audio'],
  ['anthropic', 'claude-2.1', 'images audio tools'],
  ['anthropic', 'claude-3-5-haiku-latest', 'audio'],
  ['anthropic', 'claude-sonnet-5-5', 'audio'],
  ['google', 'gemini-2.5-flash', ''],
  ['google', 'gemma-3-27b-it', 'audio tools schema json'],
  ['google', 'gemma-4-31b-it', ''],
  ['groq', 'llama-3.3-70b-versatile', 'images documents audio schema choices'],
  ['groq', 'openai/gpt-oss-120b', 'images documents audio choices'],
  ['groq', 'meta-llama/llama-4-scout-17b-16e-instruct', 'documents audio choices'],
  ['cerebras', 'gpt-oss-120b', 'images documents audio'],
  ['cerebras', 'zai-glm-4.7', 'images documents audio'],
  ['together', 'meta-llama/Meta-Llama-3.1-70B-Instruct-Turbo', 'images audio'],
  ['openrouter', 'meta-llama/llama-3.2-11b-vision-instruct', ''],
  ['openrouter', 'nvidia/llama-3.1-nemotron-nano-vl-8b-v1', ''],
  [null, 'us.meta.llama3-1-70b-instruct-v1:0', 'images audio'],
  [null, 'us.meta.llama3-2-90b-instruct-v1:0', 'audio'],
  [null, 'llama3.2:3b', 'images audio'],
  [null, 'amazon.nova-micro-v1:0', 'images audio'],
  [null, 'ai21.jamba-1-5-large-v1:0', 'images audio'],
  ['fireworks', 'accounts/fireworks/models/llama-v3p1-8b-instruct', 'images audio'],
  ['fireworks', 'accounts/fireworks/models/qwen2p5-vl-72b-instruct', ''],
  ['fireworks', 'accounts/fireworks/models/kimi-k2p5', ''],
  ['moonshotai', 'kimi-k2-thinking', 'images audio'],
  ['minimax', 'MiniMax-M2.7-highspeed', 'images audio'],
  ['deepseek', 'deepseek-v4-pro', 'images audio schema'],
  ['deepseek', 'deepseek-chat', ''],
  ['deepseek', 'deepseek-flash', 'schema'],
  ['openrouter', 'deepseek/deepseek-r1', 'images audio schema'],
  ['mistral', 'mistral-large-2411', 'images audio'],
  ['mistral', 'mistral-large-2512', ''],
  ['mistral', 'mistral-small-2506', ''],
  ['mistral', 'codestral-2508', 'images audio'],
  ['mistral', 'codestral-latest', ''],
  ['mistral', 'open-mixtral-8x7b', 'images audio'],
  ['cohere', 'command-r-plus-08-2024', 'images documents audio'],
  ['cohere', 'command-a-vision-07-2025', 'documents audio tools'],
  ['perplexity', 'sonar-pro', 'audio tools'],
  ['openrouter', 'qwen/qwen3-32b', 'images audio'],
  ['openrouter', 'qwen/qwen3-vl-235b-a22b-instruct', ''],
  ['openrouter', 'qwen/qwen3.6-plus', ''],
  ['openrouter', 'z-ai/glm-4.5v', ''],
  [null, 'phi-4-multimodal-instruct', ''],
  ['x-ai', 'grok-4.5', ''],
  [null, 'my-own-model', ''],
]

describe('what is known to be lacking', () => {
  for (const [provider, model, lacks] of facts) {
    test(`of ${model} at ${provider ?? 'a host that the catalogue does not know'} is ${lacks === '' ? 'nothing' : lacks}`, () => {
      const { lacks: bits } = abilitiesOf(provider, model)
      assert.equal(
        needsIn(bits)
          .filter((need) => (looked as readonly Need[]).includes(need))
          .join(' '),
        lacks,
      )
    })
  }

  test('is asked for by any name that a client may think of, in bounded memory', () => {
    const nothing = { lacks: 0, context: Infinity, output: Infinity }
    for (const model of ['__proto__', 'constructor', '', '/', 'gpt-4'.repeat(1000), '\u200b']) assert.deepEqual(abilitiesOf('openai', model), nothing)
    for (const provider of ['__proto__', 'constructor', '', null]) assert.deepEqual(abilitiesOf(provider, 'my-own-model'), nothing)
    for (let index = 0; index < 5000; index += 1) abilitiesOf('openai', `made-up-${index}`)
    assert.equal(abilitiesOf('openai', 'gpt-4o').context, 128_000)
  })
})

describe('a model’s room', () => {
  test('is its context, where the catalogue knows it and no header makes it wider', () => {
    assert.equal(abilitiesOf('openai', 'gpt-3.5-turbo').context, 16_385)
    assert.equal(abilitiesOf('groq', 'llama-3.3-70b-versatile').context, Infinity)
    assert.equal(abilitiesOf('anthropic', 'claude-sonnet-4-5').context, 1_000_000)
    assert.equal(abilitiesOf('anthropic', 'claude-haiku-4-5').context, 200_000)
    assert.equal(abilitiesOf('deepseek', 'deepseek-chat').context, Infinity, 'the name leads to a newer model than the table knows')
  })

  test('for an answer is what its maker says, and unknown where that is only the least', () => {
    assert.equal(abilitiesOf('openai', 'gpt-4o').output, 16_384)
    assert.equal(abilitiesOf('anthropic', 'claude-haiku-4-5').output, 64_000)
    assert.equal(abilitiesOf('anthropic', 'claude-opus-5-5').output, Infinity)
  })

  test('is too small only for what surely does not fit: a count of bytes is too high at times', () => {
    const small = { lacks: 0, context: 8000, output: 4000 }
    const fits = (input: number, output = 0) => isAble({ bits: 0, input, output }, small)
    assert.deepEqual([fits(8000), fits(10_000), fits(10_001)], [true, true, false])
    assert.deepEqual([fits(5000, 4000), fits(5001, 4000)], [true, false], 'what is to be answered needs room, too')
    assert.deepEqual([fits(1, 4001), fits(1, 4000)], [false, true])
    assert.ok(isAble({ bits: 0, input: 1e9, output: 1e9 }, { lacks: 0, context: Infinity, output: Infinity }))
  })

  test('may be more than another’s where it is, or where one of them is unknown', () => {
    assert.deepEqual([mayTakeMore(200_000, 128_000), mayTakeMore(Infinity, 128_000), mayTakeMore(8000, Infinity)], [true, true, true])
    assert.deepEqual([mayTakeMore(128_000, 128_000), mayTakeMore(8000, 128_000)], [false, false])
  })
})

test('a call is for those that lack nothing of what it needs, whatever else they lack', () => {
  const call = { bits: bitsOf(['images', 'tools']), input: 10, output: 0 }
  const lacking = (...names: readonly Need[]) => isAble(call, { lacks: bitsOf(names), context: Infinity, output: Infinity })
  assert.deepEqual([lacking(), lacking('audio', 'schema'), lacking('images'), lacking('audio', 'tools')], [true, true, false, false])
})

test('each need has a bit of its own, and a mask is told in the order of the list', () => {
  assert.equal(new Set(Object.values(needBits)).size, needNames.length)
  assert.deepEqual(needsIn(bitsOf(needNames)), needNames)
  assert.deepEqual(needsIn(bitsOf(['json', 'images'])), ['images', 'json'])
  assert.deepEqual(needsIn(0), [])
})
