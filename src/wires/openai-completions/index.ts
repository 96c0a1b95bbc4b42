/**
 * OpenAI's legacy Completions: a text that is gone on with. It is Chat Completions with a prompt in the place of messages and texts in that of
 * messages said, and is read and written as that. https://platform.openai.com/docs/api-reference/completions
 */

import { openaiChat } from '../openai-chat/index.ts'
import type { Wire } from '../wire.ts'
import { toChatAnswer, toCompletion } from './answer.ts'
import { checkRequest } from './check.ts'
import { asChat, outline, readRequest, writeRequest } from './request.ts'
import { eventReader, eventWriter } from './stream.ts'

const { readError, writeError, writeErrorFrame, askForUsage, readServed, terminator } = openaiChat

export const openaiCompletions: Wire = {
  name: 'openai-completions',
  // It holds one text and no more.
  cannotSay: {
    top_k: 'drop',
    thinking: 'drop',
    reasoning: 'drop',
    signature: 'drop',
    redacted_reasoning: 'drop',
    citation: 'drop',
    cache_mark: 'drop',
    cache_ttl: 'drop',
    refusal: 'drop',
    unknown_field: 'drop',
    format: 'refuse',
    logprobs: 'refuse',
    tools: 'refuse',
    custom_tool: 'refuse',
    hosted_tool: 'refuse',
    tool_choice: 'drop',
    parallel_tools: 'drop',
    modalities: 'refuse',
    image: 'refuse',
    audio: 'refuse',
    video: 'refuse',
    document: 'refuse',
    native_block: 'refuse',
    stored_state: 'refuse',
  },
  passedHeaders: openaiChat.passedHeaders,
  promptFields: ['prompt', 'suffix'],
  fieldOf: { choices: 'n' },
  outline,
  checkRequest,
  readRequest,
  writeRequest,
  readResponse: (body) => openaiChat.readResponse(toChatAnswer(body)),
  glance: (body) => openaiChat.glance(toChatAnswer(body)),
  readServed,
  writeResponse: (response, options) => toCompletion(openaiChat.writeResponse(response, asChat(options))),
  eventReader,
  eventWriter,
  readError,
  writeError,
  writeErrorFrame,
  askForUsage,
  terminator,
}
