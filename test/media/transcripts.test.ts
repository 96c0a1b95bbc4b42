/** Sound heard by providers with an API of their own: what they are sent, and what is made of what they tell. */

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { describe, test } from 'node:test'
import { toFile } from 'openai'
import { openaiOf } from '../sdk/clients.ts'
import { reply } from '../upstream/index.ts'
import { formOf, openMediaScene, postForm } from './scene.ts'

const scene = await openMediaScene()
const openai = openaiOf(scene)
const sound = randomBytes(100_000)

/** What each provider hears, in its own words. */
const spoken = [
  { word: 'hello', punctuated_word: 'Hello', start: 0.5, end: 0.9 },
  { word: 'world', punctuated_word: 'world.', start: 1, end: 1.5 },
]
const deepgram = {
  metadata: { duration: 2.5 },
  results: {
    channels: [{ detected_language: 'en', alternatives: [{ transcript: 'Hello world.', words: spoken }] }],
    utterances: [{ transcript: 'Hello world.', start: 0.5, end: 1.5 }],
  },
}
const job = (status: string, more = {}) => reply(200, { id: 'job-1', status, ...more })
const words = [
  { text: 'Hello', start: 500, end: 900 },
  { text: 'world.', start: 1000, end: 1500 },
]
const done = job('completed', { text: 'Hello world.', words, language_code: 'en', audio_duration: 2.5 })

describe('by another API', () => {
  const expected = {
    json: '{"text":"Hello world."}',
    text: 'Hello world.\n',
    srt: '1\n00:00:00,500 --> 00:00:01,500\nHello world.\n\n',
    vtt: 'WEBVTT\n\n00:00:00.500 --> 00:00:01.500\nHello world.\n\n',
  } as const
  const send = (model: string, format: string, ...more: [string, string][]) =>
    postForm(
      scene,
      '/v1/audio/transcriptions',
      formOf(['file', new Blob([sound], { type: 'audio/wav' }), 'a.wav'], ['model', model], ['response_format', format], ...more),
    )

  for (const [format, says] of Object.entries(expected)) {
    test(`Deepgram’s words come as ${format} (case 209)`, async () => {
      scene.chat.play(reply(200, deepgram))
      const answer = await send('dg/nova-3', format)
      assert.equal(await answer.text(), says)
      const [asked] = scene.chat.asked()
      assert.equal(asked!.path, '/v1/listen?model=nova-3&smart_format=true&utterances=true&detect_language=true')
      assert.deepEqual(
        [asked!.header('authorization'), asked!.header('content-type'), asked!.header('content-length')],
        ['Token dk', 'audio/wav', String(sound.length)],
      )
      assert.ok(asked!.body.equals(sound), 'the sound itself is sent, without the form')
    })
  }

  test('the openai package reads the words’ times of verbose JSON, and a hint that Deepgram has no word for is reported', async () => {
    scene.chat.play(reply(200, deepgram))
    const asking = {
      file: await toFile(sound, 'a.wav'),
      model: 'dg/nova-3',
      response_format: 'verbose_json',
      timestamp_granularities: ['word'],
      language: 'en',
      prompt: 'x',
    } as const
    const { data, response } = await openai.audio.transcriptions.create({ ...asking, timestamp_granularities: ['word'] }).withResponse()
    assert.deepEqual(
      [data.duration, data.language, data.words, data.segments!.length],
      [
        2.5,
        'en',
        [
          { word: 'Hello', start: 0.5, end: 0.9 },
          { word: 'world.', start: 1, end: 1.5 },
        ],
        1,
      ],
    )
    assert.equal(response.headers.get('x-omni-dropped'), 'prompt')
  })

  test('AssemblyAI is given the sound, an order, and questions until it is done', async () => {
    scene.chat.play(reply(200, { upload_url: 'https://cdn.example/upload/1' }), job('queued'), done)
    const answer = await send('aai/universal-2', 'srt', ['language', 'en'])
    assert.equal(await answer.text(), expected.srt)
    const [upload, order, question] = scene.chat.asked()
    assert.deepEqual([upload!.path, upload!.header('authorization'), upload!.body.equals(sound)], ['/v2/upload', 'aak', true])
    assert.deepEqual(order!.json(), { audio_url: 'https://cdn.example/upload/1', speech_models: ['universal-2'], language_code: 'en' })
    assert.deepEqual([question!.method, question!.path], ['GET', '/v2/transcript/job-1'])
  })

  test('a job that fails, and one that does not end, are failures', async () => {
    scene.chat.play(reply(200, { upload_url: 'https://cdn.example/upload/1' }), job('error', { error: 'no sound in it: secret words' }))
    const failed = await send('aai/universal-2', 'json')
    const said = await failed.text()
    assert.equal(failed.status, 502)
    assert.doesNotMatch(said, /secret/)
    scene.chat.play(reply(200, { upload_url: 'https://cdn.example/upload/1' }), job('processing'))
    const late = await send('hurried/universal-2', 'json')
    assert.equal(late.status, 504)
    await late.text()
    assert.equal(scene.chat.asked().length, 3)
  })

  test('a stream, and a format that nobody can make of it, are refused by name', async () => {
    for (const [field, value] of [
      ['stream', 'true'],
      ['response_format', 'diarized_json'],
    ] as const) {
      const answer = await send('dg/nova-3', field === 'response_format' ? value : 'json', ...(field === 'stream' ? [[field, value] as [string, string]] : []))
      const { error } = (await answer.json()) as { error: { code: string; param: string } }
      assert.deepEqual([answer.status, error.code, error.param], [400, 'unsupported_parameter', field])
    }
  })
})
