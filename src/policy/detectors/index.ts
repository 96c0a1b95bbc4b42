/** The detectors, by their kinds, and the look of several at the same texts. */

import type { Detector, DetectorKind, DetectorTerms, Inspected, OutsideTerms, Passage } from '../detector.ts'
import { domainsDetector } from './domains.ts'
import { injectionDetector } from './injection.ts'
import { injectionKinds } from './injection-marks.ts'
import { languagesDetector } from './languages.ts'
import { piiDetector } from './pii.ts'
import { piiKinds } from './pii-shapes.ts'
import { secretKinds, secretsDetector } from './secrets.ts'
import { sizeDetector } from './size.ts'
import { wordsDetector } from './words.ts'

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
  pii: piiKinds,
  secrets: secretKinds,
  injection: injectionKinds,
  words: ['word'],
  topics: ['word'],
  domains: ['url', 'denied'],
  languages: ['denied'],
  size: ['characters', 'passages', 'longest'],
  outside: null,
}

/** Made when first asked for; they go with the documents that name them. */
const ready = new WeakMap<Detector['terms'], Detector>()

/** What looks by these terms: made once for them. Throws as `compileDetector`. */
export function detectorOf(terms: Detector['terms']): Detector {
  const known = ready.get(terms)
  if (known !== undefined) return known
  const made = compileDetector(terms)
  ready.set(terms, made)
  return made
}

/** Pure data to something that looks. Costs what the lists are long: once for a document. Throws `RangeError` where the words are too many. */
export function compileDetector(terms: Exclude<DetectorTerms, OutsideTerms>): Detector {
  switch (terms.kind) {
    case 'pii':
      return piiDetector(terms)
    case 'secrets':
      return secretsDetector(terms)
    case 'injection':
      return injectionDetector(terms)
    case 'words':
    case 'topics':
      return wordsDetector(terms)
    case 'domains':
      return domainsDetector(terms)
    case 'languages':
      return languagesDetector(terms)
    case 'size':
      return sizeDetector(terms)
  }
}

/** What each of them finds in the texts. Takes time in proportion to these. */
export function inspect(passages: readonly Passage[], detectors: readonly Detector[]): Inspected {
  const found: { [detector: string]: Inspected[string] } = {}
  for (const detector of detectors) found[detector.terms.name] = detector.look(passages)
  return found
}
