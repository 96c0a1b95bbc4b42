/** How much Claude may think, wherever it is served: a budget in tokens, as the model sees fit, or an effort beside either. */

import { isObject, present, type Json, type JsonObject } from '../base/json.ts'
import type { ChatRequest, Effort, Thinking, WireName } from '../canonical/chat.ts'
import { budgetOf as tokensOf, effortOf as effortFor } from './efforts.ts'
import type { Loss } from './losses.ts'
import { kept, own, spelling } from './rest.ts'
import type { ModelTraits } from './traits.ts'

const efforts: readonly string[] = ['low', 'medium', 'high', 'xhigh', 'max'] satisfies readonly Effort[]

/** The vendor refuses a smaller budget. */
const leastBudget = 1024

/** What the vendor itself takes for granted. */
const defaultEffort: Effort = 'high'

export function readThinking(wire: WireName, thinking: Json | undefined, effort: Json | undefined): Thinking | undefined {
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
  readonly wire: WireName
  readonly maxTokens: number
  /** Whether the tools of this round were called without a thought: see `lacksThought`. */
  lacksThought(): boolean
}

export function writeThinking({ thinking, rest }: ChatRequest, target: ModelTraits, limits: ThinkingLimits, lose: Loss): SaidThinking {
  if (thinking === undefined) return {}
  const { wire } = limits
  const isOwn = rest.wire === wire
  if (thinking.mode === 'off' || thinking.effort === 'none') return sayOff(wire, thinking)
  switch (wayOf(thinking, target.thinking, isOwn)) {
    case 'effort':
      return { effort: effortOf(thinking) ?? defaultEffort }
    case 'adaptive':
      return { thinking: { type: 'adaptive', ...(isOwn ? own(wire, thinking.rest) : { display: 'summarized' }) }, ...present({ effort: effortOf(thinking) }) }
    case 'budget': {
      const budget = budgetOf(thinking, limits.maxTokens, isOwn)
      if (budget < leastBudget || limits.lacksThought()) break
      const beside = thinking.mode === 'budget' && thinking.effort !== undefined && { effort: effortOf(thinking)! }
      return { thinking: { ...own(wire, thinking.rest), type: 'enabled', budget_tokens: budget }, ...beside }
    }
    case 'none':
  }
  lose('thinking')
  return {}
}

/** Whether a model was told to think. */
export function isThinking({ thinking }: SaidThinking): boolean {
  return thinking?.type === 'enabled' || thinking?.type === 'adaptive'
}

/** Without a word of it Claude does not think, so only who said it gets it said. */
function sayOff(wire: WireName, { rest, effort }: Thinking): SaidThinking {
  if (spelling(wire, rest, 'off') === undefined) return {}
  return { thinking: { ...own(wire, rest), type: 'disabled' }, ...(effort && { effort }) }
}

/** A client of the same wire has chosen a way: it is kept where the model is not known to want another. Every server of Claude knows budgets. */
function wayOf({ mode }: Thinking, wanted: ModelTraits['thinking'], isOwn: boolean): NonNullable<ModelTraits['thinking']> {
  const chosen = mode === 'off' ? 'none' : mode
  if (wanted === undefined || wanted === 'effort') return isOwn ? chosen : (wanted ?? (chosen === 'effort' ? 'budget' : chosen))
  // An effort alone is no wish to think: it goes to models that know efforts.
  if (isOwn && mode === 'effort') return wanted === 'adaptive' ? 'effort' : 'none'
  return wanted
}

function effortOf({ effort, budget }: Thinking): Effort | undefined {
  if (effort !== undefined || budget === undefined) return effort === 'minimal' ? 'low' : effort
  return effortFor(budget)
}

/** A client of the same wire is believed: where thoughts may stand between calls, the vendor allows a budget past the limit. */
function budgetOf(thinking: Thinking, maxTokens: number, isOwn: boolean): number {
  if (isOwn && thinking.budget !== undefined) return thinking.budget
  const wanted = thinking.budget ?? tokensOf(effortOf(thinking) ?? defaultEffort)
  return Math.min(Math.max(wanted, leastBudget), maxTokens - 1)
}

/** What a message may hold, as far as thinking goes. */
export type Held = 'call' | 'result' | 'thought'

/** The vendor refuses a budget where the tools of this round were called without a thought: by another model, or one that was not thinking. */
export function lacksThought(messages: readonly JsonObject[], holds: (block: JsonObject, what: Held) => boolean): boolean {
  const has = ({ content }: JsonObject, what: Held) => Array.isArray(content) && content.some((block) => isObject(block) && holds(block, what))
  const asked = messages.findLastIndex((message) => message.role === 'user' && !has(message, 'result'))
  const round = messages.slice(asked + 1).filter(({ role }) => role === 'assistant')
  return round.some((message) => has(message, 'call')) && !round.some((message) => has(message, 'thought'))
}
