/** Asks the package what an expression says of a call: for all that is not plain, and wherever what is plain cannot be said for sure. */

import type { Context } from '@marcbachmann/cel-js'
import type { Fact, Facts, FactValue } from './facts.ts'

/** Undefined where it cannot judge, for whatever reason. Never throws. */
export function askPackage(parsed: (context: Context) => unknown, reads: readonly Fact[], facts: Facts): boolean | undefined {
  try {
    const said = parsed(contextOf(reads, facts))
    return typeof said === 'boolean' ? said : undefined
  } catch {
    return undefined
  }
}

/** What is not known is left out: whoever looks for it finds nothing there, and that is a fault. */
function contextOf(reads: readonly Fact[], facts: Facts): Context {
  const context = empty()
  for (const { name, type, read } of reads) {
    const path = name.split('.')
    const last = path.pop()!
    let place = context
    for (const part of path) place = place[part] ??= empty()
    const value = read(facts)
    if (value !== undefined) place[last] = inCel(value, type)
  }
  return context
}

/** Names of operators are fields of it: nothing may stand there already. */
const empty = (): Context => Object.create(null) as Context

/** Whole numbers of CEL are big ones. */
function inCel(value: FactValue, type: Fact['type']): unknown {
  if (type === 'int') return BigInt(value as number)
  if (type === 'map<string, int>') return Object.fromEntries(Object.entries(value).map(([key, count]) => [key, BigInt(count as number)]))
  return value
}
