/** The plain part of CEL as functions of our own: much faster, and sure of itself or silent. Where one says nothing, the package is asked. */

import type { ASTNode } from '@marcbachmann/cel-js'
import { operationOf, typesOfFacts, type PlainType } from './cel-operations.ts'
import { mostText, type Patterns } from './cel-walk.ts'
import type { Fact, Facts, FactValue } from './facts.ts'

/** Undefined where it cannot be said here: something is not known, is too large to be exact, or has no answer. */
export type Say = (facts: Facts) => FactValue | undefined

export interface Plain {
  readonly type: PlainType
  readonly say: Say
  /** What it says of every call. */
  readonly constant?: string | boolean | number
}

export interface Words {
  readonly factOf: (name: string) => Fact | undefined
  readonly patterns: Patterns
}

/** The expression, whose types were checked, as a function; undefined where it is not plain. */
export function plainOf(node: ASTNode, words: Words): Plain | undefined {
  switch (node.op) {
    case 'value':
      return literalOf(node.args)
    case 'id':
    case '.':
    case '[]':
      return factOf(node, words)
    case '&&':
    case '||':
      return withAll(node.args, words, ([left, right]) => truth(node.op === '&&' ? both(left!.say, right!.say) : either(left!.say, right!.say)))
    case '?:':
      return withAll(node.args, words, ([test, one, other]) => choiceOf(test!, one!, other!))
    case 'in':
      return node.args[1].op === 'list' ? inWritten(node.args[0], node.args[1].args, words) : applied('in', node.args, words)
    case 'call':
      return callOf(node.args[0], node.args[1], words)
    case 'rcall':
      return applied(node.args[0], [node.args[1], ...node.args[2]], words)
    case '!_':
    case '-_':
      return applied(node.op, [node.args], words)
    case 'list':
    case 'map':
    case '.?':
    case '[?]':
      return undefined
    default:
      return applied(node.op, node.args, words)
  }
}

const always = (type: PlainType, constant: string | boolean | number): Plain => ({ type, constant, say: () => constant })
const truth = (say: Say): Plain => ({ type: 'bool', say })

function literalOf(value: unknown): Plain | undefined {
  if (typeof value === 'string') return always('string', value)
  if (typeof value === 'boolean') return always('bool', value)
  if (typeof value === 'number') return always('double', value)
  const whole = typeof value === 'bigint' ? Number(value) : Number.NaN
  return Number.isSafeInteger(whole) ? always('int', whole) : undefined
}

/** A name as it is said with dots; undefined where it is another expression. */
export function nameOf(node: ASTNode): string | undefined {
  if (node.op === 'id') return node.args
  if (node.op !== '.') return undefined
  const before = nameOf(node.args[0])
  return before === undefined ? undefined : `${before}.${node.args[1]}`
}

function factOf(node: ASTNode, words: Words): Plain | undefined {
  const fact = words.factOf(nameOf(node) ?? '')
  if (fact !== undefined) return { type: typesOfFacts[fact.type].type, say: fact.read }
  const { map, key, holds } = fieldOf(node, words) ?? {}
  if (map === undefined || key === undefined || holds === undefined) return undefined
  const say: Say = (facts) => {
    const values = map.read(facts) as Readonly<Record<string, FactValue>> | undefined
    return values !== undefined && Object.hasOwn(values, key) ? values[key] : undefined
  }
  return { type: holds, say }
}

/** What stands under a key of a map that is written out: `labels.team`, `budgets["team-ml"]`. */
export interface Field {
  readonly map: Fact
  readonly key: string
  readonly holds: PlainType
}

export function fieldOf(node: ASTNode, { factOf: find }: Pick<Words, 'factOf'>): Field | undefined {
  if (node.op !== '.' && node.op !== '[]') return undefined
  const [of, at] = node.args
  const key = typeof at === 'string' || at.op !== 'value' ? at : at.args
  const map = find(nameOf(of) ?? '')
  const holds = map && typesOfFacts[map.type].holds
  return typeof key === 'string' && map !== undefined && holds !== undefined ? { map, key, holds } : undefined
}

/** All parts as functions, put together; undefined where one of them is not plain. */
function withAll(nodes: readonly ASTNode[], words: Words, put: (parts: readonly Plain[]) => Plain | undefined): Plain | undefined {
  const parts: Plain[] = []
  for (const node of nodes) {
    const part = plainOf(node, words)
    if (part === undefined) return undefined
    parts.push(part)
  }
  return put(parts)
}

function applied(name: string, nodes: readonly ASTNode[], words: Words): Plain | undefined {
  return withAll(nodes, words, (parts) => {
    const types = parts.map(({ type }) => type)
    const found = operationOf(name, types)
    if (found === undefined) return undefined
    const { type, operation } = found
    const [left, right] = parts.map(({ say }) => say)
    const say: Say = (facts) => {
      const one = left!(facts)
      if (one === undefined) return undefined
      const other = right === undefined ? one : right(facts)
      return other === undefined ? undefined : operation(one, other)
    }
    return { type, say }
  })
}

/** Who says no alone says no for both, whatever the other cannot say: so CEL has it. */
const both =
  (left: Say, right: Say): Say =>
  (facts) => {
    const one = left(facts)
    if (one === false) return false
    const other = right(facts)
    return other === false ? false : one === undefined ? undefined : other
  }

const either =
  (left: Say, right: Say): Say =>
  (facts) => {
    const one = left(facts)
    if (one === true) return true
    const other = right(facts)
    return other === true ? true : one === undefined ? undefined : other
  }

function choiceOf({ say: test }: Plain, one: Plain, other: Plain): Plain | undefined {
  if (one.type !== other.type) return undefined
  const say: Say = (facts) => {
    const isSo = test(facts)
    return isSo === undefined ? undefined : isSo === true ? one.say(facts) : other.say(facts)
  }
  return { type: one.type, say }
}

/** `model in ["a", "b"]`. */
function inWritten(item: ASTNode, list: readonly ASTNode[], words: Words): Plain | undefined {
  return withAll([item, ...list], words, ([part, ...written]) => {
    const values = new Set<FactValue | undefined>(written.map(({ constant }) => constant))
    if (values.has(undefined)) return undefined
    const { say } = part!
    return truth((facts) => {
      const value = say(facts)
      return value === undefined ? undefined : values.has(value)
    })
  })
}

function callOf(name: string, nodes: readonly ASTNode[], words: Words): Plain | undefined {
  const [first, second] = nodes
  if (name === 'has' && first !== undefined) return hasOf(first, words)
  if (name !== 'rematch' || first === undefined) return applied(name, nodes, words)
  const pattern = second?.op === 'value' ? words.patterns.get(String(second.args)) : undefined
  if (pattern === undefined) return undefined
  return withAll([first], words, ([text]) =>
    truth((facts) => {
      const said = text!.say(facts)
      return typeof said === 'string' && said.length <= mostText ? pattern.test(said) : undefined
    }),
  )
}

function hasOf(node: ASTNode, words: Words): Plain | undefined {
  const { map, key } = fieldOf(node, words) ?? {}
  if (map === undefined || key === undefined) return undefined
  return truth((facts) => {
    const values = map.read(facts)
    return values === undefined ? undefined : Object.hasOwn(values as object, key)
  })
}
