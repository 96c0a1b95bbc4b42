/** Reads streams. Servers differ in how much they tell while an item comes: its end alone is enough. https://platform.openai.com/docs/api-reference/responses-streaming */

import { isObject, type Json, type JsonObject } from '../../base/json.ts'
import type { Message } from '../../base/framing.ts'
import type { Block, ChatEvent, Served } from '../../canonical/chat.ts'
import { Failure } from '../../canonical/failure.ts'
import { parseEvent } from '../events.ts'
import type { EventReader } from '../wire.ts'
import { readCitation } from './content.ts'
import { takeEnding } from './ending.ts'
import { failureOf } from './error.ts'
import { kept } from './own.ts'
import { ItemReading, type Telling, type Words } from './reading.ts'
import { readServed } from './served.ts'
import { readUsage } from './usage.ts'

const mostItems = 1024
const nothing: readonly ChatEvent[] = []

/** The events that say words: of what, in which field, and where that stands in its item. */
const wordEvents: { readonly [type: string]: readonly [words: Words, field: string, place?: string] } = {
  'response.output_text.delta': ['text', 'delta', 'content_index'],
  'response.refusal.delta': ['refusal', 'delta', 'content_index'],
  'response.reasoning_summary_text.delta': ['summary', 'delta', 'summary_index'],
  'response.reasoning_text.delta': ['thought', 'delta', 'content_index'],
  'response.function_call_arguments.delta': ['call', 'delta'],
  'response.custom_tool_call_input.delta': ['call', 'delta'],
}

/** The events that say the same words in whole. */
const wholeEvents: typeof wordEvents = {
  'response.output_text.done': ['text', 'text', 'content_index'],
  'response.refusal.done': ['refusal', 'refusal', 'content_index'],
  'response.reasoning_summary_text.done': ['summary', 'text', 'summary_index'],
  'response.reasoning_text.done': ['thought', 'text', 'content_index'],
  'response.function_call_arguments.done': ['call', 'arguments'],
  'response.custom_tool_call_input.done': ['call', 'input'],
}

/** In a JSON string its quotes are escaped, so that text that only looks like a type is none. */
const plain = /"type"\s*:\s*"response\.[a-z_]+\.delta"/
const doubtful = /"type"\s*:\s*(?!"response\.[a-z_]+\.delta"|\s)|"(?:error|response)"\s*:/

export function eventReader(): EventReader {
  return new Reader()
}

class Reader implements EventReader {
  isTerminated = false
  hasRepeatedEnd = false
  isRetelling = false
  served: Served | undefined
  #hasStarted = false
  #next = 0
  #events: ChatEvent[] = []
  /** By their place in the output, else by id; at most `mostItems`. */
  readonly #items = new Map<Json, ItemReading>()
  /** At most as many as there are types. */
  readonly #types = new Set<Block['type']>()
  readonly #telling: Telling = {
    tell: (event) => void this.#events.push(event),
    nextIndex: (block) => {
      this.#types.add(block.type)
      this.#next += 1
      return this.#next - 1
    },
  }

  read(message: Message): readonly ChatEvent[] {
    const { data } = message
    this.hasRepeatedEnd = false
    if (data === '' || data === '[DONE]') return nothing
    const event = parseEvent(data)
    const type = typeof event.type === 'string' ? event.type : message.event
    if (this.isTerminated) {
      this.hasRepeatedEnd = isEnd(type)
      return nothing
    }
    this.#events = []
    this.isRetelling = type.endsWith('.done') || isEnd(type)
    this.#readEvent(type, event)
    return this.#events
  }

  isPlainDelta({ bytes }: Message): boolean {
    const text = bytes.toString('latin1')
    return plain.test(text) && !doubtful.test(text)
  }

  end(): readonly ChatEvent[] {
    this.#events = []
    for (const item of this.#items.values()) item.abandon()
    return this.#events
  }

  #readEvent(type: string, event: JsonObject): void {
    switch (type) {
      case 'response.created':
      case 'response.in_progress':
      case 'response.queued':
        return this.#start(event.response)
      case 'response.output_item.added':
        return this.#itemOf(event).begin(objectIn(event.item))
      case 'response.output_item.done':
        return this.#itemOf(event).finish(objectIn(event.item))
      case 'response.output_text.annotation.added':
        if (isObject(event.annotation) && !this.#itemOf(event).isDone) this.#itemOf(event).cite(placeIn(event.content_index), readCitation(event.annotation))
        return
      case 'response.completed':
      case 'response.incomplete':
        return this.#finish(type, objectIn(event.response))
      case 'response.failed':
        throw failureOf(objectIn(event.response))
      case 'error':
        throw failureOf(event)
      default:
        if (isObject(event.error)) throw failureOf(event)
        this.#readWords(type, event)
    }
  }

  #readWords(type: string, event: JsonObject): void {
    const isDelta = Object.hasOwn(wordEvents, type)
    if (!isDelta && !Object.hasOwn(wholeEvents, type)) return
    const [words, field, place] = (isDelta ? wordEvents : wholeEvents)[type]!
    const text = event[field]
    if (typeof text !== 'string') return
    const item = this.#itemOf(event)
    if (item.isDone) return
    const at = place === undefined ? 0 : placeIn(event[place])
    if (isDelta) item.say(words, at, text)
    else item.fill(words, at, text)
    if (isDelta && words === 'text' && Array.isArray(event.logprobs) && event.logprobs.length > 0) item.addProbabilities(at, event.logprobs as JsonObject[])
  }

  /** What changes while the answer comes is told at its end. */
  #start(said: Json | undefined): void {
    if (this.#hasStarted) return
    this.#hasStarted = true
    const { id, model, created_at: created, ...fields } = isObject(said) ? said : {}
    for (const field of ['object', 'status', 'output', 'usage', 'incomplete_details']) delete fields[field]
    const told = { id: typeof id === 'string' ? id : '', model: typeof model === 'string' ? model : '' }
    this.#events.push({ type: 'start', ...told, ...(typeof created === 'number' && { created }), ...kept(fields) })
  }

  #itemOf({ output_index: place, item_id: id, item }: JsonObject): ItemReading {
    this.#start(undefined)
    const said = isObject(item) ? item.id : undefined
    const key = typeof place === 'number' ? place : (id ?? said ?? `#${this.#items.size}`)
    const known = this.#items.get(key)
    if (known) return known
    if (this.#items.size === mostItems) throw new Failure('upstream_invalid_response', 'The provider’s stream has too many items.')
    const fresh = new ItemReading(this.#telling, typeof id === 'string' ? { id } : {})
    this.#items.set(key, fresh)
    return fresh
  }

  /** The answer is told once more in whole: what was not told before is told now. */
  #finish(type: string, response: JsonObject): void {
    if (isObject(response.error)) throw failureOf(response)
    const { id: _, model: __, created_at: ___, object: ____, output, usage, ...fields } = response
    this.served = readServed(response)
    this.#start(response)
    if (Array.isArray(output) && output.length > this.#items.size - this.#unfinished()) {
      output.forEach((item, place) => {
        if (isObject(item) && !this.#items.has(item.id ?? null)) this.#itemOf({ output_index: place, item }).finish(item)
      })
    }
    for (const item of this.#items.values()) item.abandon()
    if (isObject(usage)) this.#events.push({ type: 'usage', usage: readUsage(usage) })
    fields.status ??= type === 'response.incomplete' ? 'incomplete' : 'completed'
    const { finish: reason, rest } = takeEnding(fields, this.#types)
    this.isTerminated = true
    this.#events.push({ type: 'finish', choice: 0, reason, ...kept({ ...fields, ...rest?.fields }) })
  }

  #unfinished(): number {
    let count = 0
    for (const item of this.#items.values()) if (!item.isDone) count += 1
    return count
  }
}

const isEnd = (type: string): boolean => type === 'response.completed' || type === 'response.incomplete'

function placeIn(value: Json | undefined): number {
  return typeof value === 'number' ? value : 0
}

function objectIn(value: Json | undefined): JsonObject {
  if (!isObject(value)) throw new Failure('upstream_invalid_response', 'The provider’s stream holds an event without what it is about.')
  return value
}
