/** The scripted upstream does on the socket what its script says, and remembers what it was asked. */

import assert from 'node:assert/strict'
import { request as httpsRequest } from 'node:https'
import { connect, type Socket } from 'node:net'
import { once } from 'node:events'
import { test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { gunzipSync } from 'node:zlib'
import { Pool } from 'undici'
import { bomb, endless, endlessLine, finish, first, hang, head, informational, raw, reply, reset, size, split, splitAt, stream, wait } from './answer.ts'
import { openBlackHole } from './black-hole.ts'
import { certificate } from './certificate.ts'
import * as openai from './openai.ts'
import { startUpstream, type UpstreamOptions } from './upstream.ts'

const ask = (url: string, init: RequestInit = {}): Promise<Response> => fetch(url, { method: 'POST', body: '{"model":"m"}', ...init })

/** Everything that comes over a plain socket until the other side is silent for a moment or gone. */
async function listen(socket: Socket, quiet = 60): Promise<string> {
  let heard = ''
  for (;;) {
    const news = await Promise.race([once(socket, 'data'), once(socket, 'close'), setTimeout(quiet, null, { ref: false })])
    if (!(news?.[0] instanceof Buffer)) return heard
    heard += (news[0] as Buffer).toString('latin1')
  }
}

test('a request is recorded as it was sent', async () => {
  await using upstream = await startUpstream(reply(200, { ok: true }))
  const socket = connect(upstream.port, '127.0.0.1')
  socket.write(
    'POST /v1/x?y=1 HTTP/1.1\r\nHost: a\r\nX-Odd:  spaced \r\nx-odd: again\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n{"a\r\n4;e=1\r\n":1}\r\n0\r\n\r\n',
  )
  const received = await upstream.request(0)
  assert.equal(received.method, 'POST')
  assert.equal(received.path, '/v1/x?y=1')
  assert.deepEqual(received.headers[1], ['X-Odd', 'spaced'])
  assert.equal(received.header('Host'), 'a')
  assert.deepEqual(received.json(), { a: 1 })
  assert.equal(await received.ended, 'answered')
  assert.match(await listen(socket), /^HTTP\/1\.1 200 [^]*\{"ok":true\}$/)
  socket.destroy()
})

test('answers come in turn, and the last one stays', async () => {
  await using upstream = await startUpstream([reply(500, {}), reply(200, {})])
  const statuses = []
  for (let turn = 0; turn < 3; turn += 1) statuses.push((await ask(upstream.url)).status)
  assert.deepEqual(statuses, [500, 200, 200])
})

test('requests that share a socket tell so', async () => {
  await using upstream = await startUpstream(reply(200, {}))
  const pool = new Pool(upstream.url, { connections: 1 })
  for (let turn = 0; turn < 2; turn += 1) await (await pool.request({ path: '/', method: 'GET' })).body.dump()
  assert.deepEqual(
    upstream.requests.map(({ connection }) => connection),
    [0, 0],
  )
  assert.equal(upstream.connections(), 1)
  await pool.close()
})

test('a stream says the same however it is split', async () => {
  const answer = openai.stream('Héllo 🌍', { tellsUsage: false })
  const whole = openai.frames('Héllo 🌍', { tellsUsage: false }).join('')
  const offsets = Array.from({ length: 24 }, (_, at) => Math.floor((at * size(answer)) / 24))
  await using upstream = await startUpstream([split(7, answer), ...offsets.map((at) => splitAt(at, answer))])
  for (let turn = 0; turn <= offsets.length; turn += 1) assert.equal(await (await ask(upstream.url)).text(), whole)
})

test('an answer may be cut or reset after any byte', async () => {
  const answer = reply(200, 'twelve bytes')
  for (const ending of [finish(), reset()]) {
    for (const bytes of [0, 1, size(answer) - 1]) {
      await using upstream = await startUpstream([...first(bytes, answer), ending])
      await assert.rejects(
        ask(upstream.url).then((response) => response.text()),
        `${ending.do} after ${bytes}`,
      )
      assert.equal(await (await upstream.request(0)).ended, 'closed')
    }
  }
})

test('a reset is seen as one, a cut is not', async () => {
  for (const [ending, code] of [
    [finish(), undefined],
    [reset(), 'ECONNRESET'],
  ] as const) {
    await using upstream = await startUpstream([ending])
    const socket = connect(upstream.port, '127.0.0.1', () => socket.write('GET / HTTP/1.1\r\n\r\n'))
    const failure = await new Promise<NodeJS.ErrnoException | undefined>((resolve) => socket.on('error', resolve).on('end', () => resolve(undefined)))
    assert.equal(failure?.code, code)
  }
})

test('a client that leaves is noticed while the answer hangs', async () => {
  await using upstream = await startUpstream([...first(200, openai.stream('one two three')), hang()])
  const leaving = new AbortController()
  await ask(upstream.url, { signal: leaving.signal })
  leaving.abort()
  assert.equal(await (await upstream.request(0)).ended, 'left')
})

test('nobody is answered where a connection hangs, and a broken one is broken before it is asked', async () => {
  for (const [onConnect, failure] of [
    [[hang()], 'TimeoutError'],
    [[reset()], 'TypeError'],
  ] as const) {
    await using upstream = await startUpstream(reply(200, {}), { onConnect })
    await assert.rejects(ask(upstream.url, { signal: AbortSignal.timeout(150) }), { name: failure })
    assert.equal(upstream.requests.length, 0)
  }
})

test('an endless answer waits for a client that does not read', async () => {
  for (const answer of [endless(`data: ${'x'.repeat(60_000)}\n\n`), endlessLine()]) {
    await using upstream = await startUpstream(answer)
    const response = await ask(upstream.url)
    const received = await upstream.request(0)
    await setTimeout(200)
    const held = received.sent()
    await setTimeout(100)
    assert.ok(held > 1000 && received.sent() === held, `sent ${held}, then ${received.sent()}`)
    await response.body!.cancel()
    assert.equal(await received.ended, 'left')
  }
})

test('a bomb is a gzip body far larger than what travels', async () => {
  const [, member] = bomb(1)
  assert.ok(member?.do === 'repeat' && member.times === 256)
  const packed = member.bytes.subarray(member.bytes.indexOf('\r\n') + 2, -2)
  assert.equal(gunzipSync(packed).length, 2 ** 22)
})

test('bytes on an idle connection, early hints and a wrong length go out as written', async () => {
  const answer = [
    ...informational(103, { link: '</a>' }),
    ...reply(200, 'x', { 'content-length': 7, 'set-cookie': ['a=1', 'b=2'] }),
    wait(20),
    head(204),
    raw('\0'),
  ]
  await using upstream = await startUpstream(answer)
  const socket = connect(upstream.port, '127.0.0.1')
  socket.write('GET / HTTP/1.1\r\n\r\n')
  const heard = await listen(socket)
  assert.match(
    heard,
    /^HTTP\/1\.1 103 [^]*HTTP\/1\.1 200 [^]*content-length: 7\r\nset-cookie: a=1\r\nset-cookie: b=2\r\n\r\nxHTTP\/1\.1 204 Scripted\r\n\r\n\0$/,
  )
  socket.destroy()
})

/** The status, or the error's code. */
function askTls(port: number, certificateAuthority: string): Promise<number | string | undefined> {
  return new Promise((resolve) => {
    const asked = httpsRequest({ port, host: '127.0.0.1', ca: certificateAuthority, agent: false }, (response) => resolve(response.resume().statusCode))
    asked.on('error', (error: NodeJS.ErrnoException) => resolve(error.code)).end()
  })
}

const yesterday = new Date(Date.now() - 86_400_000)
const certificates = [
  { title: 'a good certificate is accepted', made: certificate(), expected: 200 },
  { title: 'an expired certificate is refused', made: certificate({ from: new Date(0), until: yesterday }), expected: 'CERT_HAS_EXPIRED' },
  { title: 'a certificate for another name is refused', made: certificate({ names: ['other.test'] }), expected: 'ERR_TLS_CERT_ALTNAME_INVALID' },
  { title: 'a certificate that nobody vouches for is refused', made: certificate(), authority: certificate().cert, expected: 'DEPTH_ZERO_SELF_SIGNED_CERT' },
  { title: 'a reset under TLS is a reset', made: certificate(), script: [reset()], expected: 'ECONNRESET' },
  { title: 'a slow handshake is only slow', made: certificate(), options: { onConnect: [wait(50)] }, expected: 200 },
]

for (const { title, made, authority = made.cert, script = reply(200, {}), options, expected } of certificates) {
  test(title, async () => {
    const tls: UpstreamOptions = { tls: made, ...options }
    await using upstream = await startUpstream(script, tls)
    assert.equal(await askTls(upstream.port, authority), expected)
  })
}

test('a black hole never connects', { skip: process.platform !== 'linux' && 'the queue of a listener is dropped from only on Linux' }, async () => {
  await using hole = await openBlackHole()
  const socket = connect(hole.port, '127.0.0.1')
  const first = await Promise.race([once(socket, 'connect').then(() => 'connected'), setTimeout(300, 'nothing')])
  socket.destroy()
  assert.equal(first, 'nothing')
})

test('waiting for a request that does not come says so', async () => {
  await using upstream = await startUpstream(stream(['data: 1\n\n']))
  await assert.rejects(upstream.request(0, 30), /request 0 did not come within 30 ms/)
})
