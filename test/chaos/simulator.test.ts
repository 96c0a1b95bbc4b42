/** The simulated provider does what the sentence of each scenario says, seen on raw sockets: on Chat Completions, whose grammar is the plainest, and sound on every wire. */

import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { eventStream } from '../../src/base/eventstream.ts'
import { sse } from '../../src/base/sse.ts'
import { fold } from '../../src/canonical/fold.ts'
import { scenarios } from '../../src/chaos/scenarios/index.ts'
import { startSimulator, type Played } from '../../src/chaos/simulator.ts'
import { canary, text } from '../../src/chaos/speech.ts'
import { wires } from '../../src/wires/index.ts'
import { bodyOf, headOf, hear, questionOf, questions, requestOf, type Heard, type Spoken } from './listening.ts'

const stall = 250
const slow = 60
const played: Played[] = []
const simulator = await startSimulator({ times: { stall, slow, beat: 1 }, onPlayed: (one) => played.push(one) })
after(() => simulator.stop())

const ask = (model: string, streams: boolean, wire: Spoken = 'openai-chat', ms?: number): Promise<Heard> =>
  hear(simulator.port, questionOf(wire, model, streams), ms)

const statusOf = ({ text: said }: Heard): number => Number(/^HTTP\/1\.1 (\d+)/.exec(said)?.[1])
const wordsIn = (heard: Heard): string =>
  [
    ...bodyOf(heard)
      .toString()
      .matchAll(/"delta":\{"content":"([^"]*)"/g),
  ]
    .map(([, word]) => word)
    .join('')
const finishes = ({ text: said }: Heard): number => said.match(/"finish_reason":"stop"/g)?.length ?? 0
const endsIn = (heard: Heard, ending: Heard['ending'], words: string): void =>
  assert.deepEqual([heard.ending, wordsIn(heard), finishes(heard)], [ending, words, 0], heard.text)
const isWhole = (heard: Heard): void => assert.deepEqual([wordsIn(heard), finishes(heard)], [text, 1], heard.text)
const holds = (heard: Heard, pattern: RegExp): void => assert.match(heard.text, pattern)
const usageIn = (heard: Heard): unknown => (JSON.parse(bodyOf(heard).toString()) as { readonly usage?: unknown }).usage

const some = 'One two three'
const nothingElse = /^HTTP\/1\.1 200 [^]*\r\n\r\n$/

/** What is to be heard, streamed and whole; scenarios that are a status alone are looked at by their name. */
const heard: { readonly [name: string]: (stream: Heard, whole: Heard) => void } = {
  '429-seconds': (one) => holds(one, /^HTTP\/1\.1 429 [^]*retry-after: 90\r\n/),
  '429-date': (one) => {
    const away = Date.parse(/retry-after: (.+)\r\n/.exec(one.text)![1]!) - Date.now()
    assert.ok(away > 80_000 && away <= 90_000, `${away} ms away`)
  },
  '429-ms': (one) => holds(one, /^HTTP\/1\.1 429 [^]*retry-after-ms: 90000\r\n/),
  '429-nonsense': (one) => holds(one, /^HTTP\/1\.1 429 [^]*retry-after: soon\r\n/),
  '429-past': (one) => holds(one, /^HTTP\/1\.1 429 [^]*retry-after: Wed, 21 Oct 2015 /),
  '429-forever': (one) => holds(one, /^HTTP\/1\.1 429 [^]*retry-after: 1000000000\r\n/),
  redirect: (one) => holds(one, /^HTTP\/1\.1 307 [^]*location: \/elsewhere\/v1\/chat\/completions\r\n/),
  'early-hints': (one) => holds(one, /^HTTP\/1\.1 103 [^]*HTTP\/1\.1 102 [^]*HTTP\/1\.1 200 [^]*\[DONE\]/),
  'reset-at-once': (one) => assert.deepEqual([one.ending, one.text], ['reset', '']),
  'close-at-once': (one) => assert.deepEqual([one.ending, one.text], ['closed', '']),
  'reset-after-headers': (one) => {
    assert.equal(one.ending, 'reset')
    holds(one, nothingElse)
  },
  'reset-in-headers': (one) => assert.deepEqual([one.ending, one.bytes.length], ['reset', 20]),
  'reset-mid-answer': (one, whole) => {
    endsIn(one, 'reset', some)
    assert.deepEqual([whole.ending, finishes(whole)], ['reset', 0])
  },
  'reset-mid-event': (one) => {
    endsIn(one, 'reset', some)
    assert.match(bodyOf(one).toString(), /[^\n]$/)
  },
  'close-mid-answer': (one) => {
    endsIn(one, 'closed', some)
    assert.doesNotMatch(one.text, /\r\n0\r\n\r\n$/)
  },
  'close-without-length': (one) => {
    assert.doesNotMatch(headOf(one), /content-length|chunked/)
    assert.ok(one.ending === 'closed' && finishes(one) === 0 && wordsIn(one).startsWith(some), one.text)
  },
  'stall-before-headers': (one) => assert.ok(one.text === '' && one.ending === 'reset' && one.took >= stall - 5, `${one.took} ms`),
  'stall-after-headers': (one) => {
    holds(one, nothingElse)
    assert.ok(one.ending === 'reset' && one.took >= stall - 5, `${one.took} ms`)
  },
  'stall-mid-answer': (one) => {
    endsIn(one, 'reset', some)
    assert.ok(one.took >= stall, `${one.took} ms`)
  },
  trickle: (one) => {
    assert.match(wordsIn(one), /^(One){20,50}$/)
    assert.ok(one.ending === 'reset' && one.took >= stall * 9, `${one.took} ms`)
  },
  slow: (one) => {
    isWhole(one)
    assert.ok(one.first >= slow - 5, `${one.first} ms`)
  },
  'slow-first-word': (one) => {
    isWhole(one)
    assert.ok(one.first < one.took - slow + 10, `${one.first} of ${one.took} ms`)
  },
  'malformed-json': (one, whole) => {
    holds(one, /data: \{"broken":"CHAOS-CANARY-\w+"\n/)
    assert.throws(() => usageIn(whole), SyntaxError)
  },
  'malformed-first-frame': (one) => assert.match(bodyOf(one).toString(), /^data: \{"broken":"/),
  'malformed-framing': (one) => holds(one, /\r\nCHAOS-CANARY-\w+\r\n$/),
  'missing-end-marker': (one) => {
    isWhole(one)
    assert.doesNotMatch(one.text, /\[DONE\]/)
  },
  'missing-finish': (one) => {
    assert.deepEqual([wordsIn(one), finishes(one)], [text, 0])
    holds(one, /\[DONE\]/)
  },
  'cut-before-finish': (one) => {
    endsIn(one, 'open', some)
    holds(one, /\r\n0\r\n\r\n$/)
  },
  'duplicate-finish': (one) => assert.deepEqual([wordsIn(one), finishes(one)], [text, 2]),
  'events-after-end': (one) => assert.match(bodyOf(one).toString(), /\[DONE\]\n\ndata: [^]*"One"/),
  'error-event-first': (one) => assert.match(bodyOf(one).toString(), /^data: \{"error":\{"message":"CHAOS-CANARY/),
  'error-event-before-words': (one) => assert.match(bodyOf(one).toString(), /"role":"assistant"[^\n]*\n\ndata: \{"error":/),
  'error-event-mid-answer': (one) => {
    assert.equal(wordsIn(one), some)
    holds(one, /data: \{"error":/)
  },
  'error-with-200': (_, whole) => holds(whole, /^HTTP\/1\.1 200 [^]*\{"error":/),
  'invalid-utf8': (one, whole) => {
    for (const { bytes } of [one, whole]) assert.ok(bytes.includes(Buffer.from([0x66, 0x69, 0xff, 0xfe, 0x76, 0x65])))
  },
  'empty-stream': (one) => endsIn(one, 'open', ''),
  'comments-only': (one) => assert.equal(bodyOf(one).toString(), `: ${canary}\n\n`),
  'wrong-frame-mid-answer': (one) => {
    assert.equal(wordsIn(one), some)
    holds(one, /<html>/)
  },
  sound: (one, whole) => {
    isWhole(one)
    holds(whole, /"content":"One two three four five six seven eight"/)
  },
  'empty-body': (one) => holds(one, /^HTTP\/1\.1 200 [^]*content-length: 0\r\n\r\n$/),
  html: (one) => holds(one, /content-type: text\/html\r\n[^]*<html>/),
  'json-of-another-kind': (one) => holds(one, /\{"hello":"CHAOS/),
  'wrong-content-type': (one) => {
    isWhole(one)
    holds(one, /content-type: text\/plain\r\n/)
  },
  'length-too-long': (one) => assert.ok(Number(/content-length: (\d+)/.exec(one.text)![1]) > bodyOf(one).length && one.ending === 'closed'),
  'length-too-short': (one) => assert.ok(Number(/content-length: (\d+)/.exec(one.text)![1]) < bodyOf(one).length),
  gzip: (one) => assert.match(gunzipSync(bodyOf(one)).toString(), /"finish_reason":"stop"[^]*\[DONE\]/),
  'gzip-broken': (one) => {
    holds(one, /content-encoding: gzip\r\n/)
    assert.throws(() => gunzipSync(bodyOf(one)))
  },
  'gzip-bomb': (one) => {
    holds(one, /content-encoding: gzip\r\n/)
    assert.deepEqual([...bodyOf(one).subarray(0, 2)], [0x1f, 0x8b])
  },
  'endless-line': (one) => assert.ok(bodyOf(one).length > 500_000 && !bodyOf(one).includes('\n') && one.ending === 'open'),
  'endless-answer': (_, whole) => assert.ok(bodyOf(whole).length > 500_000 && bodyOf(whole).lastIndexOf('"') < 10 && whole.ending === 'open'),
  'endless-stream': (one) => {
    assert.match(wordsIn(one), /^(One){100,}$/)
    assert.equal(one.ending, 'open')
  },
  'hostile-headers': (one) => {
    isWhole(one)
    assert.equal(headOf(one).match(/set-cookie: /g)?.length, 2)
  },
  'huge-header': (one) => assert.ok(headOf(one).length > 100_000),
  'not-http': (one) => assert.equal(one.text, `${canary}\r\n\r\n`),
  'unasked-answer': (_, whole) => assert.equal(whole.text.match(/HTTP\/1\.1 200/g)?.length, 2),
  'usage-missing': (_, whole) => assert.equal((usageIn(whole) as { readonly prompt_tokens?: number } | undefined)?.prompt_tokens ?? 0, 0),
  'usage-nonsense': (_, whole) => holds(whole, /"prompt_tokens":-5,"completion_tokens":1000000000000000/),
  flapping: (one, whole) => assert.deepEqual([statusOf(one), statusOf(whole)], [500, 200]),
  'failing-mostly': (one, whole) => assert.deepEqual([statusOf(one), statusOf(whole)], [503, 503]),
}

/** For what breaks after a silence. */
const patience = (name: string): number | undefined => (name.startsWith('stall-') ? stall * 4 : undefined)

describe('a provider that', { concurrency: 24 }, () => {
  for (const { name, says } of scenarios) {
    test(`is asked for ${name} ${says}`, async () => {
      const stream = await ask(name, true, 'openai-chat', patience(name))
      const whole = await ask(name, false, 'openai-chat', patience(name))
      const isStatus = /^\d+$/.test(name)
      if (isStatus) return assert.deepEqual([statusOf(stream), statusOf(whole), stream.ending], [Number(name), Number(name), 'open'])
      assert.ok(heard[name], 'each scenario is looked at')
      heard[name](stream, whole)
    })
  }
})

describe('the simulator', { concurrency: 24 }, () => {
  for (const name of Object.keys(questions) as Spoken[]) {
    test(`is sound on ${name}, whole and streamed, as the wire itself reads it`, async () => {
      const wire = wires[name]!
      const whole = wire.readResponse(JSON.parse(bodyOf(await ask('sound', false, name)).toString()))
      const reader = wire.eventReader()
      const messages = (wire.framing ?? sse).cutter(65_536).push(bodyOf(await ask('whoever', true, name)))
      const streamed = fold(messages.flatMap((message) => reader.read(message)))
      for (const { choices, usage } of [whole, streamed]) {
        assert.deepEqual(choices, [{ ...choices[0], blocks: [{ ...choices[0]!.blocks[0], type: 'text', text }], finish: 'stop' }])
        assert.deepEqual([usage.input, usage.output], [11, 8])
      }
    })

    test(`says no on ${name} in the wire’s own words`, async () => {
      const { message } = wires[name]!.readError(JSON.parse(bodyOf(await ask('429', true, name)).toString()))
      assert.match(message, new RegExp(canary))
    })
  }

  test('frames garbage on the binary wire so that only the words in it are wrong', async () => {
    const cut = async (model: string) => eventStream.cutter(65_536).push(bodyOf(await ask(model, true, 'bedrock-converse')))
    assert.ok((await cut('invalid-utf8')).some(({ data }) => data.includes('\uFFFD')))
    assert.ok((await cut('malformed-json')).some(({ data }) => data === `{"broken":"${canary}"`))
  })

  test('counts the calls of each model, and takes what stands behind a point for a name that tells calls apart', async () => {
    const statuses = [await ask('flapping.a', false), await ask('flapping.b', false), await ask('flapping.a', false)].map(statusOf)
    assert.deepEqual(statuses, [500, 500, 200])
    assert.deepEqual([simulator.calls('flapping.a'), simulator.calls('flapping.b'), simulator.calls('flapping.c')], [2, 1, 0])
  })

  test('tells each call that is over, and how it ended', async () => {
    await ask('reset-mid-answer.told', true)
    const { wire, scenario, streams, ending } = played.find(({ model }) => model === 'reset-mid-answer.told')!
    assert.deepEqual([wire, scenario, streams, ending], ['openai-chat', 'reset-mid-answer', true, 'closed'])
  })

  test('answers on one connection again and again, lists its models, and refuses what no wire says', async () => {
    const one = questionOf('openai-chat', '400', false)
    const { text: said } = await hear(
      simulator.port,
      `${one}GET /v1/models HTTP/1.1\r\nhost: x\r\n\r\n${requestOf('/nowhere', {})}${requestOf('/v1/responses', 'none')}${requestOf('/v1/messages', { messages: 7 })}`,
    )
    assert.deepEqual(
      [...said.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status),
      ['400', '200', '404', '404', '400'],
    )
    assert.match(said, /"id":"stall-mid-answer"/)
  })

  test('outlives clients that speak no HTTP, or leave', async () => {
    for (const nonsense of ['\r\n\r\n\r\n', 'POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n', 'GET']) await hear(simulator.port, nonsense, 30)
    assert.equal(statusOf(await ask('sound', false)), 200)
  })
})
