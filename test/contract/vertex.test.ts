/** Models of Vertex AI behind every surface: tokens of a service account, and each model on its maker's wire. */

import { importSPKI, jwtVerify } from 'jose'
import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, beforeEach, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import type { JsonObject } from '../../src/base/json.ts'
import { heal, startGateway } from '../gateway.ts'
import { gemini, messages, openai, reply, startUpstream, type Answer, type Received } from '../upstream/index.ts'

const email = 'gateway@test-project.iam.gserviceaccount.com'
const pair = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
})
const publicKey = await importSPKI(pair.publicKey, 'RS256')

let tokenAnswer: (made: number) => Answer = (made) => reply(200, { access_token: `ya29.token-${made}`, expires_in: 3600, token_type: 'Bearer' })
const tokens = await startUpstream((_request, turn) => tokenAnswer(turn + 1))
const upstream = await startUpstream((request) => {
  if (request.path.includes('/publishers/google/')) return gemini.speak('Hello Gemini')(request)
  return (request.path.includes('/publishers/anthropic/') ? messages.speak('Hello Claude') : openai.speak('Hello Llama'))(request)
})

const folder = await mkdtemp(join(tmpdir(), 'omni-vertex-'))
const account = { type: 'service_account', client_email: email, private_key: pair.privateKey, private_key_id: 'kid1', token_uri: `${tokens.url}/token` }
const keyFile = async (name: string, fields: object = account): Promise<string> => {
  const path = join(folder, name)
  await writeFile(path, JSON.stringify(fields, null, 2))
  return path
}
const entry = (name: string, key: string): string =>
  `  ${name}: { like: vertex, baseUrl: "${upstream.url}", region: global, project: test-project, key: ${key} }`
beforeEach(() => heal(gateway))
const gateway = await startGateway({
  env: {
    GOOGLE_APPLICATION_CREDENTIALS: await keyFile('main.json'),
    GOOGLE_CLOUD_PROJECT: 'test-project',
    GOOGLE_CLOUD_LOCATION: 'europe-west4',
  },
  config: `
providers:
  vertex: { baseUrl: "${upstream.url}" }
${entry('short', await keyFile('short.json'))}
${entry('spoiled', await keyFile('spoiled.json', { ...account, private_key: 'no key' }))}
${entry('absent', join(folder, 'absent.json'))}
retry: { longestPause: 20ms, budgetFloor: 1000 }
health: { failures: 1000 }
`,
})
after(async () => {
  await gateway[Symbol.asyncDispose]()
  await Promise.all([upstream.stop(), tokens.stop(), rm(folder, { recursive: true })])
})

const post = (path: string, body: object): Promise<Response> =>
  fetch(`${gateway.url}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${gateway.key}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
const chat = (model: string, fields: object = {}) => post('/v1/chat/completions', { model, messages: [{ role: 'user', content: 'hi' }], ...fields })
const last = (): Received => upstream.requests.at(-1)!
const place = '/v1/projects/test-project/locations/europe-west4'

test('the account signs a statement that its public key verifies, and ten calls at once ask for one token', async () => {
  const answers = await Promise.all(Array.from({ length: 10 }, () => chat('vertex/gemini-2.5-flash')))
  for (const answer of answers) assert.equal(answer.status, 200, await answer.text())
  assert.equal(tokens.requests.length, 1)
  const form = new URLSearchParams(tokens.requests[0]!.body.toString())
  assert.equal(form.get('grant_type'), 'urn:ietf:params:oauth:grant-type:jwt-bearer')
  const { payload, protectedHeader } = await jwtVerify(form.get('assertion')!, publicKey, { issuer: email, audience: account.token_uri, algorithms: ['RS256'] })
  assert.equal(protectedHeader.kid, 'kid1')
  assert.equal(payload.scope, 'https://www.googleapis.com/auth/cloud-platform')
  assert.equal(payload.exp! - payload.iat!, 3600)
  for (const { header } of upstream.requests) assert.equal(header('authorization'), 'Bearer ya29.token-1')
})

test('Gemini is asked by generateContent', async () => {
  await chat('vertex/gemini-2.5-flash')
  assert.equal(last().path, `${place}/publishers/google/models/gemini-2.5-flash:generateContent`)
  const streamed = await chat('vertex/gemini-2.5-flash', { stream: true })
  assert.equal(last().path, `${place}/publishers/google/models/gemini-2.5-flash:streamGenerateContent?alt=sse`)
  assert.match(await streamed.text(), /Gemini/)
})

test('Claude is asked by its own wire, with the model in the path and the version in the body, also where bytes could go through', async () => {
  for (const stream of [false, true]) {
    const answer = await post('/v1/messages', { model: 'vertex/claude-sonnet-4-5', max_tokens: 9, messages: [{ role: 'user', content: 'hi' }], stream })
    assert.match(await answer.text(), /Claude/)
    assert.equal(last().path, `${place}/publishers/anthropic/models/claude-sonnet-4-5:${stream ? 'streamRawPredict' : 'rawPredict'}`)
    const body = last().json()
    assert.equal(body.model, undefined)
    assert.equal(body.anthropic_version, 'vertex-2023-10-16')
    assert.equal(answer.headers.get('x-omni-dropped'), null)
  }
  assert.match(await (await chat('vertex/claude-sonnet-4-5')).text(), /Claude/)
  assert.equal(last().json().model, undefined)
})

test('other makers’ models are asked by Chat Completions', async () => {
  assert.match(await (await chat('vertex/meta/llama-3.3-70b-instruct-maas')).text(), /Llama/)
  assert.equal(last().path, `${place}/endpoints/openapi/chat/completions`)
  assert.equal(last().json().model, 'meta/llama-3.3-70b-instruct-maas')
})

test('a token is renewed before its end', async () => {
  const before = tokens.requests.length
  tokenAnswer = (made) => reply(200, { access_token: `ya29.token-${made}`, expires_in: 301 })
  await chat('short/gemini-2.5-flash')
  await chat('short/gemini-2.5-flash')
  assert.equal(tokens.requests.length, before + 1)
  await setTimeout(1100)
  await chat('short/gemini-2.5-flash')
  assert.equal(tokens.requests.length, before + 2)
  assert.equal(last().header('authorization'), `Bearer ya29.token-${before + 2}`)
})

test('an account that is refused, broken or not there is our fault and not the client’s (case 194), and is asked for anew', async () => {
  tokenAnswer = () => reply(401, { error: 'invalid_grant', error_description: 'secret words' })
  await setTimeout(1100)
  const asked = upstream.requests.length
  for (const name of ['short', 'spoiled', 'absent']) {
    const answer = await chat(`${name}/gemini-2.5-flash`)
    assert.equal(answer.status, 502, name)
    const { error } = (await answer.json()) as { error: JsonObject }
    assert.equal(error.code, 'upstream_auth_error', name)
    assert.ok(!JSON.stringify(error).includes('secret'))
  }
  assert.equal(upstream.requests.length, asked)
  tokenAnswer = (made) => reply(200, { access_token: `ya29.token-${made}`, expires_in: 3600 })
  assert.equal((await chat('short/gemini-2.5-flash')).status, 502, 'it is left alone')
  await heal(gateway)
  assert.equal((await chat('short/gemini-2.5-flash')).status, 200)
})

test('neither the account’s key nor a token is ever logged', () => {
  const lines = pair.privateKey.split('\n').filter((line) => line.length > 40)
  for (const text of [gateway.stdout(), gateway.stderr()]) for (const secret of ['ya29.', ...lines]) assert.ok(!text.includes(secret))
})
