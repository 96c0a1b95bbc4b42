/** Waiting: for a provider that says when to come back, before another attempt, and with a client that must not be left in the dark. */

import assert from 'node:assert/strict'
import { setTimeout } from 'node:timers/promises'
import { describe, test } from 'node:test'
import { chunk, hang, lastChunk, messages, openai, openStream, raw, reset, wait } from '../upstream/index.ts'
import { openScene, question } from './scene.ts'

const scene = await openScene({
  config: () => `
retry: { longestPause: 3s, budgetFloor: 100 }
health: { failures: 100 }
limits: { hold: 300ms, keepAlive: 200ms }
chains: { pair: { targets: [openai/first, anthropic/claude-sonnet-4-5] } }`,
})
const chat = { model: 'openai/gpt-4o', ...question }
const pair = { ...chat, omni_route: 'pair' }
const limited = (headers: { readonly [name: string]: string }) => openai.error(429, 'requests', 'rate_limit_exceeded', headers)
const comment = ': keep-alive\n\n'

async function timed(body: object) {
  const began = performance.now()
  const answer = await scene.post('/v1/chat/completions', body)
  return { answer, text: await answer.text(), took: performance.now() - began }
}

/** The pieces of an answer with the time of each, in milliseconds since it was asked for. */
async function watch(path: string, body: object) {
  const began = performance.now()
  const answer = await scene.post(path, body)
  const headersAt = performance.now() - began
  const pieces: { readonly at: number; readonly text: string }[] = []
  for await (const piece of answer.body!.pipeThrough(new TextDecoderStream())) pieces.push({ at: performance.now() - began, text: piece })
  return { answer, headersAt, pieces, text: pieces.map(({ text }) => text).join('') }
}

describe('a provider that says when to come back', () => {
  for (const [says, told] of [
    ['in seconds', () => '1'],
    ['by a date', () => new Date(Date.now() + 2000).toUTCString()],
  ] as const) {
    test(`${says} is asked again then, and not before (case 179)`, async () => {
      scene.chat.play(limited({ 'retry-after': told() }), openai.speak('back'))
      const { answer, took } = await timed(pair)
      assert.deepEqual([answer.headers.get('x-omni-provider'), answer.headers.get('x-omni-attempts')], ['openai', '2'])
      assert.ok(took >= 900 && took < 3200, `it took ${Math.round(took)} ms`)
      assert.ok(Number(answer.headers.get('x-omega-latency-ms')) < 500, 'the pause is not the gateway’s own time')
    })
  }

  test('later than we wait is not waited for: the next target answers at once (case 179)', async () => {
    scene.chat.play(limited({ 'retry-after': '60' }))
    scene.claude.play(messages.speak('mended'))
    const { answer, took } = await timed(pair)
    assert.equal(answer.headers.get('x-omni-provider'), 'anthropic')
    assert.ok(took < 900, `it took ${Math.round(took)} ms`)
    assert.equal(scene.chat.asked().length, 1)
  })
})

test('many calls that fail together do not come back together (case 196)', async () => {
  const times: number[] = []
  const turns = new Map<string, number>()
  scene.chat.play((request) => {
    const who = String(request.json().user)
    turns.set(who, (turns.get(who) ?? 0) + 1)
    if (turns.get(who) === 1) return openai.error(500)
    times.push(performance.now())
    return openai.reply('back')
  })
  const answers = await Promise.all(Array.from({ length: 50 }, (_, index) => scene.post('/v1/chat/completions', { ...chat, user: `u${index}` })))
  assert.ok(answers.every(({ status }) => status === 200))
  const spread = Math.max(...times) - Math.min(...times)
  assert.ok(spread > 200, `they came within ${Math.round(spread)} ms`)
})

test('a client that leaves between two attempts is not worked for any longer (case 192)', async () => {
  scene.chat.play(limited({ 'retry-after-ms': '500' }), openai.speak('back'))
  const abort = new AbortController()
  const headers = { authorization: `Bearer ${scene.gateway.key}`, 'content-type': 'application/json', 'x-request-id': 'leaves-in-a-pause' }
  const left = fetch(`${scene.gateway.url}/v1/chat/completions`, { method: 'POST', headers, body: JSON.stringify(chat), signal: abort.signal })
  await scene.chat.request(0)
  await setTimeout(50)
  abort.abort()
  await assert.rejects(left)
  await setTimeout(800)
  assert.equal(scene.chat.asked().length, 1)
})

describe('a stream that is slow to begin', () => {
  test('gets its status after a while, then comments, then the answer', async () => {
    scene.chat.play([wait(900), ...openai.stream('at last')])
    const { answer, headersAt, text, pieces } = await watch('/v1/chat/completions', { ...chat, stream: true })
    assert.equal(answer.headers.get('content-type'), 'text/event-stream; charset=utf-8')
    assert.ok(headersAt >= 250 && headersAt < 800, `the status came after ${Math.round(headersAt)} ms`)
    assert.ok(pieces.filter((piece) => piece.text.includes(comment)).length >= 2)
    assert.match(text, /^(: keep-alive\n\n)+data: [^]*at[^]*last[^]*data: \[DONE\]\n\n$/)
  })

  test('can still go to another target, and says who answered in its receipt', async () => {
    scene.chat.play([wait(600), reset()], [wait(600), reset()])
    scene.claude.play(messages.speak('mended'))
    const { answer, text } = await watch('/v1/chat/completions', { ...pair, stream: true })
    assert.match(text, /^(: keep-alive\n\n)+[^]*mended[^]*\[DONE\]/)
    assert.equal((await scene.receiptOf(answer)).provider, 'anthropic')
  })

  test('and fails after all ends with an error in the client’s wire', async () => {
    scene.chat.play([wait(600), ...openai.error(400)])
    const { answer, text } = await watch('/v1/messages', { ...chat, max_tokens: 9, stream: true })
    assert.equal(answer.status, 200)
    assert.match(text, /^(: keep-alive\n\n)+event: error\ndata: \{"type":"error","error":\{"type":"invalid_request_error"[^]*\}\n\n$/)
    const receipt = await scene.receiptOf(answer)
    assert.deepEqual([receipt.outcome, receipt.error], ['failed', 'upstream_refused_request'])
  })

  test('keeps its real status where it fails before that', async () => {
    scene.chat.play(openai.error(400))
    assert.equal((await watch('/v1/chat/completions', { ...chat, stream: true })).answer.status, 400)
  })

  test('and falls silent in the middle gets comments, between whole messages', async () => {
    const frames = openai.frames('one two')
    scene.chat.play([
      openStream(),
      ...frames.slice(0, 2).map((frame) => raw(chunk(frame))),
      wait(700),
      ...frames.slice(2).map((frame) => raw(chunk(frame))),
      raw(lastChunk),
    ])
    const { text } = await watch('/v1/chat/completions', { ...chat, stream: true })
    assert.match(text, /one"[^]*\n\n: keep-alive\n\n[^]*two"[^]*\[DONE\]\n\n$/)
  })
})

test('words are handed on as they come: each reaches the client before the provider says the next (case 94)', async () => {
  const frames = openai.frames(['a', 'b', 'c', 'd', 'e'])
  scene.chat.play([openStream(), ...frames.flatMap((frame) => [raw(chunk(frame)), wait(120)]), raw(lastChunk)])
  const { pieces } = await watch('/v1/chat/completions', { ...chat, stream: true })
  const times = ['a', 'b', 'c', 'd', 'e'].map((word) => pieces.find(({ text }) => text.includes(`"content":"${word}"`))!.at)
  for (let at = 1; at < times.length; at += 1) assert.ok(times[at]! - times[at - 1]! > 60, `${times.map(Math.round)}`)
})

test('a provider that hangs is left at once when the client leaves', async () => {
  scene.chat.play([hang()])
  const abort = new AbortController()
  const headers = { authorization: `Bearer ${scene.gateway.key}`, 'content-type': 'application/json' }
  const left = fetch(`${scene.gateway.url}/v1/chat/completions`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ ...chat, stream: true }),
    signal: abort.signal,
  })
  const request = await scene.chat.request(0)
  abort.abort()
  await assert.rejects(left)
  const at = performance.now()
  assert.equal(await request.ended, 'left')
  assert.ok(performance.now() - at < 1000)
})
