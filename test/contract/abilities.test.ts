/** Point 1, last sentence: targets that cannot say what the request needs are passed over before they are called. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Json, JsonObject } from '../../src/base/json.ts'
import { messages, openai } from '../upstream/index.ts'
import { openScene } from './scene.ts'

const scene = await openScene({
  // What a server of the operator's own takes, only its entry can say.
  providers: ({ chat }) => `  near: { like: openai, baseUrl: "${chat}/near", prices: openai }`,
  config: () => `
retry: { longestPause: 20ms, budgetFloor: 1000 }
health: { failures: 1000 }
chains:
  look: { targets: [openai/gpt-3.5-turbo, openai/gpt-4o, anthropic/claude-sonnet-4-5] }
  work: { targets: [openai/o1-mini, openai/gpt-4o] }
  small: { targets: [near/gpt-4, near/gpt-3.5-turbo, near/gpt-4.1] }
  blind: { targets: [openai/gpt-3.5-turbo, openai/gpt-4] }
  hear: { targets: [anthropic/claude-sonnet-4-5, openai/gpt-4o-audio-preview] }
  many: { targets: [anthropic/claude-sonnet-4-5, openai/gpt-4o] }
  told: { targets: [{ model: openai/mine, lacks: [tools], context: 100 }, openai/yours] }`,
})

const picture = 'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
const prose = (tokens: number) => 'A door. '.repeat(tokens / 2)
const said = (content: Json, fields: JsonObject = {}): JsonObject => ({ model: 'any', messages: [{ role: 'user', content }], ...fields })
const shown = (...more: Json[]) => said([{ type: 'text', text: 'What is it?' }, { type: 'image_url', image_url: { url: picture } }, ...more])
const tool = { type: 'function', function: { name: 'look', parameters: { type: 'object', properties: {} } } }

/** Who was asked, as the wires say it, and the answer. */
async function ask(route: string, body: JsonObject, path = '/v1/chat/completions') {
  const answer = await scene.post(path, { ...body, omni_route: route })
  const text = await answer.text()
  const models = [...scene.chat.asked(), ...scene.claude.asked()].map((request) => String(request.json().model))
  return { answer, text, models }
}

describe('passed over without a call is a model that cannot take', () => {
  const cases: readonly (readonly [what: string, route: string, body: JsonObject, answers: string])[] = [
    ['the picture', 'look', shown(), 'gpt-4o'],
    ['the tools', 'work', said('go', { tools: [tool] }), 'gpt-4o'],
    ['the schema', 'work', said('go', { response_format: { type: 'json_schema', json_schema: { name: 'x', schema: { type: 'object' } } } }), 'gpt-4o'],
    ['the length of the prompt', 'small', said(prose(30_000)), 'gpt-4.1'],
    ['the length that is asked for', 'small', said('go', { max_tokens: 10_000 }), 'gpt-4.1'],
    ['the sound, nor its wire', 'hear', said([{ type: 'input_audio', input_audio: { data: 'AAAA', format: 'wav' } }]), 'gpt-4o-audio-preview'],
    ['several answers, by its wire', 'many', said('go', { n: 2 }), 'gpt-4o'],
    ['what the operator says that it cannot', 'told', said('go', { tools: [tool] }), 'yours'],
    ['what the operator says that is too much', 'told', said(prose(300)), 'yours'],
  ]
  for (const [what, route, body, answers] of cases) {
    test(what, async () => {
      scene.chat.play(openai.speak('seen'))
      scene.claude.play(messages.speak('seen'))
      const { answer, text, models } = await ask(route, body)
      assert.equal(answer.status, 200, text)
      assert.deepEqual(models, [answers])
      const { attempts, fallback } = await scene.receiptOf(answer)
      assert.deepEqual(
        (attempts as { model: string; reason: string }[]).map(({ model, reason }) => [model, reason]),
        [[answers, 'answered']],
        'what was not asked is no attempt',
      )
      assert.equal(fallback, false)
    })
  }

  test('the picture, whatever the wire it came on', async () => {
    const source = { type: 'base64', media_type: 'image/png', data: picture.slice(picture.indexOf(',') + 1) }
    const spoken: readonly (readonly [path: string, body: JsonObject])[] = [
      ['/v1/messages', { model: 'any', max_tokens: 9, messages: [{ role: 'user', content: [{ type: 'image', source }] }] }],
      ['/v1/responses', { model: 'any', input: [{ role: 'user', content: [{ type: 'input_image', image_url: picture }] }] }],
    ]
    for (const [path, body] of spoken) {
      scene.chat.play(openai.speak('seen'))
      scene.claude.play(messages.speak('seen'))
      const { text, models } = await ask('look', body, path)
      assert.deepEqual(models, ['gpt-4o'], text)
    }
  })
})

describe('asked all the same is', () => {
  test('the first, where the request needs nothing that it lacks', async () => {
    scene.chat.play(openai.speak('read'))
    scene.claude.play()
    assert.deepEqual((await ask('look', said('A picture, image_url, of a door.', { tools: [tool] }))).models, ['gpt-3.5-turbo'])
  })

  test('a model that is said to lack it, where all are: the catalogue may be wrong, and the provider knows', async () => {
    scene.chat.play(openai.speak('seen'))
    scene.claude.play()
    const { answer, models } = await ask('blind', shown())
    assert.deepEqual([answer.status, models], [200, ['gpt-3.5-turbo']])
  })

  test('a model alone, whatever is known of it', async () => {
    scene.chat.play(openai.speak('seen'))
    scene.claude.play()
    const answer = await scene.post('/v1/chat/completions', { ...shown(), model: 'openai/gpt-3.5-turbo' })
    assert.deepEqual([answer.status, scene.chat.asked().length], [200, 1])
  })
})

describe('a picture goes on, past those that cannot see it,', () => {
  test('to the next that can, when the first that can fails', async () => {
    scene.chat.play(openai.error(500))
    scene.claude.play(messages.speak('seen'))
    const { answer, text, models } = await ask('look', shown())
    assert.equal(answer.status, 200, text)
    assert.deepEqual([...new Set(models)], ['gpt-4o', 'claude-sonnet-4-5'])
  })

  test('and to none, when all that can have failed: those that cannot would only hide why', async () => {
    scene.chat.play(openai.error(500))
    scene.claude.play(messages.error(500, 'api_error'))
    const { answer, models } = await ask('look', shown())
    assert.equal(answer.status, 502)
    assert.equal(models.includes('gpt-3.5-turbo'), false)
  })
})
