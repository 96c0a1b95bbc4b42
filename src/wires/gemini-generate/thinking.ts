/** How much a model may think: by a level, or by a budget in tokens. https://ai.google.dev/gemini-api/docs/thinking */

import { isObject, present, asText, type Json, type JsonObject } from '../../base/json.ts'
import type { ChatRequest, Effort, Thinking } from '../../canonical/chat.ts'
import { budgetOf, effortOf } from '../efforts.ts'
import type { Loss } from '../losses.ts'
import type { ModelTraits } from '../traits.ts'
import { kept, own, type Spelled, spelling, wire } from './own.ts'

const levels: { readonly [level: string]: Effort } = { MINIMAL: 'minimal', LOW: 'low', MEDIUM: 'medium', HIGH: 'high' }

export function readThinking(config: Json | undefined): Thinking | undefined {
  if (!isObject(config)) return undefined
  const { thinkingLevel: level, thinkingBudget: budget, ...fields } = config
  const effort = typeof level === 'string' && Object.hasOwn(levels, level.toUpperCase()) ? levels[level.toUpperCase()] : undefined
  if (effort !== undefined) {
    const spelled: Spelled = level === wordOf(effort) ? {} : { level: asText(level) }
    return { mode: 'effort', effort, ...kept({ ...fields, ...present({ thinkingBudget: budget }) }, spelled) }
  }
  const left = { ...fields, ...present({ thinkingLevel: level }) }
  if (budget === 0) return { mode: 'off', ...kept(left) }
  if (typeof budget === 'number' && budget > 0) return { mode: 'budget', budget, ...kept(left) }
  return { mode: 'adaptive', ...kept({ ...left, ...present({ thinkingBudget: budget }) }) }
}

const wordOf = (effort: Effort): string => effort.toUpperCase()

/** Undefined where nothing is to be said. */
export function writeThinking({ thinking, rest }: ChatRequest, target: ModelTraits, lose: Loss): JsonObject | undefined {
  if (thinking === undefined) return undefined
  const way = wayOf(target)
  const { mode, effort, budget } = thinking
  if (rest.wire === wire) return { ...own(thinking.rest), ...writeOwn(thinking) }
  const isOff = mode === 'off' || effort === 'none'
  if (way === 'none') {
    if (!isOff) lose('thinking')
    return undefined
  }
  // A model of this vendor thinks unless it is told not to.
  if (isOff) return way === 'budget' ? { thinkingBudget: leastBudget(target.model) } : { thinkingLevel: leastLevel(target.model) }
  if (way === 'budget') return { thinkingBudget: tokensOf(thinking, target.model), includeThoughts: true }
  const wished = effort ?? (budget === undefined ? undefined : effortOf(budget))
  return { ...(wished && { thinkingLevel: levelOf(wished, target.model) }), includeThoughts: true }
}

function writeOwn({ mode, effort, budget, rest }: Thinking): JsonObject {
  if (mode === 'effort' && effort !== undefined) return { thinkingLevel: spelling(rest, 'level') ?? wordOf(effort) }
  return present({ thinkingBudget: mode === 'off' ? 0 : budget })
}

type Way = 'none' | 'budget' | 'level'

/** Where the catalogue does not know the model, its name tells the generation. */
function wayOf({ thinking, model }: ModelTraits): Way {
  if (thinking === 'none' || thinking === 'budget') return thinking
  if (thinking === undefined && /gemini-2\.5/.test(model)) return 'budget'
  return thinking === undefined && /gemini-(?:1|2\.0)/.test(model) ? 'none' : 'level'
}

/** 2.5 Pro cannot be kept from thinking, and takes more than the others. https://ai.google.dev/gemini-api/docs/thinking#set-budget */
const isPro = (model: string): boolean => /-pro\b/.test(model)
const leastBudget = (model: string): number => (isPro(model) ? 128 : 0)
const mostBudget = (model: string): number => (isPro(model) ? 32_768 : 24_576)
/** 2.5 Flash-Lite takes no smaller one. */
const leastThought = 512

/** −1 lets the model decide. */
function tokensOf({ effort, budget }: Thinking, model: string): number {
  const wished = budget ?? (effort === undefined ? undefined : budgetOf(effort))
  return wished === undefined ? -1 : Math.min(Math.max(wished, leastThought), mostBudget(model))
}

/** Pro models have no least level. */
const leastLevel = (model: string): string => (isPro(model) ? 'LOW' : 'MINIMAL')

function levelOf(effort: Effort, model: string): string {
  switch (effort) {
    case 'none':
    case 'minimal':
      return leastLevel(model)
    case 'low':
    case 'medium':
      return wordOf(effort)
    case 'high':
    case 'xhigh':
    case 'max':
      return 'HIGH'
  }
}
