/** Accounts of a provider: which there are, in which order, and whose secret is whose. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Environment } from './document.ts'
import { loadSettings } from './load.ts'

const [first, second, third] = ['sk-9f86d081884c7d659a2feaa0c55ad015', 'sk-a3bf4f1b2b0b822cd15d6c15b0f00a08', 'sk-60303ae22b998861bce3b28f33eec1be']

const load = (text: string, env: Environment = {}) => loadSettings({ env, readFile: () => text })
const accountsOf = (text: string, env: Environment = {}, name = 'groq') => load(text, env).settings.providers.find((one) => one.name === name)!.accounts

test('`key` alone is the account `default`, and so is the key of the environment', () => {
  const only = [{ name: 'default', secret: first, weight: 1 }]
  assert.deepEqual(accountsOf(`providers: { groq: { key: ${first} } }`), only)
  assert.deepEqual(accountsOf('strict: true', { GROQ_API_KEY: first }), only)
  assert.deepEqual(accountsOf('providers: { near: { like: vllm } }', {}, 'near'), [{ name: 'default', weight: 1 }])
})

test('accounts stand beside `key` or instead of it, in their order, with what is said of each', () => {
  const accounts = `accounts: { red: { key: ${second}, weight: 2.5 }, blue: { key: ${third}, concurrency: 20 } }`
  const both = [
    { name: 'red', secret: second, weight: 2.5 },
    { name: 'blue', secret: third, weight: 1, concurrency: 20 },
  ]
  assert.deepEqual(accountsOf(`providers: { groq: { ${accounts} } }`), both)
  assert.deepEqual(accountsOf(`providers: { groq: { key: ${first}, ${accounts} } }`), [{ name: 'default', secret: first, weight: 1 }, ...both])
  assert.deepEqual(accountsOf(`providers: { groq: { ${accounts} } }`, { GROQ_API_KEY: first }), [{ name: 'default', secret: first, weight: 1 }, ...both])
})

test('the environment’s key is that of `default` wherever it stands, and beats the file’s with a warning', () => {
  const text = `providers: { groq: { accounts: { red: { key: ${second} }, default: { key: ${third}, weight: 3 } } } }`
  assert.deepEqual(accountsOf(text, { GROQ_API_KEY: first }), [
    { name: 'red', secret: second, weight: 1 },
    { name: 'default', secret: first, weight: 3 },
  ])
  assert.match(load(text, { GROQ_API_KEY: first }).warnings.join(), /GROQ_API_KEY is used for `groq`, and not the key in the file/)
  assert.deepEqual(load(text).warnings, [])
})

test('an entry says what its accounts share', () => {
  const { settings } = load(`providers:
  groq: { key: ${first}, strategy: least-used, concurrency: 40, quota: account, check: { every: 30s, path: /models } }
  xai: { key: ${second} }`)
  const [groq, xai] = settings.providers
  assert.deepEqual([groq!.strategy, groq!.concurrency, groq!.quota, groq!.check], ['least-used', 40, 'account', { every: 30_000, path: '/models' }])
  assert.deepEqual([xai!.strategy, xai!.concurrency, xai!.quota, xai!.check], ['priority', 8000, undefined, undefined])
})

test('one secret in two accounts is a warning, and names neither’s secret', () => {
  const { warnings } = load(`providers: { groq: { accounts: { red: { key: ${first} }, blue: { key: ${first} } } } }`)
  assert.deepEqual(warnings, ['providers.groq.accounts: `red` and `blue` have the same key: where one is refused, so is the other.'])
})

test('a quota that nobody else says is a warning, and one that entries share is none', () => {
  const entry = (name: string, quota: string) => `${name}: { like: openai, key: ${first}, quota: ${quota} }`
  assert.match(load(`providers: { ${entry('a', 'team')}, ${entry('b', 'taem')} }`).warnings.join('\n'), /a.quota: no other entry says `team`[^]*b.quota/)
  assert.deepEqual(load(`providers: { ${entry('a', 'team')}, ${entry('b', 'team')} }`).warnings, [])
})

test('where no account can be used nothing is said of weights that nobody gave', () => {
  assert.throws(
    () => load('providers: { groq: { accounts: { red: { key: your-api-key }, blue: {} } } }'),
    ({ message }: Error) => /red\.key: holds what stands in examples/.test(message) && /blue: needs `key`/.test(message) && !message.includes('weight'),
  )
})
