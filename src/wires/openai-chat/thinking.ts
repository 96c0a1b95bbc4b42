/** How much a model is told to think: by `reasoning_effort`, or in the ways that other servers of the wire have. */

import { isObject, type Json, type JsonObject } from '../../base/json.ts'
import type { ChatRequest, Effort, Thinking } from '../../canonical/chat.ts'
import type { Loss } from '../losses.ts'
import type { ModelTraits } from '../traits.ts'
import { kept, own, type Spelled, spelling, take, wire } from './own.ts'

const efforts: ReadonlySet<Json> = new Set<Effort>(['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'])

/**
 * Takes what is said about thinking out of a request's fields. Where it is said twice, what a vendor's own field says holds:
 * `thinking` before `reasoning_effort` before `reasoning`, and what is not believed stays as it is.
 */
export function takeThinking(fields: JsonObject, spelled: Spelled): { readonly thinking?: Thinking } {
  for (const field of ['thinking', 'reasoning_effort', 'reasoning']) {
    const thinking = readers[field]!(fields[field])
    if (thinking === undefined) continue
    take(fields, field)
    spelled.thinking = field
    return { thinking }
  }
  return {}
}

const readers: { readonly [field: string]: (said: Json | undefined) => Thinking | undefined } = {
  thinking: readVendors,
  reasoning_effort: readEffort,
  reasoning: readReasoning,
}

function readEffort(said: Json | undefined): Thinking | undefined {
  if (!efforts.has(said ?? null)) return undefined
  const effort = said as Effort
  return { mode: effort === 'none' ? 'off' : 'effort', effort }
}

/** `{ type: 'enabled', budget_tokens }`, as Claude's API and its followers have it. */
function readVendors(said: Json | undefined): Thinking | undefined {
  if (!isObject(said)) return undefined
  const { type, budget_tokens: budget, ...fields } = said
  if (type === 'disabled') return { mode: 'off', ...kept({ ...said, type }) }
  if (type !== 'enabled' && type !== 'adaptive') return undefined
  if (typeof budget === 'number') return { mode: 'budget', budget, ...kept({ ...fields, type }) }
  return { mode: 'adaptive', ...kept({ ...fields, type }) }
}

/** `{ effort }` or `{ max_tokens }`, with more beside it. https://openrouter.ai/docs/use-cases/reasoning-tokens */
function readReasoning(said: Json | undefined): Thinking | undefined {
  if (!isObject(said)) return undefined
  const { effort, max_tokens: budget, ...fields } = said
  if (efforts.has(effort ?? null)) return { ...readEffort(effort)!, ...kept(budget === undefined ? fields : { ...fields, max_tokens: budget }) }
  if (typeof budget === 'number') return { mode: 'budget', budget, ...kept(effort === undefined ? fields : { ...fields, effort }) }
  return said.enabled === false ? { mode: 'off', ...kept(said) } : { mode: 'adaptive', ...kept(said) }
}

/** A model that does not think is not told to. */
export function writeThinking({ thinking, rest }: ChatRequest, target: ModelTraits, lose: Loss): JsonObject {
  if (thinking === undefined) return {}
  const spelled = spelling(rest, 'thinking')
  if (target.thinking === 'none' && thinking.mode !== 'off') {
    lose('thinking')
    return {}
  }
  const { budget, effort } = thinking
  if (spelled === 'thinking') return { thinking: { ...own(thinking.rest), ...(budget !== undefined && { budget_tokens: budget }) } }
  if (spelled === 'reasoning') return { reasoning: { ...(effort && { effort }), ...(budget !== undefined && { max_tokens: budget }), ...own(thinking.rest) } }
  const told = effort ?? (budget === undefined ? undefined : effortOf(budget))
  return told === undefined || (thinking.mode === 'off' && rest.wire !== wire) ? {} : { reasoning_effort: told }
}

const budgets: readonly (readonly [most: number, effort: Effort])[] = [
  [1024, 'low'],
  [2048, 'medium'],
  [4096, 'high'],
  [8192, 'xhigh'],
]

/** What an effort costs at most, the other way round. */
function effortOf(budget: number): Effort {
  return budgets.find(([most]) => budget <= most)?.[1] ?? 'max'
}
