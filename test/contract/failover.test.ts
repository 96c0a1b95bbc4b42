/** Section 2 of the contract, its last paragraph, and part N of the wires' cases: what is tried again, what goes to the next target, and what does neither. */

import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { chunk, finish, hang, head, lastChunk, messages, openai, openBlackHole, openStream, raw, reply, reset, wait, type Answer } from '../upstream/index.ts'
import { openScene, question } from './scene.ts'

const hole = await openBlackHole()
after(() => hole[Symbol.asyncDispose]())
const scene = await openScene({
  providers: ({ chat }) => `
  quick: { like: openai, baseUrl: "${chat}/quick", deadlines: { firstByteStreamed: 300ms, firstByteWhole: 300ms, firstWord: 300ms, idle: 300ms, total: 2s } }
  hole: { like: openai, baseUrl: "${hole.url}", deadlines: { connect: 300ms } }`,
  config: () => `
retry: { longestPause: 20ms, budgetFloor: 1000 }
health: { failures: 1000 }
chains:
  pair: { targets: [openai/first, anthropic/claude-sonnet-4-5] }
  three: { targets: [openai/first, openai/second, anthropic/claude-sonnet-4-5] }
  brave: { targets: [openai/first], retries: 0 }
  swift: { targets: [quick/first, anthropic/claude-sonnet-4-5] }
  far: { targets: [hole/first, anthropic/claude-sonnet-4-5] }
  hasty: { targets: [openai/first, anthropic/claude-sonnet-4-5], deadlines: { firstWord: 300ms, firstByteWhole: 300ms, firstByteStreamed: 300ms } }`,
})

const ask = async (route: string, fields: object = {}) => {
  const began = performance.now()
  const answer = await scene.post('/v1/chat/completions', { model: 'any', omni_route: route, ...question, ...fields })
  return { answer, text: await answer.text(), took: performance.now() - began }
}
const counts = () => [scene.chat.asked().length, scene.claude.asked().length]
const rateLimited = (headers = {}): Answer => openai.error(429, 'requests', 'rate_limit_exceeded', headers)
const before = [
  openStream(),
  raw(
    chunk(
      'data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}\n\n',
    ),
  ),
]

/** Faults that another target may mend, and how often the first is asked before that. */
const mendable: readonly (readonly [says: string, fault: Answer, asks: number, reason: string])[] = [
  // Without a time it is left alone for a second, which is longer than the pauses that are allowed here.
  ['429', rateLimited(), 1, 'rate_limit_exceeded'],
  ['500', openai.error(500, 'server_error'), 2, 'upstream_error'],
  ['502 without a body', reply(502, ''), 2, 'upstream_error'],
  ['503', openai.error(503, 'server_error'), 2, 'overloaded'],
  ['529', openai.error(529), 2, 'overloaded'],
  ['408', openai.error(408), 1, 'upstream_timeout'],
  ['the refusal of our credential', openai.error(401, 'invalid_request_error', 'invalid_api_key'), 1, 'upstream_auth_error'],
  ['an empty account', openai.error(429, 'insufficient_quota', 'insufficient_quota'), 1, 'upstream_quota_exceeded'],
  ['a reset before the headers', [reset()], 2, 'upstream_unreachable'],
  ['HTML with 200 (case 64)', reply(200, '<html>ok</html>', { 'content-type': 'text/html' }), 1, 'upstream_invalid_response'],
  ['an empty body with 200 (case 64)', reply(200, ''), 1, 'upstream_invalid_response'],
  ['JSON that is no answer', reply(200, '{"choices":[]}'), 1, 'upstream_invalid_response'],
  [
    'a body that is cut (case 65)',
    [head(200, { 'content-type': 'application/json', 'content-length': 500 }), raw('{"choices":[{"mess'), finish()],
    2,
    'upstream_truncated',
  ],
]

describe('another target answers after', () => {
  for (const [says, fault, asks, reason] of mendable) {
    test(`${says} (cases 181, 185)`, async () => {
      scene.chat.play(fault)
      scene.claude.play(messages.speak('mended'))
      const { answer, text } = await ask('pair')
      assert.equal(answer.status, 200, text)
      assert.match(text, /"content":"mended"/)
      assert.deepEqual(counts(), [asks, 1])
      const receipt = await scene.receiptOf(answer)
      assert.deepEqual(
        (receipt.attempts as { reason: string }[]).map((attempt) => attempt.reason),
        [...Array<string>(asks).fill(reason), 'answered'],
      )
      assert.deepEqual([receipt.fallback, receipt.outcome, receipt.provider], [true, 'completed', 'anthropic'])
    })
  }

  const silent: readonly (readonly [says: string, fault: Answer])[] = [
    ['a stream that is cut before its first word (case 185)', [...before, reset()]],
    ['a stream that ends before its first word', [...before, raw(lastChunk)]],
    [
      'a stream whose first event is an error (case 186)',
      [openStream(), raw(chunk('data: {"error":{"message":"x","type":"overloaded_error"}}\n\n')), raw(lastChunk)],
    ],
    ['a stream that is HTML', reply(200, '<html>', { 'content-type': 'text/html' })],
    ['a stream that begins with broken JSON', [openStream(), raw(chunk('data: {"id":\n\n')), raw(lastChunk)]],
  ]
  for (const [says, fault] of silent) {
    test(`${says}: the client sees one clean stream (routing 13)`, async () => {
      scene.chat.play(fault)
      scene.claude.play(messages.speak('mended'))
      const { answer, text } = await ask('pair', { stream: true })
      assert.equal(answer.status, 200)
      assert.equal(text.match(/"role":"assistant"/g)?.length, 1)
      assert.match(text, /mended/)
      assert.ok(text.endsWith('data: [DONE]\n\n') && !text.includes('error'))
      assert.equal(answer.headers.get('x-omni-provider'), 'anthropic')
    })
  }

  test('Claude’s own `overloaded_error` as the first event, too (case 186)', async () => {
    scene.claude.play([openStream(), raw(chunk(messages.errorFrame())), raw(lastChunk)])
    scene.chat.play(openai.speak('mended'))
    const answer = await scene.post('/v1/messages', {
      model: 'anthropic/claude-sonnet-4-5',
      max_tokens: 9,
      stream: true,
      ...question,
      extra: { fallbacks: ['openai/gpt-4o'] },
    })
    assert.match(await answer.text(), /event: message_start[^]*mended[^]*event: message_stop/)
  })
})

describe('neither again nor elsewhere goes', () => {
  const final: readonly (readonly [says: string, fault: Answer, status: number, code: string])[] = [
    ['an invalid request (case 182)', openai.error(400), 400, 'upstream_refused_request'],
    ['422 (case 182)', openai.error(422), 400, 'upstream_refused_request'],
    ['a model that is not there (case 182)', openai.error(404, 'invalid_request_error', 'model_not_found'), 404, 'model_not_found'],
    [
      'a request that is too long for the model (case 183)',
      openai.error(400, 'invalid_request_error', 'context_length_exceeded'),
      400,
      'context_length_exceeded',
    ],
    ['a refusal by the content filter (case 184)', openai.error(400, 'invalid_request_error', 'content_filter'), 400, 'content_filter'],
  ]
  for (const [says, fault, status, code] of final) {
    test(says, async () => {
      scene.chat.play(fault)
      scene.claude.play(messages.speak('mended'))
      const { answer, text } = await ask('pair')
      assert.deepEqual([answer.status, (JSON.parse(text) as { error: { code: string } }).error.code], [status, code])
      assert.deepEqual(counts(), [1, 0])
      assert.equal(answer.headers.get('x-should-retry'), 'false')
    })
  }

  test('an answer that the filter ended: it is an answer (case 184)', async () => {
    scene.chat.play(openai.reply('', { stop: 'refusal' }))
    scene.claude.play(messages.speak('mended'))
    const { answer, text } = await ask('pair')
    assert.equal(answer.status, 200)
    assert.match(text, /"finish_reason":"content_filter"/)
    assert.deepEqual(counts(), [1, 0])
  })

  test('anything after the first word: the client gets an error event (routing 14)', async () => {
    scene.chat.play([...before, raw(chunk('data: {"id":"c","choices":[{"index":0,"delta":{"content":"a"},"finish_reason":null}]}\n\n')), reset()])
    scene.claude.play(messages.speak('mended'))
    const { text } = await ask('pair', { stream: true })
    assert.match(text, /data: \{"error":\{"message":"[^"]+","type":"server_error","param":null,"code":"upstream_truncated"\}\}\n\n$/)
    assert.deepEqual(counts(), [1, 0])
  })
})

describe('asking again', () => {
  test('is bounded: who is limited for ever is asked a few times, and the client hears when to come back (case 180)', async () => {
    scene.chat.play(rateLimited({ 'retry-after-ms': '15' }))
    scene.claude.play(messages.error(429, 'rate_limit_error', { 'retry-after': '7' }))
    const { answer, took } = await ask('three', { extra: { fallbacks: ['openai/fourth'] } })
    assert.deepEqual([answer.status, answer.headers.get('retry-after')], [429, '7'])
    assert.ok(counts()[0]! + counts()[1]! <= 4 && took < 3000)
  })

  test('leaves an attempt for every target that has not been asked', async () => {
    scene.chat.play(openai.error(500))
    scene.claude.play(messages.speak('mended'))
    const { answer, text } = await ask('three')
    assert.equal(answer.status, 200, text)
    assert.deepEqual(
      scene.chat.asked().map((request) => request.json().model),
      ['first', 'second'],
    )
  })

  test('is off where the chain says so (case 190)', async () => {
    scene.chat.play(openai.error(500))
    assert.equal((await ask('brave')).answer.status, 502)
    assert.equal(scene.chat.asked().length, 1)
  })
})

describe('a deadline', () => {
  const late: readonly (readonly [says: string, route: string, fault: Answer, stream: boolean])[] = [
    ['for the connection', 'far', [], false],
    ['for the first byte of a whole answer', 'swift', [hang()], false],
    ['for the first byte of a stream', 'swift', [hang()], true],
    ['for the first word (case 187)', 'swift', [...before, hang()], true],
    [
      'between two pieces of a whole answer',
      'swift',
      [head(200, { 'content-type': 'application/json', 'content-length': 500 }), raw('{"choices"'), hang()],
      false,
    ],
    ['that the chain sets, before the provider’s own', 'hasty', [...before, hang()], true],
  ]
  for (const [says, route, fault, stream] of late) {
    test(`${says} passes, and the next target answers in time (routing 15)`, async () => {
      scene.chat.play(fault)
      scene.claude.play(messages.speak('mended'))
      const { answer, text, took } = await ask(route, { stream })
      assert.equal(answer.status, 200, text)
      assert.match(text, /mended/)
      assert.ok(took >= 250 && took < 1300, `it took ${Math.round(took)} ms`)
      assert.equal(((await scene.receiptOf(answer)).attempts as { reason: string }[])[0]!.reason, 'upstream_timeout')
    })
  }

  test('in the middle of an answer ends it with an error in the client’s wire (case 188) (routing 15)', async () => {
    scene.chat.play([...before, raw(chunk('data: {"id":"c","choices":[{"index":0,"delta":{"content":"a"},"finish_reason":null}]}\n\n')), hang()])
    const { text, took } = await ask('swift', { stream: true })
    assert.match(text, /"code":"upstream_timeout"\}\}\n\n$/)
    assert.ok(took < 1300)
    const answer = await scene.post('/v1/messages', { model: 'quick/first', max_tokens: 9, stream: true, ...question })
    const said = await answer.text()
    assert.match(said, /event: error\ndata: \{"type":"error","error":\{"type":"timeout_error"/)
    assert.ok(!said.includes('message_stop'))
  })

  test('for the whole answer ends one that never falls silent', async () => {
    const word = raw(chunk('data: {"id":"c","choices":[{"index":0,"delta":{"content":"a"},"finish_reason":null}]}\n\n'))
    scene.chat.play([...before, ...Array.from({ length: 30 }, () => [word, wait(100)]).flat(), hang()])
    const { text, took } = await ask('swift', { stream: true })
    assert.match(text, /"code":"upstream_timeout"/)
    assert.ok(took > 1900 && took < 3000, `it took ${Math.round(took)} ms`)
  })

  test('without another target is 504, and worth retrying', async () => {
    scene.chat.play([hang()])
    const answer = await scene.post('/v1/chat/completions', { model: 'quick/first', ...question })
    assert.deepEqual([answer.status, answer.headers.get('x-should-retry')], [504, null])
    assert.equal(((await answer.json()) as { error: { code: string } }).error.code, 'upstream_timeout')
  })
})

describe('a client that wants to fail at once (case 190)', () => {
  for (const [says, fields, asks] of [
    ['and goes on to the next target, is heard', { num_retries: 0 }, [1, 1]],
    ['and stays where it is, is heard', { disable_fallbacks: true }, [2, 0]],
    ['and does neither, is heard', { disable_fallbacks: true, num_retries: 0 }, [1, 0]],
  ] as const) {
    for (const stream of [false, true]) {
      test(`${says}, ${stream ? 'streamed' : 'whole'}, and none of it goes upstream`, async () => {
        scene.chat.play(openai.error(500, 'server_error'))
        scene.claude.play(messages.speak('mended'))
        const { answer } = await ask('pair', { ...fields, stream })
        assert.equal(answer.status, asks[1] === 1 ? 200 : 502)
        assert.deepEqual(counts(), asks)
        for (const request of scene.chat.asked()) assert.deepEqual(['num_retries' in request.json(), 'disable_fallbacks' in request.json()], [false, false])
      })
    }
  }

  test('with a number that is none is told so', async () => {
    for (const wrong of [-1, 6, 1.5, '1', {}]) assert.equal((await ask('pair', { num_retries: wrong })).answer.status, 400)
  })
})

describe('a base URL that leads nowhere', () => {
  const nowhere: Answer = reply(404, { detail: 'Not Found' })

  test('is said to be that, and is not the caller’s doing: the next target answers', async () => {
    scene.chat.play(nowhere)
    scene.claude.play(messages.speak('mended'))
    const { text } = await ask('pair')
    assert.match(text, /mended/)
    assert.deepEqual(counts(), [1, 1])
    const alone = await scene.post('/v1/chat/completions', { model: 'openai/any', ...question })
    const { error } = (await alone.json()) as { error: { message: string; code: string } }
    assert.deepEqual([alone.status, error.code], [502, 'upstream_invalid_response'])
    assert.match(error.message, /base URL/)
  })

  test('is told apart from a model that is not there', async () => {
    scene.chat.play(reply(404, { error: { message: 'The model `any` does not exist.', type: 'NotFoundError', code: 404 } }))
    const answer = await scene.post('/v1/chat/completions', { model: 'openai/any', ...question })
    assert.deepEqual([answer.status, ((await answer.json()) as { error: { code: string } }).error.code], [404, 'model_not_found'])
  })
})
