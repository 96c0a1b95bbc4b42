/** Who leaves, who reads slowly, who stops: providers hear of it at once, memory stays bounded, and every call has its one receipt. */

import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { after, describe, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { eventually } from '../gateway.ts'
import { chunk, endless, hang, lastChunk, messages, openai, openStream, raw, startUpstream, wait, type Answer } from '../upstream/index.ts'
import { head, talk } from './raw.ts'
import { descriptorsOf, growthDuring, holdAlive, noProc } from './rules.ts'
import { askAt, chatPath, hello, messagesPath, openScene, quick, type Scene, type Told } from './scene.ts'

const MiB = 2 ** 20
const frames = openai.frames('one two three four five')
let answer: Answer = []
const upstream = await startUpstream(() => answer)
const scene = await openScene({
  cast: { up: { like: 'openai', url: upstream.url } },
  settings: { server: { writeIdle: '1500ms' }, retry: { perTarget: 3, attempts: 4, longestPause: '400ms' } },
})
after(() => Promise.all([scene[Symbol.asyncDispose](), upstream.stop()]))

const asking = (port: number, key: string, fields: object): string => {
  const body = JSON.stringify({ model: 'up/m', messages: hello, ...fields })
  return (
    head(
      `POST ${chatPath} HTTP/1.1`,
      `Host: 127.0.0.1:${port}`,
      `Authorization: Bearer ${key}`,
      'Content-Type: application/json',
      `Content-Length: ${body.length}`,
    ) + body
  )
}

interface Page {
  readonly data: readonly { readonly [signal: string]: unknown }[]
}
const receiptsOf = async (of: Scene): Promise<Page['data']> =>
  ((await of.ask({ method: 'GET', path: '/_omni/reports?limit=200', key: of.adminKey })).json() as unknown as Page).data
const newestReceipt = (outcome: string) => eventually(async () => (await receiptsOf(scene)).slice(0, 1).find((receipt) => receipt.outcome === outcome))

describe('a client that leaves', () => {
  test('[B26] in the middle of a stream ends the provider’s work within a second, and what was said is counted', async () => {
    answer = [openStream(), ...frames.slice(0, 4).map((frame) => raw(chunk(frame))), hang()]
    for (const stream of [true, false]) {
      if (!stream) answer = [hang()]
      const turn = upstream.requests.length
      void talk(scene.port, asking(scene.port, scene.key, { stream }), { ms: 300 })
      const asked = await upstream.request(turn)
      const from = performance.now()
      assert.equal(await asked.ended, 'left')
      assert.ok(performance.now() - from < 1300, 'the provider is told at once')
      const receipt = await newestReceipt('client_closed')
      assert.equal(receipt.error, 'client_closed')
      if (stream) assert.ok(Number(receipt.completion_tokens) > 0, 'what was said is billed')
    }
  })

  test('[B27] before the first byte, or between two attempts, is asked for by nobody any more', async () => {
    answer = openai.error(503, 'server_error')
    const before = upstream.requests.length
    void talk(scene.port, asking(scene.port, scene.key, {}), { ms: 60 })
    await upstream.request(before)
    await pause(1500)
    const asked = upstream.requests.length - before
    assert.ok(asked >= 1 && asked < 4, `${asked} attempts, where four would have been made`)
    const receipt = await newestReceipt('client_closed')
    assert.equal((receipt.attempts as unknown[]).length, asked)
  })
})

describe('a client that reads slowly', () => {
  test('[B28] pauses the provider, holds no memory, and is cut when it stops', { skip: noProc }, async () => {
    answer = endless(openai.frames('x'.repeat(4000))[1]!)
    const turn = upstream.requests.length
    const growth = await growthDuring(scene.pid, async () => {
      const socket = connect(scene.port, '127.0.0.1').on('error', () => {})
      socket.write(asking(scene.port, scene.key, { stream: true }))
      const asked = await upstream.request(turn)
      await pause(700)
      const sent = asked.sent()
      await pause(500)
      assert.ok(asked.sent() - sent < 256 * 1024, 'the provider is paused')
      assert.ok(sent < 24 * MiB, `${sent} bytes were taken, which is more than sockets hold`)
      assert.equal(await asked.ended, 'left', 'the provider is let go with the client')
      socket.destroy()
    })
    assert.ok(growth < 30 * MiB, `memory grew by ${Math.round(growth / MiB)} MiB`)
    assert.equal((await newestReceipt('client_closed')).error, 'client_closed')
  })

  test('[B28] but goes on reading is served to the end, without a byte lost', async () => {
    const words = Array.from({ length: 600 }, (_, at) => ` ${at}${'x'.repeat(500)}`)
    answer = openai.stream(words)
    const socket = connect(scene.port, '127.0.0.1')
    socket.write(asking(scene.port, scene.key, { stream: true }))
    let text = ''
    for await (const piece of socket.setEncoding('utf8')) {
      text += piece as string
      if (text.length % 7 === 0) await pause(2)
      if (text.includes('[DONE]')) break
    }
    for (const word of words) assert.ok(text.includes(`"content":"${word}"`), word.slice(0, 5))
  })
})

describe('clients without number', () => {
  test('[I6] that come and go leave no connection behind', { skip: noProc }, async () => {
    const before = descriptorsOf(scene.pid)
    answer = openai.stream('fine')
    await Promise.all(
      Array.from({ length: 100 }, (_, at) =>
        at % 2 === 0 ? scene.say('up/m', { stream: true }) : talk(scene.port, asking(scene.port, scene.key, { stream: true }), { ms: at }),
      ),
    )
    await eventually(async () => ((await scene.ask({ method: 'GET', path: '/_omni/status', key: scene.adminKey })).json().calls === 0 ? true : undefined))
    // Connections to the provider are kept for the next call, one for each that was open at once.
    await eventually(() => descriptorsOf(scene.pid) <= before + upstream.openConnections() + 4)
  })
})

describe('a gateway that is told to stop', () => {
  test('[B24] takes no more calls, lets fifty streams finish or tells them why not, keeps every receipt, and ends with 0', async () => {
    const quickly = [
      openStream(),
      raw(chunk(frames[0]!)),
      raw(chunk(frames[1]!)),
      wait(900),
      ...frames.slice(2).map((frame) => raw(chunk(frame))),
      raw(lastChunk),
    ]
    const never: Answer = [openStream(), raw(chunk(frames[0]!)), raw(chunk(frames[1]!)), hang()]
    await using provider = await startUpstream((request) => (String(request.json().model) === 'quick' ? quickly : never))
    await using other = await startUpstream([...messages.stream('one two three').slice(0, 9), hang()])
    const draining = await openScene({
      cast: { up: { like: 'openai', url: provider.url }, claude: { like: 'anthropic', url: other.url } },
      settings: { server: { drain: '1200ms' }, deadlines: { ...quick, idle: '9s' } },
    })
    const stream = (model: string, path = chatPath): Promise<Told> => draining.say(model, { stream: true }, { path })
    const streams = Array.from({ length: 50 }, (_, at) => (at < 25 ? stream('up/quick') : at < 40 ? stream('up/never') : stream('claude/m', messagesPath)))
    await Promise.all([provider.request(39), other.request(9)])
    await pause(300)
    const half = talk(draining.port, [head('GET /health/readiness HTTP/1.1', `Host: 127.0.0.1:${draining.port}`).slice(0, -2), '\r\n'], { every: 500 })
    await pause(100)
    const stopped = draining.stop()
    await pause(200)
    await assert.rejects(askAt(draining.port, { method: 'GET', path: '/healthz' }), /ECONNREFUSED/)
    assert.match((await half).text, /^HTTP\/1\.1 503 [^]*"status":"draining"/)
    const told = await Promise.all(streams)
    told.forEach(({ text, status, isCut }, at) => {
      assert.deepEqual([status, isCut], [200, false])
      if (at < 25) return assert.match(text, /"finish_reason":"stop"[^]*\[DONE\]\n\n$/)
      assert.doesNotMatch(text, /\[DONE\]|message_stop|"finish_reason":"/)
      assert.match(text, at < 40 ? /"code":"shutting_down"\}\}\n\n$/ : /event: error\ndata: \{"type":"error","error":\{"type":"api_error"[^\n]+\n\n$/)
    })
    assert.equal(await stopped, 0)
    await using again = await openScene({ dataDir: draining.dataDir })
    const receipts = await receiptsOf(again)
    assert.equal(receipts.length, 50, 'one receipt for each')
    const count = (error: unknown) => receipts.filter((receipt) => receipt.error === error).length
    assert.deepEqual([count(null), count('shutting_down')], [25, 25])
  })
})

test('[I5] after all of this the same process serves', () => holdAlive(scene))
