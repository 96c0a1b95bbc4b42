/** Streams as providers send them, and as they break: whatever the cut, the client gets the same words, and never an end that was none. */

import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import {
  chunk,
  endlessLine,
  finish,
  first,
  hang,
  lastChunk,
  messages,
  openai,
  openStream,
  raw,
  repeat,
  reset,
  size,
  split,
  splitAt,
  startUpstream,
  stream,
  wait,
  type Answer,
} from '../upstream/index.ts'
import { growthDuring, holdAlive, noProc } from './rules.ts'
import { chatPath, eventsOf, messagesPath, openScene, quick, wordsOf, type Told } from './scene.ts'

const said = 'Grüße 👩‍👩‍👧 “quoted” end'
let answer: Answer = []
const chat = await startUpstream(() => answer)
const other = await startUpstream(() => answer)
const scene = await openScene({
  cast: {
    chat: { like: 'openai', url: chat.url },
    claude: { like: 'anthropic', url: other.url },
    short: { like: 'openai', url: chat.url, extra: { deadlines: { total: '2s' } } },
  },
  settings: { deadlines: { ...quick, idle: '1s', firstWord: '1s' }, limits: { hold: '300ms', keepAlive: '200ms' }, retry: { perTarget: 0 } },
})
after(() => Promise.all([scene[Symbol.asyncDispose](), chat.stop(), other.stop()]))

const chatFrames = openai.frames(said)
const messagesFrames = messages.frames(said)
/** Each provider, what it streams, and where in it the answer is not finished yet. */
const providers = [
  { model: 'chat/m', frames: chatFrames, upstream: chat },
  { model: 'claude/m', frames: messagesFrames, upstream: other },
] as const
const surfaces = [chatPath, messagesPath] as const

/** Asks for a stream while the provider answers so. */
function streamed(model: string, given: Answer, path: string = chatPath): Promise<Told> {
  answer = given
  return scene.say(model, { stream: true }, { path })
}

const wordsIn = ({ surface, text }: Told): string =>
  surface === 'chat'
    ? wordsOf(text)
    : eventsOf(text)
        .filter((data) => data.includes('delta'))
        .map((data) => JSON.parse(data) as { readonly delta?: { readonly text?: string } })
        .map(({ delta }) => delta?.text ?? '')
        .join('')

function holdFinished(told: Told): void {
  assert.equal(told.status, 200, told.text)
  assert.equal(wordsIn(told), said)
  const events = eventsOf(told.text)
  if (told.surface === 'chat') assert.ok(events.at(-1) === '[DONE]' && events.some((data) => /"finish_reason":\s*"stop"/.test(data)), told.text)
  else assert.ok(/"type":\s*"message_stop"/.test(events.at(-1)!) && events.some((data) => /"stop_reason":\s*"end_turn"/.test(data)), told.text)
}

/** The stream broke off after it had begun: the last event says so, and nothing looks like an end. */
function holdBroken(told: Told, code: string, type: string): void {
  assert.equal(told.status, 200, told.text)
  assert.ok(!told.isCut, 'the stream itself ends in good order')
  assert.doesNotMatch(told.text, /\[DONE\]|message_stop|"finish_reason":"|"stop_reason":"/)
  const { error } = JSON.parse(eventsOf(told.text).at(-1)!) as { readonly error: { readonly code?: string; readonly type: string } }
  assert.equal(error.code ?? error.type, told.surface === 'chat' ? code : type)
  assert.doesNotMatch(told.text, /"scripted/)
}

describe('a stream', () => {
  const mixed = (frames: readonly string[], end: string) =>
    `\uFEFF: a comment${end}${end}${frames.map((frame) => `: ping${end}id: 7${end}retry: 10${end}${frame.replaceAll('\n', end)}`).join('')}`
  const spellings: { readonly [says: string]: (frames: readonly string[]) => string } = {
    'ends its lines with CR LF': (frames) => mixed(frames, '\r\n'),
    'ends its lines with CR': (frames) => mixed(frames, '\r'),
    'ends its lines with LF': (frames) => mixed(frames, '\n'),
    'has no space behind its colons': (frames) => frames.join('').replaceAll('data: ', 'data:').replaceAll('event: ', 'event:'),
    'has data over several lines': (frames) => frames.join('').replaceAll('","', '",\ndata: "'),
    'ends each line in its own way': (frames) => frames.map((frame, at) => frame.replaceAll('\n', ['\r\n', '\n', '\r'][at % 3]!)).join(''),
  }
  for (const [says, spell] of Object.entries(spellings)) {
    test(`[A35] that ${says} says the same on every surface (routing 17)`, async () => {
      for (const { model, frames } of providers) for (const path of surfaces) holdFinished(await streamed(model, stream([spell(frames)]), path))
    })
  }

  test('[A35] [A36] that is split at any byte says the same, passed on and translated (routing 17)', async () => {
    for (const { model, frames } of providers) {
      const body = raw(frames.map((frame) => frame.replace('\n\n', '\r\n\r\n')).join(''))
      const whole = [openStream({ 'transfer-encoding': undefined, connection: 'close' }), body]
      const length = size([body])
      // Around every letter that is more than a byte, around every end of a line, and at every seventh byte besides.
      const bytes = body.do === 'send' ? body.bytes : Buffer.alloc(0)
      const offsets = Array.from({ length }, (_, at) => at).filter((at) => at % 7 === 0 || bytes[at]! > 127 || bytes[at]! < 32)
      for (const at of offsets) {
        const told = await streamed(model, [...splitAt(size(whole) - length + at, whole), finish()], surfaces[at % 2])
        holdFinished(told)
        assert.ok(!told.text.includes('\uFFFD'), `split at ${at}`)
      }
    }
  })

  test('[A36] whose letters are split over two events is put together again by whoever joins them', async () => {
    for (const path of surfaces) {
      const told = await streamed('chat/m', openai.stream(['\ud83d', '\ude00']), path)
      assert.doesNotMatch(told.text, /\uFFFD/)
      assert.equal(wordsIn(told), '😀')
    }
  })

  test('[A46] of one byte a packet and of very many tiny events takes a time that grows with its length alone', async () => {
    const tiny = (count: number): Answer => openai.stream(Array.from({ length: count }, () => 'a'))
    const took = async (count: number) => {
      const [opening, ...rest] = tiny(count)
      const told = await streamed('chat/m', [opening!, raw(Buffer.concat(rest.flatMap((step) => (step.do === 'send' ? [step.bytes] : []))))])
      assert.equal(wordsIn(told).length, count)
      return told.took
    }
    await took(2000)
    const [short, long] = [await took(5000), await took(40_000)]
    assert.ok(long < short * 8 * 3 + 200, `${short} ms for 5000, ${long} ms for 40000`)
    holdFinished(await streamed('chat/m', split(1, stream(chatFrames))))
  })
})

describe('a stream that breaks', () => {
  for (const { model, frames } of providers) {
    const cuts = [frames.slice(0, 4), frames.slice(0, -3)] as const
    for (const path of surfaces) {
      const way = `${model} to ${path}`
      test(`[A37] with an event that is no JSON ends in an error: ${way}`, async () => {
        const told = await streamed(model, stream([...cuts[0], 'data: {"choices": SECRET\n\n', ...frames.slice(4)]), path)
        holdBroken(told, 'upstream_invalid_response', 'api_error')
        assert.doesNotMatch(told.text, /SECRET/)
        const receipt = await scene.receiptOf(told)
        assert.deepEqual([receipt.error, receipt.outcome], ['upstream_invalid_response', 'truncated'])
      })

      test(`[A38] by a good end before it is finished ends in an error, with what was used: ${way}`, async () => {
        for (const kept of cuts) {
          const told = await streamed(model, stream(kept), path)
          holdBroken(told, 'upstream_truncated', 'api_error')
          const receipt = await scene.receiptOf(told)
          assert.deepEqual([receipt.error, receipt.outcome], ['upstream_truncated', 'truncated'])
          assert.ok((receipt.notices as string[]).includes('incomplete'))
          assert.ok(Number(receipt.completion_tokens) > 0, 'what was said is counted')
          assert.notEqual(receipt.usage_source, 'reported')
        }
      })

      test(`[A38] [A39] by a cut or a reset in the middle of a frame ends in an error: ${way}`, async () => {
        for (const end of [finish(), reset()]) {
          const whole = stream(cuts[1])
          holdBroken(await streamed(model, [...first(size(whole) - 40, whole), wait(20), end], path), 'upstream_truncated', 'api_error')
        }
      })

      test(`[A41] by an error after the first word ends in an error, and one before it is a status: ${way} (routing 13) (routing 14)`, async () => {
        const error = model === 'chat/m' ? 'data: {"error":{"message":"scripted","type":"server_error","code":null}}\n\n' : messages.errorFrame()
        const late = await streamed(model, stream([...cuts[0], error]), path)
        assert.doesNotMatch(late.text, /\[DONE\]|message_stop|"scripted/)
        assert.match(late.text, /"error":\{/)
        const early = await streamed(model, stream([frames[0]!, error]), path)
        assert.ok(early.status >= 500, `${early.status} ${early.text}`)
      })

      test(`[A48] by silence ends in an error, and the client was kept company meanwhile: ${way}`, async () => {
        const told = await streamed(model, [...first(size(stream(cuts[0])) - 5, stream(cuts[0])), hang()], path)
        holdBroken(told, 'upstream_timeout', 'timeout_error')
        assert.match(told.text, /\n\n: keep-alive\n\n/)
        assert.ok(told.took < 6000, `it took ${told.took} ms`)
      })
    }

    test(`[A39] by a reset before any event is a 502, and its socket is never used again: ${model}`, async () => {
      const upstream = model === 'chat/m' ? chat : other
      for (const start of [[], [openStream()], [openStream(), raw(chunk(': ping\n\n'))], [openStream(), raw(chunk(frames[0]!))]]) {
        const told = await streamed(model, [...start, wait(20), reset()])
        assert.equal(told.status, 502, told.text)
        const connection = upstream.requests.at(-1)!.connection
        holdFinished(await streamed(model, stream(frames)))
        assert.notEqual(upstream.requests.at(-1)!.connection, connection)
      }
    })
  }

  test('[A48] by silence before its first word is a comment after the hold, and then an error', async () => {
    const told = await streamed('chat/m', [openStream(), hang()])
    holdBroken(told, 'upstream_timeout', 'timeout_error')
    assert.match(told.text, /^: keep-alive\n\n/)
  })
})

describe('a stream without measure', () => {
  test('[A45] a line that never ends, and an event beyond the limit, are cut at the cap', { skip: noProc }, async () => {
    const huge: Answer = [
      openStream(),
      raw(chunk(chatFrames[0]!)),
      raw(chunk(chatFrames[1]!)),
      raw(chunk('data: {"x":"')),
      repeat(chunk('x'.repeat(65_536)), 128),
      raw(chunk('"}\n\n')),
      raw(lastChunk),
    ]
    for (const given of [endlessLine(), huge]) {
      const growth = await growthDuring(scene.pid, async () => {
        const told = await streamed('chat/m', given)
        assert.match(told.text, /upstream_invalid_response/)
        assert.doesNotMatch(told.text, /xxxxxxxx/)
      })
      assert.ok(growth < 50 * 2 ** 20, `memory grew by ${growth} bytes`)
    }
  })

  test('[A50] a stream that never ends is cut at the limit of its time, and counted', async () => {
    const word = chatFrames[1]!
    const told = await streamed('short/m', [openStream(), raw(chunk(chatFrames[0]!)), repeat(chunk(word), Infinity, 500)], chatPath)
    holdBroken(told, 'upstream_timeout', 'timeout_error')
    const receipt = await scene.receiptOf(told)
    assert.ok(Number(receipt.completion_tokens) > 0)
  })
})

test('[I5] after all of this the same process serves', () => holdAlive(scene))
