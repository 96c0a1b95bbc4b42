/** Tools and the choice among them, read and written. https://ai.google.dev/api/caching#Tool */

import { isObject, present, asText, type Json, type JsonObject } from '../../base/json.ts'
import type { ChatRequest, FunctionTool, Tool, ToolChoice } from '../../canonical/chat.ts'
import { geminiSchema, plainSchema } from '../schema-dialects.ts'
import { bendSchema } from '../schema.ts'
import type { Loss } from '../losses.ts'
import { kept, leftOf, listed, own, spelling, wire } from './own.ts'

/** A tool of this wire is a bag of functions and of tools that the vendor runs: each is a tool here, and remembers its bag. */
export function readTools(tools: Json | undefined): Tool[] {
  return listed(tools).flatMap((bag, place) => (isObject(bag) ? readBag(bag, asText(place)) : []))
}

function readBag(bag: JsonObject, place: string): Tool[] {
  return Object.entries(bag).flatMap(([name, said]): Tool[] =>
    name === 'functionDeclarations'
      ? listed(said).map((declared) => readFunction(declared as JsonObject, place))
      : [{ type: 'hosted', name, rest: { wire, fields: { [name]: said }, spelled: { bag: place } } }],
  )
}

/** The schema is told in plain JSON Schema; as the client wrote it, it is kept for this wire. */
function readFunction({ name, description, ...fields }: JsonObject, bag: string): FunctionTool {
  const said = fields.parametersJsonSchema ?? fields.parameters
  const schema = isObject(said) ? bendSchema(said, plainSchema) : undefined
  return {
    type: 'function',
    name: asText(name),
    ...(typeof description === 'string' && { description }),
    ...(schema && { schema }),
    ...kept(fields, { bag }),
  }
}

/** Undefined where there are none. Models before JSON Schema was taken are told in Google's own dialect. */
export function writeTools({ tools }: ChatRequest, model: string, lose: Loss): JsonObject[] | undefined {
  const bags = new Map<string, JsonObject>()
  for (const tool of tools) {
    const written = writeTool(tool, model, lose)
    if (written === undefined) continue
    const place = spelling(tool.rest, 'bag') ?? ''
    const bag = bags.get(place) ?? {}
    bags.set(place, bag)
    if (tool.type === 'hosted') Object.assign(bag, written)
    else bag.functionDeclarations = [...listed(bag.functionDeclarations), written]
  }
  return bags.size > 0 ? [...bags.values()] : undefined
}

function writeTool(tool: Tool, model: string, lose: Loss): JsonObject | undefined {
  if (tool.type === 'function') return { ...present({ name: tool.name, description: tool.description }), ...(ownSchema(tool) ?? writeSchema(tool, model)) }
  if (tool.type === 'hosted' && tool.rest.wire === wire) return tool.rest.fields
  lose(tool.type === 'hosted' ? 'hosted_tool' : 'custom_tool')
  return undefined
}

const ownSchema = ({ rest }: FunctionTool): JsonObject | undefined => (rest?.wire === wire ? own(rest) : undefined)

/** https://ai.google.dev/gemini-api/docs/structured-output#json_schema_support */
export const takesJsonSchema = (model: string): boolean => !/gemini-(?:1\.|2\.0)/.test(model)

/** A function of nothing has no parameters: the vendor refuses an object without properties. */
function writeSchema({ schema }: FunctionTool, model: string): JsonObject {
  if (schema === undefined || saysNothing(schema)) return {}
  return takesJsonSchema(model) ? { parametersJsonSchema: schema } : { parameters: bendSchema(schema, geminiSchema) }
}

const silent: ReadonlySet<string> = new Set(['type', 'properties', 'required', 'additionalProperties', '$schema', 'title', 'description'])

function saysNothing(schema: JsonObject): boolean {
  const isBare = Object.keys(schema).every((keyword) => silent.has(keyword))
  return isBare && Object.keys(isObject(schema.properties) ? schema.properties : {}).length === 0 && !isObject(schema.additionalProperties)
}

const modes: { readonly [word: string]: ToolChoice['mode'] } = { AUTO: 'auto', ANY: 'required', NONE: 'none' }
const words = { auto: 'AUTO', required: 'ANY', none: 'NONE', named: 'ANY' } as const satisfies { readonly [mode in ToolChoice['mode']]: string }

/** Takes the choice out of a request's fields. One that the form has no word for stays where it is. */
export function takeChoice(fields: JsonObject): { readonly toolChoice?: ToolChoice } {
  const config = isObject(fields.toolConfig) ? fields.toolConfig : {}
  const { functionCallingConfig: calling, ...others } = config
  if (!isObject(calling)) return {}
  const { mode: word, allowedFunctionNames: names, ...inner } = calling
  const mode = typeof word === 'string' && Object.hasOwn(modes, word) ? modes[word] : undefined
  if (mode === undefined) return {}
  const isNamed = mode === 'required' && Array.isArray(names) && names.length === 1
  const left = { ...others, ...leftOf('functionCallingConfig', { ...inner, ...(!isNamed && names !== undefined && { allowedFunctionNames: names }) }) }
  delete fields.toolConfig
  Object.assign(fields, leftOf('toolConfig', left))
  if (isNamed) return { toolChoice: { mode: 'named', name: asText(names[0]) } }
  if (mode !== 'required' || !Array.isArray(names) || names.length === 0) return { toolChoice: { mode } }
  // What else stands in the field is told as lost with it.
  const field = Object.keys(others).length + Object.keys(inner).length === 0 ? 'toolConfig' : ''
  return { toolChoice: { mode, allowed: { names: names.map(asText), field } } }
}

/** What is said of the choice, joined with what was kept of it; undefined where that is nothing. */
export function writeChoice({ toolChoice, rest, tools }: ChatRequest): JsonObject | undefined {
  const said = isObject(own(rest).toolConfig) ? (own(rest).toolConfig as JsonObject) : undefined
  if (toolChoice === undefined || (tools.length === 0 && rest.wire !== wire)) return said
  const { mode, name } = toolChoice
  const inner = isObject(said?.functionCallingConfig) ? said.functionCallingConfig : {}
  return { ...said, functionCallingConfig: { ...inner, mode: words[mode], ...(mode === 'named' && { allowedFunctionNames: [name!] }) } }
}
