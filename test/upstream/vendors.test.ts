/** The ready answers are understood by the vendors' own packages, whole and streamed. */

import Anthropic from '@anthropic-ai/sdk'
import { GoogleGenAI } from '@google/genai'
import { CohereClientV2 } from 'cohere-ai'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import OpenAI from 'openai'
import { cohere, gemini, messages, openai, responses, startUpstream, type Saying } from './index.ts'

const saying: Saying = {
  reasoning: ['let me ', 'think'],
  toolCalls: [
    { id: 'call_1', name: 'look', input: { at: 'Zürich' } },
    { id: 'call_2', name: 'look', input: { at: 'Bern' } },
  ],
  usage: { input: 20, output: 9, cached: 5, cacheWritten: 3, reasoning: 4 },
}
const inputs = saying.toolCalls!.map(({ input }) => JSON.stringify(input))

const openaiAt = (url: string): OpenAI => new OpenAI({ apiKey: 'sk-test', baseURL: `${url}/v1`, maxRetries: 0 })
const anthropicAt = (url: string): Anthropic => new Anthropic({ apiKey: 'sk-test', baseURL: url, maxRetries: 0 })
const question = { role: 'user', content: 'hi' } as const

test("a Chat Completions answer says words, calls and usage to the vendor's package", async () => {
  await using upstream = await startUpstream(openai.speak('Hello World', saying))
  const answer = await openaiAt(upstream.url).chat.completions.create({ model: 'm', messages: [question] })
  const { message, finish_reason } = answer.choices[0]!
  assert.equal(message.content, 'Hello World')
  assert.deepEqual(
    message.tool_calls?.map((call) => call.type === 'function' && call.function.arguments),
    inputs,
  )
  assert.equal(finish_reason, 'tool_calls')
  assert.equal(answer.model, 'm')
  assert.deepEqual([answer.usage?.prompt_tokens, answer.usage?.completion_tokens_details?.reasoning_tokens], [20, 4])
})

for (const isInterleaved of [false, true]) {
  test(`a Chat Completions stream says the same, its calls ${isInterleaved ? 'in turns' : 'one after the other'}`, async () => {
    await using upstream = await startUpstream(openai.speak('Hello World', { ...saying, isInterleaved }))
    const asked = { model: 'm', messages: [question], stream: true as const, stream_options: { include_usage: true } }
    const answer = await openaiAt(upstream.url).chat.completions.stream(asked).finalChatCompletion()
    const { message, finish_reason } = answer.choices[0]!
    assert.equal(message.content, 'Hello World')
    assert.deepEqual(
      message.tool_calls?.map((call) => call.type === 'function' && call.function.arguments),
      inputs,
    )
    assert.equal(finish_reason, 'tool_calls')
    assert.equal(answer.usage?.total_tokens, 29)
  })
}

test("a Messages answer says thought, words, calls and usage to the vendor's package", async () => {
  await using upstream = await startUpstream(messages.speak('Hello World', saying))
  const answer = await anthropicAt(upstream.url).messages.create({ model: 'm', max_tokens: 9, messages: [question] })
  assert.deepEqual(
    answer.content.map(({ type }) => type),
    ['thinking', 'text', 'tool_use', 'tool_use'],
  )
  assert.equal(answer.stop_reason, 'tool_use')
  assert.equal(answer.usage.input_tokens + answer.usage.cache_read_input_tokens! + answer.usage.cache_creation_input_tokens!, 20)
})

test('a Messages stream says the same as the whole answer', async () => {
  await using upstream = await startUpstream(messages.speak('Hello World', saying))
  const asked = { model: 'm', max_tokens: 9, messages: [question] }
  const whole = await anthropicAt(upstream.url).messages.create(asked)
  const streamed = await anthropicAt(upstream.url).messages.stream(asked).finalMessage()
  assert.deepEqual(streamed.content, whole.content)
  assert.equal(streamed.stop_reason, whole.stop_reason)
  assert.deepEqual(streamed.usage, whole.usage)
})

test('usage may be missing', () => {
  for (const body of [openai.body('x', { usage: null }), messages.body('x', { usage: null })]) assert.ok(!('usage' in body))
  for (const frames of [openai.frames('x', { usage: null }), messages.frames('x', { usage: null })]) assert.doesNotMatch(frames.join(''), /usage/)
})

test("errors are the errors of the vendors' packages", async () => {
  await using first = await startUpstream(openai.error(429, 'requests', 'rate_limit_exceeded', { 'retry-after': 7 }))
  await using second = await startUpstream(messages.error(529, 'overloaded_error'))
  const refused = openaiAt(first.url).chat.completions.create({ model: 'm', messages: [question] })
  await assert.rejects(
    refused,
    (error) => error instanceof OpenAI.RateLimitError && error.code === 'rate_limit_exceeded' && error.headers?.get('retry-after') === '7',
  )
  const overloaded = anthropicAt(second.url).messages.create({ model: 'm', max_tokens: 9, messages: [question] })
  await assert.rejects(overloaded, (error) => error instanceof Anthropic.APIError && error.status === 529 && error.type === 'overloaded_error')
})

test("a Responses answer and its stream say thought, proof, words, calls and usage to the vendor's package", async () => {
  await using upstream = await startUpstream(responses.speak('Hello World', { ...saying, signature: 'Z0FBQQ==' }))
  const client = openaiAt(upstream.url)
  const asked = { model: 'm', input: 'hi', include: ['reasoning.encrypted_content' as const] }
  const whole = await client.responses.create(asked)
  const streamed = await client.responses.stream(asked).finalResponse()
  assert.deepEqual(
    whole.output.map(({ type }) => type),
    ['reasoning', 'message', 'function_call', 'function_call'],
  )
  assert.deepEqual(
    whole.output.flatMap((item) => (item.type === 'function_call' ? item.arguments : [])),
    inputs,
  )
  assert.equal(whole.output[0]?.type === 'reasoning' && whole.output[0].encrypted_content, 'Z0FBQQ==')
  assert.equal(whole.output_text, 'Hello World')
  assert.deepEqual(
    streamed.output.map(({ type, id }) => [type, id]),
    whole.output.map(({ type, id }) => [type, id]),
  )
  assert.deepEqual(streamed.usage, whole.usage)
})

test("a Gemini answer and its stream say thought, words, calls with their proof and usage to the vendor's package", async () => {
  await using upstream = await startUpstream(gemini.speak('Hello World', { ...saying, signature: 'c2ln' }))
  const client = new GoogleGenAI({ apiKey: 'k', httpOptions: { baseUrl: upstream.url } })
  const asked = { model: 'gemini-2.5-flash', contents: 'hi' }
  const whole = await client.models.generateContent(asked)
  const chunks = await Array.fromAsync(await client.models.generateContentStream(asked))
  for (const calls of [whole.functionCalls, chunks.flatMap(({ functionCalls }) => functionCalls ?? [])]) {
    assert.deepEqual(
      calls?.map(({ id, args }) => [id, JSON.stringify(args)]),
      saying.toolCalls!.map(({ id }, place) => [id, inputs[place]]),
    )
  }
  assert.equal(whole.text, 'Hello World')
  assert.equal(chunks.map(({ text }) => text ?? '').join(''), 'Hello World')
  assert.deepEqual([whole.usageMetadata?.promptTokenCount, whole.usageMetadata?.totalTokenCount], [20, 29])
  assert.deepEqual(chunks.at(-1)?.usageMetadata, whole.usageMetadata)
  assert.equal((await client.models.countTokens(asked)).totalTokens, 20)
})

test("a Cohere answer and its stream say plan, words, calls and usage to the vendor's package", async () => {
  await using upstream = await startUpstream(cohere.speak('Hello World', saying))
  const client = new CohereClientV2({ token: 'k', environment: upstream.url })
  const asked = { model: 'm', messages: [question] }
  const { message, finishReason, usage } = await client.chat(asked)
  assert.equal(message.toolPlan, 'let me think')
  assert.deepEqual(message.content, [{ type: 'text', text: 'Hello World' }])
  assert.deepEqual(
    message.toolCalls?.map((call) => call.function?.arguments),
    inputs,
  )
  assert.deepEqual([finishReason, usage?.tokens, usage?.cachedTokens], ['TOOL_CALL', { inputTokens: 20, outputTokens: 9 }, 5])
  const events = await Array.fromAsync(await client.chatStream(asked))
  const text = events.map((event) => (event.type === 'content-delta' ? event.delta?.message?.content?.text : '')).join('')
  assert.equal(text, 'Hello World')
  const end = events.at(-1)
  assert.deepEqual(end?.type === 'message-end' && end.delta?.usage, usage)
})
