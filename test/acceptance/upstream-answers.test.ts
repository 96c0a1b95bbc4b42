/** Whole answers of a provider that are wrong, hostile or late: none is taken for an answer, and nothing of them reaches a client. */

import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { gzipSync, deflateSync, brotliCompressSync } from 'node:zlib'
import type { JsonObject } from '../../src/base/json.ts'
import { heal } from '../gateway.ts'
import {
  bomb,
  chunk,
  finish,
  hang,
  head,
  informational,
  lastChunk,
  messages,
  openai,
  openStream,
  raw,
  repeat,
  reply,
  startUpstream,
  stream,
  wait,
  type Answer,
} from '../upstream/index.ts'
import { growthDuring, holdAlive, noProc } from './rules.ts'
import { chatPath, messagesPath, openScene, quick, wordsOf, type Told } from './scene.ts'

const MiB = 2 ** 20
let answer: Answer = []
const upstream = await startUpstream(() => answer)
const second = await startUpstream((request) => (request.path.endsWith('/messages') ? messages.speak('second') : openai.speak('second'))(request))
const elsewhere = await startUpstream(openai.speak('elsewhere'))
const scene = await openScene({
  cast: { up: { like: 'openai', url: upstream.url }, claude: { like: 'anthropic', url: upstream.url }, second: { like: 'openai', url: second.url } },
  settings: {
    deadlines: { ...quick, firstByteStreamed: '600ms', firstByteWhole: '600ms', idle: '600ms' },
    retry: { perTarget: 0 },
    chains: { pair: { targets: ['up/m', 'second/m'] } },
  },
})
after(() => Promise.all([scene[Symbol.asyncDispose](), upstream.stop(), second.stop(), elsewhere.stop()]))

function given(say: Answer, model = 'up/m', fields: JsonObject = {}, path = chatPath): Promise<Told> {
  answer = say
  return scene.say(model, fields, { path })
}

/** The status of each surface, and nothing of the answer in the client's. */
async function refused(say: Answer, status: number, code: string): Promise<void> {
  for (const stream of [false, true]) {
    const told = await given(say, 'up/m', { stream })
    assert.deepEqual([told.status, told.code()], [status, code], told.text)
    assert.doesNotMatch(JSON.stringify(told.rawHeaders) + told.text, /SECRET|<html|<HTML/)
  }
  const translated = await given(say, 'up/m', {}, messagesPath)
  assert.equal(translated.status, status)
  assert.doesNotMatch(JSON.stringify(translated.rawHeaders) + translated.text, /SECRET|<html|<HTML/)
}

describe('a 200', () => {
  const none: { readonly [says: string]: unknown } = {
    'an error': { error: { message: 'SECRET', type: 'server_error', code: null } },
    'an error in words': { error: 'SECRET' },
    'an object called error': { object: 'error', message: 'SECRET', type: 'invalid', code: 40303 },
    'a detail': { detail: 'SECRET' },
    'a list of details': { detail: [{ loc: ['SECRET'], msg: 'SECRET' }] },
    nothing: '',
    null: 'null',
    'a list': '[]',
    'a number': '1',
    'half of an answer': '{"id":"SECRET","choices":[{"index":0,"mess',
    'no choices': { id: 'SECRET', object: 'chat.completion', choices: [] },
    'choices that are none': { id: 'SECRET', choices: 'SECRET' },
    'a choice without a message': { id: 'x', choices: [{ index: 0, finish_reason: 'stop' }] },
    'a choice that is null': { id: 'x', choices: [null] },
  }
  for (const [says, body] of Object.entries(none)) {
    test(`[A40] that holds ${says} is no answer, and the next target is asked`, async () => {
      const told = await given(reply(200, body))
      assert.ok(told.status >= 400 && told.status !== 500, `${told.status} ${told.text}`)
      assert.doesNotMatch(told.text, /SECRET/)
      const receipt = await scene.receiptOf(told)
      assert.equal(receipt.error_origin, 'target')
      const served = await given(reply(200, body), 'pair')
      assert.deepEqual([served.status, served.headers['x-omni-provider']], [200, 'second'])
    })
  }

  test('[A40] that answers a stream with one whole error is a status, not an empty stream', async () => {
    const told = await given(reply(200, { error: { message: 'SECRET', type: 'server_error' } }), 'up/m', { stream: true })
    assert.ok(told.status >= 500, told.text)
    assert.equal((await given(stream([]), 'up/m', { stream: true })).status, 502)
    assert.equal((await given(stream(['data: [DONE]\n\n']), 'up/m', { stream: true })).status, 502)
  })

  test('[A54] whose counts are wrong is answered, its usage estimated and said to be', async () => {
    for (const [input, output] of [
      [-1, 5],
      [1e15, 5],
      [11, -5],
      [11, 1.5],
      [11, '5'],
      [11, 1e300],
    ] as const) {
      const told = await given(reply(200, { ...openai.body('fine'), usage: { prompt_tokens: input, completion_tokens: output, total_tokens: 1 } }))
      assert.equal(told.status, 200, told.text)
      const receipt = await scene.receiptOf(told)
      assert.notEqual(receipt.usage_source, 'reported')
      for (const field of ['prompt_tokens', 'completion_tokens', 'total_tokens'])
        assert.ok(
          Number.isSafeInteger(receipt[field]) && Number(receipt[field]) > 0 && Number(receipt[field]) < 1e6,
          `${field} ${JSON.stringify(receipt[field])}`,
        )
      assert.ok((receipt.notices as string[]).includes('estimated_usage'))
    }
    const without = await scene.receiptOf(await given(openai.reply('fine', { usage: null })))
    assert.equal(without.usage_source, 'estimated')
    const nan = JSON.stringify({ ...openai.body('fine'), usage: { prompt_tokens: 0, completion_tokens: 7 } }).replace(
      '"completion_tokens":7',
      '"completion_tokens":NaN',
    )
    assert.equal((await given(reply(200, nan))).status, 502, 'NaN is no JSON')
  })

  test('[A54] whose counts fall in the middle of a stream is counted by what was said at least', async () => {
    const frames = messages.frames('one two three four').map((frame) => frame.replace('"output_tokens":5', '"output_tokens":0'))
    const told = await given(stream(frames), 'claude/m', { stream: true }, messagesPath)
    assert.equal(told.status, 200)
    const receipt = await scene.receiptOf(told)
    assert.ok(Number(receipt.completion_tokens) > 0, 'what was said is never nothing')
  })
})

describe('an answer', () => {
  const page = '<!DOCTYPE html><html><body>SECRET portal</body></html>'
  test('[A42] that is a page is no answer, whatever its status', async () => {
    for (const [status, told, code] of [
      [200, 502, 'upstream_invalid_response'],
      [403, 502, 'upstream_auth_error'],
      [502, 502, 'upstream_error'],
      [520, 502, 'upstream_error'],
    ] as const) {
      await refused(reply(status, page, { 'content-type': 'text/html' }), told, code)
      await heal(scene)
    }
    await refused(reply(200, page), 502, 'upstream_invalid_response')
  })

  test('[A43] that is packed is unpacked, and its length is its own', async () => {
    const body = Buffer.from(JSON.stringify(openai.body('fine')))
    for (const [encoding, bytes] of [
      ['gzip', gzipSync(body)],
      ['deflate', deflateSync(body)],
    ] as const) {
      const told = await given(reply(200, bytes, { 'content-encoding': encoding }))
      assert.deepEqual([told.status, told.text], [200, body.toString()])
      assert.deepEqual([told.headers['content-encoding'], told.headers['content-length']], [undefined, String(body.length)])
    }
    const packed = gzipSync(Buffer.from(openai.frames('fine').join('')))
    const told = await given([openStream({ 'content-encoding': 'gzip' }), raw(chunk(packed)), raw(lastChunk)], 'up/m', { stream: true })
    assert.equal(wordsOf(told.text), 'fine')
    await refused(reply(200, brotliCompressSync(body), { 'content-encoding': 'br' }), 502, 'upstream_invalid_response')
    await refused(reply(200, body, { 'content-encoding': 'gzip' }), 502, 'upstream_invalid_response')
    await refused(reply(200, gzipSync(body).subarray(0, -20), { 'content-encoding': 'gzip' }), 502, 'upstream_invalid_response')
  })

  test('[A43] whose length is wrong is no answer', async () => {
    const body = JSON.stringify(openai.body('fine'))
    await refused([...reply(200, body, { 'content-length': body.length + 50 }), wait(20), finish()], 502, 'upstream_truncated')
    await refused([...reply(200, body, { 'content-length': body.length - 50 }), finish()], 502, 'upstream_invalid_response')
  })

  test('[A44] that is packed a thousand times, or becomes gigabytes, ends at the limits', { skip: noProc }, async () => {
    await refused(reply(200, 'x', { 'content-encoding': Array.from({ length: 1000 }, () => 'gzip').join(', ') }), 502, 'upstream_invalid_response')
    const growth = await growthDuring(scene.pid, () => refused(bomb(10), 502, 'upstream_invalid_response'))
    assert.ok(growth < 50 * MiB, `memory grew by ${Math.round(growth / MiB)} MiB`)
  })

  test('[A45] that never ends is cut at the cap, and what was read is let go', { skip: noProc }, async () => {
    const endless: Answer = [
      head(200, { 'content-type': 'application/json', 'transfer-encoding': 'chunked' }),
      raw(chunk('{"x":"')),
      repeat(chunk(Buffer.alloc(65_536, 'x'))),
    ]
    const growth = await growthDuring(scene.pid, async () => assert.equal((await given(endless)).status, 502))
    assert.ok(growth < 64 * MiB + 60 * MiB, `memory grew by ${Math.round(growth / MiB)} MiB`)
  })

  test('[A47] that never begins is a timeout, and the next target is asked', async () => {
    const told = await given([hang()])
    assert.deepEqual([told.status, told.code()], [504, 'upstream_timeout'])
    assert.ok(told.took < 2500, `it took ${told.took} ms`)
    assert.equal((await given([hang()], 'pair')).headers['x-omni-provider'], 'second')
    assert.equal((await given([head(200, { 'content-type': 'application/json', 'content-length': 100 }), raw('{'), hang()])).code(), 'upstream_timeout')
  })

  test('[A51] that is said on an idle connection is nobody’s', async () => {
    for (const pause of [0, 30]) {
      await given([...openai.reply('first'), wait(pause), ...openai.reply('stolen')])
      await new Promise((resolve) => setTimeout(resolve, 100))
      const told = await given(openai.reply('mine'))
      assert.match(told.text, /"mine"/)
      assert.doesNotMatch(told.text, /stolen/)
    }
  })

  test('[A52] of another kind than yes or no is no answer, and nothing is followed', async () => {
    const body = openai.body('fine')
    for (const status of [201, 203, 206, 300, 304]) await refused(status === 304 ? [head(304, {})] : reply(status, body), 502, 'upstream_invalid_response')
    await refused([head(204, {})], 502, 'upstream_invalid_response')
    for (const status of [301, 302, 303, 307, 308])
      await refused(reply(status, body, { location: `${elsewhere.url}/v1/chat/completions` }), 502, 'upstream_invalid_response')
    assert.equal(elsewhere.connections(), 0)
    const early = await given([...informational(103, { link: '</SECRET>' }), ...informational(102), ...openai.reply('fine')])
    assert.equal(early.status, 200)
    assert.doesNotMatch(JSON.stringify(early.rawHeaders), /SECRET/)
    assert.ok((await given([head(101, { upgrade: 'websocket', connection: 'upgrade' }), finish()])).status >= 500)
  })

  test('[A53] may bring any headers: only ours go on', async () => {
    const hostile = {
      'set-cookie': ['SECRET=1', 'SECRET=2'],
      'x-goog-api-key': 'SECRET',
      location: 'https://SECRET.example',
      'access-control-allow-origin': '*',
      'x-omega-cost-usd': 'SECRET',
      'x-omni-provider': 'SECRET',
      'x-request-id': 'SECRET with spaces',
      server: 'SECRET',
      'strict-transport-security': 'SECRET',
      'x-should-retry': 'SECRET',
      trailer: 'SECRET',
      connection: 'keep-alive, SECRET',
    }
    const ours =
      /^(content-type|cache-control|vary|x-request-id|request-id|x-om(ega|ni)-[a-z-]+|x-accel-buffering|content-length|transfer-encoding|trailer|date|connection|retry-after(-ms)?|x-should-retry)$/
    const answers = [
      reply(200, openai.body('fine'), hostile),
      reply(429, { error: { message: 'SECRET', type: 'x', code: null } }, hostile),
      openai.stream('fine', { headers: hostile }),
    ]
    for (const say of answers) {
      const told = await given(say, 'up/m', { stream: say === answers[2] })
      assert.doesNotMatch(JSON.stringify(told.rawHeaders), /SECRET/)
      for (const name of Object.keys(told.headers)) assert.match(name, ours)
      await heal(scene)
    }
    await refused(reply(200, openai.body('fine'), { 'x-long': 'S'.repeat(100_000) }), 502, 'upstream_invalid_response')
    await refused([raw('HTTP/1.1 200 OK\r\nx: a\u0000b\r\ncontent-length: 2\r\n\r\n{}'), finish()], 502, 'upstream_invalid_response')
    await refused([raw('SECRET is no HTTP\r\n\r\n'), finish()], 502, 'upstream_invalid_response')
  })
})

test('[I5] after all of this the same process serves', () => holdAlive(scene))
