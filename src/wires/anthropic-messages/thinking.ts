/** How much a model may think, as this wire says it: a budget in tokens, as the model sees fit, or an effort beside either. */

import { isObject, present, type Json, type JsonObject } from '../../base/json.ts'
import type { ChatRequest, Effort, Thinking } from '../../canonical/chat.ts'
import type { Loss } from '../losses.ts'
import { kept, own, spelling } from '../rest.ts'
import type { ModelTraits } from '../traits.ts'
import { wire } from './writing.ts'

const efforts: readonly string[] = ['low', 'medium', 'high', 'xhigh', 'max'] satisfies readonly Effort[]

/** Tokens to think with, least first, for models that are told a budget; and the effort that a budget amounts to, for those that are not. */
const budgets = [
  ['low', 1024],
  ['medium', 2048],
  ['high', 4096],
  ['xhigh', 8192],
  ['max', 16384],
] as const satisfies readonly (readonly [Effort, number])[]

/** The wire refuses a smaller budget. */
const leastBudget = 1024

/** What the wire itself takes for granted. */
const defaultEffort: Effort = 'high'

export function readThinking(thinking: Json | undefined, effort: Json | undefined): Thinking | undefined {
  const wished = typeof effort === 'string' && efforts.includes(effort) ? { effort: effort as Effort } : {}
  if (!isObject(thinking)) return wished.effort && { mode: 'effort', ...wished }
  const { type, budget_tokens: budget, ...fields } = thinking
  switch (type) {
    case 'enabled':
      return { mode: 'budget', ...(typeof budget === 'number' && { budget }), ...wished, ...kept(wire, fields) }
    case 'disabled':
      return { mode: 'off', ...wished, ...kept(wire, fields, { off: 'disabled' }) }
    case 'adaptive':
      return { mode: 'adaptive', ...wished, ...kept(wire, fields) }
    default:
      return { mode: 'adaptive', ...wished, ...kept(wire, thinking) }
  }
}

/** What goes into `thinking` and into `output_config.effort`. */
export interface SaidThinking {
  readonly thinking?: JsonObject
  readonly effort?: Effort
}

export interface ThinkingLimits {
  readonly maxTokens: number
  /** The messages as they will be sent. */
  readonly messages: readonly JsonObject[]
}

export function writeThinking({ thinking, rest }: ChatRequest, target: ModelTraits, limits: ThinkingLimits, lose: Loss): SaidThinking {
  if (thinking === undefined) return {}
  const isOwn = rest.wire === wire
  if (thinking.mode === 'off' || thinking.effort === 'none') return sayOff(thinking)
  switch (wayOf(thinking, target.thinking, isOwn)) {
    case 'effort':
      return { effort: effortOf(thinking) ?? defaultEffort }
    case 'adaptive':
      return { thinking: { type: 'adaptive', ...(isOwn ? own(wire, thinking.rest) : { display: 'summarized' }) }, ...present({ effort: effortOf(thinking) }) }
    case 'budget': {
      const budget = budgetOf(thinking, limits.maxTokens, isOwn)
      if (budget < leastBudget || lacksThought(limits.messages)) break
      const beside = thinking.mode === 'budget' && thinking.effort !== undefined && { effort: effortOf(thinking)! }
      return { thinking: { ...own(wire, thinking.rest), type: 'enabled', budget_tokens: budget }, ...beside }
    }
    case 'none':
  }
  lose('thinking')
  return {}
}

/** Without a word of it the wire does not think, so only who said it gets it said. */
function sayOff({ rest, effort }: Thinking): SaidThinking {
  if (spelling(wire, rest, 'off') === undefined) return {}
  return { thinking: { ...own(wire, rest), type: 'disabled' }, ...(effort && { effort }) }
}

/** A client of this wire has chosen a way: it is kept where the model is not known to want another. Every server of the wire knows budgets. */
function wayOf({ mode }: Thinking, wanted: ModelTraits['thinking'], isOwn: boolean): NonNullable<ModelTraits['thinking']> {
  const chosen = mode === 'off' ? 'none' : mode
  if (wanted === undefined || wanted === 'effort') return isOwn ? chosen : (wanted ?? (chosen === 'effort' ? 'budget' : chosen))
  // An effort alone is no wish to think: it goes to models that know efforts.
  if (isOwn && mode === 'effort') return wanted === 'adaptive' ? 'effort' : 'none'
  return wanted
}

function effortOf({ effort, budget }: Thinking): Effort | undefined {
  if (effort !== undefined || budget === undefined) return effort === 'minimal' ? 'low' : effort
  return budgets.find(([, tokens]) => budget <= tokens)?.[0] ?? 'max'
}

/** A client of this wire is believed: where thoughts may stand between calls, the vendor allows a budget past the limit. */
function budgetOf(thinking: Thinking, maxTokens: number, isOwn: boolean): number {
  if (isOwn && thinking.budget !== undefined) return thinking.budget
  const effort = effortOf(thinking) ?? defaultEffort
  const wanted = thinking.budget ?? budgets.find(([name]) => name === effort)![1]
  return Math.min(Math.max(wanted, leastBudget), maxTokens - 1)
}

/** The vendor refuses a budget where the tools of this round were called without a thought: by another model, or one that was not thinking. */
function lacksThought(messages: readonly JsonObject[]): boolean {
  const asked = messages.findLastIndex((message) => message.role === 'user' && !has(message, 'tool_result'))
  const round = messages.slice(asked + 1).filter((message) => message.role === 'assistant')
  return round.some((message) => has(message, 'tool_use')) && !round.some((message) => has(message, 'thinking') || has(message, 'redacted_thinking'))
}

function has({ content }: JsonObject, type: string): boolean {
  return Array.isArray(content) && content.some((block) => isObject(block) && block.type === type)
}
