/** Pictures: passed on to providers of the same API, and asked for in their own way from the others. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import type { JsonObject } from '../../src/base/json.ts'
import { toFile } from 'openai'
import { openaiOf } from '../sdk/clients.ts'
import { finish, reply, stream } from '../upstream/index.ts'
import { openMediaScene, partsOf } from './scene.ts'

const scene = await openMediaScene()
const openai = openaiOf(scene)
const picture = 'iVBORw0KGgo='
const drawn = {
  created: 1,
  data: [{ b64_json: picture }],
  usage: { input_tokens: 5, output_tokens: 100, total_tokens: 105, input_tokens_details: { text_tokens: 5, image_tokens: 0 } },
}

describe('of the same API', () => {
  test('go through as they are: only the model’s name changes, and the receipt knows the tokens', async () => {
    scene.chat.play(reply(200, drawn))
    const { data, response } = await openai.images
      .generate({ model: 'openai/gpt-image-1', prompt: 'a cat', size: '1024x1536', background: 'transparent' })
      .withResponse()
    assert.equal(data.data![0]!.b64_json, picture)
    assert.deepEqual(scene.chat.asked()[0]!.json(), { model: 'gpt-image-1', prompt: 'a cat', size: '1024x1536', background: 'transparent' })
    const receipt = await scene.receiptOf(response)
    assert.deepEqual([receipt.operation, receipt.prompt_tokens, receipt.completion_tokens, receipt.usage_source], ['images', 5, 100, 'reported'])
  })

  test('go to the model that the vendor means where the client names none', async () => {
    scene.chat.play(reply(200, drawn))
    await openai.images.generate({ prompt: 'a cat' }, { headers: { 'x-omni-provider': 'openai' } })
    assert.deepEqual(scene.chat.asked()[0]!.json(), { model: 'gpt-image-1', prompt: 'a cat' })
  })

  test('are edited by a form with pictures, passed on byte for byte', async () => {
    scene.chat.play(reply(200, drawn))
    const image = [await toFile(Buffer.from([1, 2, 3]), 'a.png', { type: 'image/png' }), await toFile(Buffer.from([4, 13, 10]), 'b.png', { type: 'image/png' })]
    const answer = await openai.images.edit({ model: 'azure/gpt-image-1', image, prompt: 'merge' })
    assert.equal(answer.data![0]!.b64_json, picture)
    const [asked] = scene.chat.asked()
    assert.match(asked!.path, /^\/openai\/deployments\/gpt-image-1\/images\/edits\?/)
    const parts = await partsOf(asked!)
    const sent = await Promise.all(parts.getAll('image[]').map(async (file) => [...new Uint8Array(await (file as File).arrayBuffer())]))
    assert.deepEqual(
      [sent, parts.get('model')],
      [
        [
          [1, 2, 3],
          [4, 13, 10],
        ],
        'gpt-image-1',
      ],
    )
  })

  test('come bit by bit where the client asks for that, and a stream without its last picture is an error', async () => {
    const partial = `data: {"type":"image_generation.partial_image","partial_image_index":0,"b64_json":"${'A'.repeat(2 ** 21)}"}\n\n`
    const last = `event: image_generation.completed\ndata: {"type":"image_generation.completed","b64_json":"AAAA","usage":{"input_tokens":5,"output_tokens":7,"total_tokens":12}}\n\n`
    scene.chat.play(stream([partial, last]))
    const events = await openai.images.generate({ model: 'openai/gpt-image-1', prompt: 'a cat', stream: true, partial_images: 1 })
    const types: string[] = []
    for await (const { type } of events) types.push(type)
    assert.deepEqual(types, ['image_generation.partial_image', 'image_generation.completed'])
    scene.chat.play([...stream([partial]), finish()])
    const cut = await scene.post('/v1/images/generations', { model: 'openai/gpt-image-1', prompt: 'a cat', stream: true })
    assert.match(await cut.text(), /"code":"upstream_truncated"/)
  })
})

describe('of another API', () => {
  const generate = async (body: JsonObject) => {
    const answer = await scene.post('/v1/images/generations', { prompt: 'a cat', ...body })
    return { answer, body: (await answer.json()) as { data: unknown; error: { code: string; param: string } } }
  }

  test('Together is told width and height, and gives both kinds', async () => {
    scene.chat.play(reply(200, { data: [{ index: 0, url: 'https://x.example/a.png' }] }))
    const { body } = await generate({ model: 'together/flux', size: '512x768', n: 1, seed: 7, omni_metadata: { team: 'a' } })
    assert.deepEqual(body.data, [{ url: 'https://x.example/a.png' }])
    assert.deepEqual(scene.chat.asked()[0]!.json(), { seed: 7, model: 'flux', prompt: 'a cat', n: 1, response_format: 'url', width: 512, height: 768 })
    scene.chat.play(reply(200, { data: [{ index: 0, b64_json: picture }] }))
    assert.deepEqual((await generate({ model: 'together/flux', response_format: 'b64_json' })).body.data, [{ b64_json: picture }])
  })

  test('Hyperbolic has words of its own', async () => {
    scene.chat.play(reply(200, { images: [{ index: 0, image: picture, random_seed: 1 }] }))
    const { answer, body } = await generate({ model: 'hyp/FLUX.1-dev', omni_metadata: { team: 'a' } })
    assert.deepEqual([body.data, answer.headers.get('x-omni-dropped')], [[{ b64_json: picture }], null])
    const [asked] = scene.chat.asked()
    assert.deepEqual([asked!.path, asked!.json()], ['/v1/image/generation', { model_name: 'FLUX.1-dev', prompt: 'a cat', width: 1024, height: 1024 }])
  })

  test('Gemini’s models draw in a conversation, Imagen’s predict, and a refused picture is a refusal (case 124)', async () => {
    const answer = {
      candidates: [{ content: { parts: [{ text: 'Here:' }, { inlineData: { mimeType: 'image/png', data: picture } }] }, finishReason: 'STOP' }],
      usageMetadata: { promptTokenCount: 3, candidatesTokenCount: 1290 },
    }
    scene.chat.play(reply(200, answer))
    const { body, answer: gave } = await generate({ model: 'gemini/gemini-2.5-flash-image', size: '1536x1024' })
    assert.deepEqual(body.data, [{ b64_json: picture }])
    const [asked] = scene.chat.asked()
    assert.equal(asked!.path, '/v1beta/models/gemini-2.5-flash-image:generateContent')
    assert.deepEqual(asked!.json().generationConfig, { responseModalities: ['TEXT', 'IMAGE'], imageConfig: { aspectRatio: '3:2' } })
    assert.equal((await scene.receiptOf(gave)).completion_tokens, 1290)
    scene.chat.play(reply(200, { predictions: [{ mimeType: 'image/png', bytesBase64Encoded: picture }] }))
    assert.deepEqual((await generate({ model: 'gemini/imagen-4.0-generate-001', n: 2 })).body.data, [{ b64_json: picture }])
    assert.deepEqual(scene.chat.asked()[0]!.json(), { instances: [{ prompt: 'a cat' }], parameters: { sampleCount: 2 } })
    scene.chat.play(reply(200, { promptFeedback: { blockReason: 'SAFETY' } }))
    assert.deepEqual((await generate({ model: 'gemini/gemini-2.5-flash-image' })).body.error.code, 'content_filter')
  })

  test('what another API cannot say is refused by name', async () => {
    for (const [field, value] of [
      ['n', 2],
      ['response_format', 'url'],
      ['size', 'huge'],
      ['stream', true],
    ] as const) {
      const { answer, body } = await generate({ model: 'hyp/FLUX.1-dev', [field]: value })
      assert.deepEqual([answer.status, body.error.code, body.error.param], [400, 'unsupported_parameter', field])
    }
  })
})

describe('by a job', () => {
  const taken = reply(200, { code: 200, msg: 'success', data: { taskId: 'task_1' } })
  const state = (successFlag: number, response: unknown = null) => reply(200, { code: 200, msg: 'success', data: { taskId: 'task_1', successFlag, response } })
  const generate = (signal?: AbortSignal) =>
    fetch(`${scene.gateway.url}/v1/images/generations`, {
      method: 'POST',
      headers: { authorization: `Bearer ${scene.gateway.key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'nb/nano-banana-2', prompt: 'a cat' }),
      ...(signal && { signal }),
    })

  test('is ordered, asked after until it is done, and asked again where one question fails', async () => {
    scene.chat.play(taken, reply(503, { msg: 'busy' }), state(1, { resultImageUrl: 'https://x.example/a.jpeg' }))
    const answer = await generate()
    assert.deepEqual(((await answer.json()) as JsonObject).data, [{ url: 'https://x.example/a.jpeg' }])
    assert.deepEqual(
      scene.chat.asked().map(({ method, path }) => `${method} ${path}`),
      ['POST /api/v1/nanobanana/generate-2', 'GET /api/v1/nanobanana/record-info?taskId=task_1', 'GET /api/v1/nanobanana/record-info?taskId=task_1'],
    )
    assert.deepEqual((await scene.receiptOf(answer)).attempts_count, 1)
  })

  test('that fails is a failure, and so is an order that is not taken', async () => {
    scene.chat.play(taken, state(3), reply(200, { code: 402, msg: 'no credits' }))
    const answer = await generate()
    assert.equal(answer.status, 502)
    assert.equal(((await answer.json()) as { error: { code: string } }).error.code, 'upstream_quota_exceeded')
  })

  test('is asked after no more when the client leaves', async () => {
    scene.chat.play(taken, state(0))
    const leaving = new AbortController()
    const answer = generate(leaving.signal)
    await scene.chat.request(0)
    await setTimeout(200)
    leaving.abort()
    await assert.rejects(answer)
    await setTimeout(3000)
    assert.equal(scene.chat.asked().length, 1)
  })
})

test('[A42] what is no JSON is no picture, and nothing of it is passed on', async () => {
  for (const type of ['text/html', 'text/plain', 'image/png']) {
    scene.chat.play(reply(200, '<html>scripted', { 'content-type': type }))
    const answer = await scene.post('/v1/images/generations', { model: 'openai/gpt-image-1', prompt: 'x' })
    assert.equal(answer.status, 502, type)
    assert.doesNotMatch(await answer.text(), /scripted/)
  }
})
