/** A gateway that is told to stop twice is in a hurry and loses nothing; one that is told to read its configuration anew goes on. */

import assert from 'node:assert/strict'
import { renameSync, writeFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { describe, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import type { JsonObject } from '../../src/base/json.ts'
import { eventually } from '../gateway.ts'
import { chunk, endless, hang, lastChunk, openai, openStream, raw, startUpstream, wait, type Answer } from '../upstream/index.ts'
import { head } from './raw.ts'
import { chatPath, configOf, hello, openScene, wordsOf, type Scene } from './scene.ts'

const frames = openai.frames('one two three')
const begun: Answer = [openStream(), ...frames.slice(0, 2).map((frame) => raw(chunk(frame)))]
const slow: Answer = [openStream(), ...frames.flatMap((frame) => [raw(chunk(frame)), wait(120)]), raw(lastChunk)]

interface Page {
  readonly data: readonly { readonly error: string | null }[]
}
const receiptsOf = async (scene: Scene): Promise<Page['data']> =>
  ((await scene.ask({ method: 'GET', path: '/_omni/reports?limit=200', key: scene.adminKey })).json() as unknown as Page).data

describe('a second signal', () => {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    test(`[B25] of ${signal} ends the draining: every stream hears why, every receipt is kept, and the end is good and quick`, async () => {
      await using provider = await startUpstream([...begun, hang()])
      const scene = await openScene({
        cast: { up: { like: 'openai', url: provider.url } },
        settings: { server: { drain: '1min' }, deadlines: { idle: '1min' } },
      })
      const streams = Array.from({ length: 30 }, () => scene.say('up/m', { stream: true }))
      await provider.request(29)
      await pause(200)
      const from = performance.now()
      const stopped = scene.stop()
      await pause(400)
      process.kill(scene.pid, 0)
      process.kill(scene.pid, signal)
      for (const { status, text, isCut } of await Promise.all(streams)) {
        assert.deepEqual([status, isCut], [200, false])
        assert.match(text, /"code":"shutting_down"\}\}\n\n$/)
      }
      assert.equal(await stopped, 0)
      assert.ok(performance.now() - from < 5000, `it took ${Math.round(performance.now() - from)} ms`)
      await using again = await openScene({ dataDir: scene.dataDir })
      const receipts = await receiptsOf(again)
      assert.equal(receipts.length, 30)
      assert.ok(receipts.every(({ error }) => error === 'shutting_down'))
    })
  }
})

describe('a thousand streams', () => {
  test('(routing 49) end well or hear why not when the gateway is told to stop, and nobody new comes in', async () => {
    const short: Answer = [...begun, wait(1500), ...frames.slice(2).map((frame) => raw(chunk(frame))), raw(lastChunk)]
    await using provider = await startUpstream((request) => (request.json().model === 'short' ? short : [...begun, hang()]))
    await using scene = await openScene({
      cast: { up: { like: 'openai', url: provider.url } },
      settings: { server: { drain: '3s' }, deadlines: { idle: '1min' } },
    })
    const streams = Array.from({ length: 1000 }, (_, at) => scene.say(at % 2 === 0 ? 'up/short' : 'up/long', { stream: true }))
    await provider.request(999, 20_000)
    const stopped = scene.stop()
    await eventually(() =>
      scene.ask({ method: 'GET', path: '/healthz', key: null }).then(
        () => false,
        () => true,
      ),
    )
    const told = await Promise.all(streams)
    told.forEach(({ status, text, isCut }, at) => {
      assert.deepEqual([status, isCut], [200, false])
      assert.match(text, at % 2 === 0 ? /\[DONE\]\n\n$/ : /"code":"shutting_down"\}\}\n\n$/)
    })
    assert.equal(await stopped, 0)
    const lines = scene.log().filter(({ msg, path }) => msg === 'request' && path === chatPath)
    assert.equal(lines.length, 1000, 'each is in the log')
  })
})

describe('[B24] a call that takes longer than the draining', () => {
  const contents = [{ parts: [{ text: 'hello' }] }]
  const told = /"code":"shutting_down"|"code":503,"message":"The gateway stops|"message":"The gateway stops/
  const calls: readonly (readonly [path: string, fields: JsonObject, status: number, says: RegExp])[] = [
    ['/v1/responses', { input: 'hello', stream: true }, 200, /event: response\.failed\ndata: [^\n]*The gateway stops[^\n]*\n\n$/],
    ['/v1beta/models/up%2Fm:streamGenerateContent?alt=sse', { contents }, 200, /data: \{"error":\{"code":503,"message":"The gateway stops[^\n]*\s+$/],
    ['/v1beta/models/up%2Fm:streamGenerateContent', { contents }, 200, /\{"error":\{"code":503,"message":"The gateway stops[^\n]*\}\]$/],
    ['/v2/chat', { messages: hello, stream: true }, 200, /"error":"The gateway stops[^\n]*"finish_reason":"ERROR"[^\n]*\n\n$/],
    ['/v1/chat/completions', { messages: hello }, 503, told],
    ['/v1beta/models/up%2Fm:generateContent', { contents }, 503, told],
    ['/v1/embeddings', { input: 'hello' }, 503, told],
    ['/v1/images/generations', { prompt: 'hello' }, 503, told],
    ['/v1/audio/speech', { input: 'hello', voice: 'alloy' }, 503, told],
  ]

  test('hears so on every surface in its own words, streamed and whole', async () => {
    await using provider = await startUpstream((request) => (request.json().stream ? [...begun, hang()] : [hang()]))
    await using scene = await openScene({
      cast: { up: { like: 'openai', url: provider.url } },
      settings: { server: { drain: '500ms' }, deadlines: { idle: '1min', firstByteWhole: '1min' } },
    })
    const asked = calls.map(([path, fields]) => scene.ask({ path, body: { ...(!path.includes('models') && { model: 'up/m' }), ...fields } }))
    await provider.request(calls.length - 1)
    await pause(300)
    const stopped = scene.stop()
    for (const [at, answer] of (await Promise.all(asked)).entries()) {
      const [path, , status, says] = calls[at]!
      assert.deepEqual([answer.status, answer.isCut], [status, false], path)
      assert.match(answer.text, says)
      assert.doesNotMatch(answer.text, /response\.completed|"finish_reason":"COMPLETE"|"finishReason":"STOP"/)
    }
    assert.equal(await stopped, 0)
    await using again = await openScene({ dataDir: scene.dataDir })
    assert.deepEqual(
      (await receiptsOf(again)).map(({ error }) => error),
      calls.map(() => 'shutting_down'),
    )
  })
})

test('[B24] a call that waits before it asks again is ended, and asks nobody', async () => {
  await using provider = await startUpstream(openai.error(500, 'server_error'))
  await using scene = await openScene({
    cast: { up: { like: 'openai', url: provider.url } },
    settings: { server: { drain: '300ms' }, retry: { attempts: 9, perTarget: 9, longestPause: '1min' } },
    // The pauses are half a second, a second, two, and so on.
    flags: ['--import', 'data:text/javascript,Math.random = () => 0.999'],
  })
  const call = scene.say('up/m')
  await provider.request(2)
  await pause(300)
  const stopped = scene.stop()
  const told = await call
  assert.deepEqual([told.status, told.code(), told.headers['x-omni-attempts']], [503, 'shutting_down', '3'])
  assert.equal(await stopped, 0)
  assert.equal(provider.requests.length, 3)
})

describe('[B24] a client that is slower than the end', () => {
  const ask = (scene: Scene, fields: JsonObject, length?: number): Socket => {
    const body = JSON.stringify({ model: 'up/m', messages: hello, ...fields })
    const socket = connect(scene.port, '127.0.0.1').on('error', () => {})
    socket.write(
      head(
        `POST ${chatPath} HTTP/1.1`,
        `Host: 127.0.0.1:${scene.port}`,
        `Authorization: Bearer ${scene.key}`,
        'Content-Type: application/json',
        `Content-Length: ${length ?? body.length}`,
      ) + body,
    )
    return socket
  }
  const receiptsAfter = async (scene: Scene) => {
    await using again = await openScene({ dataDir: scene.dataDir })
    return (await receiptsOf(again)).map(({ error }) => error)
  }

  test('because it does not read keeps no process alive, and has its receipt', async () => {
    await using provider = await startUpstream(endless(openai.frames('x'.repeat(4000))[1]!))
    await using scene = await openScene({ cast: { up: { like: 'openai', url: provider.url } }, settings: { server: { drain: '300ms' } } })
    ask(scene, { stream: true }).pause()
    await provider.request(0)
    await pause(1000)
    assert.equal(await scene.stop(), 0)
    assert.deepEqual(await receiptsAfter(scene), ['client_closed'])
  })

  test('because it is still sending hears why it is not served, and has its receipt', async () => {
    await using provider = await startUpstream(openai.reply('fine'))
    await using scene = await openScene({ cast: { up: { like: 'openai', url: provider.url } }, settings: { server: { drain: '300ms' } } })
    let heard = ''
    ask(scene, {}, 100_000).on('data', (piece: Buffer) => (heard += piece.toString()))
    await pause(300)
    assert.equal(await scene.stop(), 0)
    assert.match(heard, /^HTTP\/1\.1 503 [^]*"code":"shutting_down"/)
    assert.deepEqual(await receiptsAfter(scene), ['shutting_down'])
  })

  test('because it reads a long answer a bit at a time gets all of it', async () => {
    await using provider = await startUpstream(openai.reply('x'.repeat(16e6)))
    await using scene = await openScene({ cast: { up: { like: 'openai', url: provider.url } }, settings: { server: { drain: '20s' } } })
    const socket = ask(scene, {})
    let length = 0
    socket.on('data', (piece: Buffer) => {
      length += piece.length
      socket.pause()
      setTimeout(() => socket.resume(), 5)
    })
    await eventually(() => length > 0)
    assert.equal(await scene.stop(), 0)
    await eventually(() => socket.closed)
    assert.ok(length > 16e6, `${length} bytes came`)
  })
})

describe('SIGHUP', () => {
  test('[B25] reads the configuration anew while streams go on to their end', async () => {
    await using provider = await startUpstream((request) => (request.json().stream ? slow : openai.reply('fine')))
    const cast = { up: { like: 'openai', url: provider.url } } as const
    await using scene = await openScene({ cast })
    const streams = Array.from({ length: 10 }, () => scene.say('up/m', { stream: true }))
    await provider.request(9)
    const loads = () => scene.log().filter(({ msg }) => msg === 'configuration loaded').length
    const before = loads()
    process.kill(scene.pid, 'SIGHUP')
    await eventually(() => loads() > before)
    writeFileSync(`${scene.configPath}.new`, configOf(cast, { aliases: { name: 'up/n' } }))
    renameSync(`${scene.configPath}.new`, scene.configPath)
    process.kill(scene.pid, 'SIGHUP')
    await eventually(async () => (await scene.say('name')).status === 200)
    for (const told of await Promise.all(streams)) assert.equal(wordsOf(told.text), 'one two three')
  })

  test('[B25] of a broken configuration leaves the old one, and the process, as they are', async () => {
    await using provider = await startUpstream(openai.reply('fine'))
    await using scene = await openScene({ cast: { up: { like: 'openai', url: provider.url } } })
    writeFileSync(scene.configPath, 'providers: [')
    for (let turn = 0; turn < 20; turn += 1) process.kill(scene.pid, 'SIGHUP')
    const readiness = async () => (await scene.ask({ method: 'GET', path: '/health/readiness', key: null })).json()
    await eventually(async () => (await readiness()).config === 'stale')
    assert.equal((await scene.say('up/m')).status, 200)
  })
})
