/** What is said of mistakes: where, what, and what was meant. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadSettings, type Sources } from './load.ts'
import { ConfigError, nearest } from './problems.ts'

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

test('the nearest name is found by letters that are missing, added, changed or swapped, and none is better than a far one', () => {
  const names = ['aliases', 'chains', 'providers', 'port']
  for (const [slip, meant] of [
    ['alias', 'aliases'],
    ['prot', 'port'],
    ['Provider', 'providers'],
    ['chians', 'chains'],
    ['telemetry', undefined],
  ] as const) {
    assert.equal(nearest(slip, names), meant)
  }
  assert.equal(nearest('x'.repeat(10_000), names), undefined)
})
