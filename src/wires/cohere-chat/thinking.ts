/** How much a model may think, as this wire says it: on with a budget or without, or off. https://docs.cohere.com/docs/reasoning */

import { isObject, type JsonObject } from '../../base/json.ts'
import type { ChatRequest, Thinking } from '../../canonical/chat.ts'
import { budgetOf } from '../efforts.ts'
import type { Loss } from '../losses.ts'
import { kept, own } from '../rest.ts'
import type { ModelTraits } from '../traits.ts'
import { take, wire } from './own.ts'

/** Takes `thinking` out of a request's fields; a type that the form does not know stays there. */
export function takeThinking(fields: JsonObject): { readonly thinking?: Thinking } {
  if (!isObject(fields.thinking)) return {}
  const { type, token_budget: budget, ...others } = fields.thinking
  if (type !== 'enabled' && type !== 'disabled') return {}
  take(fields, 'thinking')
  if (type === 'enabled' && typeof budget === 'number') return { thinking: { mode: 'budget', budget, ...kept(wire, others) } }
  const left = budget === undefined ? others : { ...others, token_budget: budget }
  return { thinking: { mode: type === 'enabled' ? 'adaptive' : 'off', ...kept(wire, left) } }
}

/** A model that thinks does so unless it is told not to; one that does not is not told anything. */
export function writeThinking({ thinking, maxTokens, rest }: ChatRequest, target: ModelTraits, lose: Loss): { readonly thinking?: JsonObject } {
  if (thinking === undefined) return {}
  const isOwn = rest.wire === wire
  if (thinking.mode === 'off') return isOwn || (target.thinking ?? 'none') !== 'none' ? { thinking: { ...own(wire, thinking.rest), type: 'disabled' } } : {}
  if (target.thinking === 'none') {
    lose('thinking')
    return {}
  }
  const wanted = thinking.budget ?? (thinking.effort && budgetOf(thinking.effort))
  const token_budget = wanted === undefined || isOwn ? wanted : Math.max(1, Math.min(wanted, (maxTokens ?? Infinity) - 1))
  return { thinking: { ...own(wire, thinking.rest), type: 'enabled', ...(token_budget !== undefined && { token_budget }) } }
}
