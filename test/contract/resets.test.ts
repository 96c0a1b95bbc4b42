/** When to come back, through the gateway: what the provider said, in whatever form, is what the client hears, on every wire. */

import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import type { JsonObject } from '../../src/base/json.ts'
import { chunk, gemini, lastChunk, messages, openai, openStream, raw, reply, type Answer } from '../upstream/index.ts'
import { openScene, openStage, question, type Stage } from './scene.ts'

const google = await openStage(gemini.speak('Hello World'))
after(() => google.upstream.stop())
const scene = await openScene({
  providers: ({ chat }) => `  gemini: { key: secret-of-gemini-9f86d081884c7d65, baseUrl: "${google.upstream.url}/v1beta" }
  plan: { like: kimi, key: secret-of-plan-9f86d081884c7d65, baseUrl: "${chat}" }
  east: { like: openai, key: secret-of-east-9f86d081884c7d65, baseUrl: "${chat}", quota: ours }
  west: { like: openai, key: secret-of-west-9f86d081884c7d65, baseUrl: "${chat}", quota: ours }`,
})

/** One model of its own for every test: what is put out stays out. */
const ask = async (provider: string, model: string, fields: object = {}) => {
  const answer = await scene.post('/v1/chat/completions', { model: `${provider}/${model}`, ...question, ...fields })
  return { status: answer.status, headers: answer.headers, text: await answer.text() }
}

const rateLimited = (headers = {}): Answer => openai.error(429, 'requests', 'rate_limit_exceeded', headers)
const inSeconds = (seconds: number): string => String(Math.floor(Date.now() / 1000) + seconds)

interface Told {
  readonly says: string
  readonly provider: 'openai' | 'anthropic' | 'gemini'
  readonly fault: () => Answer
  /** What the client hears, in seconds; the gateway's clock goes on meanwhile. */
  readonly seconds: number
}

const told: readonly Told[] = [
  { says: 'seconds', provider: 'openai', fault: () => rateLimited({ 'retry-after': '30' }), seconds: 30 },
  { says: 'a date', provider: 'openai', fault: () => rateLimited({ 'retry-after': new Date(Date.now() + 40_000).toUTCString() }), seconds: 40 },
  { says: 'milliseconds', provider: 'openai', fault: () => rateLimited({ 'retry-after-ms': '30400', 'retry-after': '99' }), seconds: 31 },
  { says: 'seconds since 1970', provider: 'openai', fault: () => rateLimited({ 'x-ratelimit-reset': inSeconds(50) }), seconds: 50 },
  { says: 'milliseconds since 1970', provider: 'openai', fault: () => rateLimited({ 'x-ratelimit-reset': String(Date.now() + 50_000) }), seconds: 50 },
  {
    says: 'a duration, of the limit that is reached',
    provider: 'openai',
    fault: () =>
      rateLimited({
        'x-ratelimit-reset-requests': '1h',
        'x-ratelimit-remaining-requests': '12',
        'x-ratelimit-reset-tokens': '6m0s',
        'x-ratelimit-remaining-tokens': '0',
      }),
    seconds: 360,
  },
  {
    says: 'a plan’s week',
    provider: 'openai',
    fault: () => rateLimited({ 'x-codex-secondary-used-percent': '100', 'x-codex-secondary-reset-after-seconds': '316705' }),
    seconds: 316_705,
  },
  {
    says: 'a plan’s five hours',
    provider: 'anthropic',
    fault: () =>
      messages.error(429, 'rate_limit_error', {
        'anthropic-ratelimit-unified-5h-status': 'rejected',
        'anthropic-ratelimit-unified-5h-reset': inSeconds(7999),
      }),
    seconds: 7999,
  },
  {
    says: 'a body',
    provider: 'gemini',
    fault: () => reply(429, { error: { code: 429, status: 'RESOURCE_EXHAUSTED', message: 'x', details: [{ retryDelay: '46s' }] } }),
    seconds: 46,
  },
  { says: 'longer than anybody waits', provider: 'openai', fault: () => rateLimited({ 'retry-after': '1000000000' }), seconds: 3600 },
]

describe('a provider says when to come back, and the client hears it', () => {
  for (const [place, { says, provider, fault, seconds }] of told.entries()) {
    test(`[B07] [B08] (routing 4) as ${says} (cases 179, 180)`, async () => {
      stageOf(provider).play(fault())
      const { status, headers, text } = await ask(provider, `claude-${place}`)
      assert.equal(status, 429, text)
      const heard = Number(headers.get('retry-after'))
      assert.ok(heard <= seconds && heard > seconds - 5, `${heard} instead of ${seconds}`)
      assert.equal(Math.ceil(Number(headers.get('retry-after-ms')) / 1000), heard)
      assert.equal(headers.get('x-should-retry'), null)
    })
  }

  test('[B07] nonsense is not handed on', async () => {
    scene.chat.play(rateLimited({ 'retry-after': 'soon', 'x-ratelimit-reset': '-7' }))
    const { status, headers } = await ask('openai', 'of-nonsense')
    assert.equal(status, 429)
    const heard = headers.get('retry-after')
    assert.ok(heard === null || Number(heard) <= 60, `${heard}`)
  })
})

describe('a provider that says no with status 200', () => {
  const stream = (event: string): Answer => [openStream({ 'x-ratelimit-reset': '25', 'x-ratelimit-remaining': '0' }), raw(chunk(event)), raw(lastChunk)]
  const error = (fields: JsonObject) => `data: ${JSON.stringify({ error: fields })}\n\n`

  test('[B07] and a first event that is an error is told with its reason and its time', async () => {
    scene.chat.play(stream(error({ message: 'Please try again in 41s.', type: 'requests', code: 'rate_limit_exceeded' })))
    const { status, headers, text } = await ask('openai', 'of-a-stream', { stream: true })
    assert.equal(status, 429, text)
    assert.equal(headers.get('retry-after'), '41')
  })

  test('[B07] and a time in its headers, too', async () => {
    scene.chat.play(stream(error({ message: 'x', code: 429, type: 'rate_limit_error' })))
    const { status, headers } = await ask('openai', 'of-another-stream', { stream: true })
    assert.deepEqual([status, headers.get('retry-after')], [429, '25'])
  })

  test('[B07] and a body that is an error', async () => {
    scene.chat.play(
      reply(200, {
        choices: null,
        base_resp: { status_code: 2056, status_msg: 'usage limit exceeded' },
        error: { code: 'rate_limit_exceeded', message: 'Try again in 12s.' },
      }),
    )
    const { status, headers } = await ask('openai', 'of-a-body')
    assert.deepEqual([status, headers.get('retry-after')], [429, '12'])
  })

  test('`overloaded_error` is 529 to a client of Messages, with its time', async () => {
    scene.claude.play([openStream({ 'retry-after': '9' }), raw(chunk(messages.errorFrame())), raw(lastChunk)])
    const answer = await scene.post('/v1/messages', { model: 'anthropic/claude-overloaded', max_tokens: 9, stream: true, ...question })
    assert.deepEqual([answer.status, answer.headers.get('retry-after')], [529, '9'], await answer.text())
  })
})

test('[B07] a stream that breaks off with a rate limit keeps the next calls away for as long as it says', async () => {
  const word =
    'data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"content":"a"},"finish_reason":null}]}\n\n'
  const event = `data: ${JSON.stringify({ error: { message: 'Please try again in 33s.', type: 'requests', code: 'rate_limit_exceeded' } })}\n\n`
  scene.chat.play([openStream(), raw(chunk(word)), raw(chunk(event)), raw(lastChunk)], openai.speak('too early'))
  const broken = await ask('openai', 'of-a-broken-stream', { stream: true })
  assert.match(broken.text, /"content":"a"[^]*"code":"rate_limit_exceeded"/)
  const { status, headers } = await ask('openai', 'of-a-broken-stream')
  assert.equal(status, 429)
  assert.ok(Number(headers.get('retry-after')) > 28 && Number(headers.get('retry-after')) <= 33, `${headers.get('retry-after')}`)
  assert.equal(scene.chat.asked().length, 1)
})

describe('[B07] nothing that shares the limit is asked meanwhile', () => {
  test('of a provider that limits an account as a whole no model, and of others those that are left', async () => {
    scene.chat.play(rateLimited({ 'retry-after': '30' }), openai.speak('of another'))
    assert.equal((await ask('plan', 'first')).status, 429)
    const { status, headers } = await ask('plan', 'second')
    assert.equal(status, 429)
    assert.ok(Number(headers.get('retry-after')) > 25 && Number(headers.get('retry-after')) <= 30, `${headers.get('retry-after')}`)
    assert.equal(scene.chat.asked().length, 1)
    assert.equal((await ask('openai', 'of-another-scope')).status, 200)
  })

  test('of deployments that share a quota none, whatever the model', async () => {
    scene.chat.play(rateLimited({ 'retry-after': '30' }), openai.speak('of another'))
    assert.equal((await ask('east', 'first')).status, 429)
    const { status, headers } = await ask('west', 'second')
    assert.equal(status, 429)
    assert.ok(Number(headers.get('retry-after')) > 25 && Number(headers.get('retry-after')) <= 30, `${headers.get('retry-after')}`)
    assert.equal(scene.chat.asked().length, 1)
    assert.equal((await ask('openai', 'of-another-quota')).status, 200)
  })

  test('of a provider that limits each model apart the others answer', async () => {
    scene.chat.play(rateLimited({ 'retry-after': '30' }), openai.speak('of another'))
    assert.equal((await ask('openai', 'limited')).status, 429)
    assert.equal((await ask('openai', 'limited')).status, 429)
    assert.equal((await ask('openai', 'unlimited')).status, 200)
    assert.equal(scene.chat.asked().length, 2)
  })
})

test('[B09] an account without money is ours to see to: the client hears that no retry helps, and no time', async () => {
  scene.chat.play(openai.error(429, 'insufficient_quota', 'insufficient_quota', { 'retry-after': '5' }))
  scene.claude.play(messages.error(402, 'rate_limit_error'))
  for (const provider of ['openai', 'anthropic']) {
    const { status, headers, text } = await ask(provider, 'claude-of-the-poor')
    assert.equal(status, 502, text)
    assert.match(text, /upstream_quota_exceeded/)
    assert.deepEqual([headers.get('x-should-retry'), headers.get('retry-after')], ['false', null])
  }
})

const stageOf = (provider: Told['provider']): Stage => ({ openai: scene.chat, anthropic: scene.claude, gemini: google })[provider]
