/** A model is known by all the ways to spell it, and taken for no other. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compareNames, type Likeness } from './spelling.ts'

/** What the answer names, what was asked for, and whether they are one. */
const cases: { readonly [likeness in Likeness]: readonly (readonly [told: string, asked: string])[] } = {
  same: [
    ['gpt-4o', 'gpt-4o'],
    ['gpt-4o-2024-08-06', 'gpt-4o'],
    ['gpt-4-0613', 'gpt-4'],
    ['gpt-3.5-turbo-0125', 'gpt-35-turbo'],
    ['chatgpt-4o-latest', 'chatgpt-4o-latest'],
    ['text-embedding-ada-002-v2', 'text-embedding-ada-002'],
    ['openai/gpt-4.1', 'gpt-4.1'],
    ['claude-sonnet-4-5-20250929', 'claude-sonnet-4-5'],
    ['claude-3-5-sonnet-20241022', 'claude-3-5-sonnet-latest'],
    ['claude-sonnet-4-20250514', 'claude-sonnet-4-0'],
    ['anthropic/claude-4.5-sonnet-20250929', 'anthropic/claude-sonnet-4.5'],
    ['claude-3-5-sonnet-20241022', 'us.anthropic.claude-3-5-sonnet-20241022-v2:0'],
    ['claude-3-5-sonnet-20241022', 'claude-3-5-sonnet-v2@20241022'],
    ['claude-opus-4-1-20250805', 'claude-opus-4-1@default'],
    ['amazon.nova-pro-v1:0', 'nova-pro'],
    ['models/gemini-2.5-pro', 'gemini-2.5-pro'],
    ['publishers/google/models/gemini-2.0-flash-001', 'gemini-2.0-flash'],
    ['gemini-2.5-flash-preview-09-2025', 'gemini-flash-latest'],
    ['mistral-large-2411', 'mistral-large-latest'],
    ['grok-4-0709', 'grok-4'],
    ['accounts/fireworks/models/llama-v3p1-8b-instruct', 'llama-v3p1-8b-instruct'],
    ['deepseek/deepseek-r1', 'deepseek/deepseek-r1:free'],
    ['llama3.2', 'llama3.2:latest'],
    ['Qwen/Qwen3-32B', 'qwen3-32b'],
  ],
  unsure: [
    ['gpt-4o', 'gpt-4o-2024-08-06'],
    ['claude-sonnet-4-5', 'claude-sonnet-4-5-20250929'],
  ],
  other: [
    ['gpt-4o-mini', 'gpt-4o'],
    ['gpt-4o', 'gpt-4o-mini'],
    ['gpt-4.1', 'gpt-4'],
    ['gpt-4-32k', 'gpt-4'],
    ['gpt-4-1106-preview', 'gpt-4'],
    ['gpt-4o-2024-05-13', 'gpt-4o-2024-08-06'],
    ['claude-opus-4-1-20250805', 'claude-opus-4-0'],
    ['claude-haiku-4-5', 'claude-sonnet-4-5'],
    ['claude-3-5-sonnet-20240620', 'us.anthropic.claude-3-5-sonnet-20241022-v2:0'],
    ['gemini-2.5-flash-lite', 'gemini-flash-latest'],
    ['llama3.2:1b', 'llama3.2:3b'],
    ['deepseek-v3', 'deepseek-v4'],
  ],
}

for (const likeness of ['same', 'unsure', 'other'] as const) {
  for (const [told, asked] of cases[likeness]) test(`${told} for ${asked} is ${likeness}`, () => assert.equal(compareNames(told, asked), likeness))
}

test('what was found once is found again, after any number of others', () => {
  for (let at = 0; at < 3000; at += 1) assert.equal(compareNames(`made-up-model-x${at}`, 'gpt-4o'), 'other')
  assert.equal(compareNames('gpt-4o-2024-08-06', 'gpt-4o'), 'same')
  assert.equal(compareNames('gpt-4o-2024-08-06', 'gpt-4o'), 'same')
})
