/** The order that strict wires want of a conversation that was said on another: system texts apart, roles in turns, every call answered at once. */

import type { JsonObject } from '../base/json.ts'
import type { Block, TextBlock, Turn } from '../canonical/chat.ts'
import { Failure } from '../canonical/failure.ts'
import type { Loss } from './losses.ts'
import type { ModelTraits } from './traits.ts'

/** A message in a wire's own words. */
export interface Said {
  readonly role: 'user' | 'assistant'
  content: JsonObject[]
}

export interface Conversation {
  readonly system: JsonObject[]
  readonly said: Said[]
}

/** How a wire writes blocks, and knows its own calls and results again. */
export interface Speech {
  write(blocks: readonly Block[], role: Turn['role']): JsonObject[]
  /** The id, where the block is a call. */
  call(block: JsonObject): string | undefined
  /** The id of its call, where the block is a result. */
  result(block: JsonObject): string | undefined
}

/** An answer that a client keeps in pieces is one, and its text is not cut where a chunk ended. */
export function joinPieces(turns: readonly Turn[]): readonly Turn[] {
  if (!turns.some(({ goesOn }) => goesOn)) return turns
  const joined: Turn[] = []
  for (const turn of turns) {
    const last = joined.at(-1)
    if (turn.goesOn && last) joined[joined.length - 1] = { ...last, blocks: turn.blocks.reduce(addPiece, [...last.blocks]) }
    else joined.push(turn)
  }
  return joined
}

function addPiece(blocks: Block[], block: Block): Block[] {
  const last = blocks.at(-1)
  if (isPlainText(block) && isPlainText(last)) blocks[blocks.length - 1] = { type: 'text', text: last.text + block.text }
  else blocks.push(block)
  return blocks
}

function isPlainText(block: Block | undefined): block is TextBlock {
  return block?.type === 'text' && !block.signature && !block.citations && !block.cache && !block.rest
}

/** Neighbours of one role become one message, and the results in it stand first. Throws `invalid_value` where a call has not one result, or a result no call. */
export function arrangeTurns(turns: readonly Turn[], speech: Speech, target: ModelTraits, lose: Loss): Conversation {
  const system: JsonObject[] = []
  const said: Said[] = []
  for (const { role, blocks } of joinPieces(turns)) {
    const content = speech.write(blocks, role)
    if (content.length === 0) continue
    const last = said.at(-1)
    if (role === 'system') {
      if (last) lose('system_position')
      system.push(...content)
    } else if (last?.role === role) last.content.push(...content)
    else said.push({ role, content })
  }
  answerCalls(said, speech)
  trimPrefill(said, target, lose)
  return { system, said }
}

/** The results of all calls stand first in the message after them, in the order of the calls. */
function answerCalls(said: readonly Said[], speech: Speech): void {
  let open: readonly string[] = []
  for (const message of said) {
    if (message.role === 'user') message.content = putResultsFirst(message.content, open, speech)
    open = message.content.flatMap((block) => speech.call(block) ?? [])
  }
  if (open[0] !== undefined) throw unanswered(open[0])
}

function putResultsFirst(content: JsonObject[], calls: readonly string[], speech: Speech): JsonObject[] {
  const results = new Map<string, JsonObject>()
  for (const block of content) {
    const id = speech.result(block)
    if (id === undefined) continue
    // The vendors take one result for a call, and which of two is meant only the client knows.
    if (results.has(id)) throw unpaired(`The tool call${named(id)} has two results.`)
    results.set(id, block)
  }
  if (results.size === 0 && calls.length === 0) return content
  const called = new Set(calls)
  for (const id of results.keys()) if (!called.has(id)) throw unpaired(`The tool result${named(id)} answers no call of the turn before it.`)
  const ordered = calls.map((id) => {
    const result = results.get(id)
    if (result === undefined) throw unanswered(id)
    return result
  })
  return [...ordered, ...content.filter((block) => speech.result(block) === undefined)]
}

/** The id is the client's own word: one that does not look like an id is not repeated. */
function named(id: string): string {
  return /^[\w.:-]{1,64}$/.test(id) ? ` ${id}` : ''
}

function unanswered(id: string): Failure {
  return unpaired(`The tool call${named(id)} has no result.`)
}

function unpaired(message: string): Failure {
  return new Failure('invalid_value', message, { param: 'messages' })
}

/** A last turn of the model's is what it goes on from: providers refuse white space at its end, and some models refuse it whole. */
function trimPrefill(said: Said[], { prefill }: ModelTraits, lose: Loss): void {
  const last = said.at(-1)
  if (last?.role !== 'assistant') return
  if (prefill === false) {
    lose('prefill')
    said.pop()
    return
  }
  const block = last.content.at(-1)
  if (typeof block?.text === 'string') block.text = block.text.trimEnd()
}
