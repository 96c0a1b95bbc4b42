/** Names of models in conditions: facts tell them in small letters, and what an expression compares with them is read so too. */

import type { ASTNode } from '@marcbachmann/cel-js'
import type { Words } from './cel-plain.ts'
import { readsOf } from './cel-reads.ts'
import { childrenOf, Refusal } from './cel-walk.ts'
import { caseless } from './models.ts'

/** A text of the expression, and what it says in small letters. */
interface Change {
  readonly node: ASTNode
  readonly text: string
}

/** The expression with its names of models caseless, the same one where they are. Throws `Refusal` where nobody can tell them from other texts. */
export function withCaselessModels(expression: string, ast: ASTNode, words: Words): string {
  let said = expression
  // From behind, so that the places of those before stay what they are.
  for (const { node, text } of changesIn(ast, words).toReversed()) said = said.slice(0, node.start) + JSON.stringify(text) + said.slice(node.end)
  return said
}

/** In the order of the text. Each comparison by itself: `team == "ML" && target.model == "GPT-4o"` holds names of two kinds. */
function changesIn(node: ASTNode, words: Words): readonly Change[] {
  if (node.op === '&&' || node.op === '||' || node.op === '!_' || node.op === '?:') return childrenOf(node).flatMap((part) => changesIn(part, words))
  const reads = readsOf(node, words)
  if (!reads.some(({ isCaseless }) => isCaseless)) return []
  if (calls('upperAscii', node)) throw new Refusal('Models are compared in any case: leave out `upperAscii`.')
  const changes = textsIn(node)
  if (changes.length > 0 && !reads.every(({ isCaseless }) => isCaseless))
    throw new Refusal('Models are compared in any case, and other texts are not: compare them apart, or write all of this in small letters.')
  return changes
}

function textsIn(node: ASTNode): readonly Change[] {
  if (node.op === 'value' && typeof node.args === 'string') {
    const text = caseless(node.args)
    return text === node.args ? [] : [{ node, text }]
  }
  // In a pattern a capital may be more than a letter: `\S`.
  if (node.op === 'call' && node.args[0] === 'rematch') return node.args[1].flatMap((part) => (part.op === 'value' ? inAnyCase(part) : textsIn(part)))
  return childrenOf(node).flatMap(textsIn)
}

const anyCase = '(?i)'

function inAnyCase(node: Extract<ASTNode, { readonly op: 'value' }>): readonly Change[] {
  const pattern = String(node.args)
  return pattern === caseless(pattern) || pattern.startsWith(anyCase) ? [] : [{ node, text: anyCase + pattern }]
}

const calls = (method: string, node: ASTNode): boolean =>
  (node.op === 'rcall' && node.args[0] === method) || childrenOf(node).some((part) => calls(method, part))
