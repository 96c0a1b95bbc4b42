/** Minimum progress: a stream that is never silent and never gets on is cut; one that rests, ends, or speaks seldom but much is not. */

import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { chunk, gemini, lastChunk, messages, openai, openStream, raw, wait, type Answer, type Step } from '../upstream/index.ts'
import { openScene, openStage, question } from './scene.ts'

const third = await openStage([])
after(() => third.upstream.stop())
const scene = await openScene({
  providers: () => `  gemini: { key: secret-of-gemini-9f86d081884c7d65, baseUrl: "${third.upstream.url}" }`,
  config: () => `
deadlines: { progress: 500ms, idle: 2s }
retry: { perTarget: 0 }
chains: { patient: { targets: [openai/m], deadlines: { progress: 1h } } }`,
})

/** Frames with a pause before each. */
const paced = (frames: readonly string[], every: number): readonly Step[] => frames.flatMap((frame) => [wait(every), raw(chunk(frame))])
const letters = Array.from({ length: 16 }, (_, at) => String.fromCharCode(97 + at))
const said = letters.join('')
const streamed = (frames: readonly string[], every: number): Answer => [openStream(), ...paced(frames, every), raw(lastChunk)]

async function ask(fields: object, path = '/v1/chat/completions') {
  const began = performance.now()
  const answer = await scene.post(path, { model: 'openai/m', max_tokens: 99, stream: true, ...question, ...fields })
  return { answer, text: await answer.text(), took: performance.now() - began }
}

describe('[A49] (routing 16) a stream of a letter every 200 ms, with windows of 500 ms', () => {
  const wires = [
    ['Chat Completions', () => scene.chat.play(streamed(openai.frames(letters), 200)), 'openai/m'],
    ['Messages', () => scene.claude.play(streamed(messages.frames(letters), 200)), 'anthropic/m'],
    ['Gemini', () => third.play(streamed(gemini.frames(letters), 200)), 'gemini/m'],
  ] as const
  for (const [wire, play, model] of wires) {
    // On the path of Chat Completions its provider would be asked by that wire.
    for (const path of model === 'gemini/m' ? ['/v1/messages'] : ['/v1/chat/completions', '/v1/messages']) {
      test(`of ${wire} is cut after two of them, with an error in the wire of ${path}`, async () => {
        play()
        const { answer, text, took } = await ask({ model }, path)
        assert.match(
          text,
          path === '/v1/messages' ? /event: error\ndata: [^\n]*"timeout_error"[^\n]*trickled in/ : /trickled in[^\n]*"code":"upstream_timeout"/,
        )
        assert.doesNotMatch(text, /\[DONE\]|message_stop|"finish_reason":"/)
        assert.ok(took > 1000 && took < 2600, `it took ${Math.round(took)} ms of 3200`)
        const { outcome, error, error_origin, completion_tokens } = await scene.receiptOf(answer)
        assert.deepEqual([outcome, error, error_origin], ['truncated', 'upstream_timeout', 'target'])
        assert.ok(Number(completion_tokens) > 0, 'what was said is counted')
      })
    }
  }

  test('is left to go on where the chain gives it time', async () => {
    scene.chat.play(streamed(openai.frames(letters), 100))
    const { text } = await ask({ model: 'patient' })
    assert.match(text, /\[DONE\]\n\n$/)
  })
})

describe('no trickle is', () => {
  const whole = async (answer: Answer) => {
    scene.chat.play(answer)
    const { text } = await ask({})
    assert.match(text, /\[DONE\]\n\n$/)
    return text
  }

  test('a stream of ten words a window', async () => {
    const text = await whole(streamed(openai.frames([...letters, ...letters, ...letters]), 40))
    assert.equal([...text.matchAll(/"content":"(.)"/g)].map(([, letter]) => letter).join(''), said.repeat(3))
  })

  test('silence with pings, however many windows it lasts', async () => {
    const frames = openai.frames(letters)
    const pings = Array.from({ length: 12 }, () => ': ping\n\n')
    await whole([openStream(), ...paced(frames.slice(0, 2), 5), ...paced(pings, 150), ...paced(frames.slice(2), 5), raw(lastChunk)])
  })

  test('a stream whose last words are few', async () => {
    const frames = openai.frames(letters)
    await whole([
      openStream(),
      ...paced(frames.slice(0, 12), 5),
      wait(600),
      ...paced(frames.slice(12, 13), 5),
      wait(700),
      ...paced(frames.slice(13), 5),
      raw(lastChunk),
    ])
  })

  test('a stream of paragraphs', async () => {
    await whole(streamed(openai.frames(letters.slice(0, 5).map((letter) => letter.repeat(3000))), 400))
  })
})
