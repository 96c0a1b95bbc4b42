/** What a sound document says and can never come about: its author is told, and what is stored counts all the same. */

import type { CompiledDocument, CompiledRule } from './compile.ts'
import type { DocumentProblem } from './document.ts'
import { editedSurfaces } from './edit.ts'
import type { Edits } from './verdict.ts'

/** What is done to chat alone, by the fields of `then`. */
const ofChat: { readonly [edit in keyof Edits]?: string } = { set: 'set', maxTokens: 'max_tokens', trimHistory: 'trim_history', stripTools: 'strip_tools' }

const chatOperations: ReadonlySet<unknown> = new Set(['chat', 'text_completion', 'count_tokens'])

export function idleIn({ rules }: CompiledDocument): readonly DocumentProblem[] {
  return rules.flatMap((compiled, at) => [...neverTrue(compiled, at), ...(isOfChat(compiled) ? [] : idleEdits(compiled, at))])
}

/** Fields of the object form that are held against a share: none is greater than 1. */
const ofShares = ['riskGreaterThan', 'injectionGreaterThan']

function neverTrue({ rule: { when } }: CompiledRule, at: number): readonly DocumentProblem[] {
  if (typeof when === 'string') return []
  return ofShares.flatMap((field) => (Number(when[field] ?? 0) < 1 ? [] : [{ path: ['rules', at, 'when', field], problem: 'Never so: it goes from 0 to 1.' }]))
}

function idleEdits({ rule: { edits } }: CompiledRule, at: number): readonly DocumentProblem[] {
  return Object.entries(ofChat).flatMap(([edit, field]) =>
    edit in edits ? [{ path: ['rules', at, 'then', field], problem: 'Of chat alone, and this rule is about other calls.' }] : [],
  )
}

/** As far as its guards tell. */
function isOfChat({ guards }: CompiledRule): boolean {
  return guards.every(({ fact, values }) => {
    const ofChat = fact.name === 'request.operation' ? chatOperations : fact.name === 'request.surface' ? editedSurfaces : undefined
    return ofChat === undefined || [...values].some((value) => ofChat.has(value))
  })
}
