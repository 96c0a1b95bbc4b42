/** From a document to rules that can be judged: everything that can be wrong with it is found here, when it is loaded. */

import { hint } from '../base/nearest.ts'
import type { Place } from '../base/place.ts'
import { compile, vocabularyOf, type Compiled, type Vocabulary } from './cel.ts'
import type { DetectorTerms } from './detector.ts'
import { builtIn, detectorOf as ready, kindsOf } from './detectors/index.ts'
import type { DocumentProblem, PolicyDocument, PolicyRule } from './document.ts'
import { builtInFacts, factsOfNamed } from './facts-detected.ts'
import { timeFacts } from './facts-time.ts'
import { facts, type Fact } from './facts.ts'
import { riskDetectors, riskFacts } from './risk.ts'
import { celOf } from './when.ts'

export interface CompiledRule extends Compiled {
  /** As receipts tell it: `document/rule@version`. */
  readonly label: string
  readonly isShadow: boolean
  readonly onRequest: boolean
  readonly onAnswer: boolean
  readonly rule: PolicyRule
  /** Who must have looked, each once. */
  readonly detectors: readonly DetectorTerms[]
}

export interface CompiledDocument {
  readonly document: PolicyDocument
  /** `name@version`. */
  readonly label: string
  readonly rules: readonly CompiledRule[]
}

export const mostRules = 500
const mostNamed = 50

/** `version` is the one that it is stored at. Either all of it is sound, or it is told what is not. */
export function compileDocument(document: PolicyDocument, version: number): CompiledDocument | { readonly problems: readonly DocumentProblem[] } {
  const { vocabulary, terms, problems } = readNames(document)
  if (vocabulary === undefined) return { problems }
  const compiling: Compiling = { document, version, vocabulary, terms, problems, ids: new Set() }
  const rules = document.rules.flatMap((rule, at) => compileRule(rule, at, compiling))
  if (document.rules.length > mostRules) problems.push({ path: ['rules'], problem: `A document has ${mostRules} rules at most.` })
  if (problems.length > 0) return { problems }
  // Now, and not while the first call waits.
  for (const terms of rules.flatMap(({ detectors }) => detectors)) canLook(terms)
  return { document, label: `${document.name}@${version}`, rules }
}

interface Compiling {
  readonly document: PolicyDocument
  readonly version: number
  readonly vocabulary: Vocabulary
  readonly terms: ReadonlyMap<string, DetectorTerms>
  readonly problems: DocumentProblem[]
  readonly ids: Set<string>
}

/** What its rules may say: the facts of the house, and those of its own lists. */
function readNames(document: PolicyDocument): Pick<Compiling, 'terms' | 'problems'> & { readonly vocabulary?: Vocabulary } {
  const { name, detectors, timeZone } = document
  const terms = new Map(builtIn.map((one): [string, DetectorTerms] => [one.name, one]))
  const problems: DocumentProblem[] = []
  const known: Fact[] = [...facts, ...riskFacts, ...builtInFacts]
  detectors.slice(0, mostNamed).forEach((one, at) => {
    const path = `${one.kind}.${one.name}`
    if (terms.has(path)) problems.push({ path: ['detectors', at, 'name'], problem: `There is another \`${path}\` in this document.` })
    // Other documents may have a list of that name: this one is told from theirs wherever both are about a call.
    const own = { ...one, name: `${name}/${path}` }
    if (!canLook(own)) problems.push({ path: ['detectors', at, 'words'], problem: 'The words are too many, or too long.' })
    terms.set(path, own)
    known.push(...factsOfNamed(one.name, own))
  })
  if (detectors.length > mostNamed) problems.push({ path: ['detectors'], problem: `A document names ${mostNamed} detectors at most.` })
  const times = timesIn(timeZone)
  if (times === undefined) problems.push({ path: ['time_zone'], problem: 'Nobody knows that time zone: it is a name as `Europe/Berlin`.' })
  return problems.length > 0 ? { terms, problems } : { terms, problems, vocabulary: vocabularyOf([...known, ...(times ?? [])]) }
}

/** What looks by these terms is made here, once. */
function canLook(terms: DetectorTerms): boolean {
  try {
    return terms.kind === 'outside' || ready(terms) !== undefined
  } catch {
    return false
  }
}

function timesIn(timeZone: string): readonly Fact[] | undefined {
  try {
    return timeFacts(timeZone)
  } catch {
    return undefined
  }
}

function compileRule(rule: PolicyRule, at: number, compiling: Compiling): readonly CompiledRule[] {
  const { document, version, vocabulary, problems, ids } = compiling
  const before = problems.length
  const complain = (problem: string, ...field: Place) => problems.push({ path: ['rules', at, ...field], problem })
  if (ids.has(rule.id)) complain('There is another rule of this id.', 'id')
  ids.add(rule.id)
  for (const { field, problem } of findStray(rule)) complain(problem, field)
  const redacting = (rule.edits.redact ?? []).map(({ what }) => ({ what, terms: detectorOf(what, compiling) }))
  redacting.forEach(({ what, terms }, place) => {
    if (terms === undefined) complain(`No detector finds \`${what}\`.${hint(what, findable(compiling))}`, 'then', 'redact', place)
  })
  const said = typeof rule.when === 'string' ? rule.when : celOf(rule.when)
  const compiled = typeof said === 'string' ? compile(said, vocabulary) : said
  if ('problem' in compiled) complain(compiled.problem, 'when')
  if (problems.length > before || 'problem' in compiled) return []
  const detectors = detectorsOf(
    compiled,
    redacting.map(({ terms }) => terms!),
  )
  if (rule.on !== 'request' && detectors.some(({ kind }) => kind === 'outside'))
    complain('A service is asked of requests alone: an answer does not wait for one.', 'on')
  return [
    {
      ...compiled,
      label: `${document.name}/${rule.id}@${version}`,
      isShadow: document.mode === 'shadow',
      onRequest: rule.on !== 'answer',
      onAnswer: rule.on !== 'request',
      rule: withOwnNames(rule, compiling),
      detectors,
    },
  ]
}

/** `pii`, `pii.email`, `words.secret`, `words.secret.*`: the detector that finds it. What none finds would stay in the texts. */
function detectorOf(what: string, { terms }: Pick<Compiling, 'terms'>): DetectorTerms | undefined {
  const whole = terms.get(what)
  const end = Math.max(0, what.lastIndexOf('.'))
  const detector = whole ?? terms.get(what.slice(0, end))
  const kinds = detector && findingsOf(detector)
  const kind = what.slice(end + 1)
  const isFound = kinds === null || (kinds !== undefined && kinds.length > 0 && (whole !== undefined || kind === '*' || kinds.includes(kind)))
  return isFound ? detector : undefined
}

/** Kinds of findings with a place in the texts. Null where only the service knows. */
function findingsOf(terms: DetectorTerms): readonly string[] | null {
  if (terms.kind === 'size') return []
  const deniesNothing = (terms.kind === 'languages' || terms.kind === 'domains') && builtIn.includes(terms)
  return deniesNothing ? kindsOf[terms.kind]!.filter((kind) => kind !== 'denied') : kindsOf[terms.kind]
}

/** All that a redaction may name. */
const findable = ({ terms }: Compiling): readonly string[] =>
  [...terms].flatMap(([name, one]) => [name, ...(findingsOf(one) ?? []).map((kind) => `${name}.${kind}`)]).filter((what) => detectorOf(what, { terms }))

/** Redactions name detectors as the inspection does. */
function withOwnNames(rule: PolicyRule, { document }: Compiling): PolicyRule {
  const { redact } = rule.edits
  if (redact === undefined) return rule
  const named = redact.map((one) => {
    const owner = document.detectors.find(({ kind, name }) => one.what === `${kind}.${name}` || one.what.startsWith(`${kind}.${name}.`))
    if (owner === undefined) return one
    // A list that denies finds the rest as well, which stays.
    const isBare = one.what === `${owner.kind}.${owner.name}` && (owner.kind === 'domains' || owner.kind === 'languages')
    return { ...one, what: `${document.name}/${one.what}${isBare ? '.denied' : ''}` }
  })
  return { ...rule, edits: { ...rule.edits, redact: named } }
}

function detectorsOf({ reads }: Compiled, redacting: readonly DetectorTerms[]): readonly DetectorTerms[] {
  const risk = reads.some(({ source }) => source === 'risk') ? riskDetectors : []
  return [...new Set([...reads.flatMap(({ detector }) => detector ?? []), ...redacting, ...risk])]
}

/** What would do nothing where it stands. */
function* findStray({ on, outcome, edits }: PolicyRule): Generator<{ readonly field: string; readonly problem: string }> {
  const fields = Object.keys(edits)
  if (outcome === 'BLOCK' && fields.length > 0)
    yield { field: 'then', problem: 'A call that is refused is not changed: leave out `then`, or say `outcome: ALLOW`.' }
  if (on === 'answer' && fields.some((field) => field !== 'redact'))
    yield { field: 'then', problem: 'Of an answer, findings can be redacted, and nothing else be changed.' }
  if (on !== 'request' && outcome === 'REVIEW') yield { field: 'outcome', problem: 'A person is asked before the call: an answer can be blocked or redacted.' }
}
