/** HTTP as an attacker writes it: every form that makes two readers see two requests ends in a refusal, and nothing goes upstream. */

import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { chunk, lastChunk, openai, openStream, raw, startUpstream, wait } from '../upstream/index.ts'
import { head, talk, type Talk } from './raw.ts'
import { growthDuring, holdAlive, noProc } from './rules.ts'
import { chatPath, hello, openScene } from './scene.ts'

const upstream = await startUpstream(openai.speak('fine'))
const slow = await startUpstream([openStream(), ...openai.frames('one two three').flatMap((frame) => [raw(chunk(frame)), wait(60)]), raw(lastChunk)])
const scene = await openScene({
  cast: { up: { like: 'openai', url: upstream.url }, slow: { like: 'openai', url: slow.url } },
  settings: { server: { bodyIdle: '1s', headerTime: '2s' } },
})
after(() => Promise.all([scene[Symbol.asyncDispose](), upstream.stop(), slow.stop()]))

const { port, key } = scene
const host = `Host: 127.0.0.1:${port}`
const auth = `Authorization: Bearer ${key}`
const json = 'Content-Type: application/json'
const body = JSON.stringify({ model: 'up/m', messages: hello })
const length = `Content-Length: ${Buffer.byteLength(body)}`
const post = `POST ${chatPath} HTTP/1.1`
const MiB = 1024 * 1024

/** One answer in our envelope, of this status, and the connection ends; nothing goes upstream. */
async function refused(pieces: Parameters<typeof talk>[1], status: number, ms = 1500): Promise<Talk> {
  const before = upstream.requests.length
  const told = await talk(port, pieces, { ms })
  assert.deepEqual(told.statuses, [status], told.text)
  assert.ok(told.isClosed, 'the connection is closed')
  assert.match(told.text, /^content-type: application\/json; charset=utf-8\r$/im)
  assert.match(told.text, /^x-request-id: [\w.-]+\r$/im)
  assert.match(told.text, /^cache-control: no-store\r$/im)
  assert.match(told.text, /\r\n\r\n\{"error":\{"message":"[^"]+","type":"\w+","param":null,"code":"\w+"\}\}$/)
  assert.equal(upstream.requests.length, before, 'nothing goes upstream')
  return told
}

const served = async (pieces: Parameters<typeof talk>[1]): Promise<Talk> => talk(port, pieces, { until: /\}$/ })

describe('a body', () => {
  test('[A10] that is announced too long is refused before it is read (case 215)', async () => {
    const { took } = await refused(head(post, host, auth, json, `Content-Length: ${33 * MiB}`), 413)
    assert.ok(took < 1000, `it took ${took} ms`)
  })

  test('[A10] with `Expect: 100-continue` is not asked for when it is refused', async () => {
    const tooLong = await refused(head(post, host, auth, json, `Content-Length: ${33 * MiB}`, 'Expect: 100-continue'), 413)
    assert.doesNotMatch(tooLong.text, /100 Continue/)
    const keyless = await refused(head(post, host, json, `Content-Length: ${MiB}`, 'Expect: 100-continue'), 401)
    assert.doesNotMatch(keyless.text, /100 Continue/)
    const { statuses } = await served([head(post, host, auth, json, length, 'Expect: 100-continue'), body])
    assert.deepEqual(statuses, [100, 200])
  })

  test('[A11] that turns out too long is refused at the limit, with or without `Expect`, and is not kept', { skip: noProc }, async () => {
    const piece = chunk(Buffer.alloc(MiB, ' '))
    await scene.say('up/m')
    for (const expect of [[], ['Expect: 100-continue']]) {
      const growth = await growthDuring(scene.pid, async () => {
        const { text } = await talk(port, [head(post, host, auth, json, 'Transfer-Encoding: chunked', ...expect), ...Array.from({ length: 40 }, () => piece)], {
          ms: 5000,
        })
        assert.match(text, /HTTP\/1\.1 413 /)
        assert.match(text, /"code":"request_too_large"/)
      })
      assert.ok(growth < 40 * MiB, `memory grew by ${Math.round(growth / MiB)} MiB`)
    }
  })

  test('[A12] that is shorter than announced is waited for, and then given up', async () => {
    const { took } = await refused([head(post, host, auth, json, `Content-Length: ${body.length + 10}`), body], 408, 6000)
    assert.ok(took > 900, `it took ${took} ms`)
  })

  test('[A12] that is longer than announced does not become another request', async () => {
    const told = await talk(port, head(post, host, auth, json, length) + body + 'GET-GARBAGE\r\n\r\n', { ms: 1500 })
    assert.ok(told.isClosed)
    assert.ok(told.statuses.length <= 1, told.text)
    const next = await served([head(post, host, auth, json, length), body])
    assert.deepEqual(next.statuses, [200])
  })

  test('[A12] that ends with its connection leaves nothing behind', async () => {
    const before = upstream.requests.length
    await talk(port, head(post, host, auth, json, `Content-Length: ${body.length}`) + body.slice(0, 20), { ms: 50 })
    assert.equal((await scene.say('up/m')).status, 200)
    assert.equal(upstream.requests.length, before + 1)
  })

  test('[A30] that comes a byte at a time is given up in the end', async () => {
    const drip = Array.from({ length: 12 }, () => ' ')
    const told = await talk(port, [head(`GET /healthz HTTP/1.1`, host).slice(0, -2), ...drip.map(() => 'x')], { every: 400, ms: 8000 })
    assert.deepEqual(told.statuses, [408])
    assert.ok(told.isClosed && told.took < 6000, `headers were waited for ${told.took} ms`)
  })
})

describe('a request', () => {
  const plain = [auth, json, length]
  const broken: { readonly [says: string]: string } = {
    '[A24] with a length and chunks': head(post, host, ...plain, 'Transfer-Encoding: chunked') + body,
    '[A24] with two lengths': head(post, host, auth, json, length, 'Content-Length: 5') + body,
    '[A24] with two lengths in one header': head(post, host, auth, json, 'Content-Length: 5, 5') + body,
    '[A24] with a length that is no number': head(post, host, auth, json, 'Content-Length: +5') + body,
    '[A24] with a coding that nobody knows': head(post, host, auth, json, 'Transfer-Encoding: xchunked') + body,
    '[A24] with chunks that are not the last coding': head(post, host, auth, json, 'Transfer-Encoding: chunked, identity') + body,
    '[A24] with bare line feeds': `${post}\n${host}\n${auth}\n${json}\n${length}\n\n${body}`,
    '[A24] with a bare line feed in a header': head(post, host, `X-A: 1\nX-B: 2`, ...plain) + body,
    '[A24] with a folded header': head(post, host, 'X-A: 1', ' 2', ...plain) + body,
    '[A24] with a space before a colon': head(post, host, `Content-Length : 5`, auth, json) + body,
    '[A24] with a carriage return alone in a header': head(post, host, 'X-A: 1\rX-B: 2', ...plain) + body,
    '[A24] with a chunk whose length is no number': head(post, host, auth, json, 'Transfer-Encoding: chunked') + 'zz\r\n',
    '[A24] with a flood behind a chunk’s length': head(post, host, auth, json, 'Transfer-Encoding: chunked') + `1;${'x'.repeat(40_000)}\r\n{\r\n`,
    '[A24] with a length beyond all numbers': head(post, host, auth, json, 'Content-Length: 99999999999999999999') + body,
    '[A24] with NUL in a header': head(post, host, 'X-A: \u0000', ...plain) + body,
    '[A24] of another protocol': '\x16\x03\x01\x02\x00\x01\x00\x01\xfc',
    '[A24] of HTTP/2': 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
    '[A23] with two hosts': head(post, host, 'Host: evil.example', ...plain) + body,
    '[A23] with the same host twice': head(post, host, host, ...plain) + body,
    '[A23] without a host': head(post, ...plain) + body,
    '[A23] without a host, in HTTP/1.0': head(`POST ${chatPath} HTTP/1.0`, ...plain) + body,
    '[A23] with a path in its host': head(post, `Host: 127.0.0.1:${port}/v1/models?`, ...plain) + body,
    '[A23] with a user in its host': head(post, `Host: x@127.0.0.1:${port}`, ...plain) + body,
    '[A23] with an empty host': head(post, 'Host:', ...plain) + body,
    '[A23] for a whole URL': head(`POST http://127.0.0.1:${port}${chatPath} HTTP/1.1`, host, ...plain) + body,
    '[A23] for a whole URL elsewhere': head(`POST http://evil.example${chatPath} HTTP/1.1`, host, ...plain) + body,
    '[A23] for no path': head('OPTIONS * HTTP/1.1', host),
  }
  for (const [says, bytes] of Object.entries(broken)) test(`${says} is refused, and the connection ends`, async () => void (await refused(bytes, 400)))

  test('[A23] to connect through the gateway is refused', async () => {
    assert.match((await refused(head('CONNECT evil.example:443 HTTP/1.1', 'Host: evil.example:443'), 405)).text, /method_not_allowed/)
  })

  test('[C21] for another host is misdirected, whatever stands beside it', async () => {
    for (const name of [
      'evil.example',
      'evil.example:443',
      `localhost.evil.example:${port}`,
      '127.0.0.1.nip.io',
      '0.0.0.0',
      '[::ffff:127.0.0.1]',
      '2130706433',
      '127.1',
      'localhost.',
    ]) {
      for (const line of [post, 'GET /healthz HTTP/1.1', 'GET /_omni/keys HTTP/1.1', 'GET /nothing HTTP/1.1'])
        await refused(head(line, `Host: ${name}`, 'Connection: close', auth), 421)
    }
  })

  test('[C06] is decided by its own line and socket, not by what a proxy would say', async () => {
    const forged = [
      'X-Forwarded-Host: evil.example',
      'X-Original-URL: /_omni/keys',
      'X-Rewrite-URL: /healthz',
      'X-Forwarded-For: 127.0.0.1',
      'X-HTTP-Method-Override: GET',
      'Forwarded: host=evil.example',
    ]
    const keyless = await talk(port, head('GET /_omni/keys HTTP/1.1', host, 'Connection: close', ...forged))
    assert.deepEqual(keyless.statuses, [401])
    const open = await talk(port, head('GET /healthz HTTP/1.1', host, 'Connection: close', ...forged))
    assert.match(open.text, /\{"status":"ok"\}$/)
    assert.deepEqual((await talk(port, head('GET /_omni/keys HTTP/1.1', 'Host: evil.example', `X-Forwarded-Host: 127.0.0.1:${port}`))).statuses, [421])
  })

  test('[A27] with too many or too long headers is refused', async () => {
    await refused(head(post, host, `X-Long: ${'x'.repeat(20_480)}`, ...plain) + body, 431)
    await refused(head(post, host, ...Array.from({ length: 2000 }, (_, at) => `X-${at}: 1`), ...plain, 'Connection: close'), 431)
    await refused(head(post, host, ...Array.from({ length: 101 }, (_, at) => `X-${at}: 1`), 'Connection: close'), 431)
  })

  test('[A27] with a twin of a header that decides something is refused', async () => {
    for (const twin of [
      'X_Api_Key: other',
      'x_api-key: other',
      'content_length: 5',
      'Transfer_Encoding: chunked',
      'x_request_id: 12345678',
      'x_omni_route: a',
    ]) {
      await refused(head(post, host, twin, 'Connection: close', ...plain) + body, 400)
    }
  })

  test('[A25] whose path is spelled another way is not found', async () => {
    const spellings = [
      '/v1/../_omni/keys',
      '/v1/..%2f_omni/keys',
      '/%2e%2e/_omni/keys',
      '//_omni/keys',
      '/_omni//keys',
      '/_OMNI/keys',
      '/_omni/keys/',
      '/_omni/keys;x',
      '/_omni/keys%00',
      '/_omni/keys.',
      '/_omni/./keys',
      '/%5fomni/keys',
      '/_omni\\keys',
      '/V1/chat/completions',
      '/v1/chat/completions/',
      '/metrics/',
      '/metrics%2f',
      '/metrics#',
      '/healthz/../metrics',
    ]
    for (const path of spellings) {
      for (const who of [[], [auth], [`Authorization: Bearer ${scene.adminKey}`]]) {
        const { statuses, text } = await talk(port, head(`GET ${path} HTTP/1.1`, host, 'Connection: close', ...who))
        assert.ok(statuses.length === 1 && [400, 404].includes(statuses[0]!), `${path}: ${text}`)
      }
    }
  })
})

describe('bytes behind a request', () => {
  test('[A24] are another request, answered in order', async () => {
    const one = head(post, host, auth, json, length) + body
    const { statuses } = await talk(port, one + one + head('GET /healthz HTTP/1.1', host, 'Connection: close'))
    assert.deepEqual(statuses, [200, 200, 200])
  })

  test('[A24] that are none do not keep the client from its refusal', async () => {
    const { statuses } = await talk(port, `${head(post, host, 'Authorization: Bearer nobody', json, 'Content-Length: 20')}${body}`)
    assert.deepEqual(statuses, [401])
  })

  test('[A24] that begin another protocol are answered behind the refusal before them', async () => {
    const handshake = head(
      'GET /v1/responses HTTP/1.1',
      host,
      auth,
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    )
    const { statuses } = await talk(port, head('GET /v1/responses/resp_x HTTP/1.1', host) + handshake)
    assert.deepEqual(statuses, [401, 101])
  })

  test('[A24] that ask for a tunnel, or for leave to send, do not get into the answer before them', async () => {
    const tunnel = await talk(port, head('GET /v1/responses/resp_x HTTP/1.1', host) + head('CONNECT evil.example:443 HTTP/1.1', 'Host: evil.example:443'))
    assert.deepEqual(tunnel.statuses, [401, 405])
    const asking = head(post, host, auth, json, length)
    for (let round = 0; round < 10; round += 1) {
      const { text } = await talk(port, asking + body + head(post, host, auth, json, length, 'Expect: 100-continue') + body, { until: /\}HTTP[^]*\}$/ })
      assert.doesNotMatch(text, /\r\n\r\nHTTP\/1\.1 100/)
      assert.deepEqual(text.match(/HTTP\/1\.1 200/g)?.length, 2)
    }
  })

  test('[A24] and none any more: who ends its side with its request gets a whole answer, and a stream to its end', async () => {
    for (const [more, end] of [
      ['', /\}$/],
      [',"stream":true', /\r\n0\r\n[^]*\r\n\r\n$/],
    ] as const) {
      const asking = `{"model":"omni-runtime/smoke","messages":[{"role":"user","content":"hello"}]${more}}`
      const { statuses, text } = await talk(port, head(post, host, auth, json, `Content-Length: ${asking.length}`) + asking, { endsFirst: true })
      assert.deepEqual(statuses, [200])
      assert.match(text, end)
    }
  })

  test('[A24] that are none are never mixed into a stream that is being answered', async () => {
    const asking = JSON.stringify({ model: 'slow/m', messages: hello, stream: true })
    const told = await talk(port, [head(post, host, auth, json, `Content-Length: ${asking.length}`) + asking, 'NOT HTTP AT ALL\r\n\r\n'], {
      every: 200,
      ms: 3000,
    })
    assert.deepEqual(told.statuses, [200], told.text)
    assert.ok(told.isClosed)
    assert.doesNotMatch(told.text, /bad_request/)
  })
})

test('[I5] after all of this the same process serves', () => holdAlive(scene))
