/** Tools and the choice among them, read and written. https://docs.cohere.com/docs/tool-use-overview */

import { isObject, present, asText, type Json, type JsonObject } from '../../base/json.ts'
import type { ChatRequest, FunctionTool, Tool, ToolChoice } from '../../canonical/chat.ts'
import type { Loss } from '../losses.ts'
import { kept, own } from '../rest.ts'
import { take, wire } from './own.ts'

const modes: { readonly [word: string]: ToolChoice['mode'] } = { REQUIRED: 'required', NONE: 'none' }

/** Takes the tools out of a request's fields, and what is said of choosing among them. An empty list stays. */
export function takeTools(fields: JsonObject): Pick<ChatRequest, 'tools' | 'toolChoice'> {
  const { tools, strict_tools: isStrict, tool_choice: choice } = fields
  const isFilled = Array.isArray(tools) && tools.length > 0
  if (isFilled) take(fields, 'tools')
  const strict = isFilled && typeof isStrict === 'boolean' && tools.every(isFunction) ? { strict: isStrict } : {}
  if ('strict' in strict) take(fields, 'strict_tools')
  const mode = typeof choice === 'string' && Object.hasOwn(modes, choice) ? modes[choice] : undefined
  if (mode) take(fields, 'tool_choice')
  return { tools: isFilled ? (tools as JsonObject[]).map((tool) => readTool(tool, strict)) : [], ...(mode && { toolChoice: { mode } }) }
}

const isFunction = (tool: Json): boolean => isObject(tool) && isObject(tool.function)

function readTool({ type, function: declared, ...fields }: JsonObject, strict: { readonly strict?: boolean }): Tool {
  if (!isObject(declared)) return { type: 'hosted', name: asText(type), rest: { wire, fields: present({ type, function: declared, ...fields }) } }
  const { name, description, parameters, ...inner } = declared
  const schema = isObject(parameters) ? { schema: parameters } : {}
  const left = { ...inner, ...(parameters !== undefined && !isObject(parameters) && { parameters }) }
  const beside = Object.keys(left).length > 0 ? { ...fields, function: left } : fields
  return {
    type: 'function',
    name: asText(name),
    ...(typeof description === 'string' && { description }),
    ...schema,
    ...strict,
    ...kept(wire, beside, parameters === undefined ? { schema: 'absent' } : undefined),
  }
}

/** The wire cannot name a tool that must be called: it is offered alone, and some call demanded. */
export function writeTools(request: ChatRequest, lose: Loss): JsonObject {
  const { toolChoice, rest } = request
  if (request.parallelTools === false) lose('parallel_tools')
  const offered = toolChoice?.mode === 'named' ? request.tools.filter((tool) => tool.type === 'function' && tool.name === toolChoice.name) : request.tools
  const tools = offered.filter((tool) => isSayable(tool, lose))
  if (tools.length === 0) return rest.wire === wire ? present({ tool_choice: wordOf(toolChoice) }) : {}
  return present({ tools: tools.map(writeTool), strict_tools: writeStrict(tools, rest.wire === wire, lose), tool_choice: wordOf(toolChoice) })
}

function wordOf(choice: ToolChoice | undefined): string | undefined {
  if (choice === undefined || choice.mode === 'auto') return undefined
  return choice.mode === 'none' ? 'NONE' : 'REQUIRED'
}

function isSayable(tool: Tool, lose: Loss): tool is Exclude<Tool, { type: 'custom' }> {
  if (tool.type === 'function' || (tool.type === 'hosted' && tool.rest.wire === wire)) return true
  lose(tool.type === 'custom' ? 'custom_tool' : 'hosted_tool')
  return false
}

function writeTool(tool: Exclude<Tool, { type: 'custom' }>): JsonObject {
  if (tool.type === 'hosted') return { ...tool.rest.fields }
  const { name, description, rest } = tool
  const { function: inner, ...fields } = own(wire, rest)
  return { ...fields, type: 'function', function: { ...present({ name, description, parameters: schemaOf(tool) }), ...(isObject(inner) && inner) } }
}

/** The wire wants a schema, be it an empty one. */
function schemaOf({ schema, rest }: FunctionTool): JsonObject | undefined {
  if (schema !== undefined || rest?.wire === wire) return schema
  return { type: 'object', properties: {} }
}

/** All tools are strict on this wire, or none is. */
function writeStrict(tools: readonly Tool[], isOwn: boolean, lose: Loss): boolean | undefined {
  const strict = tools.map((tool) => tool.type === 'function' && tool.strict)
  if (strict.every((one) => one === true)) return true
  if (strict.includes(true)) lose('strict_tool')
  return isOwn && strict.every((one) => one === false) ? false : undefined
}
