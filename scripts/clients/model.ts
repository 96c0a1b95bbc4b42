/** A scripted model for client programs, on every wire: it calls the task's tools once, all together, and when the results have come it says so. */

import type Anthropic from '@anthropic-ai/sdk'
import type OpenAI from 'openai'
import { isObject } from '../../src/base/json.ts'
import type { WireName } from '../../src/canonical/chat.ts'
import {
  bedrock,
  cohere,
  gemini,
  messages,
  openai,
  responses,
  type Answer,
  type Call,
  type Received,
  type Saying,
  type Words,
} from '../../test/upstream/index.ts'
import type { Task, ToolUse } from './client.ts'

interface Offered {
  readonly name: string
  /** undefined for a tool of plain text. */
  readonly schema: unknown
}

export interface Result {
  readonly id: string
  /** As JSON, whatever its shape. */
  readonly said: string
}

/** What a request says, found by looking at its JSON: the gateway's own readers are what is tested. */
export interface Ear {
  tools(request: Received): readonly Offered[]
  results(request: Received): readonly Result[]
  readonly speak: (words: Words, saying?: Saying) => (request: Received) => Answer
  /** Whether the wire signs thoughts, and wants them back with the results of the calls that they led to. */
  readonly signs: boolean
}

interface Reading<Body> {
  tools(body: Body): readonly Offered[]
  results(body: Body): readonly Result[]
}

const ear = <Body>({ tools, results }: Reading<Body>, { speak, signs = false }: { readonly speak: Ear['speak']; readonly signs?: boolean }): Ear => ({
  tools: (request) => tools(request.json() as Body),
  results: (request) => results(request.json() as Body),
  speak,
  signs,
})

/** The vendor's package types what it takes, which is not what it sends. */
interface GenerateContent {
  readonly tools?: readonly {
    readonly functionDeclarations?: readonly { readonly name: string; readonly parameters?: unknown; readonly parametersJsonSchema?: unknown }[]
  }[]
  readonly contents: readonly {
    readonly parts: readonly { readonly functionResponse?: { readonly id?: string; readonly name: string; readonly response: unknown } }[]
  }[]
}

/** So does this one. */
interface CohereChat {
  readonly tools?: readonly { readonly function: { readonly name: string; readonly parameters?: unknown } }[]
  readonly messages: readonly { readonly role: string; readonly tool_call_id: string; readonly content: unknown }[]
}

/** The vendor's package is not among ours. */
interface Converse {
  readonly toolConfig?: { readonly tools: readonly { readonly toolSpec?: { readonly name: string; readonly inputSchema: { readonly json: unknown } } }[] }
  readonly messages: readonly {
    readonly content: readonly { readonly toolResult?: { readonly toolUseId: string; readonly content: unknown } }[]
  }[]
}

const result = (id: string, content: unknown): Result => ({ id, said: JSON.stringify(content) })

export const ears = {
  'openai-chat': ear<OpenAI.ChatCompletionCreateParams>(
    {
      tools: ({ tools = [] }) =>
        tools.map((tool) =>
          tool.type === 'function' ? { name: tool.function.name, schema: tool.function.parameters } : { name: tool.custom.name, schema: undefined },
        ),
      results: ({ messages: turns }) => turns.flatMap((turn) => (turn.role === 'tool' ? [result(turn.tool_call_id, turn.content)] : [])),
    },
    { speak: openai.speak },
  ),
  'anthropic-messages': ear<Anthropic.MessageCreateParams>(
    {
      tools: ({ tools = [] }) => tools.flatMap((tool) => ('input_schema' in tool ? [{ name: tool.name, schema: tool.input_schema }] : [])),
      results: ({ messages: turns }) =>
        turns
          .flatMap(({ content }) => (typeof content === 'string' ? [] : content))
          .flatMap((block) => (block.type === 'tool_result' ? [result(block.tool_use_id, block.content)] : [])),
    },
    { speak: messages.speak, signs: true },
  ),
  'openai-responses': ear<OpenAI.Responses.ResponseCreateParams>(
    {
      tools: ({ tools = [] }) => tools.flatMap((tool) => (tool.type === 'namespace' ? tool.tools.flatMap(offeredItem) : offeredItem(tool))),
      results: ({ input }) =>
        (Array.isArray(input) ? input : []).flatMap((item) => ('output' in item && 'call_id' in item ? [result(String(item.call_id), item.output)] : [])),
    },
    { speak: responses.speak, signs: true },
  ),
  'gemini-generate': ear<GenerateContent>(
    {
      tools: ({ tools = [] }) =>
        tools.flatMap(({ functionDeclarations = [] }) =>
          functionDeclarations.map(({ name, parametersJsonSchema, parameters }) => ({ name, schema: parametersJsonSchema ?? parameters })),
        ),
      results: ({ contents }) =>
        contents.flatMap(({ parts }) => parts.flatMap(({ functionResponse: told }) => (told ? [result(told.id ?? told.name, told.response)] : []))),
    },
    { speak: gemini.speak, signs: true },
  ),
  'cohere-chat': ear<CohereChat>(
    {
      tools: ({ tools = [] }) => tools.map(({ function: { name, parameters } }) => ({ name, schema: parameters })),
      results: ({ messages: turns }) => turns.flatMap((turn) => (turn.role === 'tool' ? [result(turn.tool_call_id, turn.content)] : [])),
    },
    { speak: cohere.speak },
  ),
  'bedrock-converse': ear<Converse>(
    {
      tools: ({ toolConfig }) => (toolConfig?.tools ?? []).flatMap(({ toolSpec: tool }) => (tool ? [{ name: tool.name, schema: tool.inputSchema.json }] : [])),
      results: ({ messages: turns }) =>
        turns.flatMap(({ content }) => content.flatMap(({ toolResult: told }) => (told ? [result(told.toolUseId, told.content)] : []))),
    },
    { speak: bedrock.speak, signs: true },
  ),
} satisfies { readonly [wire in WireName]?: Ear }

function offeredItem(tool: { readonly type: string; readonly name?: string | null; readonly parameters?: unknown }): Offered[] {
  return tool.type === 'function' || tool.type === 'custom' ? [{ name: tool.name ?? '', schema: tool.parameters }] : []
}

export type Spoken = keyof typeof ears

/** All that were offered in these requests. */
export const toolNames = ({ tools }: Ear, requests: readonly Received[]): string[] => [
  ...new Set(requests.flatMap((request) => tools(request).map(({ name }) => name))),
]

/** The id that the model gives its n-th call; each wire lets a model choose its own. */
export const callId = (place: number): string => `call_omni7f3a${place}`
/** What the model signs its thought with. */
export const signature = Buffer.from('omni-7f3a signed this thought').toString('base64')
export const farewell = 'Done, said the scripted model.'

/** What Gemini CLI wants to hear, by its schema, when it asks which model to take. */
const choice = JSON.stringify({ complexity_reasoning: 'Nothing hard is asked.', complexity_score: 10 })

/** Whether an offered tool is this one: a gateway may have had to put a namespace before its name. */
export const isCalled = (tool: string, offered: string): boolean => offered === tool || offered.endsWith(`_${tool}`)

/** What the model answers to one request of a client at work on the task. */
export function answer({ uses }: Task, { tools, results, speak }: Ear, request: Received): Answer {
  if (request.body.includes('complexity_score')) return speak(choice)(request)
  const known = tools(request)
  const toolCalls = uses.flatMap((use, place): Call[] => {
    const tool = known.find(({ name }) => isCalled(use.tool, name))
    return tool ? [{ id: callId(place), name: tool.name, ...(use.namespace && { namespace: use.namespace }), ...inputFor(use.input, tool.schema) }] : []
  })
  // A client also asks on the side, with no tools in it: for a title, for a route.
  if (toolCalls.length === 0 || results(request).some(({ id }) => id === callId(0))) return speak(farewell)(request)
  return speak('I use a tool.', { reasoning: ['Which tool ', 'is it?'], signature, toolCalls, isInterleaved: true })(request)
}

/** Text for a tool of plain text, and as the one argument of the function that stands for it on wires that have no such tools. */
function inputFor(input: ToolUse['input'], schema: unknown): Pick<Call, 'input' | 'text'> {
  if (typeof input !== 'string') return { input }
  if (!isObject(schema)) return { input: {}, text: input }
  const [argument = 'input'] = Object.keys(isObject(schema.properties) ? schema.properties : {})
  return { input: { [argument]: input } }
}
