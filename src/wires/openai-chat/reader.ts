/** Reads streams. The wire has no borders between blocks: one of words ends where another begins, and calls, which may interleave, end with the choice. */

import { isObject, type Json, type JsonObject } from '../../base/json.ts'
import type { Message } from '../../base/framing.ts'
import type { Block, ChatEvent, Served, Signature } from '../../canonical/chat.ts'
import { Failure } from '../../canonical/failure.ts'
import { parseEvent } from '../events.ts'
import type { EventReader } from '../wire.ts'
import { readCall, readCitations, textOf } from './assistant.ts'
import { readPart } from './content.ts'
import { failureIn } from './error.ts'
import { kept, wire } from './own.ts'
import { findCall, type OpenCall, unknownFields, usageIn } from './fragments.ts'
import { saysOnlyWords } from './plain.ts'
import { readDetails, readThoughtSignature } from './reasoning.ts'
import { callId } from './response.ts'
import { readServed } from './served.ts'
import { readFinish, readUsage, writeFinish } from './usage.ts'

type Words = 'text' | 'reasoning' | 'refusal'

interface ChoiceState {
  readonly choice: number
  words?: { readonly kind: Words; readonly index: number; signature?: Signature }
  /** Reasoning came as plain text, so that the text of its details only repeats it. */
  tellsReasoning: boolean
  /** At most `mostCalls`. */
  readonly calls: OpenCall[]
  hasFinished: boolean
}

const mostChoices = 128
const mostCalls = 1024
const nothing: readonly ChatEvent[] = []
const noDelta: JsonObject = {}

export function eventReader(): EventReader {
  return new Reader()
}

class Reader implements EventReader {
  isTerminated = false
  hasRepeatedEnd = false
  served: Served | undefined
  #id = ''
  #hasStarted = false
  #next = 0
  /** What was said before the answer began. */
  #preamble: JsonObject = {}
  /** By index; at most `mostChoices`. */
  readonly #choices = new Map<number, ChoiceState>()
  #events: ChatEvent[] = []

  read(message: Message): readonly ChatEvent[] {
    const { data } = message
    this.hasRepeatedEnd = false
    if (data === '') return nothing
    if (data === '[DONE]') {
      this.isTerminated = true
      return nothing
    }
    const chunk = parseEvent(data)
    const told = failureIn(message.event === 'error' ? { error: chunk } : chunk)
    if (told) throw told
    this.#events = []
    this.#readChunk(chunk)
    return this.#events
  }

  isPlainDelta(message: Message): boolean {
    return saysOnlyWords(message.bytes)
  }

  end(): readonly ChatEvent[] {
    this.#events = []
    for (const state of this.#choices.values()) this.#closeAll(state)
    return this.#events
  }

  #readChunk(chunk: JsonObject): void {
    const choices = Array.isArray(chunk.choices) ? chunk.choices : []
    const usage = usageIn(chunk, choices)
    // Each frame tells it again: the first and the last are enough.
    if (!this.#hasStarted || usage !== undefined) this.served = readServed(chunk) ?? this.served
    if (!this.#hasStarted) {
      const { id, object: _, created, model, choices: __, usage: ___, obfuscation: ____, ...fields } = chunk
      Object.assign(this.#preamble, fields)
      if (choices.length === 0 && usage === undefined) return
      this.#hasStarted = true
      this.#id = textOf(id)
      this.#events.push({ type: 'start', id: this.#id, model: textOf(model), ...(typeof created === 'number' && { created }), ...kept(this.#preamble) })
    }
    for (const choice of choices) if (isObject(choice)) this.#readChoice(choice)
    if (usage) this.#events.push({ type: 'usage', usage: readUsage(usage) })
  }

  #readChoice(choice: JsonObject): void {
    const state = this.#stateOf(choice.index)
    if (state.hasFinished) {
      this.hasRepeatedEnd ||= typeof choice.finish_reason === 'string'
      return
    }
    if (choice.error) throw failureIn(choice)!
    const before = this.#events.length
    this.#readDelta(state, isObject(choice.delta) ? choice.delta : noDelta)
    const fields = unknownFields(choice)
    const word = choice.finish_reason
    if (typeof word !== 'string' || word === '') {
      if (fields) this.#addRest(state, fields, before)
      return
    }
    const reason = readFinish(word, state.calls.length > 0)
    this.#closeAll(state)
    state.hasFinished = true
    this.#events.push({ type: 'finish', choice: state.choice, reason, ...kept(fields ?? {}, writeFinish(reason, false) === word ? {} : { finish: word }) })
  }

  #stateOf(index: Json | undefined): ChoiceState {
    const choice = typeof index === 'number' ? index : 0
    let state = this.#choices.get(choice)
    if (state === undefined) {
      if (!(choice >= 0 && choice < mostChoices))
        throw new Failure('upstream_invalid_response', 'The provider’s stream has more choices than can be asked for.')
      state = { choice, tellsReasoning: false, calls: [], hasFinished: false }
      this.#choices.set(choice, state)
    }
    return state
  }

  #readDelta(state: ChoiceState, delta: JsonObject): void {
    const { content } = delta
    if (delta.reasoning_content || delta.reasoning || delta.reasoning_details) this.#readReasoning(state, delta)
    if (typeof content === 'string') {
      if (content !== '') this.#say(state, 'text', content)
    } else if (Array.isArray(content)) for (const part of content) this.#readPart(state, ownPart(readPart(part)))
    if (typeof delta.refusal === 'string' && delta.refusal !== '') this.#say(state, 'refusal', delta.refusal)
    if (delta.annotations) this.#cite(state, delta.annotations)
    const signature = readThoughtSignature(delta.extra_content)
    if (signature) this.#enter(state, 'text').signature = signature
    if (Array.isArray(delta.images)) for (const image of delta.images) this.#readPart(state, readPart(image))
    if (Array.isArray(delta.tool_calls)) for (const call of delta.tool_calls) if (isObject(call)) this.#readCall(state, call)
    if (isObject(delta.function_call)) this.#readCall(state, { index: 0, function: delta.function_call }, { call: 'function_call' })
  }

  #readReasoning(state: ChoiceState, delta: JsonObject): void {
    const plain = wordsIn(delta.reasoning_content) || wordsIn(delta.reasoning)
    if (plain !== '') {
      state.tellsReasoning = true
      this.#say(state, 'reasoning', plain)
    }
    for (const block of readDetails(delta.reasoning_details) ?? []) {
      if (block.redacted !== undefined) this.#readPart(state, block)
      else {
        if (block.text !== '' && !state.tellsReasoning) this.#say(state, 'reasoning', block.text)
        if (block.signature === undefined) continue
        const { index } = this.#enter(state, 'reasoning')
        state.words = undefined
        this.#events.push({ type: 'close', index, signature: block.signature, ...(block.rest && { rest: block.rest }) })
      }
    }
  }

  #readPart(state: ChoiceState, block: Block): void {
    if (block.type === 'text' || (block.type === 'reasoning' && block.redacted === undefined)) return this.#say(state, block.type, block.text)
    this.#closeWords(state)
    this.#events.push({ type: 'open', choice: state.choice, index: this.#next, block }, { type: 'close', index: this.#next })
    this.#next += 1
  }

  #say(state: ChoiceState, kind: Words, text: string): void {
    const { index } = this.#enter(state, kind)
    this.#events.push({ type: 'delta', index, text })
  }

  #enter(state: ChoiceState, kind: Words): NonNullable<ChoiceState['words']> {
    if (state.words?.kind === kind) return state.words
    this.#closeWords(state)
    const index = this.#open(state, { type: kind, text: '' })
    state.words = { kind, index }
    return state.words
  }

  #open(state: ChoiceState, block: Block): number {
    const index = this.#next
    this.#next += 1
    this.#events.push({ type: 'open', choice: state.choice, index, block })
    return index
  }

  #cite(state: ChoiceState, annotations: Json): void {
    for (const citation of readCitations(annotations) ?? []) this.#events.push({ type: 'delta', index: this.#enter(state, 'text').index, text: '', citation })
  }

  #readCall(state: ChoiceState, said: JsonObject, spelled?: { readonly call: string }): void {
    const { index: place, ...call } = said
    let open = findCall(state.calls, said)
    const block = readCall(call, () => callId(this.#id, state.choice, state.calls.length))
    if (block.type !== 'tool-call') return
    const { input, signature, ...header } = block
    if (open === undefined) {
      if (state.calls.length === mostCalls) throw new Failure('upstream_invalid_response', 'The provider’s stream has too many tool calls.')
      this.#closeWords(state)
      const index = this.#open(state, { ...header, input: '', ...(spelled && kept({}, spelled)) })
      open = { index, place: typeof place === 'number' ? place : undefined, id: typeof call.id === 'string' ? call.id : undefined }
      state.calls.push(open)
    }
    if (signature) open.signature = signature
    if (input !== '') this.#events.push({ type: 'delta', index: open.index, text: input })
  }

  /** What stood beside the words goes with them, or, where there were none, alone. */
  #addRest(state: ChoiceState, fields: JsonObject, from: number): void {
    for (let at = this.#events.length - 1; at >= from; at -= 1) {
      const event = this.#events[at]!
      if (event.type !== 'delta') continue
      this.#events[at] = { ...event, rest: { wire, fields } }
      return
    }
    if (state.words) this.#events.push({ type: 'delta', index: state.words.index, text: '', rest: { wire, fields } })
    else if (fields.delta) this.#readPart(state, { type: 'native', name: Object.keys(fields.delta)[0]!, rest: { wire, fields } })
  }

  #closeWords(state: ChoiceState): void {
    if (state.words === undefined) return
    const { index, signature } = state.words
    this.#events.push({ type: 'close', index, ...(signature && { signature }) })
    state.words = undefined
  }

  #closeAll(state: ChoiceState): void {
    this.#closeWords(state)
    if (state.hasFinished) return
    for (const { index, signature } of state.calls) this.#events.push({ type: 'close', index, ...(signature && { signature }) })
    state.hasFinished = true
  }
}

function wordsIn(said: Json | undefined): string {
  return typeof said === 'string' ? said : ''
}

/** A part that only this wire knows, as the delta that said it. */
function ownPart(block: Block): Block {
  return block.type === 'native' ? { ...block, rest: { wire, fields: { delta: { content: [block.rest.fields] } } } } : block
}
