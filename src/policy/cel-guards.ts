/** What must be so of single plain facts for an expression to be true: by it, rules are found without being judged. */

import type { ASTNode } from '@marcbachmann/cel-js'
import { nameOf, type Words } from './cel-plain.ts'
import { isPlain, type PlainFact } from './facts.ts'

/** The fact has one of these values, or the expression is false. */
export interface Guard {
  readonly fact: PlainFact
  readonly values: ReadonlySet<string | boolean>
}

/** Only what is joined by `&&` at the top: where one part is false the whole is, whatever cannot be judged of the others. */
export function guardsOf(node: ASTNode, words: Words): readonly Guard[] {
  if (node.op === '&&') return node.args.flatMap((part) => guardsOf(part, words))
  const guard = guardOf(node, words)
  return guard === undefined ? [] : [guard]
}

function guardOf(node: ASTNode, words: Words): Guard | undefined {
  switch (node.op) {
    case '==':
      return ofValues(node.args[0], [node.args[1]], words) ?? ofValues(node.args[1], [node.args[0]], words)
    case 'in':
      return node.args[1].op === 'list' ? ofValues(node.args[0], node.args[1].args, words) : undefined
    case '||':
      return either(guardOf(node.args[0], words), guardOf(node.args[1], words))
    case '!_':
      return ofFlag(node.args, false, words)
    default:
      return ofFlag(node, true, words)
  }
}

function ofValues(node: ASTNode, written: readonly ASTNode[], words: Words): Guard | undefined {
  const fact = plainFact(node, words)
  const values = new Set(written.map((one) => (one.op === 'value' ? one.args : undefined)))
  const isPlainly = [...values].every((value) => typeof value === 'string' || typeof value === 'boolean')
  return fact !== undefined && isPlainly ? { fact, values: values as ReadonlySet<string | boolean> } : undefined
}

function ofFlag(node: ASTNode, value: boolean, words: Words): Guard | undefined {
  const fact = plainFact(node, words)
  return fact?.type === 'bool' ? { fact, values: new Set([value]) } : undefined
}

function either(one: Guard | undefined, other: Guard | undefined): Guard | undefined {
  if (one === undefined || one.fact !== other?.fact) return undefined
  return { fact: one.fact, values: new Set([...one.values, ...other.values]) }
}

function plainFact(node: ASTNode, { factOf }: Words): PlainFact | undefined {
  const fact = factOf(nameOf(node) ?? '')
  return fact !== undefined && isPlain(fact) ? fact : undefined
}
