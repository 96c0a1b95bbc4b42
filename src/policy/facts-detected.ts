/** The facts that detectors say: of those that are always there, and of lists and services that a document names. */

import type { Detected, DetectorTerms } from './detector.ts'
import { builtIn, kindsOf } from './detectors/index.ts'
import type { Fact, Facts, FactType, FactValue } from './facts.ts'

/** Undefined where it did not look, or could not. */
function saidBy(name: string, { detected }: Facts): Detected | undefined {
  const said = detected?.[name]
  return said === undefined || 'fault' in said ? undefined : said
}

interface Told {
  readonly name: string
  readonly type: FactType
  readonly meaning: string
  readonly of: (said: Detected) => FactValue
}

const toFact =
  (detector: DetectorTerms) =>
  ({ of, ...told }: Told): Fact => ({
    ...told,
    source: 'detected',
    detector,
    read: (facts) => {
      const said = saidBy(detector.name, facts)
      return said && of(said)
    },
  })

const count = (name: string, meaning: string): Told => ({ name, type: 'int', meaning, of: (said) => said.count })
const score = (name: string, meaning: string): Told => ({ name, type: 'double', meaning, of: (said) => said.score })
const language = (name: string): Told => ({
  name,
  type: 'string',
  meaning: 'The language of most of the text, as `en`; `unknown` where nobody can tell.',
  of: (said) => said.label ?? 'unknown',
})

function toldByBuiltIn({ name, kind }: DetectorTerms): readonly Told[] {
  if (kind === 'languages') return [language(name)]
  // Nothing is denied by what nobody set up.
  const kinds = (kind === 'domains' ? [] : (kindsOf[kind] ?? [])).map((one): Told => ({
    name: `${name}.${one}`,
    type: 'int',
    meaning: kind === 'size' ? `Of all texts: ${one}.` : `Findings of the kind \`${one}\`.`,
    of: (said) => said.kinds[one] ?? 0,
  }))
  if (kind === 'size') return kinds
  const all = [count(`${name}.count`, `All that \`${name}\` found.`), ...kinds]
  return kind === 'injection' ? [score(`${name}.score`, 'How much it looks like an attack on the model, from 0 to 1.'), ...all] : all
}

/** Said of the request where a rule is about requests, and of the answer where it is about answers. */
export const builtInFacts: readonly Fact[] = builtIn.flatMap((terms) => toldByBuiltIn(terms).map(toFact(terms)))

/** Of lists that deny, what was denied counts: they find the rest as well. */
const denied = (name: string, meaning: string): Told => ({ name, type: 'int', meaning, of: (said) => said.kinds.denied ?? 0 })

const toldByNamed: { readonly [kind in DetectorTerms['kind']]?: (path: string) => Told } = {
  words: (path) => count(path, 'Words of the list.'),
  topics: (path) => count(path, 'Above 0 where the text is of that topic.'),
  domains: (path) => denied(path, 'Hosts that the list denies.'),
  languages: (path) => denied(path, 'Texts in another language than the list allows.'),
}

/** Of what a document names: `words.<name>`, and of services `outside.<name>.count`, `.score` and `.kinds`. `terms` carry the name that tells them from other documents' ones. */
export function factsOfNamed(name: string, terms: DetectorTerms): readonly Fact[] {
  const path = `${terms.kind}.${name}`
  const told = toldByNamed[terms.kind]
  if (told !== undefined) return [toFact(terms)(told(path))]
  const kinds: Told = { name: `${path}.kinds`, type: 'map<string, int>', meaning: 'Its findings by kind.', of: (said) => said.kinds }
  return [count(`${path}.count`, 'What the service found.'), score(`${path}.score`, 'How sure it is, from 0 to 1.'), kinds].map(toFact(terms))
}
