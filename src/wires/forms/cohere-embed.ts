/** Cohere's embeddings, at Cohere and on Bedrock. https://docs.cohere.com/reference/embed */

import { isObject, present, asText, type Json, type JsonObject } from '../../base/json.ts'
import { Failure } from '../../canonical/failure.ts'
import type { EmbeddingAnswer, EmbeddingRequest } from '../../canonical/forms.ts'
import { both, checkBody, count, fields, forbiddenFields, isFilled, lengthOf, orNull, text, texts } from '../check.ts'
import { unsayable, type Loss } from '../losses.ts'
import { readError, writeError } from '../cohere-chat/error.ts'
import { outlineOf, ownFields, ownSpelling, restOf, type Dialect, type Wanted } from './dialect.ts'
import { cohereTasks, readTask, taskWord } from './tasks.ts'
import { encode, inOrder, readVector } from './vectors.ts'
import { weighAll } from '../weigh.ts'

const name = 'cohere-embed'

const request = fields(
  {
    ...forbiddenFields,
    model: text,
    texts: orNull(both(texts, isFilled)),
    input_type: orNull(text),
    output_dimension: orNull(count),
    embedding_types: orNull(both(texts, isFilled)),
    truncate: orNull(text),
  },
  ['model'],
)

function checkRequest(body: JsonObject): void {
  checkBody(body, request)
  if ((body.texts ?? body.images ?? body.inputs ?? null) === null)
    throw new Failure('missing_parameter', 'texts is missing: one of `texts`, `images` and `inputs` is needed.', { param: 'texts' })
}

const read = ['model', 'texts', 'input_type', 'output_dimension', 'embedding_types', 'truncate']

function readRequest(body: JsonObject): EmbeddingRequest {
  const { model, texts: inputs, input_type: type, output_dimension: dimensions, truncate } = body
  const types = (body.embedding_types ?? ['float']) as string[]
  const task = readTask(type)
  const truncates = truncate === 'END' ? true : truncate === 'NONE' ? false : undefined
  const shaping = body.images ? 'images' : body.inputs ? 'inputs' : types.every(isPlain) ? undefined : 'embedding_types'
  return {
    model: asText(model),
    inputs: (inputs ?? []) as string[],
    encoding: types.includes('float') ? 'float' : 'base64',
    ...(task && { task }),
    ...(typeof dimensions === 'number' && { dimensions }),
    ...(truncates !== undefined && { truncates }),
    ...restOf(name, body, read, {
      ...(shaping && { shaping }),
      spelled: {
        types: types.join(),
        ...(typeof type === 'string' && { task: type }),
        ...(typeof truncate === 'string' && { truncate }),
      },
    }),
  }
}

/** Each is the URL that holds it. */
const asPictures = (images: Json | undefined): Json[] => (Array.isArray(images) ? images.map((url) => ({ type: 'image_url', image_url: { url } })) : [])

const isPlain = (type: string) => type === 'float' || type === 'base64'

/** Models of the third generation and later want to know what the vectors are for; most are made to be searched in. */
const usual = 'search_document'

function writeRequest(asked: EmbeddingRequest, lose: Loss): JsonObject {
  const { model, inputs, dimensions, task, truncates } = asked
  const spelled = ownSpelling(name, asked)
  if (inputs.some((input) => typeof input !== 'string')) throw unsayable('tokens', 'input')
  if (asked.title !== undefined) lose('title')
  if (asked.user !== undefined) lose('user')
  const word = task && taskWord(cohereTasks, task)
  if (task !== undefined && word === undefined) lose('task')
  return {
    model,
    ...(inputs.length > 0 && { texts: inputs as string[] }),
    input_type: spelled.task ?? word ?? usual,
    embedding_types: spelled.types?.split(',') ?? ['float'],
    ...present({ output_dimension: dimensions, truncate: spelled.truncate ?? (truncates === undefined ? undefined : truncates ? 'END' : 'NONE') }),
    ...ownFields(name, asked),
  }
}

/** Older models on Bedrock give the list itself where others give one for each type. */
function readResponse({ id, embeddings, meta }: JsonObject, { inputs, rest }: EmbeddingRequest): EmbeddingAnswer {
  const list = isObject(embeddings) ? (embeddings.float ?? embeddings.base64) : embeddings
  const billed = isObject(meta) && isObject(meta.billed_units) ? meta.billed_units : {}
  if (!isObject(embeddings) && !Array.isArray(embeddings)) throw new Failure('upstream_invalid_response', 'The provider’s answer has no vectors.')
  return {
    ...(typeof id === 'string' && { id }),
    vectors: rest.shaping
      ? []
      : inOrder(
          (Array.isArray(list) ? list : []).map((vector, at) => [at, readVector(vector)] as const),
          inputs.length,
        ),
    usage: typeof billed.input_tokens === 'number' ? { input: billed.input_tokens, output: 0, ...images(billed.image_tokens) } : {},
  }
}

const images = (tokens: Json | undefined) => (typeof tokens === 'number' ? { imageInput: tokens } : {})

function writeResponse({ id: given, vectors, usage }: EmbeddingAnswer, { asked, id }: Wanted<'embeddings'>): JsonObject {
  const types = ownSpelling(name, asked).types?.split(',') ?? ['float']
  return {
    id: given ?? id,
    embeddings: Object.fromEntries(types.map((type) => [type, vectors.map((vector) => encode(vector, type === 'base64' ? type : 'float'))])),
    texts: asked.inputs as string[],
    meta: { api_version: { version: '2' }, ...(usage.input !== undefined && { billed_units: { input_tokens: usage.input } }) },
    response_type: 'embeddings_by_type',
  }
}

export const cohereEmbed: Dialect<'embeddings'> = {
  name,
  form: 'embeddings',
  promptFields: ['texts', 'images', 'inputs'],
  outline: ({ texts: inputs, images, inputs: mixed }) =>
    outlineOf(lengthOf(inputs) + lengthOf(images) + lengthOf(mixed), weighAll(inputs, asPictures(images), mixed)),
  checkRequest,
  readRequest,
  writeRequest,
  readResponse,
  writeResponse,
  readError,
  writeError,
}
