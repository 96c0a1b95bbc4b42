/** Bodies and headers that are wrong: each is refused in the client's own envelope before anyone is called. */

import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import type { JsonObject } from '../../src/base/json.ts'
import { openai, startUpstream } from '../upstream/index.ts'
import { holdAlive } from './rules.ts'
import { chatPath, hello, messagesPath, openScene, type Asking, type Told } from './scene.ts'

const canaryHost = await startUpstream(openai.speak('stolen'))
const upstream = await startUpstream(openai.speak('fine'))
const scene = await openScene({ cast: { up: { like: 'openai', url: upstream.url } } })
after(() => Promise.all([scene[Symbol.asyncDispose](), upstream.stop(), canaryHost.stop()]))

/** Asks, and nothing may have gone upstream. */
async function refused(asking: Asking, status: number, code: string): Promise<Told> {
  const before = upstream.requests.length
  const told = await scene.ask(asking)
  assert.deepEqual([told.status, told.code()], [status, code], told.text)
  assert.equal(upstream.requests.length, before, 'nothing goes upstream')
  return told
}

const paths = [chatPath, messagesPath]
/** The type that Messages has for a mistake of the caller's. */
const named = (path: string, code: string): string => (path === chatPath ? code : 'invalid_request_error')

async function refusedEverywhere(body: string | Buffer, status: number, code: string): Promise<void> {
  for (const path of paths) {
    const { text } = await refused({ path, body }, status, named(path, code))
    assert.doesNotMatch(text, /CANARY/, 'no text of the body is quoted')
  }
}

const asked = (fields: JsonObject): string => JSON.stringify({ model: 'up/m', max_tokens: 5, messages: hello, ...fields })
const spliced = (json: string): string => `{"model":"up/m","max_tokens":5,"messages":[{"role":"user","content":"hello"}]${json}}`

describe('the body', () => {
  const notJson: { readonly [says: string]: string } = {
    'is empty': '',
    'is spaces': ' \r\n\t ',
    'is cut': '{"model":"CANARY","messages":[{"role":"us',
    'has a trailing comma': '{"model":"CANARY",}',
    'has single quotes': "{'model':'CANARY'}",
    'has NaN': spliced(',"temperature":NaN'),
    'has a comment': spliced('/* CANARY */'),
    'begins with a byte order mark': `\uFEFF${spliced('')}`,
    'is two documents': `${spliced('')}${spliced('')}`,
  }
  for (const [says, body] of Object.entries(notJson))
    test(`[${body.trim() === '' ? 'A01' : 'A02'}] that ${says} is invalid JSON`, () => refusedEverywhere(body, 400, 'invalid_json'))

  for (const body of ['[]', '"CANARY"', '1', 'null', 'true']) test(`[A03] that is ${body} is no object`, () => refusedEverywhere(body, 400, 'invalid_type'))

  test('[A08] that is nested too deep is refused at once, however deep it is (case 215)', async () => {
    for (const depth of [65, 10_000, 1_000_000]) {
      await refusedEverywhere(spliced(`,"x":${'['.repeat(depth)}${']'.repeat(depth)}`), 400, 'json_too_deep')
      await refusedEverywhere(spliced(`,"x":${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`), 400, 'json_too_deep')
    }
    const deep = spliced(`,"x":${'['.repeat(10_000)}${']'.repeat(10_000)}`)
    const took: number[] = []
    for (let time = 0; time < 5; time += 1) took.push((await refused({ body: deep }, 400, 'json_too_deep')).took)
    assert.ok(Math.min(...took) < 50, `it took ${took.join(', ')} ms`)
    assert.equal((await scene.ask({ body: spliced(`,"x":${'['.repeat(63)}${']'.repeat(63)}`) })).status, 200, 'what is just deep enough is served')
  })

  test('[A09] with too many keys, messages or tools is refused', async () => {
    const many = (count: number, item: (at: number) => string) => Array.from({ length: count }, (_, at) => item(at)).join(',')
    await refusedEverywhere(spliced(`,"x":{${many(1_000_000, (at) => `"k${at}":1`)}}`), 400, 'too_many_items')
    await refusedEverywhere(`{"model":"up/m","max_tokens":5,"messages":[${many(1_000_000, () => '{"role":"user","content":"a"}')}]}`, 400, 'too_many_items')
    await refusedEverywhere(
      spliced(`,"tools":[${many(100_000, (at) => `{"type":"function","name":"t${at}","function":{"name":"t${at}"}}`)}]`),
      400,
      'too_many_items',
    )
  })

  test('[A07] that says a key twice is refused, at any depth and however the key is spelled', async () => {
    await refusedEverywhere('{"model":"up/cheap","model":"up/dear","max_tokens":5,"messages":[]}', 400, 'duplicate_key')
    await refusedEverywhere(spliced(',"\\u006dodel":"up/dear"'), 400, 'duplicate_key')
    await refusedEverywhere(spliced(',"x":{"y":[{"max_tokens":1,"max_tokens":2}]}'), 400, 'duplicate_key')
    await refusedEverywhere(spliced(`,"x":{${Array.from({ length: 40 }, (_, at) => `"k${at}":1`).join(',')},"k7":2}`), 400, 'duplicate_key')
  })

  const encodings: { readonly [says: string]: Buffer } = {
    'an invalid byte': Buffer.from([0x22, 0xff, 0x22]),
    'an overlong form': Buffer.from([0x22, 0xc0, 0xaf, 0x22]),
    'half a surrogate pair in UTF-8': Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]),
    'a character that is cut': Buffer.from([0x22, 0xe2, 0x82, 0x22]),
  }
  for (const [says, bytes] of Object.entries(encodings)) {
    test(`[A13] with ${says} is refused`, () =>
      refusedEverywhere(Buffer.concat([Buffer.from('{"model":"up/m","max_tokens":5,"messages":[],"user":'), bytes, Buffer.from('}')]), 400, 'invalid_encoding'))
  }
  test('[A13] in UTF-16 is refused', async () => {
    for (const body of [Buffer.from(spliced(''), 'utf16le'), Buffer.from(`\uFEFF${spliced('')}`, 'utf16le')]) {
      const told = await scene.ask({ body })
      assert.ok(told.status === 400 && ['invalid_encoding', 'invalid_json'].includes(told.code()!), told.text)
    }
  })
})

describe('a field', () => {
  const wrong: readonly (readonly [json: string, param: string, codes?: string])[] = [
    [',"stream":"true"', 'stream'],
    [',"temperature":"hot"', 'temperature'],
    [',"temperature":1e400', 'temperature'],
    [',"n":1.5', 'n'],
    [',"seed":"1"', 'seed'],
    [',"tools":{}', 'tools'],
    [',"tools":[{"type":"function","function":{"name":7}}]', 'tools[0].function.name'],
    [',"omni_metadata":"x"', 'omni_metadata'],
    [',"extra":[]', 'extra'],
    [',"extra":{"fallbacks":[1]}', 'extra.fallbacks[0]'],
  ]
  for (const [json, param] of wrong) {
    test(`[A04] of another type is named: ${json.slice(1)}`, async () =>
      assert.equal((await refused({ body: spliced(json) }, 400, 'invalid_type')).param(), param))
  }
  const replaced: readonly (readonly [fields: JsonObject, code: string, param: string])[] = [
    [{ messages: 'hi' }, 'invalid_type', 'messages'],
    [{ messages: [{ role: 'user', content: 7 }] }, 'invalid_type', 'messages[0].content'],
    [{ messages: [7] }, 'invalid_type', 'messages[0]'],
    [{ max_tokens: -1 }, 'invalid_type', 'max_tokens'],
    [{ max_tokens: '5' }, 'invalid_type', 'max_tokens'],
    [{ model: 7 }, 'invalid_type', 'model'],
    [{ messages: [] }, 'missing_parameter', 'messages'],
  ]
  for (const [fields, code, param] of replaced) {
    test(`[${code === 'missing_parameter' ? 'A05' : 'A04'}] that is ${JSON.stringify(fields)} is refused on both surfaces`, async () => {
      assert.equal((await refused({ body: asked(fields) }, 400, code)).param(), param)
      await refused({ path: messagesPath, body: asked(fields) }, 400, 'invalid_request_error')
    })
  }
  test('[A05] that is missing is named', async () => {
    assert.equal((await refused({ body: { messages: hello } }, 400, 'missing_parameter')).param(), 'model')
    assert.equal((await refused({ body: { model: 'up/m' } }, 400, 'missing_parameter')).param(), 'messages')
    for (const body of [
      { messages: hello, max_tokens: 5 },
      { model: 'up/m', max_tokens: 5 },
      { model: 'up/m', messages: hello },
    ]) {
      await refused({ path: messagesPath, body }, 400, 'invalid_request_error')
    }
  })

  test('[A06] that would route elsewhere is forbidden, and the host it names hears nothing', async () => {
    for (const field of ['api_base', 'base_url', 'api_key', 'extra_headers', 'custom_llm_provider', 'mock_response']) {
      const value = field === 'extra_headers' ? { host: canaryHost.url } : `${canaryHost.url}/v1`
      assert.equal((await refused({ body: asked({ [field]: value }) }, 400, 'forbidden_parameter')).param(), field)
      await refused({ path: messagesPath, body: asked({ [field]: value }) }, 400, 'invalid_request_error')
    }
    assert.equal(canaryHost.connections(), 0)
  })

  test('[A06] that nobody knows is the provider’s to judge: it goes on as it came', async () => {
    assert.equal((await scene.ask({ body: asked({ brand_new: { deep: [1] } }) })).status, 200)
    assert.deepEqual(upstream.requests.at(-1)!.json().brand_new, { deep: [1] })
  })

  test('[A19] called like a part of JavaScript is data, here and upstream', async () => {
    const traps = ',"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"omni_metadata":{"__proto__":"x","team":"a"}'
    assert.equal((await scene.ask({ body: spliced(traps) })).status, 200)
    assert.match(upstream.requests.at(-1)!.body.toString(), /"__proto__":\{"polluted":1\}/)
    const schema = '{"type":"object","properties":{"__proto__":{"type":"string"},"constructor":{"type":"object"}}}'
    assert.equal((await scene.ask({ body: spliced(`,"tools":[{"type":"function","function":{"name":"t","parameters":${schema}}}]`) })).status, 200)
    assert.ok(upstream.requests.at(-1)!.body.includes(schema))
    const plain = await scene.ask({ body: spliced(',"debug":{"routing":true}') })
    assert.equal(plain.json().polluted, undefined)
    assert.equal('polluted' in (plain.json().extra as object), false)
  })
})

describe('a model', () => {
  test('[A17] that nobody knows is not found, and the answer lists nobody’s models', async () => {
    for (const path of paths) {
      const told = await refused({ path, body: asked({ model: 'no-such-model' }) }, 404, path === chatPath ? 'model_not_found' : 'not_found_error')
      assert.doesNotMatch(told.text, /no-such-model|gpt|claude|smoke/)
    }
  })

  test('[A18] that is a trap is not found or refused, and stands in no address, label or log line', async () => {
    const traps = [
      '../../x',
      'a\r\nX: y',
      '__proto__',
      'constructor',
      'toString',
      'up',
      'up/',
      '/up',
      '/',
      'x'.repeat(10_240),
      'gрt-4o',
      'a b',
      '\u0000',
      'hasOwnProperty/x',
      '__proto__/x',
    ]
    for (const model of traps) {
      const { status } = await scene.ask({ body: asked({ model }) })
      assert.ok(status === 404 || status === 400, `${model.slice(0, 20)}: ${status}`)
    }
    const before = upstream.requests.length
    for (const model of ['up/../../admin', 'up/a\r\nX: y', 'up/__proto__', 'up/ä?#', `up/${'x'.repeat(10_240)}`]) await scene.ask({ body: asked({ model }) })
    for (const { path, headers } of upstream.requests.slice(before)) {
      assert.equal(path, '/v1/chat/completions')
      assert.ok(!headers.some(([name]) => name.toLowerCase() === 'x'))
    }
    const metrics = await scene.ask({ method: 'GET', path: '/metrics', key: scene.adminKey })
    for (const text of [metrics.text, scene.stdout()]) for (const trap of ['xxxxxxxxxx', 'gрt', '\r\nX: y', '\u0000']) assert.ok(!text.includes(trap), trap)
    scene.log()
  })
})

describe('a header', () => {
  const unsupported = [
    '',
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/json garbage',
    'application/json\ta',
    'application/jsonx',
    'application/json; charset=utf-16',
    'application/json, text/plain',
  ]
  for (const type of unsupported) {
    test(`[A20] that says the body is ${JSON.stringify(type)} is refused`, async () => {
      for (const path of paths) await refused({ path, body: asked({}), headers: { 'content-type': type } }, 415, named(path, 'unsupported_media_type'))
    })
  }
  test('[A20] of a body without any type is refused, and of one with two', async () => {
    const body = asked({})
    const headers = ['host', `127.0.0.1:${scene.port}`, 'authorization', `Bearer ${scene.key}`, 'content-length', String(Buffer.byteLength(body))]
    await refused({ body, headers }, 415, 'unsupported_media_type')
    const twice = await scene.ask({ body, headers: [...headers, 'content-type', 'application/json', 'content-type', 'text/plain'] })
    assert.ok(twice.status === 415 || twice.status === 400, twice.text)
  })
  test('[A20] with the one charset that JSON has is taken', async () => {
    for (const type of ['application/json', 'application/json; charset=utf-8', 'Application/JSON;charset="UTF-8"'])
      assert.equal((await scene.ask({ body: asked({}), headers: { 'content-type': type } })).status, 200)
  })

  test('[A21] that says the body is packed is refused', async () => {
    for (const encoding of ['gzip', 'br', 'zstd', 'gzip, gzip', 'x'])
      await refused({ body: asked({}), headers: { 'content-encoding': encoding } }, 415, 'unsupported_media_type')
  })

  test('[A22] that brings a second key is ambiguous, wherever it stands', async () => {
    const { key } = scene
    const body = asked({})
    const base = ['host', `127.0.0.1:${scene.port}`, 'content-type', 'application/json', 'content-length', String(Buffer.byteLength(body))]
    for (const pair of [
      ['authorization', `Bearer ${key}`, 'authorization', `Bearer ${key}`],
      ['authorization', `Bearer ${key}`, 'authorization', 'Bearer other'],
      ['authorization', `Bearer ${key}`, 'x-api-key', 'other'],
      ['x-api-key', key, 'X-Api-Key', key],
      ['x-api-key', key, 'x-goog-api-key', 'other'],
    ])
      await refused({ body, headers: [...base, ...pair] }, 400, 'ambiguous_credentials')
    assert.equal(
      (await scene.ask({ body, headers: [...base, 'authorization', `Bearer ${key}`, 'x-api-key', key] })).status,
      200,
      'one key in two places is one key',
    )
  })

  test('[A28] is where keys belong: one in the query is refused and never logged, and so is a parameter that comes twice', async () => {
    await refused({ path: `${chatPath}?key=QUERY-CANARY`, body: asked({}) }, 400, 'ambiguous_credentials')
    await refused({ path: `${chatPath}?api_key=QUERY-CANARY`, key: null, body: asked({}) }, 400, 'ambiguous_credentials')
    await refused({ path: `${chatPath}?%6bey=QUERY-CANARY`, body: asked({}) }, 400, 'ambiguous_credentials')
    await refused({ path: `${chatPath}?a=1&a=2`, body: asked({}) }, 400, 'bad_request')
    assert.equal((await scene.ask({ path: `${messagesPath}?beta=true&api-version=1`, body: asked({}) })).status, 200)
    assert.doesNotMatch(scene.stdout() + scene.stderr(), /QUERY-CANARY/)
  })

  test('[A26] cannot make up for a method that the path does not have', async () => {
    for (const path of paths) {
      for (const method of ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE']) {
        const told = await scene.ask({ method, path })
        assert.equal(told.status, 405, method)
        assert.equal(told.headers.allow, 'POST')
      }
      const told = await scene.ask({
        method: 'GET',
        path,
        headers: { connection: 'upgrade', upgrade: 'websocket', 'sec-websocket-version': '13', 'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==' },
      })
      assert.equal(told.status, 405)
    }
  })
})

test('[I5] after all of this the same process serves', () => holdAlive(scene))
