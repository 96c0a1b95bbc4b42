/** The order this wire wants of a conversation that was said on another: system texts first, roles in turns, every call answered at once. */

import type { Json, JsonObject } from '../../base/json.ts'
import type { Turn } from '../../canonical/chat.ts'
import { Failure } from '../../canonical/failure.ts'
import type { ModelTraits } from '../traits.ts'
import { shorten, writeBlocks } from './content.ts'
import type { Writing } from './writing.ts'

interface Said {
  readonly role: Turn['role']
  content: JsonObject[]
}

export interface Arranged {
  readonly system: Json | undefined
  readonly messages: JsonObject[]
}

/** Throws `invalid_value` where a call has no result or a result no call. */
export function arrange(turns: readonly Turn[], target: ModelTraits, writing: Writing): Arranged {
  const system: JsonObject[] = []
  const said: Said[] = []
  for (const turn of turns) {
    const content = writeBlocks(turn.blocks, writing)
    if (content.length === 0) continue
    const last = said.at(-1)
    if (turn.role === 'system') {
      if (last) writing.lose('system_position')
      system.push(...content)
    } else if (last?.role === turn.role) last.content.push(...content)
    else said.push({ role: turn.role, content })
  }
  answerCalls(said)
  trimPrefill(said, target, writing)
  return { system: system.length > 0 ? shorten(system) : undefined, messages: said.map(({ role, content }) => ({ role, content: shorten(content) })) }
}

/** The results of all calls stand first in the message after them, in the order of the calls. */
function answerCalls(said: readonly Said[]): void {
  let open: readonly string[] = []
  for (const message of said) {
    if (message.role === 'user') message.content = putResultsFirst(message.content, open)
    open = message.content.flatMap((block) => (block.type === 'tool_use' ? [String(block.id)] : []))
  }
  if (open[0] !== undefined) throw unanswered(open[0])
}

function putResultsFirst(content: JsonObject[], calls: readonly string[]): JsonObject[] {
  const results = new Map(content.flatMap((block) => (block.type === 'tool_result' ? [[String(block.tool_use_id), block] as const] : [])))
  if (results.size === 0 && calls.length === 0) return content
  const called = new Set(calls)
  for (const id of results.keys()) if (!called.has(id)) throw unpaired(`The tool result${named(id)} answers no call of the turn before it.`)
  const ordered = calls.map((id) => {
    const result = results.get(id)
    if (result === undefined) throw unanswered(id)
    return result
  })
  return [...ordered, ...content.filter((block) => block.type !== 'tool_result')]
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

/** A last turn of the model's is what it goes on from: the wire refuses white space at its end, and some models refuse it whole. */
function trimPrefill(said: Said[], { prefill }: ModelTraits, { lose }: Writing): void {
  const last = said.at(-1)
  if (last?.role !== 'assistant') return
  if (prefill === false) {
    lose('prefill')
    said.pop()
    return
  }
  const block = last.content.at(-1)
  if (block?.type === 'text') block.text = String(block.text).trimEnd()
}
