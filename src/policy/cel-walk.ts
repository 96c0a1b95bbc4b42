/** What an expression may be made of, and what it may cost at most: whatever could take long, or mean another thing than it says, is refused at load. */

import type { ASTNode } from '@marcbachmann/cel-js'
import { RE2JS } from 're2js'
import { mostItems } from './facts.ts'

/** Steps that judging an expression once may take; a step is about a fifth of a microsecond. */
export const mostSteps = 20_000
/** Characters of a pattern, and of a text that one is held against. */
export const mostPattern = 256
export const mostText = 512
/** re2js looks at about two characters in a microsecond. */
const stepsOfPattern = 1000
const largestInteger = 2n ** 63n - 1n

/** Functions that a rule may call: each is linear in a short text. `matches` is not among them: its patterns are JavaScript's, and may take for ever. */
const functions = new Set(['size', 'has', 'rematch', 'int', 'double', 'string'])
const methods = new Set(['size', 'startsWith', 'endsWith', 'contains', 'lowerAscii', 'upperAscii', 'trim'])
const comprehensions = new Set(['exists', 'all', 'exists_one', 'filter', 'map'])

export class Refusal extends Error {}

/** Patterns by their text, compiled. */
export type Patterns = Map<string, RE2JS>

/** Throws `Refusal`; gathers the patterns on its way. Returns the steps that judging takes at most. */
export function weigh(node: ASTNode, patterns: Patterns, isInside = false): number {
  if (binds(node)) return weighComprehension(node, patterns, isInside)
  checkNode(node, patterns)
  let steps = node.op === 'call' && node.args[0] === 'rematch' ? stepsOfPattern : 1
  for (const child of childrenOf(node)) steps += weigh(child, patterns, isInside)
  return checkSteps(steps)
}

type Comprehension = Extract<ASTNode, { readonly op: 'rcall' }>

/** Whether it goes through a list, with a name for each item. */
export const binds = (node: ASTNode): node is Comprehension => node.op === 'rcall' && comprehensions.has(node.args[0])

function weighComprehension(node: Comprehension, patterns: Patterns, isInside: boolean): number {
  const [, list, body] = node.args
  if (isInside) throw new Refusal('A list is gone through inside of going through another: say it as two rules.')
  let inner = 1
  for (const child of body) inner += weigh(child, patterns, true)
  return checkSteps(weigh(list, patterns, isInside) + longest(list) * inner)
}

function checkSteps(steps: number): number {
  if (steps > mostSteps) throw new Refusal(`Judging it may take more than ${mostSteps} steps: go through shorter lists, or say less of each.`)
  return steps
}

/** How many items a list can have. */
function longest(node: ASTNode): number {
  if (node.op === 'list') return node.args.length
  if (node.op === '+') return longest(node.args[0]) + longest(node.args[1])
  if (node.op === '?:') return Math.max(longest(node.args[1]), longest(node.args[2]))
  if (binds(node)) return longest(node.args[1])
  return mostItems
}

function checkNode(node: ASTNode, patterns: Patterns): void {
  switch (node.op) {
    case 'value':
      if (typeof node.args === 'bigint' && node.args > largestInteger) throw new Refusal('A whole number has 63 bits at most.')
      return
    case 'call':
      if (!functions.has(node.args[0])) throw new Refusal(`There is no function \`${node.args[0]}\` here. There are ${list(functions)}.`)
      if (node.args[0] === 'rematch') keepPattern(node.args[1], patterns)
      return
    case 'rcall':
      if (node.args[0] === 'matches') throw new Refusal('`matches` can take for ever on some texts: say `rematch(text, "pattern")`.')
      if (!methods.has(node.args[0])) throw new Refusal(`There is no \`.${node.args[0]}()\` here. There are ${list(methods)} and ${list(comprehensions)}.`)
      return
    case 'map':
    case '.?':
    case '[?]':
      throw new Refusal('Maps that are written out, and `?`, are not understood here.')
    default:
  }
}

const list = (names: ReadonlySet<string>): string => [...names].map((name) => `\`${name}\``).join(', ')

function keepPattern([, pattern]: readonly ASTNode[], patterns: Patterns): void {
  const text = pattern?.op === 'value' ? pattern.args : undefined
  if (typeof text !== 'string') throw new Refusal('The pattern of `rematch` is written out, between quotes.')
  if (text.length > mostPattern) throw new Refusal(`A pattern has ${mostPattern} characters at most.`)
  if (patterns.has(text)) return
  try {
    patterns.set(text, RE2JS.compile(text))
  } catch (cause) {
    throw new Refusal('That is no regular expression of RE2: look-around and back references are not.', { cause })
  }
}

export function childrenOf(node: ASTNode): readonly ASTNode[] {
  switch (node.op) {
    case 'value':
    case 'id':
      return []
    case '.':
    case '.?':
      return [node.args[0]]
    case 'call':
      return node.args[1]
    case 'rcall':
      return [node.args[1], ...node.args[2]]
    case 'map':
      return node.args.flat()
    case '!_':
    case '-_':
      return [node.args]
    default:
      return node.args
  }
}
