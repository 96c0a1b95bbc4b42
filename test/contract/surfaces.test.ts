/** Section 1 of the contract: the paths that are served, where a key may be, and who may call what. */

import assert from 'node:assert/strict'
import { request } from 'node:http'
import { after, describe, test } from 'node:test'
import type { JsonObject } from '../../src/base/json.ts'
import { messages, openai, reply } from '../upstream/index.ts'
import { openScene, question } from './scene.ts'

const scene = await openScene({
  providers: ({ chat }) => `  native: { like: openai, key: secret-of-native-9f86d081884c7d65, wires: [openai-chat, openai-responses], baseUrl: "${chat}/v1" }`,
  config: () => 'aliases: { fast: openai/gpt-4o }\nchains: { careful: { targets: [openai/gpt-4o] } }\n',
})
const { gateway } = scene
const chat = { model: 'openai/gpt-4o', ...question }
const message = { model: 'anthropic/claude-sonnet-4-5', max_tokens: 9, ...question }

describe('the model surfaces', () => {
  for (const version of ['/v1', '']) {
    test(`answer under ${version || 'no version'}`, async () => {
      scene.claude.play(messages.speak('Hello World', { usage: { input: 7, output: 1 } }))
      const told = await scene.post(`${version}/chat/completions`, chat)
      assert.equal(((await told.json()) as { object: string }).object, 'chat.completion')
      const said = await scene.post(`${version}/messages?beta=true`, message, { 'anthropic-version': '2099-01-01', 'anthropic-beta': 'one,two' })
      assert.equal(((await said.json()) as { type: string }).type, 'message')
      const counted = await scene.post(`${version}/messages/count_tokens?beta=true`, { model: message.model, ...question })
      assert.deepEqual(await counted.json(), { input_tokens: 7 })
      assert.equal((await scene.get(`${version}/models?limit=1000`)).status, 200)
      assert.equal((await scene.get(`${version}/models/careful`)).status, 200)
    })
  }

  test('take any `api-version`, and tell the provider the client’s own version and betas on its own wire alone', async () => {
    scene.claude.play(messages.speak('ok'))
    scene.chat.play(openai.speak('ok'))
    const headers = { 'anthropic-version': '2099-01-01', 'anthropic-beta': 'one,two' }
    await scene.post('/v1/messages', message, headers)
    await scene.post('/v1/chat/completions?api-version=2099-01-01', { ...chat, model: message.model }, headers)
    await scene.post('/v1/messages', { ...message, model: chat.model }, headers)
    const [same, translated] = scene.claude.asked()
    assert.deepEqual([same!.header('anthropic-version'), same!.header('anthropic-beta')], ['2099-01-01', 'one,two'])
    assert.deepEqual([translated!.header('anthropic-version'), translated!.header('anthropic-beta')], ['2023-06-01', undefined])
    assert.deepEqual([scene.chat.asked()[0]!.header('anthropic-version'), scene.chat.asked()[0]!.header('anthropic-beta')], [undefined, undefined])
  })

  test('say what is wrong with a path or a method, in an envelope', async () => {
    for (const [method, path, status, code] of [
      ['GET', '/v1/nothing', 404, 'not_found'],
      ['POST', '/v1/chat/completions/', 404, 'not_found'],
      ['POST', '/V1/chat/completions', 404, 'not_found'],
      ['GET', '/v1/chat/completions', 405, 'method_not_allowed'],
      ['DELETE', '/v1/models', 405, 'method_not_allowed'],
    ] as const) {
      const answer = await fetch(`${gateway.url}${path}`, { method, headers: { authorization: `Bearer ${gateway.key}` } })
      assert.deepEqual([answer.status, ((await answer.json()) as { error: { code: string } }).error.code], [status, code], `${method} ${path}`)
      assert.equal(answer.headers.has('allow'), status === 405)
    }
    const answer = await scene.get('/v1/messages')
    assert.deepEqual([answer.status, ((await answer.json()) as { type: string }).type], [405, 'error'])
  })
})

describe('a count of tokens (case 210)', () => {
  after(() => scene.chat.play(openai.speak('Hello World')))
  const asks: readonly (readonly [api: string, path: string, body: JsonObject, read: (told: JsonObject) => unknown])[] = [
    ['Messages', '/v1/messages/count_tokens', { model: 'native/gpt-5', messages: [{ role: 'user', content: 'hi' }] }, ({ input_tokens: count }) => count],
    ['Responses', '/v1/responses/input_tokens', { model: 'native/gpt-5', input: 'hi' }, ({ input_tokens: count }) => count],
    ['Gemini', '/v1beta/models/native/gpt-5:countTokens', { contents: [{ role: 'user', parts: [{ text: 'hi' }] }] }, ({ totalTokens: count }) => count],
  ]
  for (const [api, path, body, read] of asks) {
    test(`is made by a provider that counts on another wire than it answers a client of ${api}`, async () => {
      scene.chat.play(reply(200, { object: 'response.input_tokens', input_tokens: 42 }))
      const answer = await scene.post(path, body)
      assert.deepEqual([answer.status, answer.headers.get('x-omni-usage-source'), read((await answer.json()) as JsonObject)], [200, 'reported', 42])
      const [asked] = scene.chat.asked()
      assert.deepEqual([asked!.path, asked!.json().model], ['/v1/responses/input_tokens', 'gpt-5'])
    })

    test(`is estimated, and says so, for a client of ${api} where nobody counts`, async () => {
      const { model: _, ...fields } = body
      const named = path.includes('models/') ? ([path.replace('native', 'openai'), body] as const) : ([path, { ...fields, model: 'openai/gpt-5' }] as const)
      const answer = await scene.post(...named)
      assert.deepEqual([answer.status, answer.headers.get('x-omni-usage-source')], [200, 'estimated'])
      assert.ok(Number(read((await answer.json()) as JsonObject)) > 0)
    })
  }
})

describe('a client key', () => {
  test('in the shape of SQL is nobody’s, and nothing comes of it (case 214)', async () => {
    const before = await scene.get('/v1/models')
    for (const key of ["' OR '1'='1", "x'; DROP TABLE client_keys; --", 'sk-\\x00" UNION SELECT hash FROM client_keys --', `${gateway.key}' --`]) {
      const answer = await fetch(`${gateway.url}/v1/models`, { headers: { authorization: `Bearer ${key}` } })
      assert.deepEqual([answer.status, ((await answer.json()) as { error: { code: string } }).error.code], [401, 'invalid_api_key'], key)
    }
    assert.deepEqual([before.status, (await scene.get('/v1/models')).status], [200, 200])
  })

  const bare = { authorization: undefined }
  for (const [says, headers] of [
    ['`Authorization: Bearer`', {}],
    ['`authorization: bearer`, in small letters', { authorization: `bearer ${gateway.key}` }],
    ['`x-api-key`', { ...bare, 'x-api-key': gateway.key }],
    ['`x-goog-api-key`', { ...bare, 'x-goog-api-key': gateway.key }],
    ['two places, where it is the same', { 'x-api-key': gateway.key }],
  ] as const) {
    test(`is taken from ${says}, on every surface`, async () => {
      assert.equal((await scene.post('/v1/chat/completions', chat, headers)).status, 200)
      assert.equal((await scene.post('/v1/messages', message, headers)).status, 200)
      assert.equal((await scene.get('/v1/models', headers)).status, 200)
    })
  }

  test('is refused where two differ, where it stands in the URL, and where nobody has it', async () => {
    for (const [path, headers, status, code] of [
      ['/v1/chat/completions', { 'x-api-key': 'omni_another' }, 400, 'ambiguous_credentials'],
      [`/v1/chat/completions?key=${gateway.key}`, bare, 400, 'ambiguous_credentials'],
      ['/v1/chat/completions', bare, 401, 'invalid_api_key'],
      ['/v1/chat/completions', { authorization: 'Bearer omni_nobody' }, 401, 'invalid_api_key'],
      ['/v1/chat/completions', { authorization: `Basic ${btoa(`a:${gateway.key}`)}` }, 401, 'invalid_api_key'],
      ['/v1/chat/completions', { authorization: `Bearer ${gateway.adminKey}` }, 403, 'insufficient_scope'],
    ] as const) {
      const answer = await scene.post(path, chat, headers)
      assert.deepEqual([answer.status, ((await answer.json()) as { error: { code: string } }).error.code], [status, code], path)
      assert.equal(answer.headers.get('x-should-retry'), 'false')
    }
  })

  test('never reaches a provider, wherever it was, and the provider’s own does', async () => {
    scene.chat.play(openai.speak('ok'))
    for (const headers of [{}, { ...bare, 'x-api-key': gateway.key }, { ...bare, 'x-goog-api-key': gateway.key }])
      await scene.post('/v1/chat/completions', chat, headers)
    for (const { headers, body } of scene.chat.asked()) {
      assert.ok(!JSON.stringify(headers).includes(gateway.key) && !body.includes(gateway.key))
      assert.ok(JSON.stringify(headers).includes('secret-of-chat'))
    }
  })
})

describe('what can be called', () => {
  test('is refused in the words of whose package asks', async () => {
    const told = (headers: { readonly [name: string]: string }) => fetch(`${gateway.url}/v1/models/groq/llama`, { headers }).then((answer) => answer.json())
    const wordsOf = async (said: { readonly [name: string]: string }): Promise<readonly JsonObject[]> =>
      (await Promise.all([told(said), told({ ...said, 'x-api-key': gateway.key })])) as JsonObject[]
    for (const answer of await wordsOf({ 'anthropic-version': '2023-06-01' })) assert.deepEqual(Object.keys(answer), ['type', 'error', 'request_id'])
    for (const answer of await wordsOf({})) assert.deepEqual(Object.keys(answer.error as JsonObject), ['message', 'type', 'param', 'code'])
    const google = (await told({ 'x-goog-api-key': gateway.key })) as JsonObject
    assert.equal((google.error as JsonObject).status, 'NOT_FOUND')
  })

  const ids = (models: unknown, name: 'id' | 'name') => (models as JsonObject[]).map((model) => model[name])

  test('is listed as each vendor lists it', async () => {
    const first = (await (await scene.get('/v1/models')).json()) as JsonObject
    assert.equal(first.object, 'list')
    assert.deepEqual(ids(first.data, 'id').slice(0, 2), ['careful', 'fast'])
    assert.deepEqual((first.data as JsonObject[])[0], { id: 'careful', object: 'model', created: 1_700_000_000, owned_by: 'omni' })
    const second = (await (await scene.get('/v1/models', { 'anthropic-version': '2023-06-01' })).json()) as JsonObject
    assert.deepEqual(ids(second.data, 'id'), ids(first.data, 'id'))
    assert.deepEqual([second.has_more, second.first_id], [false, 'careful'])
    assert.deepEqual((second.data as JsonObject[])[0], { type: 'model', id: 'careful', display_name: 'careful', created_at: '2023-11-14T22:13:20.000Z' })
    const third = (await (await scene.get('/v1/models', { authorization: undefined, 'x-goog-api-key': gateway.key })).json()) as JsonObject
    assert.deepEqual(ids(third.models, 'name').slice(0, 2), ['models/careful', 'models/fast'])
    const fourth = (await (await scene.get('/v1beta/models')).json()) as JsonObject
    assert.deepEqual(fourth, third)
  })

  test('has ids with slashes, encoded or not, and 404 for what leads nowhere', async () => {
    for (const path of ['/v1/models/openai/gpt-4o', '/models/openai%2Fgpt-4o'])
      assert.equal(((await (await scene.get(path)).json()) as { id: string }).id, 'openai/gpt-4o')
    const answer = await scene.get('/v1/models/groq/llama')
    assert.deepEqual([answer.status, ((await answer.json()) as { error: { code: string } }).error.code], [404, 'model_not_found'])
  })
})

describe('for clients that look around first', () => {
  test('`HEAD /api/hello` is 200, without a key', async () => {
    assert.equal((await fetch(`${gateway.url}/api/hello`, { method: 'HEAD' })).status, 200)
  })

  test('a GET of Responses is 426, with and without a version, and an upgrade to WebSocket needs a key', async () => {
    const upgrade = { upgrade: 'websocket', connection: 'Upgrade', 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==', 'sec-websocket-version': '13' }
    for (const path of ['/v1/responses', '/responses']) {
      for (const [headers, status] of [[{}, 426] as const, [upgrade, 401] as const]) {
        const { promise, resolve, reject } = Promise.withResolvers<number>()
        request(`${gateway.url}${path}`, { headers }, (answer) => resolve(answer.resume().statusCode ?? 0))
          .on('error', reject)
          .end()
        assert.equal(await promise, status)
      }
    }
  })

  test('`GET /healthz` says that it is there, and `/health/readiness` what it stands on, without a key', async () => {
    assert.deepEqual(await (await fetch(`${gateway.url}/healthz`)).json(), { status: 'ok' })
    assert.deepEqual(await (await fetch(`${gateway.url}/health/readiness`)).json(), {
      status: 'ready',
      config: 'current',
      dependencies: { database: 'ok', receipts: 'ok' },
    })
  })

  test('the front page says what there is', async () => {
    assert.match(await (await fetch(gateway.url)).text(), /\/v1\/chat\/completions/)
  })
})

test('`/metrics` and the control API are the operator’s, by the admin key alone', async () => {
  const admin = { authorization: `Bearer ${gateway.adminKey}` }
  for (const path of ['/metrics', '/_omni/status', '/_omni/config', '/_omni/keys', '/_omni/credentials']) {
    assert.equal((await scene.get(path, { authorization: undefined })).status, 401, path)
    assert.equal((await scene.get(path)).status, 403, path)
    assert.equal((await scene.get(path, admin)).status, 200, path)
  }
  assert.match(await (await scene.get('/metrics', admin)).text(), /^omni_requests_total\{.*surface="openai-chat".*\} \d+$/m)
})
