/** CEL as rules may use it: expressions that are checked when they are loaded, bounded, and read nothing but declared facts. */

import { Environment } from '@marcbachmann/cel-js'
import { askPackage } from './cel-asking.ts'
import { withCaselessModels } from './cel-caseless.ts'
import { guardsOf, type Guard } from './cel-guards.ts'
import { plainOf, type Field, type Words } from './cel-plain.ts'
import { fieldsOf, readsOf } from './cel-reads.ts'
import { slipIn } from './cel-slips.ts'
import { mostText, Refusal, weigh } from './cel-walk.ts'
import type { Fact, Facts } from './facts.ts'

/** The facts that an expression may name, and what the package knows of them. */
export interface Vocabulary extends Words {
  readonly environment: Environment
}

export interface Compiled {
  /** All facts that it may look at. */
  readonly reads: readonly Fact[]
  /** Fields of maps that it takes to be there. */
  readonly fields: readonly Field[]
  /** What must be so for it to be true, as far as plain facts go. */
  readonly guards: readonly Guard[]
  /** Undefined where it cannot be judged: something is missing, of another type, or too large. Never throws. */
  readonly judge: (facts: Facts) => boolean | undefined
}

export interface Problem {
  readonly problem: string
}

/** Characters of an expression, and what it may consist of. */
export const mostCharacters = 4000
const limits = { maxAstNodes: 500, maxDepth: 24, maxListElements: 200, maxMapEntries: 8, maxCallArguments: 4 }

/** Names to types, or to fields with theirs. */
interface Schema {
  [field: string]: string | Schema
}

/** Throws where two facts have one name: those of the house do not, and lists of operators are told apart before. */
export function vocabularyOf(facts: readonly Fact[]): Vocabulary {
  const named = new Map(facts.map((fact) => [fact.name, fact]))
  const schema: Schema = Object.create(null) as Schema
  for (const { name, type } of facts) declare(schema, name.split('.'), type)
  const environment = new Environment({ limits })
  for (const [name, said] of Object.entries(schema)) environment.registerVariable({ name, ...(typeof said === 'string' ? { type: said } : { schema: said }) })
  const patterns: Words['patterns'] = new Map()
  environment.registerFunction('rematch(string, string): bool', (text: string, pattern: string) => {
    if (text.length > mostText) throw new Error('The text is too long.')
    return patterns.get(pattern)!.test(text)
  })
  return { environment, patterns, factOf: (name) => named.get(name) }
}

function declare(schema: Schema, [name = '', ...fields]: readonly string[], type: string): void {
  if (fields.length === 0) {
    schema[name] = type
    return
  }
  const group = (schema[name] ??= Object.create(null) as Schema)
  if (typeof group !== 'string') declare(group, fields, type)
}

export function compile(expression: string, vocabulary: Vocabulary): Compiled | Problem {
  if (expression.length > mostCharacters) return { problem: `An expression has ${mostCharacters} characters at most.` }
  try {
    const parsed = vocabulary.environment.parse(expression)
    const { ast } = parsed
    weigh(ast, vocabulary.patterns)
    const { valid, type, error } = parsed.check()
    if (!valid) return { problem: sentenceOf(error) }
    if (type !== 'bool') return { problem: `It says a ${type ?? 'thing'}: a rule says yes or no.` }
    const meant = withCaselessModels(expression, ast, vocabulary)
    if (meant !== expression) return compile(meant, vocabulary)
    const reads = readsOf(ast, vocabulary)
    const plain = plainOf(ast, vocabulary)?.say
    const judgeSlowly = (facts: Facts) => askPackage(parsed, reads, facts)
    const judge: Compiled['judge'] = plain === undefined ? judgeSlowly : (facts) => (plain(facts) as boolean | undefined) ?? judgeSlowly(facts)
    return { reads, fields: fieldsOf(ast, vocabulary), guards: guardsOf(ast, vocabulary), judge }
  } catch (error) {
    if (error instanceof Refusal) return { problem: error.message }
    return { problem: slipIn(expression, (error as { readonly summary?: string }).summary ?? '') ?? sentenceOf(error) }
  }
}

/** What the package says of it, with the mistakes that everybody makes explained. */
function sentenceOf(error: unknown): string {
  const { code, summary = 'It cannot be read' } = error as { readonly code?: string; readonly summary?: string }
  if (code === 'unknown_variable' || code === 'no_such_key') return `There is no such fact: ${summary.slice(summary.indexOf(': ') + 2)}.`
  return `${summary}.${mixed.test(summary) ? ' A number with a fraction is compared with such: say `5.0`.' : ''}`
}

const mixed = /double [^ ]+ int|int [^ ]+ double|double in list<int>/
