/** Whole answers, read and written. https://platform.openai.com/docs/api-reference/responses/object */

import { isObject, asText, type Json, type JsonObject } from '../../base/json.ts'
import type { Block, ChatRequest, ChatResponse, Choice, Rest, Usage } from '../../canonical/chat.ts'
import { Failure } from '../../canonical/failure.ts'
import type { StreamOptions } from '../wire.ts'
import { takeEnding, typesOf, writeFinish } from './ending.ts'
import { failureOf } from './error.ts'
import { splitInstructions } from './input.ts'
import { readItem, writeItems } from './items.ts'
import { own, spelling, wire, type Writing } from './own.ts'
import { writeOptions } from './request.ts'
import { madeId } from './signature.ts'
import { namespacesOf } from './tools.ts'
import { readUsage, writeUsage } from './usage.ts'

/** Throws `Failure` where a server says an error with status 200, or something that is no answer. One that is still in the making is an answer. */
export function readResponse(body: JsonObject): ChatResponse {
  if (isObject(body.error) || body.status === 'failed' || body.type === 'error') throw failureOf(body)
  const { id, model, created_at: created, output, ...fields } = body
  if (!Array.isArray(output)) throw new Failure('upstream_invalid_response', 'The provider’s answer has no output.')
  const blocks = output.flatMap((item) => readOutput(item))
  const ending = takeEnding(fields, typesOf(blocks))
  return {
    id: typeof id === 'string' ? id : '',
    model: typeof model === 'string' ? model : '',
    ...(typeof created === 'number' && { created }),
    choices: [{ blocks, ...ending }],
    ...takeUsage(fields),
  }
}

/** Takes the usage, if there is any, and leaves the rest to be kept. */
function takeUsage({ usage, object, ...fields }: JsonObject): Pick<ChatResponse, 'usage' | 'rest'> {
  if (object !== 'response' && object !== undefined) fields.object = object
  if (isObject(usage)) return { usage: readUsage(usage), rest: { wire, fields } }
  return { usage: {}, rest: { wire, fields: usage === undefined ? fields : { ...fields, usage }, spelled: { usage: 'absent' } } }
}

/** An item of an answer. A picture that was made is a picture to whoever asked. */
export function readOutput(item: Json): readonly Block[] {
  if (!isObject(item) || item.type !== 'image_generation_call' || typeof item.result !== 'string') return readItem(item).blocks
  const mime = `image/${typeof item.output_format === 'string' ? item.output_format : 'png'}`
  return [{ type: 'media', kind: 'image', source: { type: 'data', mime, data: item.result }, rest: { wire, fields: item } }]
}

/** How an answer with this id is written to the client who asked. */
export function answering(asked: ChatRequest, id: string): Writing {
  return {
    to: 'client',
    lose: () => undefined,
    marks: false,
    textCalls: new Set(),
    namespaces: namespacesOf(asked),
    itemId: (prefix, place) => madeId(prefix, id, place),
  }
}

export function writeResponse(response: ChatResponse, options: StreamOptions): JsonObject {
  const { blocks, finish, rest } = response.choices[0] ?? { blocks: [], finish: 'other' }
  const head = writeHead(response, options)
  const output = writeOutputs(blocks, answering(options.asked, asText(head.id)))
  return { ...head, output, ...writeEnd({ finish, ...(rest && { rest }) }, typesOf(blocks), response) }
}

function writeOutputs(blocks: readonly Block[], writing: Writing): JsonObject[] {
  const items: JsonObject[] = []
  let said: Block[] = []
  const flush = () => {
    items.push(...writeItems({ role: 'assistant', blocks: said }, writing, items.length))
    said = []
  }
  for (const block of blocks) {
    if (block.type !== 'media') {
      said.push(block)
      continue
    }
    flush()
    items.push(...writePicture(block, writing, items.length))
  }
  flush()
  return items
}

/** A picture as the call that made it; one that is not in the answer itself has no such word. */
export function writePicture(block: Block, writing: Writing, place: number): JsonObject[] {
  if (block.type !== 'media' || block.kind !== 'image' || block.source.type !== 'data') return []
  if (block.rest?.wire === wire) return [own(block.rest)]
  return [{ type: 'image_generation_call', id: writing.itemId('ig', place), status: 'completed', result: block.source.data }]
}

/** What an answer says before its output, and what its client asked for; an answer of this wire's own brings that with it. */
export function writeHead(
  { id, model, created, rest }: Pick<ChatResponse, 'id' | 'model' | 'created' | 'rest'>,
  { now, asked, isKept = false }: StreamOptions,
): JsonObject {
  const isOwn = rest?.wire === wire
  const written = isOwn ? own(rest) : { error: null, ...writeAsked(asked), store: isKept }
  return {
    id: isOwn || id.startsWith('resp_') ? id : `resp_${id.replace(/[^a-zA-Z0-9_-]/g, '') || now}`,
    object: 'response',
    created_at: created ?? now,
    model,
    ...written,
  }
}

/** What is said at the end: how it ended, and what it cost. */
export function writeEnd(
  { finish, rest }: Omit<Choice, 'blocks'>,
  types: ReadonlySet<Block['type']>,
  { usage, rest: beside }: Pick<ChatResponse, 'usage' | 'rest'>,
): JsonObject {
  return { ...writeFinish(finish, types), ...(isTold(usage, beside) && { usage: writeUsage(usage) }), ...own(rest) }
}

/** Counts that nobody told are left out: zeros would be believed. */
function isTold({ input, output, rest }: Usage, beside: Rest | undefined): boolean {
  return spelling(beside, 'usage') !== 'absent' && (input !== undefined || output !== undefined || rest !== undefined)
}

/** The fields of a request that its answer repeats, and what they are where the client said nothing. */
const repeated: JsonObject = {
  background: false,
  instructions: null,
  max_output_tokens: null,
  max_tool_calls: null,
  metadata: {},
  parallel_tool_calls: true,
  previous_response_id: null,
  prompt_cache_key: null,
  reasoning: { effort: null, summary: null },
  safety_identifier: null,
  service_tier: 'default',
  temperature: null,
  text: { format: { type: 'text' } },
  tool_choice: 'auto',
  tools: [],
  top_logprobs: 0,
  top_p: null,
  truncation: 'disabled',
}

function writeAsked(asked: ChatRequest): JsonObject {
  const said = { ...writeOptions(asked, { model: asked.model }, () => undefined), instructions: splitInstructions(asked.turns).instructions ?? null }
  const written: JsonObject = { access_programs: null }
  for (const field in repeated) written[field] = repeat(repeated[field]!, (said as JsonObject)[field])
  written.tools = (written.tools as JsonObject[]).map((tool) => (tool.type === 'function' ? { parameters: null, strict: null, ...tool } : tool))
  return typeof asked.user === 'string' ? { ...written, user: asked.user } : written
}

function repeat(usual: Json, said: Json | undefined): Json {
  if (said === undefined || said === null) return usual
  return isObject(usual) && isObject(said) ? { ...usual, ...said } : said
}
