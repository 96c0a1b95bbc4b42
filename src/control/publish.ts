/** From what is configured and stored to the one value that the hot path reads: built whole, then swapped. What stands as it did is taken over. */

import type { Catalogue } from '../catalog/table.ts'
import type { Settings } from '../config/settings.ts'
import type { Edges, Snapshot } from '../gateway/snapshot.ts'
import type { Health } from '../routing/health.ts'
import type { ClientKey } from '../storage/keys.ts'
import type { ObjectKind, StoredObject } from '../storage/store.ts'
import { edgesOf } from './addresses.ts'
import { keyring, type Governing } from './callers.ts'
import { chargesIn } from './charges.ts'
import type { StoredSecret } from './connections.ts'
import type { ObjectsByKind } from './copy.ts'
import { houseOf } from './house.ts'
import { kept } from './kept.ts'
import { noKeys, withKeys, type KeyIndex } from './key-index.ts'
import { rulesIn } from './rules.ts'
import { buildTables } from './tables.ts'

/** Milliseconds. */
const day = 86_400_000

/** What goes on from one snapshot to the next. */
export interface Lasting {
  readonly hashKey: (token: string) => string
  readonly adminHash: string
  readonly health: Health
}

/** What a part is taken over by is that these are the same values, and not that they say the same. */
export interface Published {
  /** With the stored chains that count. */
  readonly settings: Settings
  readonly version: string
  readonly catalogue: Catalogue
  readonly secrets: readonly StoredSecret[]
  readonly keys: KeyIndex
  /** What governs calls, as it is stored. */
  readonly objects: ObjectsByKind
}

/** The first one of what is stored. */
export function buildSnapshot({ keys, objects, ...parts }: First): Snapshot {
  const index = withKeys(
    noKeys,
    keys.map((key) => [undefined, key]),
  )
  return snapshots(parts)({ ...parts, keys: index, objects: Map.groupBy(objects, ({ kind }) => kind) })
}

interface First extends Lasting, Omit<Published, 'keys' | 'objects'> {
  readonly keys: readonly ClientKey[]
  readonly objects: readonly StoredObject[]
}

const none: readonly StoredObject[] = []

/** Gives the function that builds one snapshot after the other. */
export function snapshots(lasting: Lasting): (published: Published) => Snapshot {
  const tablesOf = kept((parts: Pick<Published, 'settings' | 'secrets' | 'catalogue'>) => buildTables({ ...parts, ...lasting }))
  const governingBy = governings()
  const edges = lastingEdges()
  return ({ settings, version, catalogue, secrets, keys, objects }) => {
    const { shared, ownOf } = tablesOf({ settings, secrets, catalogue })
    const governing = { ...governingBy(objects, settings.failsClosed), ownOf }
    return {
      version,
      catalogue,
      routing: shared,
      ...keyring({ settings, keys, governing, ...lasting }),
      edges: edges({ addresses: objects.get('addresses') ?? none }),
      ...termsOf(settings),
    }
  }
}

/** What governs calls, each part for as long as nothing is stored that it is made of. */
function governings(): (objects: ObjectsByKind, failsClosed: boolean) => Omit<Governing, 'ownOf'> {
  const house = kept((rows: { readonly [kind in 'tenants' | 'teams' | 'agents' | 'grants']: readonly StoredObject[] }) => houseOf(Object.values(rows).flat()))
  const charges = kept(({ limits, budgets, failsClosed }: Charging) => chargesIn([...limits, ...budgets], failsClosed))
  const rules = kept(({ policies, failsClosed }: Ruling) => rulesIn(policies, failsClosed))
  return (objects, failsClosed) => {
    const of = (kind: ObjectKind): readonly StoredObject[] => objects.get(kind) ?? none
    return {
      house: house({ tenants: of('tenant'), teams: of('team'), agents: of('agent'), grants: of('grant') }),
      chargesOf: charges({ limits: of('limit'), budgets: of('budget'), failsClosed }),
      rulesOf: rules({ policies: of('policy'), failsClosed }),
    }
  }
}

/** Lists that cannot be read leave those before in force: were all the rest to wait for them, a key that is revoked would go on. At the start nothing begins. */
function lastingEdges(): (parts: { readonly addresses: readonly StoredObject[] }) => Edges | undefined {
  let last: { readonly edges: Edges | undefined } | undefined
  return kept(({ addresses }) => {
    try {
      return (last = { edges: edgesOf(addresses) }).edges
    } catch (error) {
      if (last === undefined) throw error
      return last.edges
    }
  })
}

interface Charging {
  readonly limits: readonly StoredObject[]
  readonly budgets: readonly StoredObject[]
  readonly failsClosed: boolean
}

interface Ruling {
  readonly policies: readonly StoredObject[]
  readonly failsClosed: boolean
}

/** What the configuration says of every call. */
function termsOf(settings: Settings) {
  const { limits, retry, queue } = settings
  return {
    limits: { ...limits, attempts: retry.attempts, retryPause: retry.longestPause, attemptTime: retry.totalTime, queueTime: queue.time },
    metadataKeys: new Set(settings.metadata.keys),
    retries: retry.perTarget,
    retryShare: retry.budget / 100,
    retryFloor: retry.budgetFloor,
    strict: settings.strict,
    showsProviderMessages: settings.providerMessages,
    platformFeePercent: settings.platformFeePercent,
    receipts: { isRequired: settings.receipts.required, retention: settings.receipts.retentionDays * day, content: settings.receipts.content },
  }
}
