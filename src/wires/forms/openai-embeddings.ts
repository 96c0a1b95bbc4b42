/** OpenAI's embeddings, and the vendors who answer as it does. https://platform.openai.com/docs/api-reference/embeddings */

import { isObject, present, asText, type Json, type JsonObject } from '../../base/json.ts'
import { Failure } from '../../canonical/failure.ts'
import type { DialectName, EmbeddingAnswer, EmbeddingInput, EmbeddingRequest } from '../../canonical/forms.ts'
import { check, checkBody, count, fields, forbiddenFields, lengthOf, oneOf, orNull, text } from '../check.ts'
import { unsayable, type Loss } from '../losses.ts'
import { readError, writeError } from '../openai-chat/error.ts'
import { outlineOf, ownFields, ownSpelling, restOf, type Dialect, type UpstreamDialect, type Wanted } from './dialect.ts'
import { jinaTasks, readTask, taskWord, voyageTasks, type TaskWords } from './tasks.ts'
import { encode, inOrder, readVector } from './vectors.ts'
import { weighAll } from '../weigh.ts'

const isTokens = (value: Json) => Array.isArray(value) && value.length > 0 && value.every((token) => Number.isSafeInteger(token))
const isInput = (value: Json) =>
  typeof value === 'string' ||
  (Array.isArray(value) && value.length > 0 && (value.every((item) => typeof item === 'string') || isTokens(value) || value.every(isTokens)))

const request = fields(
  {
    ...forbiddenFields,
    model: text,
    input: check(isInput, 'a string, a list of strings, or tokens'),
    dimensions: orNull(count),
    encoding_format: orNull(oneOf(['float', 'base64'])),
    user: orNull(text),
  },
  ['model', 'input'],
)

/** Fields by which clients tell what the vectors are for: vendors of this dialect have each their own. */
const taskFields = ['input_type', 'task', 'task_type'] as const

function readRequest(body: JsonObject): EmbeddingRequest {
  const { model, input, dimensions, encoding_format: encoding, user } = body
  const taskField = taskFields.find((field) => readTask(body[field]) !== undefined)
  const task = taskField && readTask(body[taskField])
  const read = ['model', 'input', 'dimensions', 'encoding_format', 'user', ...(taskField ? [taskField] : [])]
  const isOne = typeof input === 'string' || typeof (input as Json[])[0] === 'number'
  return {
    model: asText(model),
    inputs: (isOne ? [input] : input) as EmbeddingInput[],
    encoding: encoding === 'base64' ? 'base64' : 'float',
    ...(typeof dimensions === 'number' && { dimensions }),
    ...(task && { task }),
    ...(typeof user === 'string' && { user }),
    ...restOf(openai.name, body, read, {
      spelled: {
        input: isOne ? 'one' : 'list',
        ...(taskField && { taskField, task: body[taskField] as string }),
        ...(encoding === 'float' && { encoding }),
      },
    }),
  }
}

/** How a vendor spells what the others spell otherwise. */
interface Spelling {
  readonly name: DialectName
  /** The field for the size of vectors. */
  readonly dimensions: string
  readonly task?: { readonly field: string; readonly words: TaskWords }
  readonly takesTokens?: true
  readonly takesUser?: true
  /** Whether base64 is asked for; else we make it of the floats. */
  readonly takesEncoding?: true
}

const openai: Spelling = { name: 'openai-embeddings', dimensions: 'dimensions', takesTokens: true, takesUser: true, takesEncoding: true }

function writeRequest(spelling: Spelling, asked: EmbeddingRequest, lose: Loss): JsonObject {
  const { model, inputs, dimensions, encoding, user } = asked
  const spelled = ownSpelling(spelling.name, asked)
  if (!spelling.takesTokens && inputs.some((input) => typeof input !== 'string')) throw unsayable('tokens', 'input')
  if (asked.title !== undefined) lose('title')
  if (asked.truncates !== undefined) lose('truncation')
  if (user !== undefined && !spelling.takesUser) lose('user')
  return {
    model,
    input: (spelled.input === 'one' && inputs.length === 1 ? inputs[0] : inputs) as Json,
    ...(dimensions !== undefined && { [spelling.dimensions]: dimensions }),
    ...(spelling.takesEncoding && (encoding === 'base64' || spelled.encoding) && { encoding_format: encoding }),
    ...(spelled.taskField ? { [spelled.taskField]: spelled.task! } : writeTask(spelling, asked, lose)),
    ...(user !== undefined && spelling.takesUser && { user }),
    ...ownFields(spelling.name, asked),
  }
}

function writeTask({ task: spelled }: Spelling, { task }: EmbeddingRequest, lose: Loss): JsonObject {
  if (task === undefined) return {}
  const word = spelled && taskWord(spelled.words, task)
  if (word !== undefined) return { [spelled!.field]: word }
  lose('task')
  return {}
}

function readResponse({ id, model, data, usage }: JsonObject, { inputs }: EmbeddingRequest): EmbeddingAnswer {
  if (!Array.isArray(data)) throw new Failure('upstream_invalid_response', 'The provider’s answer has no list of vectors.')
  const placed = data.map((item, at) => {
    const { index, embedding } = isObject(item) ? item : {}
    return [typeof index === 'number' ? index : at, readVector(embedding)] as const
  })
  const told = isObject(usage) ? (usage.prompt_tokens ?? usage.total_tokens) : undefined
  return {
    ...(typeof id === 'string' && { id }),
    ...(typeof model === 'string' && { model }),
    vectors: inOrder(placed, inputs.length),
    usage: typeof told === 'number' ? { input: told, output: 0 } : {},
  }
}

/** Mistral's package reads no answer without an `id`. https://docs.mistral.ai/api/#tag/embeddings */
function writeResponse(answer: EmbeddingAnswer, { asked, id, tokens }: Wanted<'embeddings'>): JsonObject {
  return {
    id: answer.id ?? id,
    object: 'list',
    data: answer.vectors.map((vector, index) => ({ object: 'embedding', index, embedding: encode(vector, asked.encoding) })),
    model: answer.model ?? asked.model,
    usage: { prompt_tokens: tokens, total_tokens: tokens },
  }
}

const upstream = (spelling: Spelling): UpstreamDialect<'embeddings'> => ({
  name: spelling.name,
  form: 'embeddings',
  writeRequest: (asked, lose) => writeRequest(spelling, asked, lose),
  readResponse,
  readError,
})

export const openaiEmbeddings: Dialect<'embeddings'> = {
  ...upstream(openai),
  promptFields: ['input'],
  outline: ({ input }) => outlineOf(Array.isArray(input) ? lengthOf(input) : 1, weighAll(input)),
  checkRequest: (body) => checkBody(body, request),
  readRequest,
  writeResponse,
  isAsAsked: ({ data }, { encoding }) =>
    (data as JsonObject[]).every(({ index, embedding }, at) => index === at && (typeof embedding === 'string') === (encoding === 'base64')),
  supply: (answer, { id }) => present({ id: answer.id === undefined ? id : undefined }),
  writeError,
}

/** https://docs.mistral.ai/api/#tag/embeddings */
export const mistralEmbeddings = upstream({ name: 'mistral-embeddings', dimensions: 'output_dimension' })

/** https://docs.voyageai.com/reference/embeddings-api */
export const voyageEmbeddings = upstream({
  name: 'voyage-embeddings',
  dimensions: 'output_dimension',
  task: { field: 'input_type', words: voyageTasks },
})

/** https://api.jina.ai/redoc */
export const jinaEmbeddings = upstream({ name: 'jina-embeddings', dimensions: 'dimensions', task: { field: 'task', words: jinaTasks } })
