/** Providers in a cloud: where they are is made of a region and a project, and who asks of a pair of keys or a file. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Environment } from './document.ts'
import { loadSettings } from './load.ts'
import { maskSettings } from './mask.ts'

const load = (text: string | undefined, env: Environment = {}) => loadSettings({ env, readFile: () => text })
const found = (loaded: ReturnType<typeof load>, name: string) => loaded.settings.providers.find((one) => one.name === name)

const pair = { AWS_ACCESS_KEY_ID: 'AKIDOFTHISTEST', AWS_SECRET_ACCESS_KEY: 'wJalr/XUtnFEMI+K7MDENGbPxRfi' }
const google = { GOOGLE_APPLICATION_CREDENTIALS: '/keys/account.json', GOOGLE_CLOUD_PROJECT: 'my-project' }

test('a pair of keys and a region connect Bedrock, and a key of its own comes first', () => {
  const one = found(load(undefined, { ...pair, AWS_DEFAULT_REGION: 'eu-central-1' }), 'bedrock')!
  assert.deepEqual(
    [one.baseUrl, one.region, one.accounts[0]!.secret, one.fromVariable],
    ['https://bedrock-runtime.eu-central-1.amazonaws.com', 'eu-central-1', `${pair.AWS_ACCESS_KEY_ID}:${pair.AWS_SECRET_ACCESS_KEY}`, 'AWS_ACCESS_KEY_ID'],
  )
  assert.equal(one.provider.baseUrl, one.baseUrl, 'it is where its data says')
  const lent = found(load(undefined, { ...pair, AWS_SESSION_TOKEN: 'lent=', AWS_REGION: 'us-east-1', AWS_DEFAULT_REGION: 'eu-central-1' }), 'bedrock')!
  assert.deepEqual([lent.accounts[0]!.secret!.endsWith(':lent='), lent.region], [true, 'us-east-1'])
  const keyed = found(load(undefined, { ...pair, AWS_BEARER_TOKEN_BEDROCK: 'ABSK9f86d081884c7d65', AWS_REGION: 'us-east-1' }), 'bedrock')!
  assert.equal(keyed.accounts[0]!.secret, 'ABSK9f86d081884c7d65')
})

test('half a pair connects nothing, and a pair without a region says what it lacks', () => {
  assert.equal(found(load(undefined, { AWS_ACCESS_KEY_ID: 'AKIDOFTHISTEST', AWS_REGION: 'us-east-1' }), 'bedrock'), undefined)
  const loaded = load(undefined, pair)
  assert.equal(found(loaded, 'bedrock'), undefined)
  assert.match(loaded.warnings.join(), /AWS_ACCESS_KEY_ID is set, but not AWS_REGION or AWS_DEFAULT_REGION: Amazon Bedrock is not connected/)
  assert.throws(
    () => load('providers: { bedrock: { key: "AKID:9f86d081884c7d65" } }'),
    /providers.bedrock: needs `region`, or the variable AWS_REGION or AWS_DEFAULT_REGION/,
  )
})

test('a file of the account, a project and a location connect Vertex; the global one has an address of its own', () => {
  const path = '/v1/projects/my-project/locations'
  assert.equal(
    found(load(undefined, { ...google, GOOGLE_CLOUD_LOCATION: 'europe-west4' }), 'vertex')!.baseUrl,
    `https://europe-west4-aiplatform.googleapis.com${path}/europe-west4`,
  )
  assert.equal(found(load(undefined, { ...google, GOOGLE_CLOUD_LOCATION: 'global' }), 'vertex')!.baseUrl, `https://aiplatform.googleapis.com${path}/global`)
  assert.match(
    load(undefined, { ...google, GOOGLE_CLOUD_LOCATION: 'global', GOOGLE_CLOUD_PROJECT: '' }).warnings.join(),
    /but not GOOGLE_CLOUD_PROJECT: Google Vertex AI/,
  )
})

test('an entry may say all of it, and a bare address gets the path', () => {
  const loaded = load(`providers:
  west: { like: bedrock, region: us-west-2, key: "AKID:9f86d081884c7d65" }
  far: { like: vertex, region: us-east5, project: p-1, key: /keys/far.json, baseUrl: "https://proxy.example" }`)
  assert.equal(found(loaded, 'west')!.baseUrl, 'https://bedrock-runtime.us-west-2.amazonaws.com')
  assert.equal(found(loaded, 'far')!.baseUrl, 'https://proxy.example/v1/projects/p-1/locations/us-east5')
  assert.throws(() => load('providers: { far: { like: vertex, region: global, key: /k.json } }'), /providers.far: needs `project`/)
})

test('the version of Azure that has no versions is known by its address', () => {
  const loaded = load('providers: { east: { like: azure, key: 9f86d081884c7d65, baseUrl: "https://east.openai.azure.com/openai/v1" } }')
  const { speaks, query, forms } = found(loaded, 'east')!.provider
  assert.deepEqual(speaks, { 'openai-chat': '/chat/completions', 'openai-responses': '/responses' })
  assert.equal(query, undefined)
  assert.ok(!JSON.stringify(forms).includes('deployments'))
})

test('neither half of a pair can be read from what people are shown', () => {
  const { settings } = load(undefined, { ...pair, AWS_REGION: 'us-east-1' })
  const shown = JSON.stringify(maskSettings(settings))
  for (const secret of Object.values(pair)) assert.ok(!shown.includes(secret))
  assert.ok(shown.includes('us-east-1'))
})

test('a variable that would lead to another host, or out of a path, connects nothing and is named', () => {
  const warned = (env: Environment): string => {
    const loaded = load(undefined, env)
    assert.deepEqual([found(loaded, 'bedrock'), found(loaded, 'vertex')], [undefined, undefined])
    return loaded.warnings.join()
  }
  assert.match(warned({ ...pair, AWS_REGION: 'x.evil.example/' }), /AWS_REGION must be a region, as `eu-central-1`: Amazon Bedrock is not connected/)
  assert.match(warned({ ...google, GOOGLE_CLOUD_LOCATION: 'global', GOOGLE_CLOUD_PROJECT: 'p/../q' }), /GOOGLE_CLOUD_PROJECT must be the id of a project/)
  const entry = 'providers: { bedrock: { key: "AKID:9f86d081884c7d65" } }'
  assert.throws(() => load(entry, { AWS_REGION: 'x.evil.example/' }), /omni\.yaml:1: providers\.bedrock: is not connected: AWS_REGION must be a region/)
})

test('an entry that speaks no wire at all is a mistake', () => {
  assert.throws(() => load('providers: { openai: { key: sk-9f86d081884c7d65, wires: [] } }'), /providers\.openai\.wires: names none/)
})
