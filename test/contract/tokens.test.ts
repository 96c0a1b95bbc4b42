/** Tokens on receipts: told where the provider tells them, estimated where it does not, by what they are, and never fewer than were delivered. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { segmentsOf, type Segment } from '../../src/receipts/segments.ts'
import type { ReceiptRecord } from '../../src/receipts/signals.ts'
import { messages, openai, raw, responses, wait, type Answer } from '../upstream/index.ts'
import { openScene, question, type Receipt, type Stage } from './scene.ts'

const scene = await openScene({
  providers: ({ chat }) => `  answers: { like: openai, key: secret-of-answers, baseUrl: "${chat}/v1", wires: [openai-responses] }`,
})
const { chat, claude } = scene
const model = 'openai/gpt-4o-mini'

async function ask(body: object, path = '/v1/chat/completions'): Promise<Receipt> {
  const answer = await scene.post(path, body)
  await answer.text()
  return scene.receiptOf(answer)
}

/** Leaves after so many bytes of the answer. */
async function leaveAfter(bytes: number, path: string, body: object): Promise<{ readonly heard: string; readonly receipt: Receipt }> {
  const answer = await scene.post(path, body)
  const reader = answer.body!.getReader()
  let heard = ''
  while (heard.length < bytes) {
    const { value, done } = await reader.read()
    if (done) break
    heard += Buffer.from(value).toString('utf8')
  }
  await reader.cancel()
  return { heard, receipt: await scene.receiptOf(answer) }
}

const look = { type: 'function', function: { name: 'look', description: 'Looks at a place.', parameters: { type: 'object', properties: {} } } }
const conversation = {
  model,
  tools: [look],
  messages: [
    { role: 'system', content: 'Be brief, and speak of doors alone.' },
    { role: 'user', content: 'What is to the left of me?' },
    { role: 'assistant', content: null, tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'look', arguments: '{"at":"left"}' } }] },
    { role: 'tool', tool_call_id: 'call_1', content: 'A door, and behind it a garden.' },
    { role: 'assistant', content: 'A door.' },
    {
      role: 'user',
      content: [
        { type: 'text', text: 'And in this picture?' },
        { type: 'image_url', image_url: { url: 'https://example.org/a.png' } },
      ],
    },
  ],
}

const parts = ['system', 'history', 'user', 'tool', 'tool_result', 'media'] as const
const sumOf = (receipt: Receipt) => parts.reduce((sum, part) => sum + Number(receipt[`${part}_tokens`]), 0)
const segments = (receipt: Receipt): readonly Segment[] => segmentsOf(receipt as unknown as ReceiptRecord)

describe('what the provider tells', () => {
  test('is shared out among the parts of the prompt, exactly, and the difference to our estimate is shown', async () => {
    chat.play(openai.speak('There is one too.', { usage: { input: 1234, output: 77, cached: 1024, cacheWritten: 3, reasoning: 70 } }))
    for (const stream of [false, true]) {
      const receipt = await ask({ ...conversation, stream })
      assert.deepEqual(
        [receipt.input_source, receipt.output_source, receipt.usage_source, receipt.usage_confidence, sumOf(receipt)],
        ['reported', 'reported', 'reported', 1, 1234],
      )
      for (const part of parts) assert.ok(Number(receipt[`${part}_tokens`]) > 0, part)
      assert.equal(Number(receipt.prompt_difference) + Number(receipt.estimated_prompt_tokens), 1234)
      assert.equal(Number(receipt.completion_difference) + Number(receipt.estimated_completion_tokens), 77)
      assert.ok(Number(receipt.estimated_completion_tokens) >= 4 && Number(receipt.estimated_completion_tokens) <= 8)
      assert.deepEqual(receipt.modalities, ['text', 'image'])
      assert.deepEqual(
        segments(receipt)
          .slice(6)
          .map(({ segment, tokens, source, confidence }) => [segment, tokens, source, confidence]),
        [
          ['completion', 7, 'reported', 1],
          ['reasoning', 70, 'reported', 1],
          ['cache_read', 1024, 'reported', 1],
          ['cache_write', 3, 'reported', 1],
        ],
      )
    }
  })

  test('is shared out by what the provider was sent, where that was written anew', async () => {
    claude.play(messages.speak('There is one too.', { usage: { input: 500, output: 7 } }))
    const receipt = await ask({ ...conversation, model: 'anthropic/claude-sonnet-4-5', stream: true })
    assert.deepEqual([receipt.context_delta, receipt.transforms, sumOf(receipt)], ['translated', ['model_renamed', 'translated'], 500])
    assert.equal(receipt.tokens_saved, Number(receipt.tokens_before) - Number(receipt.tokens_after))
    assert.ok(Math.abs(Number(receipt.tokens_saved)) < 20, `${receipt.tokens_saved}`)
    assert.equal(receipt.estimated_prompt_tokens, receipt.tokens_after)
  })
})

describe('what the provider does not tell', () => {
  test('[C51] is estimated, and said to be, where the client wants no usage and none comes', async () => {
    chat.play(openai.speak('one two three four five six seven eight', { usage: null }))
    for (const body of [
      { ...conversation, stream: true, stream_options: { include_usage: false } },
      { ...conversation, stream: true },
      { ...conversation, stream: false },
    ]) {
      const receipt = await ask(body)
      assert.deepEqual(
        [receipt.input_source, receipt.output_source, receipt.usage_source, receipt.usage_confidence],
        ['estimated', 'estimated', 'estimated', 0.4],
      )
      assert.deepEqual([receipt.prompt_tokens, receipt.prompt_difference, receipt.completion_difference], [receipt.estimated_prompt_tokens, null, null])
      assert.equal(sumOf(receipt), receipt.prompt_tokens)
      assert.ok(Number(receipt.completion_tokens) >= 8 && (receipt.notices as string[]).includes('estimated_usage'))
      for (const { segment, source } of segments(receipt)) assert.equal(source, /reasoning|cache/.test(segment) ? 'unavailable' : 'estimated', segment)
    }
  })

  test('[A54] is what cannot be, and the parts add up all the same', async () => {
    for (const usage of [
      { input: -5, output: -1 },
      { input: 1e15, output: 1e15 },
      { input: 12.5, output: 0 },
      { input: 40, output: 9, cached: 1e9, reasoning: 1e9 },
    ]) {
      chat.play(openai.speak('one two three four', { usage }))
      for (const stream of [false, true]) {
        const receipt = await ask({ ...conversation, stream })
        const isBelievable = usage.input === 40
        assert.deepEqual([receipt.input_source, receipt.output_source], isBelievable ? ['reported', 'reported'] : ['estimated', 'estimated'])
        assert.deepEqual([sumOf(receipt), receipt.cached_tokens === null || Number(receipt.cached_tokens) <= sumOf(receipt)], [receipt.prompt_tokens, true])
        assert.ok(Number(receipt.completion_tokens) >= 4 && Number(receipt.completion_tokens) < 100, `${receipt.completion_tokens}`)
        assert.ok(Number(receipt.total_cost) >= 0)
      }
    }
  })
})

/** Sends the same with other words. */
const reworded = (answer: Answer, from: RegExp, to: string): Answer =>
  answer.map((step) => (step.do === 'send' && from.test(String(step.bytes)) ? unframed(String(step.bytes).replace(from, to)) : step))
/** A chunk whose length was changed. */
const unframed = (text: string) => {
  const said = text.slice(text.indexOf('\r\n') + 2, -2)
  return raw(`${Buffer.byteLength(said).toString(16)}\r\n${said}\r\n`)
}

describe('what is told before the first word', () => {
  test('is a placeholder: where nothing is told at the end, the words are counted', async () => {
    const said = messages.stream('one two three four five six seven eight', { usage: { input: 20, output: 8 } })
    claude.play(reworded(reworded(said, /(message_start.*?"output_tokens":)\d+/s, '$11'), /(message_delta.*?),"usage":\{.*\}(?=\}\n)/s, '$1'))
    for (const path of ['/v1/messages', '/v1/chat/completions']) {
      const receipt = await ask({ ...question, model: 'anthropic/claude-sonnet-4-5', max_tokens: 50, stream: true }, path)
      assert.deepEqual([receipt.outcome, receipt.output_source, receipt.prompt_tokens, receipt.input_source], ['completed', 'estimated', 20, 'reported'])
      assert.ok(Number(receipt.completion_tokens) >= 8, `${receipt.completion_tokens}`)
    }
  })

  test('of a prompt that has words, a count of none is none', async () => {
    chat.play(openai.speak('one two', { usage: { input: 0, output: 2 } }))
    for (const stream of [false, true]) {
      const receipt = await ask({ ...question, model, stream })
      assert.deepEqual([receipt.input_source, receipt.prompt_tokens], ['estimated', receipt.estimated_prompt_tokens])
    }
  })
})

test('words that a stream tells again in whole, after their pieces, are counted once', async () => {
  const words = Array.from({ length: 60 }, (_, at) => ` word${at} and`)
  chat.play(responses.stream(words, { usage: { input: 11, output: 180 } }))
  const body = { model: 'answers/gpt-4o', input: 'hi', stream: true }
  const [passed, written] = [await ask(body, '/v1/responses'), await ask({ ...question, ...body }, '/v1/chat/completions')]
  assert.deepEqual([passed.context_delta, written.context_delta], ['unchanged', 'translated'])
  const [unread, read] = [Number(passed.estimated_completion_tokens), Number(written.estimated_completion_tokens)]
  assert.ok(unread >= read && unread <= read * 1.2, `${unread} of ${read}`)
})

describe('[C50] an answer that the client leaves is charged for no less than was delivered', () => {
  const words = Array.from({ length: 2000 }, (_, at) => ` word${at}`)
  const rows: readonly (readonly [how: string, stage: Stage, model: string, path: string, wordsInFrame: number])[] = [
    ['a word a frame', chat, model, '/v1/chat/completions', 1],
    ['many words a frame', chat, model, '/v1/chat/completions', 25],
    ['on another wire', claude, 'anthropic/claude-sonnet-4-5', '/v1/messages', 25],
    ['written anew', claude, 'anthropic/claude-sonnet-4-5', '/v1/chat/completions', 25],
  ]
  for (const [how, stage, named, path, size] of rows) {
    test(how, async () => {
      const pieces = Array.from({ length: words.length / size }, (_, at) => words.slice(at * size, (at + 1) * size).join(''))
      const long = (stage === chat ? openai : messages).stream(pieces, { every: 1 })
      stage.play([...long.slice(0, -3), wait(60_000)])
      for (const bytes of [1, 3000, 12_000]) {
        const { heard, receipt } = await leaveAfter(bytes, path, { ...question, model: named, max_tokens: 5000, stream: true })
        const delivered = heard.match(/ word\d+/g)?.length ?? 0
        assert.ok(delivered >= 1)
        assert.equal(receipt.outcome, 'client_closed')
        assert.ok(Number(receipt.completion_tokens) >= delivered, `${receipt.completion_tokens} of ${delivered}`)
        assert.deepEqual([receipt.output_source, sumOf(receipt)], ['estimated', receipt.prompt_tokens])
      }
    })
  }
})
