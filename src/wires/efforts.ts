/** Efforts as tokens to think with, and the other way round: for wires that know only one of the two. */

import type { Effort } from '../canonical/chat.ts'

/** Least first: what an effort may cost, and what a budget of so many tokens amounts to. */
const budgets: readonly (readonly [effort: Effort, tokens: number])[] = [
  ['low', 1024],
  ['medium', 2048],
  ['high', 4096],
  ['xhigh', 8192],
  ['max', 16384],
]

/** Tokens; an effort below the table is the least in it. */
export function budgetOf(effort: Effort): number {
  return (budgets.find(([name]) => name === effort) ?? budgets[0]!)[1]
}

export function effortOf(tokens: number): Effort {
  return budgets.find(([, most]) => tokens <= most)?.[0] ?? 'max'
}
