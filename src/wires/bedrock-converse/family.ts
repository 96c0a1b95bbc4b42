/**
 * What is said to one maker's models alone, in `additionalModelRequestFields`: how much to think, how to sample, whether to call tools at once.
 * https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters.html
 */

import { isObject, present, type Json, type JsonObject } from '../../base/json.ts'
import type { ChatRequest, Effort, Thinking } from '../../canonical/chat.ts'
import { isThinking, lacksThought, readThinking as readClaude, writeThinking, type Held } from '../claude-thinking.ts'
import { effortOf } from '../efforts.ts'
import type { Loss } from '../losses.ts'
import type { ModelTraits } from '../traits.ts'
import { asObject, wire, type Writing } from './own.ts'
import { writeChoice } from './tools.ts'

interface Family {
  /** Of the model's id; profiles with a name of their own do not tell. */
  readonly models: RegExp
  /** What it takes of marks that say what to cache. https://docs.aws.amazon.com/bedrock/latest/userguide/prompt-caching.html */
  readonly marks: Writing['marks']
  readonly takesThoughts: boolean
  readonly isClaude?: true
  write(asked: Asked): Told
}

interface Asked {
  readonly request: ChatRequest
  readonly target: ModelTraits
  readonly messages: readonly JsonObject[]
  readonly lose: Loss
}

/** What the family is told, and what that forbids. */
export interface Told {
  readonly fields: JsonObject
  readonly thinks: boolean
  /** What may go into `inferenceConfig`. */
  readonly limits: 'all' | 'none'
  /** The choice of a tool stands among the fields. */
  readonly hasChosen?: true
}

const families: readonly Family[] = [
  { models: /claude-(?:[a-z]+-(?:4-[5-9]|[5-9])|[5-9])/, marks: 'timed', takesThoughts: true, isClaude: true, write: writeForClaude },
  { models: /claude-(?:v\d|instant|3-(?:opus|sonnet|haiku)|3-5-sonnet-20240620)/, marks: 'none', takesThoughts: true, isClaude: true, write: writeForClaude },
  { models: /claude/, marks: 'plain', takesThoughts: true, isClaude: true, write: writeForClaude },
  { models: /nova/, marks: 'plain', takesThoughts: false, write: writeForNova },
  { models: /gpt-oss/, marks: 'none', takesThoughts: false, write: writeForEffort },
]
const unknown: Family = { models: /^/, marks: 'none', takesThoughts: false, write: writeForOthers }
/** Whose profile it is, only its owner knows: it is taken for what most of them are. */
const profile: Family = { models: /inference-profile\//, marks: 'plain', takesThoughts: true, write: writeForOthers }

export function familyOf(model: string): Family {
  return families.find(({ models }) => models.test(model)) ?? (profile.models.test(model) ? profile : unknown)
}

/** What these fields say about thinking, whoever's they are. */
export function readThinking({ thinking, output_config: config, reasoningConfig: nova, reasoning_effort: effort }: JsonObject): Thinking | undefined {
  const claude = readClaude(wire, thinking, asObject(config).effort)
  if (claude !== undefined) return claude
  const told = isObject(nova) ? (nova.type === 'enabled' ? nova.maxReasoningEffort : 'none') : effort
  return isEffort(told) ? { mode: told === 'none' ? 'off' : 'effort', effort: told } : undefined
}

export function readTopK({ top_k: claude, inferenceConfig: nova }: JsonObject): number | undefined {
  const told = claude ?? asObject(nova).topK
  return typeof told === 'number' ? told : undefined
}

const efforts: readonly Json[] = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'] satisfies readonly Effort[]
const isEffort = (value: Json | undefined): value is Effort => efforts.includes(value ?? null)

/** Claude wants a limit beyond its budget; this one is safe where nobody knows the model's own. */
const safeMaxTokens = 4096

function writeForClaude({ request, target, messages, lose }: Asked): Told {
  const maxTokens = request.maxTokens ?? target.maxOutput ?? safeMaxTokens
  const said = writeThinking(request, target, { wire, maxTokens, lacksThought: () => lacksThought(messages, holds) }, lose)
  const thinks = isThinking(said)
  const topK = request.topK !== undefined && (thinks || target.sampling === false) ? undefined : request.topK
  if (topK === undefined && request.topK !== undefined) lose('top_k')
  const choice = serialChoice(request, thinks, lose)
  return {
    fields: present({ thinking: said.thinking, output_config: said.effort && { effort: said.effort }, top_k: topK, tool_choice: choice }),
    thinks,
    limits: 'all',
    ...(choice && { hasChosen: true }),
  }
}

/** One call at a time is a part of the choice that the wire has no word for, so all of the choice is told in Claude's own. */
function serialChoice({ tools, toolChoice, parallelTools }: ChatRequest, thinks: boolean, lose: Loss): JsonObject | undefined {
  if (parallelTools !== false || tools.length === 0 || toolChoice?.mode === 'none') return undefined
  const wanted = toolChoice?.mode ?? 'auto'
  if (wanted !== 'auto' && thinks) lose('tool_choice')
  const type = wanted === 'auto' || thinks ? 'auto' : wanted === 'named' ? 'tool' : 'any'
  return present({ type, name: type === 'tool' ? toolChoice?.name : undefined, disable_parallel_tool_use: true })
}

const types: { readonly [what in Held]: string } = { call: 'toolUse', result: 'toolResult', thought: 'reasoningContent' }
const holds = (block: JsonObject, what: Held): boolean => block[types[what]] !== undefined

/** The vendor refuses limits and sampling beside the highest effort: https://docs.aws.amazon.com/nova/latest/nova2-userguide/extended-thinking.html */
function writeForNova({ request, target: { model }, lose }: Asked): Told {
  const wanted = effortIn(request.thinking)
  const effort = wanted === undefined || !/nova-2/.test(model) ? undefined : wanted === 'low' || wanted === 'medium' ? wanted : 'high'
  if (wanted !== undefined && effort === undefined) lose('thinking')
  const isFree = effort === 'high'
  if (isFree && request.topK !== undefined) lose('top_k')
  const topK = isFree ? undefined : request.topK
  loseSerial(request, lose)
  return {
    fields: present({
      inferenceConfig: topK === undefined ? undefined : { topK },
      reasoningConfig: effort && { type: 'enabled', maxReasoningEffort: effort },
    }),
    thinks: false,
    limits: isFree ? 'none' : 'all',
  }
}

function writeForEffort({ request, lose }: Asked): Told {
  const wanted = effortIn(request.thinking)
  if (request.topK !== undefined) lose('top_k')
  loseSerial(request, lose)
  return { fields: present({ reasoning_effort: wanted && (wanted === 'low' || wanted === 'medium' ? wanted : 'high') }), thinks: false, limits: 'all' }
}

function writeForOthers({ request, lose }: Asked): Told {
  if (effortIn(request.thinking) !== undefined) lose('thinking')
  if (request.topK !== undefined) lose('top_k')
  loseSerial(request, lose)
  return { fields: {}, thinks: false, limits: 'all' }
}

/** Who must call one tool hardly calls it twice: that is no loss. */
function loseSerial({ parallelTools, tools, toolChoice }: ChatRequest, lose: Loss): void {
  if (parallelTools === false && tools.length > 0 && toolChoice?.mode !== 'named') lose('parallel_tools')
}

/** Undefined where no thinking is wanted. */
function effortIn(thinking: Thinking | undefined): Exclude<Effort, 'none' | 'minimal'> | undefined {
  if (thinking === undefined || thinking.mode === 'off' || thinking.effort === 'none') return undefined
  const effort = thinking.effort ?? (thinking.budget === undefined ? 'medium' : effortOf(thinking.budget))
  return effort === 'minimal' || effort === 'none' ? 'low' : effort
}

/** The choice in the wire's own words. A thinking Claude cannot be forced to a tool, so it is only offered. */
export function chooseTool({ toolChoice }: ChatRequest, { thinks, hasChosen }: Told, lose: Loss): JsonObject | undefined {
  if (toolChoice === undefined || hasChosen) return undefined
  const isForced = toolChoice.mode === 'required' || toolChoice.mode === 'named'
  if (!isForced || !thinks) return writeChoice(toolChoice)
  lose('tool_choice')
  return { auto: {} }
}
