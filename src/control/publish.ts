/** From what is configured and stored to the one value that the hot path reads: built whole, then swapped. */

import type { Snapshot } from '../gateway/snapshot.ts'
import type { Health } from '../routing/health.ts'
import type { ClientKey } from '../storage/keys.ts'
import type { StoredObject } from '../storage/store.ts'
import { edgesOf } from './addresses.ts'
import { keyring } from './callers.ts'
import type { Connecting } from './connections.ts'
import { buildTables } from './tables.ts'

/** Milliseconds. */
const day = 86_400_000

export interface Published extends Connecting {
  readonly keys: readonly ClientKey[]
  /** What governs calls, as it is stored. */
  readonly objects: readonly StoredObject[]
  /** Of the admin key: clients that use it are told that it is not for them. */
  readonly adminHash: string
  readonly version: string
  /** It goes on from one snapshot to the next. */
  readonly health: Health
}

export function buildSnapshot(published: Published): Snapshot {
  const { settings, version } = published
  const { shared, ownOf } = buildTables(published)
  const { identify, anonymous } = keyring({ ...published, ownOf })
  const { limits, retry, queue } = settings
  return {
    version,
    catalogue: published.catalogue,
    routing: shared,
    identify,
    anonymous,
    edges: edgesOf(published.objects),
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
