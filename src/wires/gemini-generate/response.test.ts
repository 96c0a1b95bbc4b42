/** Answers of generateContent, case by case. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Json, JsonObject } from '../../base/json.ts'
import type { ChatResponse } from '../../canonical/chat.ts'
import { Failure, type Reason } from '../../canonical/failure.ts'
import { writeResponse as writeChat } from '../openai-chat/response.ts'
import { readError, writeError } from './error.ts'
import { glance } from './glance.ts'
import { readRequest } from './request.ts'
import { readResponse, writeResponse } from './response.ts'
import { readUsage } from './usage.ts'

const answer = (parts: Json[], finishReason: string, more: JsonObject = {}): JsonObject => ({
  candidates: [{ content: { parts, role: 'model' }, finishReason, index: 0, ...more }],
  usageMetadata: { promptTokenCount: 1, candidatesTokenCount: 1, totalTokenCount: 2 },
  responseId: 'r-1',
  modelVersion: 'm',
})
const finishOf = (body: JsonObject) => readResponse(body).choices[0]!.finish
const call = { functionCall: { name: 'look', args: { at: 'x' } } }

function fails(read: () => unknown, reason: Reason): void {
  assert.throws(read, (error) => error instanceof Failure && error.reason === reason)
}

test('a stop with a call is a call (case 53)', () => {
  assert.equal(finishOf(answer([call], 'STOP')), 'tool-calls')
  assert.equal(finishOf(answer([{ text: 'hi' }], 'STOP')), 'stop')
  assert.equal(glance(answer([call], 'STOP'))?.finish, 'tool-calls')
})

test('calls without ids get ids of their own (case 54)', () => {
  const ids = readResponse(answer([call, call], 'STOP')).choices[0]!.blocks.map((block) => block.type === 'tool-call' && block.id)
  assert.deepEqual(ids, ['call_r1_0_0', 'call_r1_0_1'])
})

test('a malformed call is a failure that another try may mend (case 55)', () => {
  fails(() => readResponse({ candidates: [{ finishReason: 'MALFORMED_FUNCTION_CALL', index: 0 }] }), 'upstream_malformed_tool_call')
  fails(() => readResponse(answer([{ text: 'x' }], 'UNEXPECTED_TOOL_CALL')), 'upstream_malformed_tool_call')
})

test('a refused prompt is a refusal, and no answer at all is none (case 56)', () => {
  const { choices } = readResponse({ promptFeedback: { blockReason: 'SAFETY' } })
  assert.equal(choices.length, 1)
  assert.equal(choices[0]!.finish, 'refused')
  fails(() => readResponse({ usageMetadata: {} }), 'upstream_invalid_response')
})

test('limits and filters end answers, and an unknown reason for silence is a failure (case 57)', () => {
  assert.equal(finishOf(answer([{ text: 'hi' }], 'MAX_TOKENS')), 'length')
  for (const reason of ['SAFETY', 'RECITATION', 'BLOCKLIST', 'PROHIBITED_CONTENT', 'SPII', 'IMAGE_SAFETY'])
    assert.equal(finishOf(answer([], reason)), 'refused')
  assert.equal(finishOf(answer([{ text: 'hi' }], 'OTHER')), 'other')
  fails(() => readResponse(answer([], 'OTHER')), 'upstream_error')
})

test('thoughts are counted in, and what was cached is not counted twice (case 152)', () => {
  const { rest: _, ...usage } = readUsage({ promptTokenCount: 10, candidatesTokenCount: 5, thoughtsTokenCount: 7, cachedContentTokenCount: 4 })
  assert.deepEqual(usage, { input: 10, output: 12, reasoning: 7, cacheRead: 4 })
})

test('what tools brought is part of the prompt, and audio is told apart (case 162)', () => {
  const { input, audioInput } = readUsage({
    promptTokenCount: 10,
    toolUsePromptTokenCount: 3,
    promptTokensDetails: [
      { modality: 'TEXT', tokenCount: 4 },
      { modality: 'AUDIO', tokenCount: 6 },
    ],
  })
  assert.deepEqual({ input, audioInput }, { input: 13, audioInput: 6 })
})

test('probabilities are told token by token, to clients of other wires too (case 174)', () => {
  const logprobsResult = {
    chosenCandidates: [{ token: 'hi', tokenId: 7, logProbability: -0.5 }],
    topCandidates: [{ candidates: [{ token: 'ho', tokenId: 8, logProbability: -1.5 }] }],
  }
  const response = readResponse(answer([{ text: 'hi' }], 'STOP', { logprobsResult }))
  assert.deepEqual(response.choices[0]!.odds, [{ token: 'hi', logprob: -0.5, others: [{ token: 'ho', logprob: -1.5 }] }])
  const { choices } = writeChat(response, { now: 1, asked: readRequest({ contents: [] }) }) as { choices: [JsonObject] }
  assert.deepEqual(choices[0].logprobs, {
    content: [{ token: 'hi', logprob: -0.5, bytes: [104, 105], top_logprobs: [{ token: 'ho', logprob: -1.5, bytes: [104, 111] }] }],
    refusal: null,
  })
})

test('an image in an answer is a block of it (case 124)', () => {
  const { blocks } = readResponse(answer([{ inlineData: { mimeType: 'image/png', data: 'aQ==' } }], 'STOP')).choices[0]!
  assert.deepEqual(blocks, [{ type: 'media', kind: 'image', source: { type: 'data', mime: 'image/png', data: 'aQ==' } }])
})

test('the signature of a call stays on the call (case 143)', () => {
  const [block] = readResponse(answer([{ ...call, thoughtSignature: 'c2ln' }], 'STOP')).choices[0]!.blocks
  assert.deepEqual(block?.type === 'tool-call' && block.signature, { scheme: 'thought-signature', value: 'c2ln' })
})

test('offsets of a citation count characters, where the wire counts bytes', () => {
  const groundingMetadata = {
    groundingChunks: [{ web: { uri: 'https://example.org', title: 'E' } }],
    groundingSupports: [{ segment: { startIndex: 4, endIndex: 9, text: 'x' }, groundingChunkIndices: [0] }],
  }
  const [block] = readResponse(answer([{ text: '雪 café' }], 'STOP', { groundingMetadata })).choices[0]!.blocks
  assert.deepEqual(block?.type === 'text' && block.citations, [{ url: 'https://example.org', title: 'E', quoted: 'x', start: 2, end: 6 }])
})

test('arguments that were cut short are none, and the answer says why it ended (case 62)', () => {
  const response: ChatResponse = {
    id: 'a',
    model: 'm',
    choices: [{ blocks: [{ type: 'tool-call', id: 'c', name: 'look', input: '{"at":"le' }], finish: 'length' }],
    usage: {},
  }
  assert.deepEqual(writeResponse(response), {
    candidates: [{ content: { parts: [{ functionCall: { id: 'c', name: 'look', args: {} } }], role: 'model' }, finishReason: 'MAX_TOKENS', index: 0 }],
    usageMetadata: {},
    modelVersion: 'm',
    responseId: 'a',
  })
})

test('what other vendors signed or sealed is told as base64, on the thought it is of', () => {
  const response: ChatResponse = {
    id: '',
    model: '',
    choices: [
      {
        blocks: [
          { type: 'reasoning', text: 'hm', signature: { scheme: 'encrypted-reasoning', value: 'gAAA' } },
          { type: 'reasoning', text: '', redacted: 'seal' },
        ],
        finish: 'stop',
      },
    ],
    usage: {},
  }
  const [{ content }] = (writeResponse(response) as { candidates: [{ content: { parts: JsonObject[] } }] }).candidates
  const decoded = content.parts.map((part) => Buffer.from(String(part.thoughtSignature), 'base64').toString())
  assert.deepEqual(decoded, ['omni-gateway:encrypted-reasoning:gAAA', 'omni-gateway:sealed:seal'])
  assert.ok(content.parts.every((part) => part.thought === true && /^[A-Za-z0-9+/]+={0,2}$/.test(String(part.thoughtSignature))))
})

test('an error says why by its status, or by its words where the status says little', () => {
  const reasonOf = (status: string, message = '', details: Json[] = []) => readError({ error: { code: 400, message, status, details } }).reason
  assert.equal(reasonOf('RESOURCE_EXHAUSTED'), 'rate_limit_exceeded')
  assert.equal(reasonOf('RESOURCE_EXHAUSTED', '', [{ violations: [{ quotaId: 'GenerateRequestsPerDayPerProject' }] }]), 'upstream_quota_exceeded')
  assert.equal(reasonOf('UNAVAILABLE'), 'overloaded')
  assert.equal(reasonOf('INVALID_ARGUMENT', 'API key not valid.'), 'upstream_auth_error')
  assert.equal(reasonOf('PERMISSION_DENIED', 'The caller does not have permission'), 'upstream_auth_error')
  assert.equal(reasonOf('INVALID_ARGUMENT', 'The input token count (9) exceeds the maximum'), 'context_length_exceeded')
  assert.equal(readError([{ error: { status: 'INTERNAL' } }] as unknown as JsonObject).reason, 'upstream_error')
  assert.deepEqual(writeError(new Failure('rate_limit_exceeded', 'Slower.')), { error: { code: 429, message: 'Slower.', status: 'RESOURCE_EXHAUSTED' } })
})
