/** Names for many names: one `*` stands for what a longer name has in its place. */

/** `head*tail`. */
export interface Wildcard {
  readonly head: string
  readonly tail: string
  /** Where it leads; what stood for the `*` is put where this has one. */
  readonly to: string
}

/** As it is written. */
export const writtenOut = ({ head, tail }: Wildcard): string => `${head}*${tail}`

export const isWildcard = (alias: string): boolean => alias.includes('*')

/** Those of the aliases that have a `*`, the longest fixed part first: the one that says most of a name counts. */
export function wildcardsOf(aliases: { readonly [alias: string]: string }): readonly Wildcard[] {
  const found = Object.entries(aliases).flatMap(([alias, to]) => {
    const [head, tail] = splitAt(alias)
    return isWildcard(alias) ? [{ head, tail, to }] : []
  })
  return found.toSorted((one, other) => other.head.length + other.tail.length - one.head.length - one.tail.length)
}

/** Something must stand for the `*`, and it goes over a `/` only behind another: `*` alone leaves `provider/model` be. */
export function fits({ head, tail }: Wildcard, name: string): boolean {
  if (name.length <= head.length + tail.length || !name.startsWith(head) || !name.endsWith(tail)) return false
  return head.includes('/') || !name.slice(head.length, name.length - tail.length).includes('/')
}

/** Where the first that fits leads; undefined where none does. */
export function widen(name: string, wildcards: readonly Wildcard[]): string | undefined {
  const found = wildcards.find((one) => fits(one, name))
  return found?.to.replace('*', () => name.slice(found.head.length, name.length - found.tail.length))
}

/** Whether the target of this one may become that name. */
export function mayMake({ to }: Wildcard, name: string): boolean {
  const [head, tail] = splitAt(to)
  return name.length > head.length + tail.length && name.startsWith(head) && name.endsWith(tail)
}

/** Those that may fit a name which the target of this one becomes, in their order; none behind one that fits each of them. */
export function wildcardsAfter(from: Wildcard, wildcards: readonly Wildcard[]): readonly Wildcard[] {
  const [head, tail] = splitAt(from.to)
  const mayFit = (one: Wildcard) => {
    const isNear = (head.startsWith(one.head) || one.head.startsWith(head)) && (tail.endsWith(one.tail) || one.tail.endsWith(tail))
    return isNear && (one.head.includes('/') || !head.includes('/'))
  }
  const fitsAll = (one: Wildcard) => {
    const mayHoldSlash = from.head.includes('/') || tail.includes('/')
    return head.startsWith(one.head) && tail.endsWith(one.tail) && (one.head.includes('/') || !mayHoldSlash)
  }
  const next = wildcards.filter(mayFit)
  const last = next.findIndex(fitsAll)
  return last === -1 ? next : next.slice(0, last + 1)
}

function splitAt(name: string): readonly [head: string, tail: string] {
  const at = name.indexOf('*')
  return [name.slice(0, at), name.slice(at + 1)]
}

/** Whether one of the patterns is the name, or fits it where its first `*` stands for anything. */
export function matchesAny(patterns: readonly string[], name: string): boolean {
  return patterns.some((pattern) => pattern === name || (isWildcard(pattern) && spans(pattern, name)))
}

function spans(pattern: string, name: string): boolean {
  const [head, tail] = splitAt(pattern)
  return name.length >= head.length + tail.length && name.startsWith(head) && name.endsWith(tail)
}
