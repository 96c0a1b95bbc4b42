/** Tools and the choice among them, read and written. */

import { present, asText, type Json, type JsonObject } from '../../base/json.ts'
import type { ChatRequest, FunctionTool, Tool, ToolChoice } from '../../canonical/chat.ts'
import type { Loss } from '../losses.ts'
import { kept, own } from '../rest.ts'
import { bendSchema } from '../schema.ts'
import { claudeSchema } from '../schema-dialects.ts'
import type { ModelTraits } from '../traits.ts'
import { isHosted } from './check.ts'
import { takeMark, writeMark } from './marks.ts'
import { wire } from './writing.ts'

export function readTool(tool: JsonObject): Tool {
  if (isHosted(tool)) return { type: 'hosted', name: asText(tool.type), rest: { wire, fields: tool } }
  const { name, description, input_schema, strict, ...fields } = tool
  return {
    type: 'function',
    name: asText(name),
    ...(typeof description === 'string' && { description }),
    ...(input_schema && { schema: input_schema as JsonObject }),
    ...(typeof strict === 'boolean' && { strict }),
    ...takeMark(fields),
    ...kept(wire, fields),
  }
}

/** Undefined for a tool that only another wire knows. */
export function writeTool(tool: Tool, target: ModelTraits, lose: Loss): JsonObject | undefined {
  switch (tool.type) {
    case 'function':
      return writeFunction(tool, target, lose)
    case 'hosted':
      if (tool.rest.wire === wire) return { ...tool.rest.fields }
      lose('hosted_tool')
      return undefined
    case 'custom':
      lose('custom_tool')
      return undefined
  }
}

function writeFunction(tool: FunctionTool, target: ModelTraits, lose: Loss): JsonObject {
  const strict = writeStrict(tool, target)
  if (tool.strict === true && strict === undefined) lose('strict_tool')
  return {
    ...own(wire, tool.rest),
    ...present({ name: tool.name, description: tool.description, input_schema: schemaOf(tool, strict), strict }),
    ...writeMark(tool.cache, tool.rest),
  }
}

/** A strict tool of another wire is bent to what this vendor holds its models to; any other goes as it is. */
function schemaOf({ schema = { type: 'object', properties: {} }, rest }: FunctionTool, strict: boolean | undefined): JsonObject {
  return strict === true && rest?.wire !== wire ? bendSchema(schema, claudeSchema) : schema
}

/** A model that cannot be held to a schema refuses the word; what another wire says of itself (`false`) needs no saying. */
function writeStrict({ strict, rest }: FunctionTool, { nativeSchema }: ModelTraits): boolean | undefined {
  if (strict === undefined || nativeSchema === false) return undefined
  return rest?.wire === wire || (strict && nativeSchema) ? strict : undefined
}

const modes: { readonly [type: string]: ToolChoice['mode'] } = { auto: 'auto', any: 'required', none: 'none', tool: 'named' }
const types = { auto: 'auto', required: 'any', none: 'none', named: 'tool' } as const satisfies { readonly [mode in ToolChoice['mode']]: string }

export interface ReadChoice {
  readonly toolChoice?: ToolChoice
  readonly parallelTools?: boolean
}

export function readChoice(choice: Json | undefined): ReadChoice {
  if (choice === undefined || choice === null) return {}
  const { type, name, disable_parallel_tool_use: isSerial } = choice as JsonObject
  const mode = typeof type === 'string' && Object.hasOwn(modes, type) ? modes[type]! : 'auto'
  return {
    toolChoice: mode === 'named' ? { mode, name: asText(name) } : { mode },
    ...(typeof isSerial === 'boolean' && { parallelTools: !isSerial }),
  }
}

/** A thinking model cannot be forced to a tool, so it is only offered. */
export function writeChoice({ toolChoice, parallelTools }: ChatRequest, isThinking: boolean, lose: Loss): JsonObject | undefined {
  if (toolChoice === undefined) return parallelTools === false ? { type: 'auto', disable_parallel_tool_use: true } : undefined
  const { mode, name } = toolChoice
  if (mode === 'none') return { type: 'none' }
  const isForced = mode !== 'auto'
  if (isForced && isThinking) lose('tool_choice')
  const disable_parallel_tool_use = parallelTools === undefined ? undefined : !parallelTools
  return isForced && isThinking ? present({ type: 'auto', disable_parallel_tool_use }) : present({ type: types[mode], name, disable_parallel_tool_use })
}
