/** Tools, and how they are chosen. */

import { isObject, present, asText, type Json, type JsonObject } from '../../base/json.ts'
import type { ChatRequest, Tool, ToolChoice } from '../../canonical/chat.ts'
import type { Loss } from '../losses.ts'
import { kept, leftOf, own, ownWithin, type Spelled, spelling, take, wire } from './own.ts'

type Choosing = Pick<ChatRequest, 'tools' | 'toolChoice' | 'parallelTools'>

/** Takes the tools out of a request's fields, and with them what is said about choosing: without tools that says nothing, and servers refuse it. */
export function takeTools(fields: JsonObject, spelled: Spelled): Choosing {
  if (Array.isArray(fields.functions) && fields.functions.length > 0 && !Array.isArray(fields.tools)) return takeFunctions(fields, spelled)
  const tools = Array.isArray(fields.tools) ? (take(fields, 'tools') as JsonObject[]).map(readTool) : []
  if (tools.length === 0) for (const field of ['tool_choice', 'parallel_tool_calls']) take(fields, field)
  const toolChoice = readChoice(fields.tool_choice)
  if (toolChoice && !toolChoice.allowed) take(fields, 'tool_choice')
  const parallel = typeof fields.parallel_tool_calls === 'boolean' ? { parallelTools: take(fields, 'parallel_tool_calls') as boolean } : {}
  return { tools, ...(toolChoice && { toolChoice }), ...parallel }
}

/** The way of 2023: its answers hold one call at most. */
function takeFunctions(fields: JsonObject, spelled: Spelled): Choosing {
  const tools = (take(fields, 'functions') as JsonObject[]).map((declared) => readFunction(declared, {}))
  const choice = fields.function_call
  const toolChoice: ToolChoice | undefined = isObject(choice) && typeof choice.name === 'string' ? { mode: 'named', name: choice.name } : readChoice(choice)
  if (toolChoice) take(fields, 'function_call')
  spelled.tools = 'functions'
  return { tools, ...(toolChoice && { toolChoice }), parallelTools: false }
}

export function asksInLegacyWay(request: ChatRequest): boolean {
  return spelling(request.rest, 'tools') === 'functions'
}

function readTool({ type, ...said }: JsonObject): Tool {
  const { function: declared, custom, ...fields } = said
  if (type === 'function' && isObject(declared)) return readFunction(declared, fields)
  if (type !== 'custom' || !isObject(custom)) return { type: 'hosted', name: asText(type), rest: { wire, fields: said } }
  const { name, description, ...inner } = custom
  return { type: 'custom', name: asText(name), ...(typeof description === 'string' && { description }), ...kept({ ...said, ...leftOf('custom', inner) }) }
}

function readFunction(declared: JsonObject, fields: JsonObject): Tool {
  const inner = { ...declared }
  const name = asText(take(inner, 'name'))
  const description = typeof inner.description === 'string' ? { description: take(inner, 'description') as string } : {}
  const schema = isObject(inner.parameters) ? { schema: take(inner, 'parameters') as JsonObject } : {}
  const strict = typeof inner.strict === 'boolean' ? { strict: take(inner, 'strict') as boolean } : {}
  const marked = isObject(fields.cache_control) && fields.cache_control.type === 'ephemeral' ? { cache: {} } : {}
  return { type: 'function', name, ...description, ...schema, ...strict, ...marked, ...kept({ ...fields, ...leftOf('function', inner) }) }
}

const modes: { readonly [word: string]: ToolChoice } = { auto: { mode: 'auto' }, required: { mode: 'required' }, none: { mode: 'none' } }

/** Undefined where nothing is said, and for choices that the form has no word for. */
function readChoice(choice: Json | undefined): ToolChoice | undefined {
  if (typeof choice === 'string') return Object.hasOwn(modes, choice) ? modes[choice] : undefined
  if (!isObject(choice)) return undefined
  if (choice.type === 'allowed_tools') return isObject(choice.allowed_tools) ? readAllowed(choice.allowed_tools) : undefined
  const chosen = choice.type === 'custom' ? choice.custom : choice.type === 'function' ? choice.function : undefined
  return isObject(chosen) && typeof chosen.name === 'string' ? { mode: 'named', name: chosen.name } : undefined
}

function readAllowed({ mode, tools }: JsonObject): ToolChoice | undefined {
  if (!Array.isArray(tools)) return undefined
  const named = tools.filter(isObject).map(({ function: made, custom }) => made ?? custom)
  const names = named.flatMap((tool) => (isObject(tool) && typeof tool.name === 'string' ? [tool.name] : []))
  return { mode: mode === 'required' ? mode : 'auto', allowed: { names, field: 'tool_choice' } }
}

export function writeTools(request: ChatRequest, lose: Loss): JsonObject {
  const tools = request.tools.map((tool) => writeTool(tool, lose)).filter((tool) => tool !== undefined)
  if (tools.length === 0) return {}
  const { toolChoice: choice, parallelTools } = request
  if (!asksInLegacyWay(request))
    return present({ tools, tool_choice: choice && !choice.allowed ? writeChoice(choice, request) : undefined, parallel_tool_calls: parallelTools })
  return present({ functions: tools.map((tool) => tool.function!), function_call: choice && (choice.mode === 'named' ? { name: choice.name! } : choice.mode) })
}

function writeTool(tool: Tool, lose: Loss): JsonObject | undefined {
  switch (tool.type) {
    case 'function': {
      const { name, description, schema: parameters, strict, rest } = tool
      if (tool.cache && rest?.wire !== wire) lose('cache_mark')
      return { type: 'function', ...own(rest), function: { ...present({ name, description, parameters, strict }), ...ownWithin(rest, 'function') } }
    }
    case 'custom': {
      const { name, description, rest } = tool
      return { type: 'custom', ...own(rest), custom: { ...present({ name, description }), ...ownWithin(rest, 'custom') } }
    }
    case 'hosted':
      if (tool.rest.wire === wire) return { type: tool.name, ...own(tool.rest) }
      lose('hosted_tool')
      return undefined
  }
}

function writeChoice({ mode, name }: ToolChoice, { tools }: ChatRequest): Json {
  if (mode !== 'named') return mode
  const kind = tools.some((tool) => tool.type === 'custom' && tool.name === name) ? 'custom' : 'function'
  return { type: kind, [kind]: { name: name! } }
}
