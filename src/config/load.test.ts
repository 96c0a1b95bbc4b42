/** From text and variables to settings: what is taken, and what beats what. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadSettings, type Loaded, type Sources } from './load.ts'

const key = 'sk-9f86d081884c7d659a2feaa0c55ad015'
const otherKey = 'sk-a3bf4f1b2b0b822cd15d6c15b0f00a08'

const load = (text: string | undefined, env: Sources['env'] = {}, overrides: Sources['overrides'] = {}): Loaded =>
  loadSettings({ env, overrides, readFile: () => text })

const namesOf = ({ settings }: Loaded): readonly string[] => settings.providers.map(({ name }) => name)
const secretOf = (loaded: Loaded, name: string) => provider(loaded, name).accounts[0]!.secret
const provider = ({ settings }: Loaded, name: string) => settings.providers.find((one) => one.name === name)!

test('with nothing said, everything has its default, and the built-in provider is connected', () => {
  const loaded = load(undefined)
  const { settings } = loaded
  assert.deepEqual(namesOf(loaded), ['omni-runtime'])
  assert.deepEqual(
    [settings.host, settings.port, settings.dataDir, settings.logLevel, settings.workers, settings.inputHash],
    ['127.0.0.1', 8080, './.omni', 'info', 1, 'hmac'],
  )
  assert.deepEqual(settings.auth, { mode: 'required' })
  assert.equal(settings.defaultProvider, 'openai')
  assert.deepEqual(settings.metadata.keys, ['team', 'feature', 'env'])
  assert.deepEqual(settings.deadlines, {
    connect: 5000,
    firstByteStreamed: 120_000,
    firstByteWhole: 600_000,
    firstWord: 120_000,
    idle: 60_000,
    progress: 30_000,
    total: 3_600_000,
  })
  assert.deepEqual(
    [settings.limits.body, settings.limits.jsonDepth, settings.limits.sseEvent, settings.http.headerBytes],
    [32 * 1024 ** 2, 64, 1024 ** 2, 16 * 1024],
  )
  assert.deepEqual(settings.retry, { attempts: 3, perTarget: 1, longestPause: 8000, totalTime: 900_000, budget: 10, budgetFloor: 10 })
  assert.deepEqual(settings.health, { failures: 3, window: 100, ejection: 5000, longestEjection: 300_000, panic: true })
  assert.deepEqual([settings.queue, settings.limits.keyConcurrency, settings.limits.keyQueue, settings.byRequest], [{ size: 100, time: 10_000 }, 0, 100, true])
  assert.equal(loaded.file, undefined)
  assert.deepEqual(loaded.warnings, [])
})

test('the example of the contract is read as it stands', () => {
  const loaded = load(
    `server:   { port: 8080, hosts: [gateway.internal] }      # Host names answered beside loopback
providers:
  openai:  { key: \${OPENAI_API_KEY} }
  east:    { like: azure, baseUrl: https://east.example/openai, key: \${AZURE_EAST} }
  local:   { like: openai, baseUrl: http://127.0.0.1:8000/v1 }   # any compatible server
aliases:   { fast: groq/llama-3.3-70b-versatile }
chains:
  primary-chain: { strategy: priority, targets: [east/gpt-4o, openai/gpt-4o, local/llama] }
metadata:  { keys: [team, feature, env] }
`,
    { OPENAI_API_KEY: key, AZURE_EAST: otherKey, GROQ_API_KEY: otherKey },
  )
  assert.deepEqual(namesOf(loaded), ['openai', 'east', 'local', 'groq', 'omni-runtime'])
  assert.deepEqual(loaded.settings.hosts, ['gateway.internal'])
  assert.equal(secretOf(loaded, 'east'), otherKey)
  assert.equal(provider(loaded, 'east').provider.id, 'azure')
  assert.deepEqual(loaded.settings.chains, [
    {
      name: 'primary-chain',
      strategy: 'priority',
      targets: ['east/gpt-4o', 'openai/gpt-4o', 'local/llama'].map((model) => ({ model, weight: 1, lacks: [] })),
      retries: 1,
      totalTime: 900_000,
      alsoOn: [],
      strict: false,
      providerMessages: false,
      deadlines: {},
    },
  ])
  assert.deepEqual(loaded.warnings, [])
})

test('an option beats a variable, and a variable beats the file', () => {
  const text = 'server: { port: 1000, host: 127.0.0.2 }\nlog: { level: debug }'
  const { settings } = load(text, { OMNI_PORT: '2000', OMNI_LOG_LEVEL: 'warn', OMNI_HOST: '' }, { 'server.port': 3000 })
  assert.deepEqual([settings.port, settings.host, settings.logLevel], [3000, '127.0.0.2', 'warn'])
})

test('every setting outside named things can be given by a variable called after its path', () => {
  const { settings } = load(undefined, {
    OMNI_LIMITS_JSON_DEPTH: '32',
    OMNI_DEADLINES_IDLE: '5s',
    OMNI_LIMITS_BODY: '1MiB',
    OMNI_METADATA_KEYS: 'team, cost-centre',
    OMNI_STRICT: 'true',
  })
  assert.deepEqual([settings.limits.jsonDepth, settings.deadlines.idle, settings.limits.body, settings.strict], [32, 5000, 1024 ** 2, true])
  assert.deepEqual(settings.metadata.keys, ['team', 'cost-centre'])
})

test('client tokens unset mean keys, empty means no auth, and a list means these tokens', () => {
  assert.deepEqual(load(undefined).settings.auth, { mode: 'required' })
  assert.deepEqual(load(undefined, { OMNI_AUTH_TOKENS: '' }).settings.auth, { mode: 'off' })
  assert.deepEqual(load('auth: { tokens: [] }').settings.auth, { mode: 'off' })
  const many = load(undefined, { OMNI_AUTH_TOKENS: `${key}, ${otherKey},${key}` })
  assert.deepEqual(many.settings.auth, { mode: 'tokens', tokens: [key, otherKey] })
  assert.deepEqual(many.warnings, [])
})

test('a short token of the operator’s own works on loopback, with a warning, and not beyond', () => {
  const { settings, warnings } = load(undefined, { OMNI_AUTH_TOKENS: 'my-local-token' })
  assert.deepEqual(settings.auth, { mode: 'tokens', tokens: ['my-local-token'] })
  assert.match(warnings.join(), /could be guessed/)
  assert.throws(
    () => load(undefined, { OMNI_AUTH_TOKENS: 'my-local-token', OMNI_HOST: '0.0.0.0', OMNI_ALLOW_PLAINTEXT: '1' }),
    /OMNI_AUTH_TOKENS.*could be guessed/,
  )
  assert.equal(load(undefined, { OMNI_AUTH_TOKENS: key, OMNI_HOST: '0.0.0.0', OMNI_ALLOW_PLAINTEXT: '1' }).settings.host, '0.0.0.0')
})

test('what stands in examples is no token anywhere', () => {
  for (const token of ['sk-1234', 'your-api-key-1', 'CHANGEME', '123456', 'test-token', 'secret-api-key']) {
    assert.throws(() => load(undefined, { OMNI_AUTH_TOKENS: token }), /stands in examples/, token)
  }
})

test('beyond loopback it does not start without TLS or the operator’s word, and never without auth', () => {
  assert.throws(() => load(undefined, { OMNI_HOST: '0.0.0.0' }), /OMNI_HOST: server.host: is reached from other machines/)
  assert.throws(() => load(undefined, { OMNI_HOST: '0.0.0.0', OMNI_ALLOW_PLAINTEXT: '1', OMNI_AUTH_TOKENS: '' }), /for loopback alone/)
  assert.match(load(undefined, {}, { 'server.host': '::', 'server.allowPlaintext': true }).warnings.join(), /without TLS/)
  const tls = { OMNI_TLS_CERT: 'a.pem', OMNI_TLS_KEY: 'b.pem' }
  assert.deepEqual(load(undefined, { OMNI_HOST: '0.0.0.0', ...tls }).settings.tls, { cert: 'a.pem', key: 'b.pem' })
  assert.throws(() => load(undefined, { OMNI_TLS_CERT: 'a.pem' }), /needs both/)
})

test('a variable of a provider connects it, the gateway’s own before the usual one', () => {
  const loaded = load(undefined, { OPENAI_API_KEY: otherKey, OMNI_OPENAI_API_KEY: key, GEMINI_API_KEY: otherKey, ANTHROPIC_API_KEY: ' ' })
  assert.deepEqual(namesOf(loaded), ['openai', 'gemini', 'omni-runtime'])
  const { fromVariable, source, baseUrl } = provider(loaded, 'openai')
  assert.deepEqual([secretOf(loaded, 'openai'), fromVariable, source, baseUrl], [key, 'OMNI_OPENAI_API_KEY', 'environment', 'https://api.openai.com/v1'])
})

test('the base URL of the default provider can be any server’s, near ones also without a key', () => {
  const near = load(undefined, { OMNI_OPENAI_BASE_URL: 'http://127.0.0.1:8000/v1/' })
  assert.equal(provider(near, 'openai').baseUrl, 'http://127.0.0.1:8000/v1')
  assert.equal(provider(near, 'openai').provider.catalog, null, 'its prices are not known')
  assert.equal(provider(near, 'openai').provider.substrate, 'local')
  assert.match(load(undefined, { OMNI_OPENAI_BASE_URL: 'https://far.example/v1' }).warnings.join(), /OMNI_OPENAI_BASE_URL is set, but not/)
  assert.throws(() => load(undefined, { OMNI_OPENAI_BASE_URL: 'http://far.example/v1', OPENAI_API_KEY: key }), /OMNI_OPENAI_BASE_URL must begin with https/)
})

test('a host alone is made whole where the variable holds no more', () => {
  const loaded = load(undefined, {
    AZURE_OPENAI_ENDPOINT: 'https://east.openai.azure.com/',
    AZURE_OPENAI_API_KEY: key,
    OLLAMA_BASE_URL: 'http://127.0.0.1:11434',
  })
  assert.equal(provider(loaded, 'azure').baseUrl, 'https://east.openai.azure.com/openai')
  assert.equal(provider(loaded, 'ollama').baseUrl, 'http://127.0.0.1:11434/v1')
  assert.match(load(undefined, { AZURE_OPENAI_API_KEY: key }).warnings.join(), /AZURE_OPENAI_ENDPOINT: Azure OpenAI is not connected/)
})

test('a key from an example connects nothing, and in the file is an error', () => {
  const loaded = load(undefined, { OPENAI_API_KEY: 'your-api-key-here' })
  assert.deepEqual(namesOf(loaded), ['omni-runtime'])
  assert.match(loaded.warnings.join(), /OPENAI_API_KEY holds what stands in examples/)
  assert.throws(() => load('providers: { openai: { key: sk-1234 } }'), /omni.yaml:1: providers.openai.key: holds what stands in examples/)
  assert.equal(secretOf(load('providers: { v: { like: vllm, key: EMPTY } }'), 'v'), 'EMPTY', 'a server of one’s own may want just that')
})

test('the environment’s key beats the file’s, and says so where they differ', () => {
  const text = `providers: { openai: { key: ${otherKey} } }`
  const loaded = load(text, { OPENAI_API_KEY: key })
  assert.equal(secretOf(loaded, 'openai'), key)
  assert.match(loaded.warnings.join(), /OPENAI_API_KEY is used for `openai`/)
  assert.equal(secretOf(load(text), 'openai'), otherKey)
  assert.equal(secretOf(load('providers: { mine: { like: openai, key: ${MINE} } }', { OPENAI_API_KEY: key, MINE: otherKey }), 'mine'), otherKey)
})

test('an entry copies the data of what it is like, and says otherwise where it wants', () => {
  const loaded = load(`providers:
  east: { like: azure, baseUrl: https://e.example/openai, key: ${key}, query: { api-version: 2024-10-21 }, headers: { X-Team: core }, deadlines: { idle: 5s }, models: [gpt-4o] }
  near: { like: anthropic, baseUrl: 'http://10.0.0.5:9000/v1', prices: anthropic }
  only: { like: openrouter, key: ${key}, wires: [anthropic-messages] }`)
  const east = provider(loaded, 'east')
  assert.deepEqual(east.provider.query, { 'api-version': '2024-10-21' })
  assert.deepEqual(east.provider.headers, { 'x-team': 'core' })
  assert.equal(east.deadlines.idle, 5000)
  assert.equal(east.deadlines.connect, 5000)
  assert.deepEqual(east.models, ['gpt-4o'])
  assert.equal(provider(loaded, 'near').baseUrl, 'http://10.0.0.5:9000', 'the version is in the wire’s path already')
  assert.equal(provider(loaded, 'near').provider.catalog, 'anthropic')
  assert.deepEqual(Object.keys(provider(loaded, 'only').provider.speaks), ['anthropic-messages'])
})

test('the order of `wires` comes before the one that the provider has for a family of models', () => {
  const loaded = load('providers: { openai: { key: ${OPENAI_API_KEY}, wires: [openai-responses, openai-chat] } }', { OPENAI_API_KEY: key })
  const family = provider(loaded, 'openai').provider.families!.find(({ models }) => models.test('gpt-5'))
  assert.deepEqual(family!.wires, ['openai-responses', 'openai-chat'])
})

test('chains may be called combos or routes', () => {
  const { settings } = load(
    'chains: { a: { targets: [omni-runtime/smoke] } }\ncombos: { b: { targets: [a], retries: 0, strict: true, deadlines: { idle: 1s } } }\nroutes: { c: { targets: "omni-runtime/smoke, b" } }',
  )
  assert.deepEqual(
    settings.chains.map(({ name, targets }) => [name, ...targets.map(({ model }) => model)]),
    [
      ['a', 'omni-runtime/smoke'],
      ['b', 'a'],
      ['c', 'omni-runtime/smoke', 'b'],
    ],
  )
  assert.deepEqual(settings.chains[1], {
    name: 'b',
    strategy: 'priority',
    targets: [{ model: 'a', weight: 1, lacks: [] }],
    retries: 0,
    totalTime: 900_000,
    alsoOn: [],
    strict: true,
    providerMessages: false,
    deadlines: { idle: 1000 },
  })
})

test('a target whose provider may be connected later is a warning', () => {
  const { warnings, settings } = load('aliases: { fast: groq/llama }\ndefaultProvider: anthropic')
  assert.match(warnings.join('\n'), /^aliases.fast: Groq is not connected \(GROQ_API_KEY is not set\)/m)
  assert.match(warnings.join('\n'), /^defaultProvider: Anthropic is not connected/m)
  assert.equal(settings.defaultProvider, 'anthropic')
})

test('variables that nobody reads are told of, but not those that Kubernetes sets', () => {
  const { warnings, settings } = load(undefined, {
    OMNI_PROT: '1',
    OMNI_SERVICE_HOST: '10.0.0.1',
    OMNI_PORT: 'tcp://10.0.0.1:80',
    OMNI_PORT_80_TCP_ADDR: '10.0.0.1',
  })
  assert.deepEqual(warnings, [
    'OMNI_PROT is not a setting. Did you mean `OMNI_PORT`?',
    'OMNI_PORT holds an address that Kubernetes sets for a service of that name: it is ignored.',
  ])
  assert.equal(settings.port, 8080)
})

test('a secret from a variable may hold what YAML would read otherwise', () => {
  const odd = '{"a": [1, #2]}: ${NOT_THIS} & *x'.replaceAll(' ', '')
  assert.equal(secretOf(load('providers: { o: { like: vllm, key: ${ODD} } }', { ODD: odd }), 'o'), odd)
  assert.equal(provider(load('providers: { o: { like: vllm, baseUrl: "http://${HOST}:8000/v1" } }', { HOST: 'gpu-7' }), 'o').baseUrl, 'http://gpu-7:8000/v1')
})

test('a file that was asked for must be there', () => {
  assert.throws(() => loadSettings({ env: { OMNI_CONFIG: 'my.yaml' }, readFile: () => undefined }), /my.yaml: There is no such file/)
  assert.throws(() => loadSettings({ env: {}, file: 'my.yaml', readFile: () => 'a: 1' }), /my.yaml:1: a: is not a setting/)
})

test('name servers are addresses, with a port where it is not the usual one', () => {
  const given = ['10.0.0.2', '10.0.0.2:5353', '::1', 'fd00::53', '[::1]:5353', '[::1]']
  assert.deepEqual(load(`upstream: { resolvers: [${given.map((one) => `"${one}"`).join(', ')}] }`).settings.upstream.resolvers, given)
  for (const wrong of ['dns.example.com', '10.0.0', '999.1.1.1', '10.0.0.2:99999', ':::::', '[::1', ''])
    assert.throws(() => load(`upstream: { resolvers: ["${wrong}"] }`), /upstream.resolvers: /, wrong)
})
