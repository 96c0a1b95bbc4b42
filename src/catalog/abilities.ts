/** What requests need that not every model can do, and what a model is known to lack of it: what is not certain is left out, and taken to be there. */

import { findModel } from './table.ts'
import { traitsOf } from './traits.ts'

/** Needs that decide between targets, and what they mean: a closed list, shown where a choice is explained and taken by a chain's `lacks`. */
export const needs = {
  images: 'A picture is shown to the model.',
  documents: 'A document, as a PDF, is given to the model.',
  audio: 'Sound is played to the model.',
  video: 'A video is shown to the model.',
  files: 'A file in a vendor’s own store is referred to.',
  tools: 'The model is offered tools, or told of calls of tools.',
  schema: 'The answer must keep to a JSON Schema.',
  json: 'The answer must be JSON, of any shape.',
  speech: 'The answer is to be spoken.',
  drawing: 'The answer is to hold pictures.',
  choices: 'Several answers are asked for at once.',
  logprobs: 'The answer is to tell how likely its tokens were.',
} as const

export type Need = keyof typeof needs

export const needNames = Object.keys(needs) as readonly Need[]

/** Each need's place in a mask. */
export const needBits = Object.fromEntries(needNames.map((name, at) => [name, 1 << at])) as { readonly [name in Need]: number }

export function bitsOf(names: readonly Need[]): number {
  return names.reduce((bits, name) => bits | needBits[name], 0)
}

/** The words of a mask, in the order of the list. */
export function needsIn(bits: number): readonly Need[] {
  return needNames.filter((name) => (bits & needBits[name]) !== 0)
}

/** What one request needs. `input` and `output` are tokens, the first an estimate and the second what was asked for: 0 where nothing was. */
export interface Needs {
  readonly bits: number
  readonly input: number
  readonly output: number
}

/** What a model can do, as far as is known. */
export interface Abilities {
  /** Bits of what it surely cannot do. */
  readonly lacks: number
  /** Tokens that prompt and answer may have together; Infinity where nobody knows. */
  readonly context: number
  /** Tokens that it writes in one answer at most; Infinity where nobody knows. */
  readonly output: number
}

/** Our count of a prompt is its bytes divided by four, which is too high by a quarter at times: a prompt is too long only where it surely is. */
const surelyOf = 0.8

export function isAble({ bits, input, output }: Needs, { lacks, context, output: most }: Abilities): boolean {
  return (bits & lacks) === 0 && input * surelyOf + output <= context && output <= most
}

/** Whether a model of this context may take what was too long for one of that: an unknown one may, and any may where that is unknown. */
export function mayTakeMore(context: number, thanThat: number): boolean {
  return context > thanThat || thanThat === Infinity
}

/** `provider` is the catalogue's name for who serves it, null where it has none. */
export function abilitiesOf(provider: string | null, model: string): Abilities {
  const { maxOutput = Infinity } = traitsOf(provider ?? '', model)
  return { lacks: 0, context: findModel(provider ?? '', model)?.context ?? Infinity, output: maxOutput }
}
