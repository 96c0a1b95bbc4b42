/** The words of the injection detector as one list, each with what it is a sign of. */

import { delimiters, exactly, leaks, overrides, phrases, quoting } from './injection-phrases.ts'

/** Everything that this detector finds. */
export const injectionKinds = ['override', 'leak', 'jailbreak', 'spoof', 'indirect', 'exfiltration', 'encoding', 'invisible'] as const
export type InjectionKind = (typeof injectionKinds)[number]

/** What says nothing alone. */
export const parts = ['verb', 'which', 'target', 'weak', 'leakVerb', 'leakTarget', 'exactly', 'quote'] as const
export type Part = (typeof parts)[number]

export type Mark = { readonly text: string } & (
  | { readonly part: Part; readonly kind?: undefined }
  | { readonly kind: InjectionKind; readonly weight: number; readonly part?: undefined }
)

const split = (words: string): readonly string[] => words.split('|').map((word) => word.trimStart())
const ofPart = (part: Part, words: string): readonly Mark[] => split(words).map((text) => ({ text, part }))

/** A word may stand here twice: as a part of two things. */
export const marks: readonly Mark[] = [
  ...ofPart('verb', overrides.verbs),
  ...ofPart('which', overrides.which),
  ...ofPart('target', overrides.targets),
  ...ofPart('weak', overrides.weakTargets),
  ...ofPart('leakVerb', leaks.verbs),
  ...ofPart('leakTarget', leaks.targets),
  ...ofPart('exactly', exactly),
  ...ofPart('quote', quoting),
  ...phrases.flatMap(({ kind, weight, words }) => split(words).map((text) => ({ text, kind, weight }))),
  ...delimiters.map((text): Mark => ({ text, kind: 'spoof', weight: 0.55 })),
]
