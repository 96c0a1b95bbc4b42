/** Streams, read. Each message is an answer in little; a text goes on until a part of another kind comes, and calls come whole, or grow by path. */

import { isObject, type Json, type JsonObject } from '../../base/json.ts'
import type { Message } from '../../base/framing.ts'
import type { Block, ChatEvent, Served, TokenOdds } from '../../canonical/chat.ts'
import { brokenStream, parseEvent } from '../events.ts'
import type { EventReader } from '../wire.ts'
import { readCitations } from './citations.ts'
import { failureOf } from './error.ts'
import { readFinish } from './finish.ts'
import { readOdds } from './odds.ts'
import { type Ids, kept, listed } from './own.ts'
import { GrowingCall } from './partial-call.ts'
import { readPart } from './parts.ts'
import { answerIds, blocked, isBlocked, spellFinish, textIn } from './response.ts'
import { readServed } from './served.ts'
import { isCarrier } from './signature.ts'
import { readUsage } from './usage.ts'

const mostChoices = 128
/** In one answer. */
const mostBlocks = 16_384
const nothing: readonly ChatEvent[] = []

interface ChoiceState {
  readonly choice: number
  readonly ids: Ids
  words?: { readonly type: 'text' | 'reasoning'; readonly index: number }
  call?: GrowingCall
  hasCalled: boolean
  hasSpoken: boolean
  hasFinished: boolean
  /** What stands beside the content, each field as it was told last. */
  readonly fields: JsonObject
  /** As many as the answer has tokens. */
  readonly odds: TokenOdds[]
}

export function eventReader(): EventReader {
  return new Reader()
}

class Reader implements EventReader {
  readonly isTerminated = false
  hasRepeatedEnd = false
  served: Served | undefined
  #id: string | undefined
  #next = 0
  /** By index; at most `mostChoices`. */
  readonly #choices = new Map<number, ChoiceState>()
  #events: ChatEvent[] = []

  read({ data }: Message): readonly ChatEvent[] {
    this.hasRepeatedEnd = false
    if (data === '') return nothing
    const chunk = parseEvent(data)
    if (isObject(chunk.error)) throw failureOf(chunk)
    this.#events = []
    this.#readChunk(chunk)
    return this.#events
  }

  isPlainDelta({ bytes }: Message): boolean {
    const text = bytes.toString('latin1')
    return hasText.test(text) && !doubtful.test(text)
  }

  end(): readonly ChatEvent[] {
    this.#events = []
    for (const state of this.#choices.values()) this.#closeAll(state)
    return this.#events
  }

  #readChunk(chunk: JsonObject): void {
    const { candidates, usageMetadata, modelVersion, responseId, ...fields } = chunk
    if (this.#id === undefined) {
      this.#id = textIn(responseId)
      this.#events.push({ type: 'start', id: this.#id, model: textIn(modelVersion), ...kept(fields) })
    }
    for (const candidate of listed(candidates)) if (isObject(candidate)) this.#readCandidate(candidate)
    if (listed(candidates).length === 0 && isBlocked(chunk) && this.#choices.size === 0) this.#block()
    this.served = readServed(chunk) ?? this.served
    if (isObject(usageMetadata)) this.#events.push({ type: 'usage', usage: readUsage(usageMetadata) })
  }

  #block(): void {
    this.#stateOf(0).hasFinished = true
    const { finish: reason, rest } = blocked
    this.#events.push({ type: 'finish', choice: 0, reason, ...(rest && { rest }) })
  }

  #readCandidate({ content, finishReason, index, logprobsResult, ...fields }: JsonObject): void {
    const state = this.#stateOf(index)
    if (state.hasFinished) {
      this.hasRepeatedEnd = typeof finishReason === 'string'
      return
    }
    Object.assign(state.fields, fields)
    state.odds.push(...readOdds(logprobsResult))
    if (isObject(content)) for (const part of listed(content.parts)) this.#readPart(state, part)
    if (typeof finishReason === 'string' && finishReason !== '') this.#finish(state, finishReason)
  }

  #stateOf(index: Json | undefined): ChoiceState {
    const choice = typeof index === 'number' ? index : 0
    const known = this.#choices.get(choice)
    if (known) return known
    if (!(Number.isInteger(choice) && choice >= 0 && choice < mostChoices)) throw brokenStream()
    const state = { choice, ids: answerIds(this.#id!, choice), hasCalled: false, hasSpoken: false, hasFinished: false, fields: {}, odds: [] }
    this.#choices.set(choice, state)
    return state
  }

  #readPart(state: ChoiceState, part: Json): void {
    if (isObject(part) && isObject(part.functionCall) && (state.call || GrowingCall.isPiece(part.functionCall))) return this.#growCall(state, part)
    const block = readPart(part, state.ids)
    state.hasSpoken = true
    if (block.type === 'tool-call') state.hasCalled = true
    if (block.type !== 'text' && block.type !== 'reasoning') return this.#tell(state, block)
    if (block.type === 'reasoning' && block.redacted !== undefined) return this.#tell(state, block)
    if (block.signature === undefined && block.rest === undefined) return this.#say(state, block.type, block.text)
    // The proof of a thought that was told in pieces; on any other part it is of this part alone, and must stay on it.
    if (isCarrier(block) && state.words?.type === 'reasoning') return this.#closeWords(state, block)
    this.#tell(state, block)
  }

  #say(state: ChoiceState, type: 'text' | 'reasoning', text: string): void {
    if (text === '') return
    if (state.words?.type !== type) {
      this.#closeWords(state)
      state.words = { type, index: this.#open(state, { type, text: '' }) }
    }
    this.#events.push({ type: 'delta', index: state.words.index, text })
  }

  #open(state: ChoiceState, block: Block): number {
    if (this.#next === mostBlocks) throw brokenStream()
    const index = this.#next++
    this.#events.push({ type: 'open', choice: state.choice, index, block })
    return index
  }

  /** A part that is a block by itself. */
  #tell(state: ChoiceState, block: Block): void {
    this.#closeWords(state)
    if (block.type === 'text' || block.type === 'reasoning' || block.type === 'tool-call') return this.#tellWords(state, block)
    this.#events.push({ type: 'close', index: this.#open(state, block) })
  }

  #tellWords(state: ChoiceState, { signature, ...block }: Extract<Block, { type: 'text' | 'reasoning' | 'tool-call' }>): void {
    const text = block.type === 'tool-call' ? block.input : block.text
    const index = this.#open(state, block.type === 'tool-call' ? { ...block, input: '' } : { ...block, text: '' })
    if (text !== '') this.#events.push({ type: 'delta', index, text })
    this.#events.push({ type: 'close', index, ...(signature && { signature }) })
  }

  #growCall(state: ChoiceState, part: JsonObject): void {
    state.call ??= new GrowingCall()
    if (!state.call.grow(part)) return
    const { whole } = state.call
    state.call = undefined
    this.#readPart(state, whole)
  }

  #finish(state: ChoiceState, word: string): void {
    const reason = readFinish(word, { calls: state.hasCalled, anything: state.hasSpoken })
    const citations = readCitations(state.fields, '')
    if (citations.length > 0 && state.words?.type !== 'text') {
      this.#closeWords(state)
      state.words = { type: 'text', index: this.#open(state, { type: 'text', text: '' }) }
    }
    for (const citation of citations) this.#events.push({ type: 'delta', index: state.words!.index, text: '', citation })
    this.#closeAll(state)
    state.hasFinished = true
    const odds = state.odds.length > 0 && { odds: state.odds }
    this.#events.push({ type: 'finish', choice: state.choice, reason, ...odds, ...kept(state.fields, spellFinish(reason, word)) })
  }

  #closeWords(state: ChoiceState, proof?: Block): void {
    if (state.words === undefined) return
    const signature = proof?.type === 'reasoning' ? proof.signature : undefined
    this.#events.push({ type: 'close', index: state.words.index, ...(signature && { signature }) })
    state.words = undefined
  }

  #closeAll(state: ChoiceState): void {
    this.#closeWords(state)
    if (state.call === undefined) return
    const { whole } = state.call
    state.call = undefined
    this.#readPart(state, whole)
  }
}

/** Text that only looks like a key cannot mislead: inside a JSON string its quotes are escaped. Whatever is doubtful is not plain. */
const hasText = /"text"/
const doubtful = /"(?:finishReason|usageMetadata|promptFeedback|functionCall|error|groundingMetadata|citationMetadata|thoughtSignature)"/
