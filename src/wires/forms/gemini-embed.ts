/** Gemini's embeddings, of several contents and of one. https://ai.google.dev/api/embeddings */

import { isObject, present, type Json, type JsonObject } from '../../base/json.ts'
import { Failure } from '../../canonical/failure.ts'
import type { EmbeddingAnswer, EmbeddingRequest } from '../../canonical/forms.ts'
import { both, checkBody, count, fields, forbiddenFields, isFilled, lengthOf, list, listOf, orNull, text } from '../check.ts'
import { unsayable, type Loss } from '../losses.ts'
import { readError, writeError } from '../gemini-generate/error.ts'
import { outlineOf, ownFields, ownSpelling, type Dialect, type SurfaceDialect } from './dialect.ts'
import { geminiTasks, readTask } from './tasks.ts'
import { inOrder, readVector, toFloats } from './vectors.ts'
import { weighAll } from '../weigh.ts'

const name = 'gemini-embed'

const one = fields(
  {
    ...forbiddenFields,
    content: fields({ parts: both(list, isFilled) }, ['parts']),
    taskType: orNull(text),
    title: orNull(text),
    outputDimensionality: orNull(count),
  },
  ['content'],
)
const several = fields({ ...forbiddenFields, requests: both(listOf(one), isFilled) }, ['requests'])

/** What is the same in all requests is the form's; where they differ only this dialect can say so, and has them as they came. */
function readRequests(requests: readonly JsonObject[]): EmbeddingRequest {
  const [first] = requests as [JsonObject]
  const { model, content: _, taskType, title, outputDimensionality: dimensions, ...fields } = first
  const task = readTask(taskType)
  const isForm = requests.every((request) => partsOf(request.content).every(isText) && besideContent(request) === besideContent(first))
  return {
    model: typeof model === 'string' ? model.replace(/^models\//, '') : '',
    inputs: requests.map(({ content }) => textOf(content)),
    encoding: 'float',
    ...(task && { task }),
    ...(typeof title === 'string' && { title }),
    ...(typeof dimensions === 'number' && { dimensions }),
    rest: isForm
      ? { dialect: name, fields, ...(typeof taskType === 'string' && { spelled: { task: taskType } }) }
      : { dialect: name, fields: { requests: requests as JsonObject[] }, shaping: 'requests' },
  }
}

const partsOf = (content: Json | undefined): readonly Json[] => (isObject(content) && Array.isArray(content.parts) ? content.parts : [])

const isText = (part: Json): boolean => isObject(part) && typeof part.text === 'string'

const besideContent = ({ content: _, ...fields }: JsonObject): string => JSON.stringify(fields)

const textOf = (content: Json | undefined): string =>
  partsOf(content)
    .map((part) => (isObject(part) && typeof part.text === 'string' ? part.text : ''))
    .join('\n')

function writeRequest(asked: EmbeddingRequest, lose: Loss): JsonObject {
  const { inputs, dimensions, task, title } = asked
  const model = `models/${asked.model}`
  const fields = ownFields(name, asked)
  if (asked.rest.shaping !== undefined) return { requests: (fields.requests as JsonObject[]).map((request) => ({ ...request, model })) }
  if (inputs.some((input) => typeof input !== 'string')) throw unsayable('tokens', 'input')
  if (asked.truncates !== undefined) lose('truncation')
  if (asked.user !== undefined) lose('user')
  const taskType = ownSpelling(name, asked).task ?? (task && geminiTasks[task])
  return {
    requests: inputs.map((input) => ({
      model,
      content: { parts: [{ text: input as string }] },
      ...present({ taskType, title, outputDimensionality: dimensions }),
      ...fields,
    })),
  }
}

function readResponse({ embeddings, usageMetadata: usage }: JsonObject, { inputs }: EmbeddingRequest): EmbeddingAnswer {
  if (!Array.isArray(embeddings)) throw new Failure('upstream_invalid_response', 'The provider’s answer has no list of vectors.')
  const tokens = isObject(usage) ? usage.promptTokenCount : undefined
  const placed = embeddings.map((embedding, at) => [at, readVector(isObject(embedding) ? embedding.values : undefined)] as const)
  return { vectors: inOrder(placed, inputs.length), usage: typeof tokens === 'number' ? { input: tokens, output: 0 } : {} }
}

const usageOf = ({ usage: { input } }: EmbeddingAnswer): JsonObject =>
  input === undefined ? {} : { usageMetadata: { promptTokenCount: input, promptTokensDetails: [{ modality: 'TEXT', tokenCount: input }] } }

export const geminiEmbed: Dialect<'embeddings'> = {
  name,
  form: 'embeddings',
  promptFields: ['requests'],
  outline: ({ requests }) => outlineOf(lengthOf(requests), weighAll(requests)),
  checkRequest: (body) => checkBody(body, several),
  readRequest: ({ requests }) => readRequests(requests as JsonObject[]),
  writeRequest,
  readResponse,
  writeResponse: (answer) => ({ embeddings: answer.vectors.map((vector) => ({ values: toFloats(vector) })), ...usageOf(answer) }),
  // Each request names the model once more.
  mustRewrite: ({ requests }, model) => (requests as JsonObject[]).some((request) => request.model !== `models/${model}`),
  readError,
  writeError,
}

/** `embedContent`, which providers are asked as a batch of one. */
export const geminiEmbedSingle: SurfaceDialect<'embeddings'> = {
  name: 'gemini-embed-single',
  form: 'embeddings',
  promptFields: ['content'],
  outline: ({ content }) => outlineOf(1, weighAll(content)),
  checkRequest: (body) => checkBody(body, one),
  readRequest: (body) => readRequests([body]),
  writeResponse: (answer) => ({ embedding: { values: toFloats(answer.vectors[0]!) }, ...usageOf(answer) }),
  writeError,
}
