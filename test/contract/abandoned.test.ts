/** Clients that leave: by default their provider is let go at once; where the operator wants it, the answer is read to its end for the provider's own counts. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { eventually } from '../gateway.ts'
import { chunk, hang, lastChunk, openai, openStream, raw, reset, wait, type Answer } from '../upstream/index.ts'
import { openScene, question, type Receipt, type Scene } from './scene.ts'

const settings = (abandoned: string) => ({
  config: () => `
retry: { perTarget: 2, longestPause: 300ms }
deadlines: { idle: 700ms, progress: 1h }
limits: { abandoned: ${abandoned} }
chains: { pair: { targets: [openai/first, anthropic/claude-sonnet-4-5] } }`,
})
const scenes = { abort: await openScene(settings('abort')), drain: await openScene(settings('drain')) } as const

const frames = openai.frames('one two three four five six', { usage: { input: 20, output: 31 } })
/** Words now, and the rest after half a second. */
const late: Answer = [
  openStream(),
  ...frames.slice(0, 4).map((frame) => raw(chunk(frame))),
  wait(500),
  ...frames.slice(4).map((frame) => raw(chunk(frame))),
  raw(lastChunk),
]

/** Asks, and leaves when `when` resolves. Gives the receipt, and how the provider saw the end. */
async function leave(scene: Scene, fields: object, when: (answer: Promise<Response>) => Promise<unknown>): Promise<{ receipt: Receipt; ended: string }> {
  const abort = new AbortController()
  const headers = { authorization: `Bearer ${scene.gateway.key}`, 'content-type': 'application/json' }
  const body = JSON.stringify({ model: 'openai/m', stream: true, ...question, ...fields })
  const known = new Set((await receiptsOf(scene)).map(({ id }) => id))
  const answer = fetch(`${scene.gateway.url}/v1/chat/completions`, { method: 'POST', headers, body, signal: abort.signal })
  const request = await scene.chat.request(0)
  await when(answer)
  abort.abort()
  await answer
    .then(
      (begun) => begun.text(),
      () => '',
    )
    .catch(() => '')
  const ended = await request.ended
  const receipt = await eventually(async () => (await receiptsOf(scene)).find(({ id }) => !known.has(id)))
  return { receipt, ended }
}

async function receiptsOf({ gateway: { url, adminKey } }: Scene): Promise<readonly Receipt[]> {
  const answer = await fetch(`${url}/_omni/reports?limit=50`, { headers: { authorization: `Bearer ${adminKey}` } })
  return ((await answer.json()) as { readonly data: readonly Receipt[] }).data
}

const firstWords = async (answer: Promise<Response>) => void (await (await answer).body!.getReader().read())
const soon = () => new Promise((resolve) => setTimeout(resolve, 60))

describe('[B26] (routing 20) a client that leaves in the middle of a stream', () => {
  test('ends the provider’s work where `limits.abandoned` is `abort`, and what was said is estimated', async () => {
    const { abort } = scenes
    abort.chat.play(late)
    const { receipt, ended } = await leave(abort, {}, firstWords)
    assert.equal(ended, 'left')
    assert.deepEqual([receipt.outcome, receipt.error, receipt.usage_source], ['client_closed', 'client_closed', 'estimated'])
    assert.ok(Number(receipt.completion_tokens) > 0)
  })

  test('is the same to its receipt where that is `drain`, but for the counts, which are the provider’s own', async () => {
    const { drain } = scenes
    drain.chat.play(late)
    const { receipt, ended } = await leave(drain, {}, firstWords)
    assert.equal(ended, 'answered')
    const { outcome, error, status, usage_source, prompt_tokens, completion_tokens, attempts_count } = receipt
    assert.deepEqual(
      [outcome, error, status, usage_source, prompt_tokens, completion_tokens, attempts_count],
      ['client_closed', 'client_closed', 200, 'reported', 20, 31, 1],
    )
  })
})

describe('an answer that is read without its client', () => {
  const { drain } = scenes

  test('is one that had not begun, too, and one that is whole', async () => {
    drain.chat.play([wait(400), ...openai.stream('one two', { usage: { input: 7, output: 8 } })])
    const streamed = await leave(drain, {}, soon)
    drain.chat.play([wait(400), ...openai.reply('one two', { usage: { input: 7, output: 8 } })])
    const whole = await leave(drain, { stream: false }, soon)
    for (const { receipt, ended } of [streamed, whole]) {
      assert.equal(ended, 'answered')
      const { outcome, status, usage_source, prompt_tokens, completion_tokens } = receipt
      assert.deepEqual([outcome, status, usage_source, prompt_tokens, completion_tokens], ['client_closed', 499, 'reported', 7, 8])
    }
  })

  test('has the deadlines that it had, and whatever becomes of it, the client had left', async () => {
    drain.chat.play([openStream(), ...frames.slice(0, 4).map((frame) => raw(chunk(frame))), hang()])
    const silent = await leave(drain, {}, firstWords)
    drain.chat.play([...late.slice(0, 6), reset()])
    const broken = await leave(drain, {}, firstWords)
    for (const { receipt } of [silent, broken]) {
      assert.deepEqual([receipt.outcome, receipt.error, receipt.usage_source], ['client_closed', 'client_closed', 'estimated'])
    }
    assert.equal(silent.ended, 'left')
  })

  test('[B27] is none that must be asked for again, here or elsewhere', async () => {
    drain.chat.play([wait(200), ...openai.error(503)])
    drain.claude.play([])
    const { receipt } = await leave(drain, { omni_route: 'pair' }, soon)
    assert.deepEqual([receipt.outcome, receipt.attempts_count, receipt.total_tokens], ['client_closed', 1, null])
    assert.deepEqual([drain.chat.asked().length, drain.claude.asked().length], [1, 0])
  })

  test('does not keep the gateway from stopping: it is given up then, with its receipt', async () => {
    drain.chat.play([
      openStream(),
      ...frames.slice(0, 4).map((frame) => raw(chunk(frame))),
      ...Array.from({ length: 40 }, () => [raw(chunk(frames[2]!)), wait(400)]).flat(),
    ])
    const abort = new AbortController()
    const answer = await fetch(`${drain.gateway.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${drain.gateway.key}`, 'content-type': 'application/json', 'x-request-id': 'left-before-the-stop' },
      body: JSON.stringify({ model: 'openai/m', stream: true, ...question }),
      signal: abort.signal,
    })
    await answer.body!.getReader().read()
    abort.abort()
    await soon()
    const from = performance.now()
    assert.equal(await drain.gateway.stop(), 0)
    assert.ok(performance.now() - from < 6000, `it took ${Math.round(performance.now() - from)} ms`)
    const lines = drain.gateway.log().filter(({ request_id: id, msg }) => id === 'left-before-the-stop' && msg === 'inference')
    assert.equal(lines.length, 1)
  })
})
