/** Streams, read. Contents and calls are counted apart, and each event says whose it is. https://docs.cohere.com/docs/streaming */

import { isObject, asText, type Json, type JsonObject } from '../../base/json.ts'
import type { Message } from '../../base/framing.ts'
import type { Block, ChatEvent, Rest } from '../../canonical/chat.ts'
import { Failure } from '../../canonical/failure.ts'
import { kept } from '../rest.ts'
import { brokenStream, parseEvent } from '../events.ts'
import type { EventReader } from '../wire.ts'
import { plan, readCall } from './assistant.ts'
import { readCitation } from './citations.ts'
import { readPart } from './content.ts'
import { failureOf } from './error.ts'
import { isPlainDelta } from './glance.ts'
import { wire } from './own.ts'
import { takeSignature } from './signature.ts'
import { readFinish, readUsage } from './usage.ts'

/** The most blocks of an answer. */
const mostBlocks = 4096

interface Opened {
  readonly index: number
  readonly type: Block['type']
  hasSpoken: boolean
  /** Its end was told. Citations may follow it, so it closes when the next block begins. */
  isEnded: boolean
  /** Fields that its end said. */
  ending: JsonObject
}

const nothing: readonly ChatEvent[] = []

export function eventReader(): EventReader {
  return new Reader()
}

class Reader implements EventReader {
  isTerminated = false
  #next = 0
  #hasBegun = false
  #hasFinished = false
  /** By the wire's own index; at most `mostBlocks` together. A plan has none. */
  readonly #contents = new Map<Json, Opened>()
  readonly #calls = new Map<Json, Opened>()
  #plan: Opened | undefined
  #lastText: Opened | undefined
  #events: ChatEvent[] = []
  readonly isPlainDelta = isPlainDelta

  read(message: Message): readonly ChatEvent[] {
    const { data } = message
    if (data === '') return nothing
    if (data === '[DONE]') {
      this.isTerminated = true
      return nothing
    }
    const event = parseEvent(data)
    if (this.#hasFinished) return nothing
    this.#events = []
    this.#readEvent(event, asText(event.type ?? message.event))
    return this.#events
  }

  end(): readonly ChatEvent[] {
    this.#events = []
    this.#closeAll()
    return this.#events
  }

  #readEvent(event: JsonObject, type: string): void {
    const { index = 0 } = event
    const delta = objectIn(event, 'delta')
    const message = objectIn(delta, 'message')
    switch (type) {
      case 'message-start':
        if (this.#hasBegun) return
        this.#hasBegun = true
        this.#events.push({ type: 'start', id: typeof event.id === 'string' ? event.id : '', model: '' })
        return
      case 'content-start':
        return this.#openContent(index, objectIn(message, 'content'))
      case 'content-delta':
        return this.#growContent(index, objectIn(message, 'content'), event.logprobs)
      case 'content-end':
        return endOf(this.#contents.get(index), objectIn(message, 'content'))
      case 'tool-plan-delta':
        return this.#growPlan(message.tool_plan)
      case 'tool-call-start':
        return this.#openCall(index, message.tool_calls)
      case 'tool-call-delta':
        return this.#growCall(index, objectIn(objectIn(message, 'tool_calls'), 'function').arguments)
      case 'tool-call-end':
        endOf(this.#calls.get(index), objectIn(message, 'tool_calls'))
        return this.#close(this.#calls, index)
      case 'citation-start':
        return this.#cite(message.citations)
      case 'message-end':
        return this.#finish(delta)
      default:
        if (type === 'error' || event.error !== undefined || typeof event.message === 'string') throw failureOf(event)
    }
  }

  #open(block: Block): Opened {
    if (this.#next === mostBlocks) throw new Failure('upstream_invalid_response', 'The provider’s stream has too many blocks.')
    const opened = { index: this.#next, type: block.type, hasSpoken: false, isEnded: false, ending: {} }
    this.#next += 1
    this.#events.push({ type: 'open', choice: 0, index: opened.index, block })
    return opened
  }

  #say(opened: Opened, text: Json | undefined, rest?: Rest): void {
    if (typeof text !== 'string' || (text === '' && rest === undefined)) return
    opened.hasSpoken ||= text !== ''
    this.#events.push({ type: 'delta', index: opened.index, text, ...(rest && { rest }) })
  }

  #openContent(index: Json, said: JsonObject): void {
    this.#closePlan()
    this.#closeEnded()
    this.#close(this.#contents, index)
    const type = said.type ?? (typeof said.thinking === 'string' ? 'thinking' : 'text')
    const block = readPart({ ...(type === 'text' && { text: '' }), ...(type === 'thinking' && { thinking: '' }), ...said, type })
    const hasWords = block.type === 'text' || block.type === 'reasoning'
    const opened = this.#open(hasWords ? { ...block, text: '' } : block)
    this.#contents.set(index, opened)
    if (block.type === 'text') this.#lastText = opened
    if (hasWords) this.#say(opened, block.text)
  }

  /** Servers that do not tell where content begins are followed. */
  #growContent(index: Json, { text, thinking }: JsonObject, logprobs: Json | undefined): void {
    const wanted = typeof thinking === 'string' ? 'reasoning' : 'text'
    if (this.#contents.get(index)?.type !== wanted) {
      if (typeof (thinking ?? text) !== 'string') return
      this.#openContent(index, { type: wanted === 'text' ? 'text' : 'thinking' })
    }
    const beside: JsonObject = logprobs === undefined || logprobs === null ? {} : { logprobs: [logprobs] }
    this.#say(this.#contents.get(index)!, thinking ?? text, kept(wire, beside).rest)
  }

  #growPlan(text: Json | undefined): void {
    if (typeof text !== 'string' || text === '') return
    if (this.#plan === undefined) {
      this.#closeEnded()
      this.#plan = this.#open(plan(''))
    }
    this.#say(this.#plan, text)
  }

  #openCall(index: Json, said: Json | undefined): void {
    const call = Array.isArray(said) ? said[0] : said
    if (!isObject(call) || !isObject(call.function)) throw brokenStream()
    this.#closePlan()
    this.#closeEnded()
    this.#close(this.#calls, index)
    const { input, ...header } = readCall({ ...call, function: { arguments: '', ...call.function } })
    const { arguments: given } = call.function
    const opened = this.#open({ ...header, input: '' })
    this.#calls.set(index, opened)
    if (given !== undefined && given !== '') this.#say(opened, input)
  }

  #growCall(index: Json, text: Json | undefined): void {
    const opened = this.#calls.get(index)
    if (opened === undefined) throw brokenStream()
    this.#say(opened, text)
  }

  /** A citation belongs to the block that it names, or to the text that was told last; thoughts and plans keep theirs. */
  #cite(said: Json | undefined): void {
    for (const citation of Array.isArray(said) ? said : [said]) {
      if (!isObject(citation)) continue
      const named = citation.type === 'PLAN' ? this.#plan : this.#contents.get(citation.content_index ?? null)
      const opened = named ?? this.#lastText
      if (opened === undefined) continue
      const { index, type } = opened
      if (type === 'text') this.#events.push({ type: 'delta', index, text: '', citation: readCitation(citation) })
      else this.#events.push({ type: 'delta', index, text: '', rest: { wire, fields: { citations: [citation] } } })
    }
  }

  #finish({ finish_reason: word, error, usage }: JsonObject): void {
    if (typeof error === 'string' && error !== '') throw failureOf({ message: error })
    const { finish: reason, spelled } = readFinish(word)
    this.#closeAll()
    if (isObject(usage)) this.#events.push({ type: 'usage', usage: readUsage(usage) })
    if (typeof word !== 'string') return
    this.#hasFinished = true
    this.#events.push({ type: 'finish', choice: 0, reason, ...kept(wire, {}, spelled) })
  }

  #closeAll(): void {
    for (const index of this.#contents.keys()) this.#close(this.#contents, index)
    this.#closePlan()
    for (const index of this.#calls.keys()) this.#close(this.#calls, index)
  }

  #closeEnded(): void {
    for (const [index, { isEnded }] of this.#contents) if (isEnded) this.#close(this.#contents, index)
  }

  #closePlan(): void {
    if (this.#plan) this.#events.push({ type: 'close', index: this.#plan.index })
    this.#plan = undefined
  }

  #close(opened: Map<Json, Opened>, index: Json): void {
    const block = opened.get(index)
    if (block === undefined) return
    opened.delete(index)
    if (block === this.#lastText) this.#lastText = undefined
    // Arguments are JSON, also where a model gave none.
    if (block.type === 'tool-call' && !block.hasSpoken) this.#events.push({ type: 'delta', index: block.index, text: '{}' })
    this.#events.push({ type: 'close', index: block.index, ...takeSignature(block.ending) })
  }
}

function endOf(opened: Opened | undefined, ending: JsonObject): void {
  if (opened === undefined) return
  opened.isEnded = true
  opened.ending = { ...ending }
}

function objectIn(event: JsonObject, field: string): JsonObject {
  const value = event[field]
  return isObject(value) ? value : {}
}
