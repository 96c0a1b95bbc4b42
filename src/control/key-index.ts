/** Keys by the hashes that open for them. None is changed when it is made: the next one has in common with it what stands, and costs what is other. */

import type { ClientKey } from '../storage/keys.ts'

export interface KeyIndex {
  /** Bounded by the keys that are stored. */
  readonly whole: ReadonlyMap<string, ClientKey>
  /** What is other than there; null where nobody has that hash any more. Bounded by `mostChanges`. */
  readonly changes: ReadonlyMap<string, ClientKey | null>
}

/** Beyond so many they are put with the rest, which is copied then: some 10 ms for 100,000 keys. */
const mostChanges = 1000

export const noKeys: KeyIndex = { whole: new Map(), changes: new Map() }

export function keyOf({ whole, changes }: KeyIndex, hash: string): ClientKey | undefined {
  const changed = changes.get(hash)
  return changed === undefined ? whole.get(hash) : (changed ?? undefined)
}

/** Each key that opens, once. */
export function keysIn({ whole, changes }: KeyIndex): ReadonlySet<ClientKey> {
  const others = [...whole].flatMap(([hash, key]) => (changes.has(hash) ? [] : [key]))
  return new Set([...others, ...[...changes.values()].filter((key) => key !== null)])
}

/** How a key was, where it was there, and how it is. */
export type KeyChange = readonly [before: ClientKey | undefined, after: ClientKey]

export function withKeys({ whole, changes }: KeyIndex, changed: readonly KeyChange[]): KeyIndex {
  const next = new Map(changes)
  for (const [before, after] of changed) {
    for (const hash of before === undefined ? [] : hashesOf(before)) next.set(hash, null)
    for (const hash of hashesOf(after)) next.set(hash, after)
  }
  return next.size <= mostChanges ? { whole, changes: next } : { whole: merge(whole, next), changes: noKeys.changes }
}

function merge(whole: KeyIndex['whole'], changes: KeyIndex['changes']): KeyIndex['whole'] {
  const next = new Map(whole)
  for (const [hash, key] of changes) {
    if (key === null) next.delete(hash)
    else next.set(hash, key)
  }
  return next
}

/** After a rotation the one before opens for a while too. */
function hashesOf({ hash, before, revokedAt }: ClientKey): readonly string[] {
  if (revokedAt !== undefined) return []
  return before === undefined ? [hash] : [before.hash, hash]
}
