/** Which facts an expression may look at. */

import type { ASTNode } from '@marcbachmann/cel-js'
import { nameOf, type Words } from './cel-plain.ts'
import { binds, childrenOf, Refusal } from './cel-walk.ts'
import type { Fact } from './facts.ts'

/** Those that stand in it, but for names that go through a list. Throws `Refusal` where a name is neither. */
export function readsOf(node: ASTNode, { factOf }: Pick<Words, 'factOf'>): readonly Fact[] {
  const found = new Set<Fact>()
  const look = (one: ASTNode, bound: readonly string[]): void => {
    const name = nameOf(one)
    const fact = name === undefined || bound.includes(name.split('.', 1)[0]!) ? undefined : factOf(name)
    if (fact !== undefined) found.add(fact)
    else if (one.op === 'id' && !bound.includes(one.args)) throw new Refusal(`\`${one.args}\` is no fact by itself: say which of its fields.`)
    else for (const child of childrenOf(one)) look(child, binds(one) ? [...bound, nameOf(one.args[2][0]!)!] : bound)
  }
  look(node, [])
  return [...found]
}
