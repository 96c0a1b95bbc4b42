/** Amazon's Titan embeddings on Bedrock: one text a request. https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-titan-embed-text.html */

import { present, type JsonObject } from '../../base/json.ts'
import type { EmbeddingAnswer, EmbeddingRequest } from '../../canonical/forms.ts'
import { unsayable, type Loss } from '../losses.ts'
import { readError } from '../openai-chat/error.ts'
import type { UpstreamDialect } from './dialect.ts'
import { readVector } from './vectors.ts'

function writeRequest({ model, inputs: [input], dimensions, task, title, truncates, user }: EmbeddingRequest, lose: Loss): JsonObject {
  if (typeof input !== 'string') throw unsayable('tokens', 'input')
  if (task !== undefined) lose('task')
  if (title !== undefined) lose('title')
  if (truncates !== undefined) lose('truncation')
  if (user !== undefined) lose('user')
  return present({ model, inputText: input, dimensions })
}

function readResponse({ embedding, inputTextTokenCount: tokens }: JsonObject): EmbeddingAnswer {
  return { vectors: [readVector(embedding)], usage: typeof tokens === 'number' ? { input: tokens, output: 0 } : {} }
}

export const titanEmbed: UpstreamDialect<'embeddings'> = { name: 'titan-embed', form: 'embeddings', writeRequest, readResponse, readError }
