/** Tools, and how they are chosen. A namespace is flattened: other wires have none, and its tools are called by name all the same. */

import { isObject, present, asText, type Json, type JsonObject } from '../../base/json.ts'
import type { ChatRequest, CustomTool, FunctionTool, Tool, ToolChoice } from '../../canonical/chat.ts'
import type { Loss } from '../losses.ts'
import { kept, own, ownWithin, spelling, take, wire, type Namespaces } from './own.ts'

type Choosing = Pick<ChatRequest, 'tools' | 'toolChoice' | 'parallelTools'>

/** Takes the tools out of a request's fields, and with them what is said about choosing. Without tools that says nothing, and stays as it is. */
export function takeTools(fields: JsonObject): Choosing {
  if (!Array.isArray(fields.tools) || fields.tools.length === 0) return { tools: [] }
  const tools = readTools(take(fields, 'tools') as JsonObject[])
  const toolChoice = takeChoice(fields, tools)
  const parallel = typeof fields.parallel_tool_calls === 'boolean' ? { parallelTools: take(fields, 'parallel_tool_calls') as boolean } : {}
  return { tools, ...(toolChoice && { toolChoice }), ...parallel }
}

function readTools(said: readonly JsonObject[]): Tool[] {
  const taken = new Set(said.map(({ name }) => name))
  return said.flatMap((tool) => {
    if (tool.type !== 'namespace' || !Array.isArray(tool.tools) || tool.tools.length === 0) return [readTool(tool)]
    const { type: _, name: namespace, tools, ...about } = tool
    return (tools as JsonObject[]).map((inner, place) => {
      const name = flatName(asText(namespace), asText(inner.name), taken)
      return inNamespace(readTool({ ...inner, name }), { namespace: asText(namespace), name: asText(inner.name) }, place === 0 ? { about } : {})
    })
  })
}

/** The first tool of a namespace keeps what is said about it. */
function inNamespace(tool: Tool, spelled: { readonly namespace: string; readonly name: string }, about: JsonObject): Tool {
  return { ...tool, rest: { wire, fields: { ...own(tool.rest), ...about }, spelled: { ...tool.rest?.spelled, ...spelled } } }
}

/** A name that no other tool has: names of namespaces and of tools are free, so two may come to read alike. */
function flatName(namespace: string, name: string, taken: Set<Json | undefined>): string {
  const plain = joinName(namespace, name)
  let flat = plain
  for (let next = 2; taken.has(flat); next += 1) flat = `${plain}_${next}`
  taken.add(flat)
  return flat
}

/** The name of a tool in a namespace that the request does not list. */
export function joinName(namespace: string, name: string): string {
  return `${namespace}__${name}`
}

/** What the client calls the tools that were flattened. */
export function namespacesOf({ tools }: Pick<ChatRequest, 'tools'>): Namespaces {
  const flattened = new Map<string, { readonly name: string; readonly namespace: string }>()
  for (const { name: flat, rest } of tools) {
    const [namespace, name] = [spelling(rest, 'namespace'), spelling(rest, 'name')]
    if (namespace !== undefined && name !== undefined) flattened.set(flat, { name, namespace })
  }
  return flattened
}

function readTool(tool: JsonObject): Tool {
  const { type, ...said } = tool
  if (type === 'function') return readFunction(said)
  if (type !== 'custom' || typeof said.name !== 'string') return { type: 'hosted', name: asText(type), rest: { wire, fields: { tool } } }
  const { name, description, ...fields } = said
  return { type: 'custom', name, ...(typeof description === 'string' && { description }), ...kept(fields) }
}

/** The wire takes a function without a word of strictness for strict, so that word's absence is kept. */
function readFunction(said: JsonObject): FunctionTool {
  const fields = { ...said }
  const name = asText(take(fields, 'name'))
  const description = typeof fields.description === 'string' ? { description: take(fields, 'description') as string } : {}
  const schema = isObject(fields.parameters) ? { schema: take(fields, 'parameters') as JsonObject } : {}
  const strict = typeof fields.strict === 'boolean' ? { strict: take(fields, 'strict') as boolean } : {}
  const spelled = { ...(said.parameters === undefined && { parameters: 'absent' }), ...(said.strict === undefined && { strict: 'absent' }) }
  return { type: 'function', name, ...description, ...schema, ...strict, ...kept(fields, spelled) }
}

const modes: { readonly [word: string]: ToolChoice } = { auto: { mode: 'auto' }, required: { mode: 'required' }, none: { mode: 'none' } }

/** Undefined where nothing is said. A choice that the form has no word for stays, with the mode that it has. */
function takeChoice(fields: JsonObject, tools: readonly Tool[]): ToolChoice | undefined {
  const choice = fields.tool_choice
  if (typeof choice === 'string' && Object.hasOwn(modes, choice)) return modes[take(fields, 'tool_choice') as string]
  if (!isObject(choice)) return undefined
  if (choice.type === 'allowed_tools') {
    const names = Array.isArray(choice.tools) ? choice.tools.flatMap((tool) => (isObject(tool) && typeof tool.name === 'string' ? [tool.name] : [])) : []
    return { mode: choice.mode === 'required' ? 'required' : 'auto', allowed: { names, field: 'tool_choice' } }
  }
  const { type, name, ...more } = choice
  if (!tools.some((tool) => tool.type === type && tool.name === name) || Object.keys(more).length > 0) return undefined
  take(fields, 'tool_choice')
  return { mode: 'named', name: asText(name) }
}

export function writeTools(request: ChatRequest, lose: Loss): JsonObject {
  const tools: JsonObject[] = []
  for (const tool of request.tools) writeTool(tool, tools, lose)
  if (tools.length === 0) return {}
  const { toolChoice, parallelTools } = request
  return present({ tools, tool_choice: toolChoice && writeChoice(toolChoice, request), parallel_tool_calls: parallelTools })
}

/** Adds a tool to the list, or to the namespace at its end. */
function writeTool(tool: Tool, tools: JsonObject[], lose: Loss): void {
  if (tool.type === 'hosted') {
    if (tool.rest.wire === wire) tools.push(ownWithin(tool.rest, 'tool'))
    else lose('hosted_tool')
    return
  }
  if (tool.type === 'function' && tool.cache) lose('cache_mark')
  const written = tool.type === 'custom' ? writeCustom(tool) : writeFunction(tool)
  const namespace = spelling(tool.rest, 'namespace')
  if (namespace === undefined) {
    tools.push(written)
    return
  }
  const last = tools.at(-1)
  const isNew = 'about' in own(tool.rest) || last?.type !== 'namespace' || last.name !== namespace
  if (isNew) tools.push({ type: 'namespace', name: namespace, ...ownWithin(tool.rest, 'about'), tools: [written] })
  else (last.tools as JsonObject[]).push(written)
}

function ownFields({ rest }: Tool): JsonObject {
  const { about: _, ...fields } = own(rest)
  return fields
}

function writeCustom(tool: CustomTool): JsonObject {
  const { description, rest } = tool
  return { type: 'custom', ...present({ name: spelling(rest, 'name') ?? tool.name, description }), ...ownFields(tool) }
}

const noArguments: JsonObject = { type: 'object', properties: {} }

function writeFunction(tool: FunctionTool): JsonObject {
  const { description, schema, strict, rest } = tool
  const said = {
    name: spelling(rest, 'name') ?? tool.name,
    description,
    parameters: schema ?? (spelling(rest, 'parameters') === 'absent' ? undefined : noArguments),
    strict: strict ?? (spelling(rest, 'strict') === 'absent' ? undefined : false),
  }
  return { type: 'function', ...present(said), ...ownFields(tool) }
}

function writeChoice({ mode, name }: ToolChoice, { tools }: ChatRequest): Json {
  if (mode !== 'named') return mode
  return { type: tools.some((tool) => tool.type === 'custom' && tool.name === name) ? 'custom' : 'function', name: name! }
}
