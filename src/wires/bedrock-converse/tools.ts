/** Tools and the choice among them, read and written. */

import { isObject, present, asText, type Json, type JsonObject } from '../../base/json.ts'
import type { ChatRequest, FunctionTool, Tool, ToolChoice } from '../../canonical/chat.ts'
import type { ModelTraits } from '../traits.ts'
import { readPoint, writePoint } from './marks.ts'
import { asList, asObject, kept, own, tagOf, wire, type Writing } from './own.ts'

/** A mark belongs to the tool before it. */
export function readTools(tools: Json | undefined): Tool[] {
  const read: Tool[] = []
  for (const said of asList(tools)) {
    const mark = readPoint(said)
    const last = read.at(-1)
    if (mark && last?.type === 'function' && last.cache === undefined) read[read.length - 1] = { ...last, cache: mark }
    else read.push(readTool(said))
  }
  return read
}

function readTool(said: JsonObject): Tool {
  const { name, description, inputSchema, strict, ...fields } = asObject(said.toolSpec)
  const { json: schema, ...others } = asObject(inputSchema)
  if (tagOf(said) !== 'toolSpec' || typeof name !== 'string' || Object.keys(others).length > 0) {
    const tag = tagOf(said) ?? 'unknown'
    return { type: 'hosted', name: asText(asObject(said[tag]).name ?? tag), rest: { wire, fields: said } }
  }
  return {
    type: 'function',
    name,
    ...(typeof description === 'string' && { description }),
    ...(isObject(schema) && { schema }),
    ...(typeof strict === 'boolean' && { strict }),
    ...kept(fields),
  }
}

const modes: { readonly [tag: string]: ToolChoice['mode'] } = { auto: 'auto', any: 'required', tool: 'named' }

/** Undefined where it is said in a way that the form has no word for. */
export function readChoice(choice: Json | undefined): ToolChoice | undefined {
  const tag = isObject(choice) ? tagOf(choice) : undefined
  if (tag === undefined || !Object.hasOwn(modes, tag)) return undefined
  const mode = modes[tag]!
  return mode === 'named' ? { mode, name: asText(asObject(asObject(choice).tool).name) } : { mode }
}

/** The tools, and those that the conversation has called where none are given: the wire wants every called tool declared. */
export function writeTools({ tools, toolChoice, turns }: ChatRequest, target: ModelTraits, writing: Writing): JsonObject[] {
  const called = new Set(turns.flatMap(({ blocks }) => blocks.flatMap((block) => (block.type === 'tool-call' ? [block.name] : []))))
  const mayCall = writing.isOwn || toolChoice?.mode !== 'none'
  if (!mayCall && called.size === 0) return []
  // There is no word for `none`: the model may see tools that it has called, and might call them again.
  if (!mayCall) writing.lose('tool_choice')
  const written = tools.flatMap((tool) => writeTool(tool, target, writing))
  if (written.length > 0 || writing.isOwn) return written
  return [...called].map((name) => ({ toolSpec: { name, inputSchema: { json: { type: 'object' } } } }))
}

function writeTool(tool: Tool, target: ModelTraits, writing: Writing): JsonObject[] {
  if (tool.type === 'function') return [{ toolSpec: writeFunction(tool, target, writing) }, ...writePoint(tool.cache, toolMarks(target, writing))]
  if (tool.type === 'hosted' && tool.rest.wire === wire) return [tool.rest.fields]
  writing.lose(tool.type === 'hosted' ? 'hosted_tool' : 'custom_tool')
  return []
}

/** Nova takes marks in messages and system texts alone. */
function toolMarks({ model }: ModelTraits, writing: Writing): Writing {
  return /nova/.test(model) ? { ...writing, marks: 'none' } : writing
}

function writeFunction({ name, description, schema, strict, rest }: FunctionTool, { nativeSchema }: ModelTraits, { isOwn, lose }: Writing): JsonObject {
  const tellsStrict = strict !== undefined && (isOwn || (strict && nativeSchema === true))
  if (strict === true && !tellsStrict) lose('strict_tool')
  return {
    ...own(rest),
    ...present({
      name,
      description: description === '' && !isOwn ? undefined : description,
      inputSchema: schema || !isOwn ? { json: schema ?? { type: 'object', properties: {} } } : undefined,
      strict: tellsStrict ? strict : undefined,
    }),
  }
}

export function writeChoice({ mode, name }: ToolChoice): JsonObject | undefined {
  switch (mode) {
    case 'auto':
      return { auto: {} }
    case 'required':
      return { any: {} }
    case 'named':
      return { tool: { name: name! } }
    case 'none':
      return undefined
  }
}
