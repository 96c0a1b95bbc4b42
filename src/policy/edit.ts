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

const grammars: { readonly [wire in WireName]?: Grammar } = {
  // The other word is refused by models that think; where this one is not known, it is renamed on its way.
  'openai-chat': { maxTokens: ['max_completion_tokens', 'max_tokens'], turns: 'messages' },
  'openai-completions': { maxTokens: ['max_tokens'], turns: 'messages' },
  'openai-responses': { maxTokens: ['max_output_tokens'], turns: 'input' },
  'anthropic-messages': { maxTokens: ['max_tokens'], turns: 'messages' },
  'cohere-chat': { maxTokens: ['max_tokens'], turns: 'messages' },
  'gemini-generate': { maxTokens: ['maxOutputTokens'], settings: 'generationConfig', turns: 'contents' },
}

/** The APIs whose requests are capped, trimmed and set. */
export const editedSurfaces: ReadonlySet<unknown> = new Set(Object.keys(grammars))

export function editBody(body: JsonObject, surface: string, edits: Edits): EditedBody {
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
    if (edits.maxTokens !== undefined) take(cap(edited, grammar, edits.maxTokens), 'capped')
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

function cap(body: JsonObject, grammar: Grammar, most: number): JsonObject {
  const settings = grammar.settings === undefined ? body : body[grammar.settings]
  const said = isObject(settings) ? grammar.maxTokens.filter((field) => typeof settings[field] === 'number') : []
  const fields = said.length > 0 ? said : [grammar.maxTokens[0]]
  if (said.length > 0 && isObject(settings) && said.every((field) => (settings[field] as number) <= most)) return body
  const capped = (value: Json | undefined) => (typeof value === 'number' ? Math.min(value, most) : most)
  return inSettings(withThoughtsBelow(body, most), grammar, (before) => ({
    ...before,
    ...Object.fromEntries(fields.map((field) => [field, capped(before[field])])),
  }))
}

/** https://docs.claude.com/en/docs/build-with-claude/extended-thinking: a budget of thoughts has 1,024 tokens at least, and less than the answer may have. */
const leastThoughts = 1024

function withThoughtsBelow(body: JsonObject, most: number): JsonObject {
  const { thinking } = body
  if (!isObject(thinking) || typeof thinking.budget_tokens !== 'number' || thinking.budget_tokens < most) return body
  if (most <= leastThoughts) return { ...body, thinking: { type: 'disabled' } }
  return { ...body, thinking: { ...thinking, budget_tokens: Math.max(leastThoughts, Math.floor(most / 2)) } }
}

/** Fields that say how tools are used: without tools they are refused by some providers. */
const aboutTools = ['tool_choice', 'parallel_tool_calls', 'toolConfig', 'tool_config', 'function_call']

/** Tools that a vendor runs, and that are offered in fields of their own. */
const besideTools = ['mcp_servers', 'web_search_options']

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
  for (const field of names.length === 0 ? besideTools : []) {
    removed += next[field] === undefined ? 0 : 1
    delete next[field]
  }
  if (removed === 0) return body
  const hasTools = next.tools !== undefined || next.functions !== undefined
  for (const field of aboutTools) {
    const said = next[field]
    if (said !== undefined && (!hasTools || namesOneOf(said, names))) delete next[field]
  }
  return next
}

/** Where one tool holds several: Google's API in both of its spellings, and the namespaces of Responses. */
const holders = ['functionDeclarations', 'function_declarations', 'tools'] as const

/** A tool as it stays; none where it is one of those, or holds nothing else. */
function withoutNamed(tool: Json, names: readonly string[]): readonly Json[] {
  if (names.length === 0) return []
  if (!isObject(tool)) return [tool]
  const own = ownNames(tool)
  if (own.some((name) => names.includes(name)) && isOne(tool)) return []
  const next: { [field: string]: Json } = { ...tool }
  for (const name of own) if (names.includes(name)) delete next[name]
  for (const field of holders) {
    const held = tool[field]
    if (!Array.isArray(held)) continue
    const kept = held.flatMap((one) => withoutNamed(one, names))
    if (kept.length > 0) next[field] = kept
    else delete next[field]
  }
  const hasLost = holders.some((field) => Array.isArray(tool[field]) && next[field] === undefined)
  const isEmpty = Object.keys(next).length === 0 || (hasLost && typeof tool.type === 'string')
  return isEmpty ? [] : [next]
}

const none: readonly string[] = []

/** What a request offers to call, by name, or by kind where the vendor runs it. */
export function toolNamesIn({ tools, functions }: JsonObject): readonly string[] {
  if (tools === undefined && functions === undefined) return none
  return [...(Array.isArray(tools) ? tools : []), ...(Array.isArray(functions) ? functions : [])].filter(isObject).flatMap(namesIn)
}

const namesIn = (tool: JsonObject): readonly string[] => [
  ...ownNames(tool),
  ...holders.flatMap((field) => (Array.isArray(tool[field]) ? tool[field].filter(isObject).flatMap(namesIn) : [])),
]

/** Google's API has a tool in each field. */
const isOne = ({ name, type, function: called }: JsonObject): boolean => (name ?? type ?? called) !== undefined

function ownNames(tool: JsonObject): readonly string[] {
  const inside = [tool.function, tool.custom].find(isObject)
  const name = inside?.name ?? tool.name ?? tool.type
  if (typeof name === 'string') return [name]
  return Object.keys(tool).filter((field) => !(holders as readonly string[]).includes(field))
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
  return (
    !Array.isArray(parts) ||
    !parts.some((part) => isObject(part) && (part.type === 'tool_result' || (part.functionResponse ?? part.function_response) !== undefined))
  )
}
