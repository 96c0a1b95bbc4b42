/** What an answer means to whoever reads it: the measure by which the laws compare wires that say it in different ways. */

import { isObject } from '../src/base/json.ts'
import type { Block, ChatResponse, FinishReason } from '../src/canonical/chat.ts'
import type { CannotSay } from '../src/wires/losses.ts'

export interface MeantChoice {
  readonly text: string
  readonly refusal: string
  readonly reasoning: string
  readonly signatures: readonly string[]
  readonly redacted: readonly string[]
  readonly citations: readonly string[]
  readonly calls: readonly { readonly id: string; readonly name: string; readonly input: unknown }[]
  readonly finish: FinishReason
}

export interface Meaning {
  readonly choices: readonly MeantChoice[]
  readonly tokens: { readonly input: number; readonly output: number; readonly cacheRead: number }
}

/** Wires say these in one word. */
const coarse: { readonly [reason in FinishReason]?: FinishReason } = { 'stop-sequence': 'stop', paused: 'stop', other: 'stop', context: 'length' }

export function meaningOf({ choices, usage }: ChatResponse): Meaning {
  return {
    choices: choices.map(({ blocks, finish }) => ({ ...meant(blocks), finish: coarse[finish] ?? finish })),
    tokens: { input: usage.input ?? 0, output: usage.output ?? 0, cacheRead: usage.cacheRead ?? 0 },
  }
}

function meant(blocks: readonly Block[]): Omit<MeantChoice, 'finish'> {
  const join = (type: Block['type']) => blocks.map((block) => (block.type === type && 'text' in block ? block.text : '')).join('')
  return {
    text: join('text'),
    refusal: join('refusal'),
    reasoning: join('reasoning'),
    signatures: blocks.flatMap((block) => ('signature' in block && block.signature ? [block.signature.value] : [])),
    redacted: blocks.flatMap((block) => (block.type === 'reasoning' && block.redacted !== undefined ? [block.redacted] : [])),
    citations: blocks.flatMap((block) => (block.type === 'text' ? (block.citations ?? []).flatMap(({ url }) => url ?? []) : [])),
    calls: blocks.flatMap((block) => (block.type === 'tool-call' ? [{ id: block.id, name: block.name, input: parsed(block.input) }] : [])),
  }
}

/** Arguments that are JSON mean the same with other spaces; plain text is put into an object where a wire takes nothing else. */
function parsed(input: string): unknown {
  try {
    const value = JSON.parse(input) as unknown
    return isObject(value) && typeof value.input === 'string' && Object.keys(value).length === 1 ? value.input : value
  } catch {
    return input
  }
}

/** The part of a meaning that a wire declares it can say. A refusal without a word of its own is text. */
export function saidIn({ choices, tokens }: Meaning, cannotSay: CannotSay): unknown {
  const said = choices.map(({ refusal, reasoning, signatures, redacted, citations, ...choice }) => ({
    ...choice,
    text: choice.text + refusal,
    reasoning: cannotSay.reasoning ? '' : reasoning,
    signatures: cannotSay.signature ? [] : signatures,
    redacted: cannotSay.redacted_reasoning ? [] : redacted,
    citations: cannotSay.citation ? [] : citations,
  }))
  return { choices: said, tokens }
}

/** A copy without what one wire alone understands, and without what is undefined. */
export function withoutRest<Said>(said: Said): Said {
  return JSON.parse(JSON.stringify(said, (key, value: unknown) => (key === 'rest' ? undefined : value))) as Said
}
