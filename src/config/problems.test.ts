/** What is said of mistakes: where, what, and what was meant. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadSettings, type Sources } from './load.ts'
import { ConfigError } from './problems.ts'

const key = 'sk-9f86d081884c7d659a2feaa0c55ad015'

function problemsOf(text: string, env: Sources['env'] = {}): string {
  try {
    loadSettings({ env, readFile: () => text })
  } catch (error) {
    assert.ok(error instanceof ConfigError, String(error))
    return error.message
  }
  assert.fail('nothing was wrong with it')
}

const slips: readonly (readonly [what: string, text: string, said: RegExp, env?: Sources['env']])[] = [
  ['an unknown setting', 'alias: { a: b }', /omni.yaml:1: alias: is not a setting. Did you mean `aliases`\?/],
  ['an unknown setting further in', 'server:\n  port: 1\n  hots: [a]', /omni.yaml:3: server.hots: is not a setting. Did you mean `host`\?/],
  ['an unknown setting of a provider', 'providers:\n  a:\n    baseURL: x', /omni.yaml:3: providers.a.baseURL: is not a setting. Did you mean `baseUrl`\?/],
  ['a name of every object', '__proto__: { a: 1 }\nconstructor: 1', /__proto__: is not a setting[^]*constructor: is not a setting/],
  ['a word where a number belongs', 'server: { port: many }', /server.port: must be a whole number from 0 to 65,535/],
  ['a time without sense', 'deadlines: { idle: soon }', /omni.yaml:1: deadlines.idle: must be a time from 1ms to 24h/],
  [
    'a variable that is not set',
    'providers:\n  openai:\n    key: ${NO_SUCH}',
    /omni.yaml:3: providers.openai.key: reads the variable NO_SUCH, which is not set/,
  ],
  ['a variable that holds the wrong thing', 'server: { port: ${P} }', /omni.yaml:1: server.port: must be a whole number.*It is read from P/, { P: 'x' }],
  ['text that is no YAML', 'server: { port: 1', /omni.yaml:\d: This is not YAML/],
  ['one name twice', 'strict: true\nstrict: false', /omni.yaml:2: This is not YAML: a name stands here twice/],
  ['a list instead of settings', '- a', /The file must hold settings/],
  ['a number instead of settings', 'server: 8080', /omni.yaml:1: server: must hold settings of its own/],
  [
    'anchors that multiply',
    'a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c,*c,*c,*c]',
    /omni.yaml/,
  ],
  ['a provider like none', 'providers: { a: { like: gorq } }', /`gorq` is no provider that the gateway knows. Did you mean `groq`\?/],
  ['the name of one provider for another', `providers: { google: { like: openai, key: ${key} } }`, /`google\/…` always means Gemini/],
  ['a provider without its key', 'providers:\n  groq:', /omni.yaml:2: providers.groq: needs `key`, or the variable GROQ_API_KEY/],
  ['a provider that nobody knows where it is', `providers: { azure: { key: ${key} } }`, /needs `baseUrl`/],
  ['a user in a URL', `providers: { a: { like: openai, baseUrl: 'https://u:p@h.example/v1', key: ${key} } }`, /baseUrl: holds a user or a password/],
  ['a URL in the clear', `providers: { a: { like: openai, baseUrl: 'http://h.example/v1', key: ${key} } }`, /baseUrl: must begin with https/],
  ['a header that is ours to set', `providers: { a: { like: openai, key: ${key}, headers: { Host: x } } }`, /headers.Host: is not a header that may be set/],
  ['a header on two lines', `providers: { a: { like: openai, key: ${key}, headers: { x-a: "b\\r\\nc: d" } } }`, /headers.x-a: must be text on one line/],
  [
    'a wire that it does not speak',
    `providers: { a: { like: groq, key: ${key}, wires: [anthropic-messages] } }`,
    /`wires` names anthropic-messages: Groq speaks openai-chat/,
  ],
  ['an alias to nobody', 'aliases: { a: nobody/x }', /aliases.a: `nobody\/x` names the provider `nobody`, which is not connected.*omni-runtime/],
  ['aliases in a circle', 'aliases: { a: b, b: c, c: a }', /leads back to itself: a → b → c → a/],
  ['a chain in a circle with an alias', 'aliases: { a: c }\nchains: { c: { targets: [a] } }', /leads back to itself/],
  ['a chain without targets', 'chains: { c: { targets: [] } }', /chains.c: has no `targets`/],
  [
    'an alias and a chain of one name',
    'aliases: { a: omni-runtime/smoke }\nchains: { a: { targets: [omni-runtime/smoke] } }',
    /`a` is the name of another chain or of an alias/,
  ],
  [
    'one chain by two names of the setting',
    'chains: { a: { targets: [omni-runtime/smoke] } }\nroutes: { a: { targets: [omni-runtime/smoke] } }',
    /omni.yaml:2: routes.a: `a` is the name of another chain/,
  ],
  ['an unknown strategy', 'chains: { a: { strategy: fast, targets: [omni-runtime/smoke] } }', /must be one of `priority`, `round-robin`, .*`sticky`/],
  [
    'a target of an unknown provider',
    'chains:\n  a:\n    targets:\n      - omni-runtime/smoke\n      - gorq/x',
    /omni.yaml:5: chains.a.targets.1: .* Did you mean `groq`\?/,
  ],
  ['a target that no connected provider lists', 'chains: { a: { targets: [gpt-99] } }', /`gpt-99` is no chain, no alias, .*: write `provider\/model`/],
  [
    'a slip in the name of another chain',
    'chains: { primary: { targets: [omni-runtime/smoke] }, b: { targets: [pirmary] } }',
    /chains.b.targets.0: .*Did you mean `primary`\?/,
  ],
  [
    'an unknown word of a target',
    'chains: { a: { targets: [{ model: omni-runtime/smoke, wieght: 1 }] } }',
    /targets.0.wieght: is not a setting. Did you mean `weight`\?/,
  ],
  ['a target without a model', 'chains: { a: { targets: [{ weight: 1 }] } }', /targets.0.model: must be a model, an alias or a chain/],
  [
    'a target of another kind',
    'chains: { a: { targets: [[omni-runtime/smoke]] } }',
    /targets.0: must be a model, an alias or a chain, or `\{ model: …, weight: … \}`/,
  ],
  ['targets of another kind', 'chains: { a: { targets: { b: c } } }', /chains.a.targets: must be a list of 2,000 at most/],
  ['too many targets', `chains: { a: { targets: [${'omni-runtime/smoke,'.repeat(2001)}] } }`, /chains.a.targets: must be a list of 2,000 at most/],
  [
    'a weight below zero',
    'chains:\n  a:\n    targets:\n      - model: omni-runtime/smoke\n        weight: -1',
    /omni.yaml:5: .*weight: must be a number from 0 to 1000/,
  ],
  [
    'weights that are all zero',
    'chains: { a: { targets: [{ model: omni-runtime/smoke, weight: 0 }] } }',
    /chains.a.targets: have no weight but 0: give one of them more/,
  ],
  ['no room at all', 'chains: { a: { targets: [{ model: omni-runtime/smoke, concurrency: 0 }] } }', /concurrency: must be a whole number from 1 to 100,000/],
  ['a provider without room', `providers: { groq: { key: ${key}, concurrency: 0 } }`, /providers.groq.concurrency: must be a whole number from 1 to/],
  [
    'an unknown account',
    `providers: { groq: { accounts: { red: { key: ${key} }, blue: { key: ${key}2 } } } }\nchains: { a: { targets: [{ model: groq/x, account: rde }] } }`,
    /omni.yaml:2: chains.a.targets.0: `groq` has no account `rde`. Did you mean `red`\? It has red, blue/,
  ],
  [
    'an account of a chain',
    'chains: { b: { targets: [omni-runtime/smoke] }, a: { targets: [{ model: b, account: red }] } }',
    /chains.a.targets.0: `account` goes with a model, and `b` is a chain/,
  ],
  [
    'a reason that may not go on',
    'chains: { a: { targets: [omni-runtime/smoke], alsoOn: [content_filter] } }',
    /alsoOn: must be a list of `context_length_exceeded`, `model_not_found`, `upstream_refused_request`, `request_too_large`/,
  ],
  ['a need that nobody knows', 'chains: { a: { targets: [{ model: omni-runtime/smoke, lacks: [sight] }] } }', /lacks: must be a list of `images`/],
  [
    'nested chains in a circle',
    'chains: { a: { targets: [b] }, b: { targets: [c] }, c: { targets: [a] } }',
    /chains.a.targets: leads back to itself: a → b → c → a/,
  ],
  ['a wildcard in a circle', 'aliases:\n  gpt-*: gpt-4-*', /omni.yaml:2: aliases.gpt-\*: leads back to itself: gpt-\* → gpt-\*/],
  ['a wildcard with two stars', 'aliases: { g*-*: omni-runtime/smoke }', /aliases.g\*-\*: has more than one `\*`: a name may have one, as `gpt-\*`/],
  ['a star in the target alone', 'aliases: { gpt: omni-runtime/* }', /aliases.gpt: .* a `\*` that the name does not have: write `gpt-\*: openai\/gpt-\*`/],
  ['two stars in the target', 'aliases: { gpt-*: omni-runtime/*-* }', /aliases.gpt-\*: .* more than one `\*`/],
  ['a wildcard to nobody', 'aliases: { gpt-*: nobody/* }', /aliases.gpt-\*: .* names the provider `nobody`/],
  ['an ejection that is longer than the longest', 'health: { ejection: 10min }', /health.ejection: is longer than `health.longestEjection`/],
  ['an account without a key', 'providers:\n  groq:\n    accounts:\n      red: { weight: 1 }', /omni.yaml:4: providers.groq.accounts.red: needs `key`/],
  [
    'an account that stands there twice',
    `providers:\n  groq:\n    accounts:\n      red: { key: ${key} }\n      red: { key: x }`,
    /omni.yaml:5: .*a name stands here twice/,
  ],
  [
    'an account that `key` is already',
    `providers: { groq: { key: ${key}, accounts: { default: { key: ${key}2 } } } }`,
    /accounts.default: is the account of `key` already: leave one of the two out/,
  ],
  ['the key of an example in an account', 'providers: { groq: { accounts: { red: { key: sk-1234 } } } }', /accounts.red.key: holds what stands in examples/],
  ['accounts of no weight', `providers: { groq: { accounts: { red: { key: ${key}, weight: 0 } } } }`, /groq.accounts: have no weight but 0/],
  ['a name that is no account’s', `providers: { groq: { accounts: { "a b": { key: ${key} } } } }`, /is not a name: letters, digits and `\. _ -`/],
  ['a check without a time', `providers: { groq: { key: ${key}, check: { path: /models } } }`, /groq.check: needs `every`, as `30s`/],
  ['a default provider that nobody knows', 'defaultProvider: opneai', /defaultProvider: names `opneai`, which is not connected. Did you mean `openai`\?/],
  ['a label that is no key', 'metadata: { keys: [team], metricLabels: [env] }', /names env, which `metadata.keys` does not/],
]

for (const [what, text, said, env] of slips) test(`${what} is an error that says where and what`, () => assert.match(problemsOf(text, env), said))

test('all problems are told at once', () => {
  assert.equal(problemsOf('server: { port: x }\nlimits: { body: y }\nalias: {}').split('\n').length, 3)
})

test('no problem repeats what may be a secret', () => {
  const secret = 'hunter2-hunter2'
  const texts = [
    `providers: { a: { like: openai, key: "${secret} ${secret}" } }`,
    `server: { port: ${secret} }`,
    `auth: { tokens: ["${secret} b"] }`,
    `storage: { databaseUrl: "mysql://u:${secret}@h" }`,
  ]
  for (const text of texts) assert.ok(!problemsOf(text).includes(secret), text)
})
