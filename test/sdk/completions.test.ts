/** Legacy Completions through the gateway: passed on to providers that have them, and told as a chat to those that have not. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type OpenAI from 'openai'
import { dataOf, openScene } from '../contract/scene.ts'
import { messages, openai, stream } from '../upstream/index.ts'
import { textCompletion, textFrames } from '../upstream/forms.ts'
import { openaiOf } from './clients.ts'

const scene = await openScene()
const { chat, claude } = scene
const client = openaiOf(scene)
const instruct = 'openai/gpt-3.5-turbo-instruct'
const usage = { input: 5, output: 2 }

const textsOf = async (answer: Promise<AsyncIterable<OpenAI.Completion>>): Promise<string[]> =>
  (await Array.fromAsync(await answer)).flatMap(({ choices }) => choices.map(({ text }) => text))

describe('a provider that has them', () => {
  test('gets the request as it came, and its answer is passed on', async () => {
    chat.play(textCompletion('upon', 'a time'))
    const { data, response } = await client.completions.create({ model: instruct, prompt: ['Once', 'There'], max_tokens: 9, logprobs: 2 }).withResponse()
    assert.deepEqual([data.object, ...data.choices.map(({ text }) => text)], ['text_completion', 'upon', 'a time'])
    const [asked] = chat.asked()
    assert.equal(asked!.path, '/v1/completions')
    assert.deepEqual(asked!.json(), { model: 'gpt-3.5-turbo-instruct', prompt: ['Once', 'There'], max_tokens: 9, logprobs: 2 })
    const receipt = await scene.receiptOf(response)
    assert.deepEqual([receipt.operation, receipt.wire, receipt.context_delta], ['text_completion', 'openai-completions', 'unchanged'])
    assert.deepEqual([receipt.prompt_tokens, receipt.completion_tokens, receipt.choices], [5, 2, 2])
  })

  test('streams its words, and its usage to the receipt alone where the client did not ask for it', async () => {
    chat.play(stream(textFrames('up', 'on')))
    const { data, response } = await client.completions.create({ model: instruct, prompt: 'Once', stream: true }).withResponse()
    const chunks = await Array.fromAsync(data)
    assert.deepEqual(
      chunks.map(({ choices }) => choices[0]?.text),
      ['up', 'on', ''],
    )
    assert.equal((await scene.receiptOf(response)).completion_tokens, 2)
  })

  test('cuts its stream: the client is told, and nothing looks like an end', async () => {
    chat.play(stream(textFrames('up', 'on').slice(0, 2)))
    const answer = await scene.post('/v1/completions', { model: instruct, prompt: 'Once', stream: true })
    const said = dataOf(await answer.text())
    assert.ok(!said.includes('[DONE]'))
    assert.equal(((said.at(-1) as { error?: { code: string } }).error ?? {}).code, 'upstream_truncated')
    assert.equal((await scene.receiptOf(answer)).outcome, 'truncated')
  })
})

describe('a provider that has chat alone', () => {
  for (const { model, begin, asked } of [
    { model: 'openai/gpt-4o', begin: () => chat.play(openai.speak('upon a time', { usage })), asked: () => chat.asked() },
    { model: 'anthropic/claude-sonnet-4-5', begin: () => claude.play(messages.speak('upon a time', { usage })), asked: () => claude.asked() },
  ]) {
    test(`${model} is asked as one user’s turn, and answers as a text`, async () => {
      begin()
      const answer = await client.completions.create({ model, prompt: 'Once', max_tokens: 9, stop: ['.'] })
      assert.deepEqual([answer.object, answer.choices[0]!.text, answer.choices[0]!.finish_reason], ['text_completion', 'upon a time', 'stop'])
      assert.deepEqual([answer.usage?.prompt_tokens, answer.usage?.completion_tokens], [5, 2])
      const [turn] = asked()[0]!.json().messages as { role: string }[]
      assert.equal(turn?.role, 'user')
      assert.match(JSON.stringify(turn), /Once/)
    })

    test(`${model} streams its words as texts`, async () => {
      begin()
      const texts = await textsOf(client.completions.create({ model, prompt: 'Once', max_tokens: 9, stream: true }))
      assert.equal(texts.join(''), 'upon a time')
      assert.ok(texts.length > 2)
    })
  }

  test('is not told of several prompts, tokens, a suffix, an echo or probabilities: each is refused by its name', async () => {
    chat.play(openai.speak('no'))
    const model = 'openai/gpt-4o'
    const refused = { status: 400, code: 'unsupported_parameter' }
    for (const prompt of [
      ['a', 'b'],
      [1, 2],
    ])
      await assert.rejects(client.completions.create({ model, prompt }), { ...refused, param: 'prompt' })
    await assert.rejects(client.completions.create({ model, prompt: 'a', suffix: 'z' }), { ...refused, param: 'suffix' })
    await assert.rejects(client.completions.create({ model, prompt: 'a', echo: true }), { ...refused, param: 'echo' })
    await assert.rejects(client.completions.create({ model, prompt: 'a', logprobs: 1 }), { ...refused, param: 'logprobs' })
    assert.equal(chat.asked().length, 0)
  })

  test('loses what is only a hint, and the client is told', async () => {
    chat.play(openai.speak('ok'))
    const { response } = await client.completions.create({ model: 'openai/gpt-4o', prompt: 'a', best_of: 2 }).withResponse()
    assert.equal(response.headers.get('x-omni-dropped'), 'unknown_field')
  })
})

test('the built-in provider goes on with a text, whole and streamed', async () => {
  const asked = { model: 'omni-runtime/smoke', prompt: 'Once' }
  const { choices } = await client.completions.create(asked)
  assert.match(choices[0]!.text, /Omni Gateway/)
  assert.equal((await textsOf(client.completions.create({ ...asked, stream: true }))).join(''), choices[0]!.text)
})
