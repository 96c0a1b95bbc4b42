/** Failures as the vendors' own error classes, and how often each package asks again on its own. */

import assert from 'node:assert/strict'
import Anthropic from '@anthropic-ai/sdk'
import { describe, test } from 'node:test'
import OpenAI from 'openai'
import { openScene } from '../contract/scene.ts'
import { messages, openai, reset, type Answer } from '../upstream/index.ts'
import { anthropicOf, ask, behindChat, behindMessages, openaiOf } from './clients.ts'

const scene = await openScene()

/** What a provider says, and what each package makes of what the gateway says then. */
interface Row {
  readonly says: string
  readonly chat: Answer
  readonly claude: Answer
  readonly openai: readonly [error: abstract new (...given: never[]) => Error, status: number, code: string]
  readonly anthropic: readonly [error: abstract new (...given: never[]) => Error, status: number, type: string]
  /** Whether asking again can help: then the packages do. */
  readonly isWorthRetrying: boolean
}

const rows: readonly Row[] = [
  {
    says: 'an invalid request',
    chat: openai.error(400),
    claude: messages.error(400),
    openai: [OpenAI.BadRequestError, 400, 'upstream_refused_request'],
    anthropic: [Anthropic.BadRequestError, 400, 'invalid_request_error'],
    isWorthRetrying: false,
  },
  {
    says: 'that our credential is wrong (case 194)',
    chat: openai.error(401, 'invalid_request_error', 'invalid_api_key'),
    claude: messages.error(401, 'authentication_error'),
    openai: [OpenAI.InternalServerError, 502, 'upstream_auth_error'],
    anthropic: [Anthropic.InternalServerError, 502, 'api_error'],
    isWorthRetrying: false,
  },
  {
    says: 'that it has no such model',
    chat: openai.error(404, 'invalid_request_error', 'model_not_found'),
    claude: messages.error(404, 'not_found_error'),
    openai: [OpenAI.NotFoundError, 404, 'model_not_found'],
    anthropic: [Anthropic.NotFoundError, 404, 'not_found_error'],
    isWorthRetrying: false,
  },
  {
    says: 'that the request is too large',
    chat: openai.error(413, 'invalid_request_error'),
    claude: messages.error(413, 'request_too_large'),
    openai: [OpenAI.APIError, 413, 'request_too_large'],
    anthropic: [Anthropic.ContentTooLargeError, 413, 'request_too_large'],
    isWorthRetrying: false,
  },
  {
    says: 'that its rate limit is reached (case 102)',
    chat: openai.error(429, 'requests', 'rate_limit_exceeded'),
    claude: messages.error(429, 'rate_limit_error'),
    openai: [OpenAI.RateLimitError, 429, 'rate_limit_exceeded'],
    anthropic: [Anthropic.RateLimitError, 429, 'rate_limit_error'],
    isWorthRetrying: true,
  },
  {
    says: 'that it failed',
    chat: openai.error(500, 'server_error'),
    claude: messages.error(500, 'api_error'),
    openai: [OpenAI.InternalServerError, 502, 'upstream_error'],
    anthropic: [Anthropic.InternalServerError, 502, 'api_error'],
    isWorthRetrying: true,
  },
  {
    says: 'that it is overloaded (cases 102, 195)',
    chat: openai.error(503, 'server_error'),
    claude: messages.error(529, 'overloaded_error'),
    openai: [OpenAI.InternalServerError, 503, 'overloaded'],
    anthropic: [Anthropic.OverloadedError, 529, 'overloaded_error'],
    isWorthRetrying: true,
  },
  {
    says: 'nothing, and breaks the connection (case 193)',
    chat: [reset()],
    claude: [reset()],
    openai: [OpenAI.InternalServerError, 502, 'upstream_unreachable'],
    anthropic: [Anthropic.InternalServerError, 502, 'api_error'],
    isWorthRetrying: true,
  },
]

const createChat = (client: OpenAI, model: string) => client.chat.completions.create({ model, messages: ask })
const createMessage = (client: Anthropic, model: string) => client.messages.create({ model, max_tokens: 9, messages: ask })

for (const { says, chat, claude, openai: mine, anthropic: yours, isWorthRetrying } of rows) {
  describe(`a provider that says ${says}`, () => {
    for (const [behind, answer] of [
      [behindChat, chat],
      [behindMessages, claude],
    ] as const) {
      test(`is ${mine[1]} ${mine[2]} to the openai package, and ${yours[1]} ${yours[2]} to Anthropic's, behind ${behind.wire}`, async () => {
        behind.stage(scene).play(answer)
        const isMine = (error: unknown) => {
          assert.ok(error instanceof OpenAI.APIError && error instanceof mine[0], String(error))
          assert.deepEqual([error.status, error.code], [mine[1], mine[2]])
          assert.equal(error.headers?.get('x-should-retry') !== 'false', isWorthRetrying)
          return error.requestID?.startsWith('req_') === true && !error.message.includes('scripted')
        }
        const isYours = (error: unknown) => {
          assert.ok(error instanceof Anthropic.APIError && error instanceof yours[0], String(error))
          assert.deepEqual([error.status, error.type], [yours[1], yours[2]])
          return error.requestID?.startsWith('req_') === true && !error.message.includes('scripted')
        }
        await assert.rejects(createChat(openaiOf(scene), behind.model), isMine)
        await assert.rejects(createMessage(anthropicOf(scene), behind.model), isYours)
      })
    }

    if (isWorthRetrying) return
    test('is asked once: neither the gateway nor the packages ask again (case 182)', async () => {
      scene.chat.play(chat)
      scene.claude.play(claude)
      await assert.rejects(createChat(openaiOf(scene, 2), behindChat.model))
      await assert.rejects(createMessage(anthropicOf(scene, 2), behindMessages.model))
      assert.deepEqual([scene.chat.asked().length, scene.claude.asked().length], [1, 1])
    })
  })
}

test('a provider that recovers is no error at all: the gateway asks it again, and the package does not notice (case 181)', async () => {
  for (const fault of [
    openai.error(500),
    openai.error(502),
    openai.error(503),
    openai.error(429, 'requests', 'rate_limit_exceeded', { 'retry-after-ms': '10' }),
    [reset()],
  ]) {
    scene.chat.play(fault, behindChat.speak('back'))
    const { choices } = await createChat(openaiOf(scene), behindChat.model)
    assert.equal(choices[0]!.message.content, 'back')
    assert.equal(scene.chat.asked().length, 2)
  }
})

test('the time to come back reaches the package, which obeys it (case 179)', async () => {
  const { model } = behindChat
  scene.chat.play(openai.error(429, 'requests', 'rate_limit_exceeded', { 'retry-after': '1' }), behindChat.speak('back'))
  const began = performance.now()
  const { choices } = await createChat(openaiOf(scene, 1), model)
  assert.equal(choices[0]!.message.content, 'back')
  assert.ok(performance.now() - began >= 1000, 'it waited a second')
})

test('the gateway’s own refusals are the vendors’ errors too', async () => {
  const stranger = { ...scene, gateway: { ...scene.gateway, key: 'omni_nobody' } }
  await assert.rejects(createChat(openaiOf(stranger), behindChat.model), OpenAI.AuthenticationError)
  await assert.rejects(createMessage(anthropicOf(stranger), behindMessages.model), Anthropic.AuthenticationError)
  await assert.rejects(createChat(openaiOf(scene), 'groq/llama-3.3-70b-versatile'), OpenAI.NotFoundError)
  await assert.rejects(createMessage(anthropicOf(scene), 'groq/llama-3.3-70b-versatile'), Anthropic.NotFoundError)
  await assert.rejects(openaiOf(scene).chat.completions.create({ model: behindMessages.model, messages: ask, n: 2 }), OpenAI.BadRequestError)
})

test('the built-in provider fails as it is asked to', async () => {
  const faults = {
    'fail-400': OpenAI.BadRequestError,
    'fail-401': OpenAI.InternalServerError,
    'fail-429': OpenAI.RateLimitError,
    'fail-500': OpenAI.InternalServerError,
  }
  for (const [model, fault] of Object.entries(faults)) await assert.rejects(createChat(openaiOf(scene), `omni-runtime/${model}`), fault)
  await assert.rejects(createMessage(anthropicOf(scene), 'omni-runtime/fail-503'), Anthropic.OverloadedError)
  await assert.rejects(createChat(openaiOf(scene), 'omni-runtime/fail-broken'), OpenAI.InternalServerError)
})
