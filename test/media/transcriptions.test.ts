/** Sound in, words out: forms are passed on as they come or told in another provider's way, and every format comes back as it was asked for. */

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { describe, test } from 'node:test'
import Groq from 'groq-sdk'
import { toFile, type OpenAI } from 'openai'
import { openaiOf } from '../sdk/clients.ts'
import { chunk, finish, hang, lastChunk, openStream, raw, repeat, reply, stream, wait, type Answer } from '../upstream/index.ts'
import { openScene } from '../contract/scene.ts'
import { formOf, openMediaScene, partsOf, postForm } from './scene.ts'

const scene = await openMediaScene()
const openai = openaiOf(scene)
const sound = Buffer.concat([Buffer.from('RIFF\r\n--almost\r\n----'), randomBytes(100_000)])
const text = (body: string): Answer => reply(200, body, { 'content-type': 'text/plain; charset=utf-8' })
const heard = {
  text: 'Hello World.',
  usage: { type: 'tokens', input_tokens: 14, output_tokens: 45, total_tokens: 59, input_token_details: { audio_tokens: 14, text_tokens: 0 } },
}

const orders = {
  'the file first': ['file', 'model'],
  'the model first': ['model', 'file'],
} as const
for (const [order, names] of Object.entries(orders)) {
  test(`the openai package’s form goes on with ${order}: every byte but the model’s name, and the file’s own name (case 209)`, async () => {
    scene.chat.play(reply(200, heard))
    const file = await toFile(sound, 'a näme.wav', { type: 'audio/wav' })
    const fields = { file, model: 'openai/gpt-4o-transcribe', language: 'en' } as const
    const sent = Object.fromEntries([...names, 'language' as const].map((name) => [name, fields[name]])) as unknown as typeof fields
    const { data, response } = await openai.audio.transcriptions.create(sent).withResponse()
    assert.equal(data.text, 'Hello World.')
    const [asked] = scene.chat.asked()
    assert.equal(asked!.path, '/v1/audio/transcriptions')
    assert.match(asked!.header('authorization')!, /^Bearer secret-of-chat/)
    const parts = await partsOf(asked!)
    assert.deepEqual([...parts.keys()], [...names, 'language'])
    assert.deepEqual([parts.get('model'), parts.get('language')], ['gpt-4o-transcribe', 'en'])
    const got = parts.get('file') as File
    assert.deepEqual([got.name, got.type, Buffer.from(await got.arrayBuffer()).equals(sound)], ['a näme.wav', 'audio/wav', true])
    assert.equal(asked!.header('content-length'), String(asked!.body.length))
    const receipt = await scene.receiptOf(response)
    assert.deepEqual(
      [receipt.operation, receipt.wire, receipt.prompt_tokens, receipt.completion_tokens, receipt.usage_source, receipt.context_delta, receipt.input_hash],
      ['transcriptions', 'openai-transcriptions', 14, 45, 'reported', 'unchanged', null],
    )
  })
}

describe('what is no JSON comes as it was made (case 209)', () => {
  for (const format of ['text', 'srt', 'vtt'] as const) {
    test(format, async () => {
      scene.chat.play(text(`1\n00:00:00,000 --> 00:00:01,000\n${format} é\n\n`))
      const said: unknown = await openai.audio.transcriptions.create({ file: await toFile(sound, 'a.mp3'), model: 'openai/whisper-1', response_format: format })
      assert.equal(said, `1\n00:00:00,000 --> 00:00:01,000\n${format} é\n\n`)
    })
  }
})

test('a model that tells no tokens leaves usage and cost unknown, whatever the size of the sound', async () => {
  scene.chat.play(reply(200, { text: 'x', usage: { type: 'duration', seconds: 3 } }))
  const { response } = await openai.audio.transcriptions.create({ file: await toFile(sound, 'a.mp3'), model: 'openai/whisper-1' }).withResponse()
  const receipt = await scene.receiptOf(response)
  assert.deepEqual([receipt.prompt_tokens, receipt.cost, receipt.usage_source, receipt.cost_availability], [null, null, 'unavailable', 'unknown_usage'])
  assert.equal(response.headers.get('x-omega-cost-usd'), null)
})

/** Its paths begin with the vendor's own `/openai`, which no base URL can leave out. */
const groq = new Groq({
  apiKey: scene.gateway.key,
  baseURL: scene.gateway.url,
  maxRetries: 0,
})

test('the groq package transcribes, translates and speaks, and Azure is asked at its deployment', async () => {
  scene.chat.play(reply(200, { text: 'hi', x_groq: { id: 'req_1' } }))
  const file = await toFile(sound, 'a.mp3')
  assert.equal((await groq.audio.transcriptions.create({ file, model: 'groq/whisper-large-v3' })).text, 'hi')
  assert.equal((await groq.audio.translations.create({ file, model: 'groq/whisper-large-v3' })).text, 'hi')
  scene.chat.play(reply(200, sound, { 'content-type': 'audio/wav' }))
  const spoken = await groq.audio.speech.create({ model: 'groq/playai-tts', voice: 'Fritz-PlayAI', input: 'hi', response_format: 'wav' })
  assert.ok(Buffer.from(await spoken.arrayBuffer()).equals(sound))
  assert.equal(scene.chat.asked()[0]!.path, '/openai/v1/audio/speech')
  scene.chat.play(reply(200, { text: 'hi' }))
  await openai.audio.transcriptions.create({ file: await toFile(sound, 'a.mp3'), model: 'azure/whisper' })
  const [asked] = scene.chat.asked()
  assert.match(asked!.path, /^\/openai\/deployments\/whisper\/audio\/transcriptions\?api-version=/)
  assert.equal(asked!.header('api-key'), 'ak')
})

describe('a stream', () => {
  const frames = [
    'data: {"type":"transcript.text.delta","delta":"Hel"}\n\n',
    'data: {"type":"transcript.text.delta","delta":"lo"}\n\n',
    'data: {"type":"transcript.text.done","text":"Hello","usage":{"type":"tokens","input_tokens":14,"output_tokens":2,"total_tokens":16}}\n\n',
  ]
  const create = async () =>
    openai.audio.transcriptions.create({ file: await toFile(sound, 'a.mp3'), model: 'openai/gpt-4o-transcribe', stream: true }).withResponse()

  test('is passed on event by event, and read for its usage', async () => {
    scene.chat.play(stream([...frames, 'data: [DONE]\n\n']))
    const { data, response } = await create()
    const events: OpenAI.Audio.TranscriptionStreamEvent[] = []
    for await (const event of data) events.push(event)
    assert.deepEqual(
      events.map(({ type }) => type),
      ['transcript.text.delta', 'transcript.text.delta', 'transcript.text.done'],
    )
    const receipt = await scene.receiptOf(response)
    assert.deepEqual([receipt.completion_tokens, receipt.outcome, receipt.stream], [2, 'completed', true])
  })

  test('that is cut ends with an error, and never looks whole', async () => {
    scene.chat.play([openStream(), raw(chunk(frames[0]!)), raw(lastChunk), finish()])
    const { data, response } = await create()
    await assert.rejects(async () => {
      for await (const _ of data);
    }, /ended its stream before the answer was finished/)
    assert.equal((await scene.receiptOf(response)).error, 'upstream_truncated')
  })

  test('whose end comes before its last words, or that tells an error in the middle, is an error too: no `[DONE]` makes it look whole', async () => {
    scene.chat.play(stream([frames[0]!, 'data: [DONE]\n\n']))
    const send = async () =>
      (await postForm(scene, '/v1/audio/transcriptions', formOf(['model', 'openai/x'], ['stream', 'true'], ['file', new Blob([sound]), 'a.mp3']))).text()
    const unfinished = await send()
    assert.match(unfinished, /"code":"upstream_truncated"/)
    assert.doesNotMatch(unfinished, /DONE/)
    scene.chat.play([openStream(), raw(chunk(frames[0]!)), wait(30), raw(chunk('data: {"error":{"message":"their words","type":"server_error"}}\n\n')), hang()])
    const broken = await send()
    assert.match(broken, /"code":"upstream_error"/)
    assert.doesNotMatch(broken, /their words/)
    assert.equal(await scene.chat.asked()[0]!.ended, 'left', 'nobody reads on, so the provider is told to stop')
  })

  test('that fails before it says anything is asked for again', async () => {
    scene.chat.play([openStream(), raw(lastChunk), finish()], stream(frames))
    const answer = await postForm(scene, '/v1/audio/transcriptions', formOf(['model', 'hearing'], ['stream', 'true'], ['file', new Blob([sound]), 'a.mp3']))
    assert.match(await answer.text(), /transcript\.text\.done/)
    const receipt = await scene.receiptOf(answer)
    assert.deepEqual([receipt.attempts_count, receipt.fallback], [2, false])
  })
})

describe('a refused form', () => {
  const refusals: readonly (readonly [string, FormData, number, string])[] = [
    ['without a model', formOf(['file', new Blob([sound]), 'a.mp3']), 400, 'missing_parameter'],
    ['with two models', formOf(['model', 'openai/a'], ['model', 'openai/b'], ['file', new Blob([sound]), 'a.mp3']), 400, 'duplicate_key'],
    ['with a second model behind the file', formOf(['model', 'openai/a'], ['file', new Blob([sound]), 'a.mp3'], ['model', 'openai/b']), 400, 'duplicate_key'],
    ['whose model is a file', formOf(['model', new Blob(['openai/a']), 'model.txt']), 400, 'invalid_type'],
    ['with a field that is ours', formOf(['omni_route', 'x'], ['model', 'openai/a'], ['file', new Blob([sound]), 'a.mp3']), 400, 'unsupported_parameter'],
    ['for a provider that hears nothing', formOf(['model', 'anthropic/claude-sonnet-4-5'], ['file', new Blob([sound]), 'a.mp3']), 400, 'unsupported_operation'],
  ]
  for (const [what, form, status, code] of refusals) {
    test(what, async () => {
      scene.chat.play(reply(200, heard))
      const answer = await postForm(scene, '/v1/audio/transcriptions', form)
      const { error } = (await answer.json()) as { error: { code: string } }
      assert.deepEqual([answer.status, error.code], [status, code])
    })
  }

  test('that is JSON is not a form', async () => {
    const answer = await scene.post('/v1/audio/transcriptions', { model: 'openai/whisper-1' })
    assert.equal(answer.status, 415)
    await answer.text()
  })
})

describe('failover', () => {
  const send = (model: string) => postForm(scene, '/v1/audio/transcriptions', formOf(['model', model], ['file', new Blob([sound]), 'a.mp3']))

  test('of a chain gives the same form to the next target, with its own model’s name', async () => {
    scene.chat.play(reply(500, {}), reply(500, {}), reply(200, heard))
    const answer = await send('hearing')
    assert.equal(((await answer.json()) as { text: string }).text, 'Hello World.')
    const forms = await Promise.all(scene.chat.asked().map(partsOf))
    assert.deepEqual(
      forms.map((form) => form.get('model')),
      ['whisper-1', 'whisper-1', 'whisper-large-v3'],
    )
    for (const form of forms) assert.ok(Buffer.from(await (form.get('file') as File).arrayBuffer()).equals(sound))
    assert.equal((await scene.receiptOf(answer)).fallback, true)
  })

  test('is not tried with a form that went on while it came: nothing of it is left to send again', async () => {
    scene.chat.play(reply(500, {}), reply(200, heard))
    const answer = await send('openai/whisper-1')
    assert.equal(answer.status, 502)
    await answer.text()
    const receipt = await scene.receiptOf(answer)
    assert.deepEqual([receipt.attempts_count, receipt.notices], [1, ['upload_spent']])
  })

  test('is tried with a form whose file came first: it is kept until it is answered', async () => {
    scene.chat.play(reply(500, {}), reply(200, heard))
    const answer = await postForm(scene, '/v1/audio/transcriptions', formOf(['file', new Blob([sound]), 'a.mp3'], ['model', 'openai/whisper-1']))
    assert.equal(answer.status, 200)
    await answer.text()
    assert.equal((await scene.receiptOf(answer)).attempts_count, 2)
  })
})

test('[A42] a page in the place of words is a failure, and nothing of it is passed on', async () => {
  for (const type of ['text/html; charset=utf-8', 'application/xml', 'application/problem+json', 'audio/mpeg']) {
    scene.chat.play(reply(200, '<html>scripted', { 'content-type': type }))
    const answer = await postForm(scene, '/v1/audio/transcriptions', formOf(['model', 'openai/whisper-1'], ['file', new Blob([sound]), 'a.wav']))
    const told = await answer.text()
    assert.equal(answer.status, 502, type)
    assert.match(told, /"code":"upstream_invalid_response"/)
    assert.doesNotMatch(told, /scripted/)
  }
})

test('[A48] a stream of nothing but comments ends with the time for its first word', async () => {
  const short = await openScene({ providers: ({ chat }) => `  short: { like: openai, key: k, baseUrl: "${chat}/v1", deadlines: { firstWord: 300ms } }` })
  short.chat.play([openStream(), repeat(chunk(': ping\n\n'), Infinity, 50)])
  const answer = await postForm(
    short,
    '/v1/audio/transcriptions',
    formOf(['model', 'short/whisper-1'], ['stream', 'true'], ['file', new Blob([sound]), 'a.wav']),
  )
  assert.deepEqual([answer.status, ((await answer.json()) as { error: { code: string } }).error.code], [504, 'upstream_timeout'])
})
