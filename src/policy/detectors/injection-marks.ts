/** The words of the injection detector as one list, each with what it is a sign of. */

import { foldText } from './fold.ts'
import { delimiters, exactly, leaks, overrides, phrases, quoting } from './injection-phrases.ts'

/** Everything that this detector finds. */
export const injectionKinds = ['override', 'leak', 'jailbreak', 'spoof', 'indirect', 'exfiltration', 'encoding', 'invisible'] as const
export type InjectionKind = (typeof injectionKinds)[number]

/** What says nothing alone. */
export const parts = ['verb', 'lastVerb', 'which', 'target', 'weak', 'leakVerb', 'leakTarget', 'exactly', 'quote'] as const
export type Part = (typeof parts)[number]

/** A word may be part of several things, or a sign by itself. */
export interface Mark {
  readonly text: string
  readonly parts: readonly Part[]
  readonly sign: { readonly kind: InjectionKind; readonly weight: number } | undefined
}

/** They stand in lines; a space before a `|` belongs to the word. */
const split = (words: string): readonly string[] =>
  words
    .split('\n')
    .map((line) => line.trim())
    .join('')
    .split('|')
const ofPart = (part: Part, words: string): readonly Mark[] => split(words).map((text) => ({ text, parts: [part], sign: undefined }))

const all: readonly Mark[] = [
  ...ofPart('verb', overrides.verbs),
  ...ofPart('lastVerb', overrides.lastVerbs),
  ...ofPart('which', overrides.which),
  ...ofPart('target', overrides.targets),
  ...ofPart('weak', overrides.weakTargets),
  ...ofPart('leakVerb', leaks.verbs),
  ...ofPart('leakTarget', leaks.targets),
  ...ofPart('exactly', exactly),
  ...ofPart('quote', quoting),
  ...phrases.flatMap(({ kind, weight, words }) => split(words).map((text) => ({ text, parts: [], sign: { kind, weight } }))),
  ...delimiters.map((text): Mark => ({ text, parts: [], sign: { kind: 'spoof', weight: 0.55 } })),
]

/** Each once, as texts are compared. */
export const marks: readonly Mark[] = [...Map.groupBy(all, ({ text }) => foldText(text)).values()].map((same) => ({
  text: same[0]!.text,
  parts: [...new Set(same.flatMap(({ parts }) => parts))],
  sign: same.find(({ sign }) => sign !== undefined)?.sign,
}))
