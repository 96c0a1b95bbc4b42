/** What is stored, as this process has read it: everything once, and from then on what was changed. */

import type { Changes } from '../storage/changes.ts'
import type { ClientKey } from '../storage/keys.ts'
import { markOf } from '../storage/mark.ts'
import type { Credential, ObjectKind, Store, StoredChain, StoredObject } from '../storage/store.ts'
import { noKeys, withKeys, type KeyIndex } from './key-index.ts'

/** Each part is the same one for as long as nothing of it is changed. */
export interface Stored {
  readonly keys: KeyIndex
  readonly objects: ObjectsByKind
  readonly credentials: readonly Credential[]
  readonly chains: readonly StoredChain[]
}

/** By id, those that were removed among them. */
export type ObjectsByKind = ReadonlyMap<ObjectKind, readonly StoredObject[]>

/** Keys that are read at once: calls wait while they come in, some 20 ms. */
const mostRead = 5000

export class Copy {
  readonly #store: Store
  /** By id, also those that were revoked: what opened for them before. Bounded by those that are stored. */
  #keys = new Map<string, ClientKey>()
  #stored: Stored = { keys: noKeys, objects: new Map(), credentials: [], chains: [] }
  /** Up to which change it was read; undefined where nothing was. */
  #read: Changes | undefined

  constructor(store: Store) {
    this.#store = store
  }

  /** As the store's, for all that was read; undefined where nothing was. */
  get mark(): string | undefined {
    const { objects, credentials, chains } = this.#stored
    return this.#read && markOf(this.#read, this.#keys.values(), credentials, chains, [...objects.values()].flat())
  }

  get stored(): Stored {
    return this.#stored
  }

  /** What somebody changed without counting it, or mended that could not be published, is not found by the numbers of changes: the next time everything is read. */
  forget(): void {
    this.#read = undefined
  }

  /** Reads what is new; one reading at a time. Where it rejects, all is as it was. */
  async read(): Promise<Stored> {
    const newest = await this.#store.changes()
    this.#stored = await (this.#read === undefined ? this.#readAll() : this.#readNew(this.#read, newest))
    this.#read = newest
    return this.#stored
  }

  async #readAll(): Promise<Stored> {
    const { keys, objects, credentials, chains } = this.#store
    const rows: ClientKey[] = []
    for (let page: readonly ClientKey[] | undefined; page === undefined || page.length === mostRead; rows.push(...page))
      page = await keys.list({ most: mostRead, behind: rows.at(-1)?.id })
    const others = { objects: Map.groupBy(await objects.list(), ({ kind }) => kind), credentials: await credentials.list(), chains: await chains.list() }
    this.#keys.clear()
    return { ...others, keys: this.#withKeys(noKeys, rows) }
  }

  async #readNew(read: Changes, newest: Changes): Promise<Stored> {
    const { keys, objects, credentials, chains } = this.#store
    const before = this.#stored
    const isNew = (table: keyof Changes): boolean => newest[table] !== read[table]
    // Keys first: what they belong to was there before them.
    const rows = isNew('client_keys') ? await keys.changedSince(read.client_keys) : []
    const others = {
      objects: isNew('objects') ? withObjects(before.objects, await objects.changedSince(read.objects)) : before.objects,
      credentials: isNew('credentials') ? await credentials.list() : before.credentials,
      chains: isNew('chains') ? await chains.list() : before.chains,
    }
    return { ...others, keys: rows.length === 0 ? before.keys : this.#withKeys(before.keys, rows) }
  }

  #withKeys(index: KeyIndex, rows: readonly ClientKey[]): KeyIndex {
    const changed = rows.map((row) => [this.#keys.get(row.id), row] as const)
    for (const row of rows) this.#keys.set(row.id, row)
    return withKeys(index, changed)
  }
}

/** Kinds of which nothing is changed keep their list. */
function withObjects(before: ObjectsByKind, rows: readonly StoredObject[]): ObjectsByKind {
  const next = new Map(before)
  for (const [kind, changed] of Map.groupBy(rows, (row) => row.kind)) {
    const ids = new Set(changed.map(({ id }) => id))
    const others = (before.get(kind) ?? []).filter(({ id }) => !ids.has(id))
    next.set(
      kind,
      [...others, ...changed].sort((one, other) => (one.id < other.id ? -1 : 1)),
    )
  }
  return next
}
