/** Which facts an expression may look at, and which of them are not there. */

import type { ASTNode } from '@marcbachmann/cel-js'
import { fieldOf, nameOf, type Field, type Words } from './cel-plain.ts'
import { binds, childrenOf, Refusal } from './cel-walk.ts'
import type { Fact, Facts } from './facts.ts'

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

/** Fields of maps that it takes for granted; not those of which it asks whether they are there. */
export function fieldsOf(node: ASTNode, words: Pick<Words, 'factOf'>): readonly Field[] {
  if (node.op === 'call' && node.args[0] === 'has') return []
  const field = fieldOf(node, words)
  return field === undefined ? childrenOf(node).flatMap((child) => fieldsOf(child, words)) : [field]
}

/** Names that are told of one expression: whoever reads them looks at the first. */
const mostMissing = 4

/** What of it is not known of a call, each once, as the expression may have written it: `labels.team`. */
export function missingIn({ reads, fields }: { readonly reads: readonly Fact[]; readonly fields: readonly Field[] }, facts: Facts): readonly string[] {
  const unknown = reads.filter(({ read }) => read(facts) === undefined).map(({ name }) => name)
  const absent = fields.filter(({ map, key }) => !Object.hasOwn((map.read(facts) ?? { [key]: 0 }) as object, key)).map(({ map, key }) => `${map.name}.${key}`)
  return [...new Set([...unknown, ...absent])].slice(0, mostMissing)
}
