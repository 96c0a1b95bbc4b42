/** What rules do to a request, on its JSON in the client's own API: fewer tokens, fewer tools, fewer turns, other settings. */

import { isObject, type Json, type JsonObject } from '../base/json.ts'
import type { WireName } from '../canonical/chat.ts'
import type { Edits } from './verdict.ts'

export type Edited = 'capped' | 'trimmed' | 'tools_stripped' | 'settings_changed'

export interface EditedBody {
  readonly body: JsonObject
  readonly did: readonly Edited[]
  /** Messages of the history that were left out. */
  readonly trimmed: number
}

/** How an API says these things: names of fields at its top. */
interface Grammar {
  readonly maxTokens: readonly [usual: string, ...others: string[]]
  /** Where its settings are, if not at the top. */
  readonly settings?: string
  readonly turns: string
}

const chat: Grammar = { maxTokens: ['max_tokens', 'max_completion_tokens'], turns: 'messages' }
const grammars: { readonly [wire in WireName]?: Grammar } = {
  'openai-chat': chat,
  'openai-completions': chat,
  'openai-responses': { maxTokens: ['max_output_tokens'], turns: 'input' },
  'anthropic-messages': { maxTokens: ['max_tokens'], turns: 'messages' },
  'gemini-generate': { maxTokens: ['maxOutputTokens'], settings: 'generationConfig', turns: 'contents' },
}

/** `usualField`: what the target's model calls the limit of its answer, where the API has several words and the client said none. */
export function editBody(body: JsonObject, surface: string, edits: Edits, usualField?: string): EditedBody {
  const grammar: Grammar | undefined = grammars[surface as WireName]
  let edited = body
  const did: Edited[] = []
  let trimmed = 0
  const take = (next: JsonObject, what: Edited) => {
    if (next === edited) return
    edited = next
    did.push(what)
  }
  if (grammar !== undefined) {
    if (edits.set !== undefined)
      take(
        inSettings(edited, grammar, (settings) => ({ ...settings, ...edits.set })),
        'settings_changed',
      )
    if (edits.maxTokens !== undefined) take(cap(edited, grammar, edits.maxTokens, usualField), 'capped')
    if (edits.stripTools !== undefined) take(stripTools(edited, edits.stripTools), 'tools_stripped')
    if (edits.trimHistory !== undefined) {
      const kept = keepTurns(edited[grammar.turns], edits.trimHistory)
      if (kept !== undefined) {
        trimmed = (edited[grammar.turns] as readonly Json[]).length - kept.length
        take({ ...edited, [grammar.turns]: [...kept] }, 'trimmed')
      }
    }
  }
  return { body: edited, did, trimmed }
}

function inSettings(body: JsonObject, { settings }: Grammar, change: (settings: JsonObject) => JsonObject): JsonObject {
  if (settings === undefined) return change(body)
  const before = body[settings]
  return { ...body, [settings]: change(isObject(before) ? before : {}) }
}

function cap(body: JsonObject, grammar: Grammar, most: number, usualField?: string): JsonObject {
  const settings = grammar.settings === undefined ? body : body[grammar.settings]
  const said = isObject(settings) ? grammar.maxTokens.filter((field) => typeof settings[field] === 'number') : []
  const fields = said.length > 0 ? said : [usualField ?? grammar.maxTokens[0]]
  if (said.length > 0 && isObject(settings) && said.every((field) => (settings[field] as number) <= most)) return body
  const capped = (value: Json | undefined) => (typeof value === 'number' ? Math.min(value, most) : most)
  return inSettings(body, grammar, (before) => ({ ...before, ...Object.fromEntries(fields.map((field) => [field, capped(before[field])])) }))
}

/** Fields that say how tools are used: without tools they are refused by some providers. */
const aboutTools = ['tool_choice', 'parallel_tool_calls', 'toolConfig', 'tool_config', 'function_call']

/** `names` empty: all of them. */
function stripTools(body: JsonObject, names: readonly string[]): JsonObject {
  const next: { [field: string]: Json } = { ...body }
  let removed = 0
  for (const field of ['tools', 'functions'] as const) {
    const tools = body[field]
    if (!Array.isArray(tools)) continue
    const kept = tools.flatMap((tool) => withoutNamed(tool, names))
    removed += JSON.stringify(kept) === JSON.stringify(tools) ? 0 : 1
    if (kept.length > 0) next[field] = kept
    else delete next[field]
  }
  if (removed === 0) return body
  const hasTools = next.tools !== undefined || next.functions !== undefined
  for (const field of aboutTools) {
    const said = next[field]
    if (said !== undefined && (!hasTools || namesOneOf(said, names))) delete next[field]
  }
  return next
}

/** A tool as it stays; none where it is one of those. Google's API holds several in one. */
function withoutNamed(tool: Json, names: readonly string[]): readonly Json[] {
  if (names.length === 0) return []
  if (!isObject(tool)) return [tool]
  const declared = tool.functionDeclarations ?? tool.function_declarations
  if (!Array.isArray(declared)) return names.includes(nameOfTool(tool) ?? '') ? [] : [tool]
  const kept = declared.filter((one) => !isObject(one) || !names.includes(nameOfTool(one) ?? ''))
  const field = tool.functionDeclarations === undefined ? 'function_declarations' : 'functionDeclarations'
  return kept.length === 0 && Object.keys(tool).length === 1 ? [] : [{ ...tool, [field]: kept }]
}

/** What a request offers to call, by name, or by kind where the vendor runs it. */
export function toolNamesIn({ tools, functions }: JsonObject): readonly string[] {
  const offered = [...(Array.isArray(tools) ? tools : []), ...(Array.isArray(functions) ? functions : [])].filter(isObject)
  return offered.flatMap((tool) => {
    const declared = tool.functionDeclarations ?? tool.function_declarations
    const each = Array.isArray(declared) ? declared.filter(isObject) : [tool]
    return each.flatMap((one) => nameOfTool(one) ?? [])
  })
}

function nameOfTool(tool: JsonObject): string | undefined {
  const inside = isObject(tool.function) ? tool.function.name : undefined
  const name = inside ?? tool.name ?? tool.type ?? Object.keys(tool)[0]
  return typeof name === 'string' ? name : undefined
}

function namesOneOf(said: Json, names: readonly string[]): boolean {
  return names.some((name) => JSON.stringify(said).includes(JSON.stringify(name)))
}

/**
 * What stays of a history so that it has about that many tokens: system messages, the last turn, and as many turns before it as there is room for.
 * A turn is what a person said and all that came of it, so that no call of a tool is without its result. Undefined where all of it stays.
 */
function keepTurns(messages: Json | undefined, mostTokens: number): readonly Json[] | undefined {
  if (!Array.isArray(messages)) return undefined
  const turns: { readonly messages: number[]; tokens: number }[] = []
  const always = new Set<number>()
  messages.forEach((message, at) => {
    if (isSystem(message)) return void always.add(at)
    if (turns.length === 0 || startsTurn(message)) turns.push({ messages: [], tokens: 0 })
    const turn = turns.at(-1)!
    turn.messages.push(at)
    turn.tokens += Math.ceil(JSON.stringify(message).length / 4)
  })
  let room = mostTokens
  const kept = new Set(always)
  for (const [back, turn] of turns.toReversed().entries()) {
    room -= turn.tokens
    if (room < 0 && back > 0) break
    for (const at of turn.messages) kept.add(at)
  }
  return kept.size === messages.length ? undefined : messages.filter((_, at) => kept.has(at))
}

const isSystem = (message: Json): boolean => isObject(message) && (message.role === 'system' || message.role === 'developer')

/** A person's words: what tools gave back stands under the same role in some APIs. */
function startsTurn(message: Json): boolean {
  if (!isObject(message) || message.role !== 'user') return false
  const parts = message.content ?? message.parts
  return !Array.isArray(parts) || !parts.some((part) => isObject(part) && (part.type === 'tool_result' || part.functionResponse !== undefined))
}
