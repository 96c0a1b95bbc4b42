/** Chains: what is read of them in the file, and of one that is stored in the running gateway. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readStoredChain } from './chains.ts'
import { loadSettings } from './load.ts'
import { ConfigError } from './problems.ts'

const key = 'sk-9f86d081884c7d659a2feaa0c55ad015'
const load = (text: string) => loadSettings({ env: {}, readFile: () => text })

const file = `providers:
  groq: { accounts: { red: { key: ${key} }, blue: { key: ${key}2 } }, models: [llama] }
  west: { like: openai, baseUrl: https://west.example/v1, key: ${key}3, models: [meta/llama, gpt-oss] }
  east: { like: openai, baseUrl: https://east.example/v1, key: ${key}4, models: [gpt-oss] }
aliases: { fast: groq/llama }
retry: { perTarget: 2, totalTime: 1min }
`

test('a target is text, or says more: weight, account, room, context and what it lacks', () => {
  const { settings, warnings } = load(`${file}chains:
  a:
    strategy: weighted
    targets:
      - fast
      - { model: groq/llama, account: blue, weight: 0.5, concurrency: 3, context: 8192, lacks: [tools, images] }
      - { model: b, weight: 0 }
      - meta/llama
    attempts: 7
    totalTime: 90s
    alsoOn: model_not_found, context_length_exceeded
  b: { strategy: sticky, targets: "fast, llama" }`)
  assert.deepEqual(warnings, [])
  const [a, b] = settings.chains
  assert.deepEqual(a!.targets, [
    { model: 'fast', weight: 1, lacks: [] },
    { model: 'groq/llama', account: 'blue', weight: 0.5, concurrency: 3, context: 8192, lacks: ['images', 'tools'] },
    { model: 'b', weight: 0, lacks: [] },
    { model: 'meta/llama', weight: 1, lacks: [] },
  ])
  assert.deepEqual([a!.strategy, a!.attempts, a!.totalTime, a!.retries, a!.alsoOn], ['weighted', 7, 90_000, 2, ['context_length_exceeded', 'model_not_found']])
  assert.deepEqual([b!.strategy, b!.attempts, b!.totalTime, b!.targets.length], ['sticky', undefined, 60_000, 2])
})

test('every strategy can be chosen', () => {
  for (const strategy of ['priority', 'round-robin', 'random', 'weighted', 'least-used', 'cost-optimized', 'fastest', 'sticky'])
    assert.equal(load(`chains: { a: { strategy: ${strategy}, targets: [omni-runtime/smoke] } }`).settings.chains[0]!.strategy, strategy)
})

test('two thousand targets are read', () => {
  const { settings } = load(`chains: { a: { targets: [${'omni-runtime/smoke,'.repeat(2000)}] } }`)
  assert.equal(settings.chains[0]!.targets.length, 2000)
})

test('a target that may be connected later is a warning, and a chain of such alone is one more', () => {
  const { warnings } = load(
    `chains: { a: { targets: [groq/llama, omni-runtime/smoke] }, b: { targets: [mistral-small-latest, fast] } }\naliases: { fast: groq/llama }`,
  )
  assert.deepEqual(warnings, [
    'aliases.fast: Groq is not connected (GROQ_API_KEY is not set): `groq/llama` leads nowhere until it is.',
    'chains.a.targets.0: Groq is not connected (GROQ_API_KEY is not set): `groq/llama` leads nowhere until it is.',
    'chains.b.targets.0: Mistral is not connected (MISTRAL_API_KEY is not set): `mistral-small-latest` leads nowhere until it is.',
    'chains.b.targets: none of them is connected: calls to this chain fail until one is.',
  ])
})

test('a bare name that several have is a warning that says what to write, and one that the default has is none', () => {
  assert.match(load(`${file}chains: { a: { targets: [gpt-oss, fast] } }`).warnings.join(), /a.targets.0: several .* write `west\/gpt-oss` or `east\/gpt-oss`/)
  assert.deepEqual(load(`${file}chains: { a: { targets: [gpt-oss] } }\ndefaultProvider: east`).warnings, [])
  assert.deepEqual(load(`${file}chains: { a: { targets: [what-nobody-lists, some/path] } }\ndefaultProvider: east`).warnings, [])
})

test('of a chain full of slips the first twenty are told', () => {
  const targets = Array.from({ length: 200 }, (_, at) => `nobody${at}/x`)
  assert.throws(
    () => load(`chains: { a: { targets: [${targets.join()}] } }`),
    (error) => error instanceof ConfigError && error.problems.length === 21 && error.message.endsWith('chains.a.targets: 180 more of them do not fit.'),
  )
})

const { settings } = load(`${file}chains: { primary: { targets: [fast] } }`)
const problemsOf = (body: unknown, name = 'stored', known = settings): readonly string[] => {
  try {
    readStoredChain(name, body, known)
  } catch (error) {
    if (error instanceof ConfigError) return error.problems.map(({ path, sentence }) => `${path}: ${sentence}`)
    throw error
  }
  return []
}

test('a stored chain is read as one of the file is, with the gateway’s defaults', () => {
  const { chain, warnings } = readStoredChain(
    'second',
    { strategy: 'fastest', targets: ['primary', { model: 'groq/llama', account: 'red' }, 'xai/grok-4.6'] },
    settings,
  )
  assert.deepEqual([chain.name, chain.strategy, chain.targets.length, chain.retries, chain.totalTime], ['second', 'fastest', 3, 2, 60_000])
  assert.deepEqual(warnings, ['targets.2: xAI is not connected (XAI_API_KEY is not set): `xai/grok-4.6` leads nowhere until it is.'])
})

test('what is wrong with one is told with its place in the body', () => {
  const told: readonly (readonly [body: unknown, said: RegExp])[] = [
    [undefined, /^: must hold settings of its own/],
    [[], /^: must hold settings of its own/],
    [{}, /^: has no `targets`/],
    [{ targets: ['fast'], stratgy: 'random' }, /^stratgy: is not a setting. Did you mean `strategy`\?/],
    [{ targets: ['fast', { model: 'fast', wight: 1 }] }, /^targets\.1\.wight: is not a setting. Did you mean `weight`\?/],
    [{ targets: [{ model: 'fast', weight: -1 }] }, /^targets\.0\.weight: must be a number from 0 to 1000/],
    [{ targets: ['fast', null] }, /^targets\.1: must be a model, an alias or a chain/],
    [{ targets: ['fast'], alsoOn: ['content_filter'] }, /^alsoOn: must be a list of/],
    [{ targets: ['groq/x', 'primray'] }, /^targets\.1: .*Did you mean `primary`\?/],
    [{ targets: [{ model: 'groq/llama', account: 'green' }] }, /^targets\.0: `groq` has no account `green`/],
  ]
  for (const [body, said] of told) assert.match(problemsOf(body).join('\n'), said, JSON.stringify(body))
})

test('one that would close a circle with those that are stored is refused, and so is an alias’s name', () => {
  const { chain } = readStoredChain('stored', { targets: ['primary'] }, settings)
  const known = { ...settings, chains: [...settings.chains, chain, { ...chain, name: 'other', targets: [{ model: 'stored', weight: 1, lacks: [] }] }] }
  assert.deepEqual(problemsOf({ targets: ['other'] }, 'stored', known), ['targets: leads back to itself: stored → other → stored.'])
  assert.deepEqual(problemsOf({ targets: ['other'] }, 'third', known), [])
  assert.deepEqual(problemsOf({ targets: ['stored'] }, 'stored'), ['targets: leads back to itself: stored → stored.'])
  assert.deepEqual(problemsOf({ targets: ['primary'] }, 'fast'), [': There is an alias of that name.'])
  assert.match(problemsOf({ targets: ['primary'] }, 'a b').join(), /The chain’s name may have letters/)
})
