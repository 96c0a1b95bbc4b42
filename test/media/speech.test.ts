/** Text in, sound out: streamed as bytes while it is made, under the provider's own content type (case 208). */

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { describe, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { openaiOf } from '../sdk/clients.ts'
import { chunk, finish, hang, head, lastChunk, raw, reply, reset, stream, wait } from '../upstream/index.ts'
import { openMediaScene } from './scene.ts'

const scene = await openMediaScene()
const openai = openaiOf(scene)
const sound = randomBytes(50_000)
const asked = { model: 'openai/gpt-4o-mini-tts', voice: 'alloy', input: 'Hello' } as const
const begin = (type: string) => head(200, { 'content-type': type, 'transfer-encoding': 'chunked' })

test('the openai package gets every byte, and the first before the last is made (case 208)', async () => {
  scene.chat.play([begin('audio/mpeg'), raw(chunk(sound.subarray(0, 1000))), wait(400), raw(chunk(sound.subarray(1000))), raw(lastChunk)])
  const answer = await openai.audio.speech.create(asked)
  assert.equal(answer.headers.get('content-type'), 'audio/mpeg')
  const begun = performance.now()
  const reader = answer.body!.getReader()
  const pieces = [Buffer.from((await reader.read()).value ?? [])]
  const first = performance.now() - begun
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) pieces.push(Buffer.from(piece.value))
  assert.ok(first < 300, `the first sound came after ${first} ms`)
  assert.ok(Buffer.concat(pieces).equals(sound))
  assert.deepEqual(scene.chat.asked()[0]!.json(), { model: 'gpt-4o-mini-tts', voice: 'alloy', input: 'Hello' })
  const receipt = await scene.receiptOf(answer)
  assert.deepEqual([receipt.operation, receipt.outcome, receipt.usage_source, receipt.cost], ['speech', 'completed', 'unavailable', null])
})

test('sound that breaks off breaks the client’s connection, and the receipt says truncated (case 208)', async () => {
  scene.chat.play([begin('audio/wav'), raw(chunk(sound)), wait(50), reset()])
  const answer = await openai.audio.speech.create(asked)
  await assert.rejects(answer.arrayBuffer())
  const receipt = await scene.receiptOf(answer)
  assert.deepEqual([receipt.outcome, receipt.error], ['truncated', 'upstream_truncated'])
})

test('a client that leaves ends the provider’s work', async () => {
  scene.chat.play([begin('audio/mpeg'), raw(chunk(sound)), hang()])
  const leaving = new AbortController()
  const answer = await openai.audio.speech.create(asked, { signal: leaving.signal })
  await answer.body!.getReader().read()
  leaving.abort()
  assert.equal(await Promise.race([scene.chat.asked()[0]!.ended, setTimeout(2000, 'still there')]), 'left')
})

test('before the first sound another try is made, and what is no sound is not passed on as some', async () => {
  scene.chat.play([begin('audio/mpeg'), raw(lastChunk)], reply(200, sound, { 'content-type': 'audio/mpeg' }))
  const answer = await openai.audio.speech.create(asked)
  assert.ok(Buffer.from(await answer.arrayBuffer()).equals(sound))
  scene.chat.play(reply(200, { error: 'odd' }))
  await assert.rejects(openai.audio.speech.create(asked), /another type of content than speech/)
  for (const type of ['text/html', 'text/plain', 'application/xml', 'application/problem+json']) {
    scene.chat.play(reply(200, '<script>', { 'content-type': type }))
    const refused = await scene.post('/v1/audio/speech', asked)
    assert.equal(refused.status, 502, type)
    assert.doesNotMatch(await refused.text(), /<script>/)
  }
})

describe('sound in events', () => {
  const events = [
    'data: {"type":"speech.audio.delta","audio":"AAAA"}\n\n',
    'data: {"type":"speech.audio.done","usage":{"input_tokens":3,"output_tokens":9,"total_tokens":12}}\n\n',
  ]
  const post = () => scene.post('/v1/audio/speech', { ...asked, stream_format: 'sse' })

  test('is passed on', async () => {
    scene.chat.play(stream(events))
    const answer = await post()
    assert.match(answer.headers.get('content-type')!, /^text\/event-stream/)
    assert.equal(await answer.text(), events.join(''))
    assert.equal((await scene.receiptOf(answer)).completion_tokens, 9)
  })

  test('that is cut ends in an error event', async () => {
    scene.chat.play([...stream(events.slice(0, 1)), finish()])
    assert.match(await (await post()).text(), /"code":"upstream_truncated"/)
  })

  test('among which an error is one, and its text stays here', async () => {
    scene.chat.play(stream([...events.slice(0, 1), 'event: error\ndata: {"type":"error","code":"server_error","message":"scripted secret"}\n\n', ...events]))
    const text = await (await post()).text()
    assert.match(text, /"code":"upstream_error"[^\n]*\n\n$/)
    assert.doesNotMatch(text, /scripted|audio\.done/)
  })
})

describe('Gemini speaks', () => {
  const samples = sound.subarray(0, 480)
  const answer = {
    candidates: [
      { content: { parts: [{ inlineData: { mimeType: 'audio/L16;codec=pcm;rate=24000', data: samples.toString('base64') } }] }, finishReason: 'STOP' },
    ],
    usageMetadata: { promptTokenCount: 3, candidatesTokenCount: 25 },
  }
  const speak = (format: string) =>
    scene.post('/v1/audio/speech', { model: 'gemini/gemini-3.8-flash-tts', voice: 'Puck', input: 'Hello', response_format: format })

  test('in samples, which are given as they are or with the head of a WAV file', async () => {
    scene.chat.play(reply(200, answer))
    const wav = await speak('wav')
    const bytes = Buffer.from(await wav.arrayBuffer())
    assert.equal(wav.headers.get('content-type'), 'audio/wav')
    assert.deepEqual(
      [bytes.toString('latin1', 0, 4), bytes.readUInt32LE(4), bytes.readUInt32LE(24), bytes.readUInt32LE(40)],
      ['RIFF', bytes.length - 8, 24_000, 480],
    )
    assert.ok(bytes.subarray(44).equals(samples))
    const { generationConfig } = scene.chat.asked()[0]!.json()
    assert.deepEqual(generationConfig, { responseModalities: ['AUDIO'], speechConfig: { voiceConfig: { prebuiltVoiceConfig: { voiceName: 'Puck' } } } })
    assert.equal((await scene.receiptOf(wav)).completion_tokens, 25)
    assert.ok(Buffer.from(await (await speak('pcm')).arrayBuffer()).equals(samples))
  })

  test('not in a format that would have to be made of them', async () => {
    const refused = await speak('mp3')
    assert.equal(refused.status, 400)
    assert.match(await refused.text(), /"param":"response_format"/)
  })
})

describe('Deepgram speaks', () => {
  test('by its own API: the model is the voice, and the sound is passed on', async () => {
    scene.chat.play(reply(200, sound, { 'content-type': 'audio/wav' }))
    const answer = await openai.audio.speech.create({ ...asked, model: 'dg/aura-2-thalia-en', response_format: 'wav' })
    assert.ok(Buffer.from(await answer.arrayBuffer()).equals(sound))
    const [request] = scene.chat.asked()
    assert.equal(request!.path, '/v1/speak?model=aura-2-thalia-en&encoding=linear16&container=wav')
    assert.equal(request!.header('authorization'), 'Token dk')
    assert.deepEqual(request!.json(), { text: 'Hello' })
    assert.equal(answer.headers.get('x-omni-dropped'), 'voice')
  })

  test('not in events, and not in formats that it does not have', async () => {
    for (const fields of [{ stream_format: 'sse' }, { response_format: 'mp9' }]) {
      const answer = await scene.post('/v1/audio/speech', { ...asked, model: 'dg/aura-2-thalia-en', ...fields })
      const { error } = (await answer.json()) as { error: { code: string; param: string } }
      assert.deepEqual([answer.status, error.code, error.param], [400, 'unsupported_parameter', Object.keys(fields)[0]])
    }
  })
})
