/** Opens the store: the right database, with today's tables. */

import { dimensions } from '../receipts/index-entry.ts'
import { carryOver } from './carry-over.ts'
import { readChanges } from './changes.ts'
import { storedChains } from './chains.ts'
import { storedCredentials } from './credentials.ts'
import type { Engine } from './engine.ts'
import { StorageError } from './errors.ts'
import { storedFingerprint } from './fingerprint.ts'
import { storedHolds } from './holds.ts'
import { storedKeys } from './keys.ts'
import { readMark } from './mark.ts'
import { migrate } from './migrate.ts'
import { migrations } from './migrations.ts'
import { storedActions } from './actions.ts'
import { storedNotices } from './notices.ts'
import { storedObjects } from './objects.ts'
import { storedPlaces } from './places.ts'
import { storedReceipts } from './receipts.ts'
import { storedRemovals } from './removals.ts'
import { storedResponses } from './responses.ts'
import { storedReviews } from './reviews.ts'
import { storedSpent } from './spent.ts'
import type { Store, StoreOptions } from './store.ts'
import { storedUserTokens } from './user-tokens.ts'
import { renewValueSums } from './value-sums.ts'

/** Opens the database, and makes or upgrades its tables. Rejects with `StorageError` `refused` where it must not be touched, with a sentence for the operator. */
export async function openStore(options: StoreOptions): Promise<Store> {
  const engine = await openEngine(options)
  try {
    await migrate(engine, migrations, dimensions)
    await renewValueSums(engine)
    await carryOver(engine)
  } catch (error) {
    await engine.close()
    throw located(error, engine.place)
  }
  return {
    receipts: storedReceipts(engine),
    removals: storedRemovals(engine),
    holds: storedHolds(engine.db),
    keys: storedKeys(engine.db),
    userTokens: storedUserTokens(engine.db),
    credentials: storedCredentials(engine.db),
    responses: storedResponses(engine.db),
    chains: storedChains(engine.db),
    objects: storedObjects(engine.db),
    spent: storedSpent(engine),
    notices: storedNotices(engine.db),
    actions: storedActions(engine.db),
    reviews: storedReviews(engine),
    places: storedPlaces(engine.db),
    fingerprint: storedFingerprint(engine.db),
    mark: () => readMark(engine.db),
    changes: () => readChanges(engine.db),
    ping: async () => void (await engine.db.selectFrom('facts').select('name').limit(1).execute()),
    close: () => engine.close(),
  }
}

/** What keeps a gateway from starting says which database it was. */
function located(error: unknown, place: string): unknown {
  if (!(error instanceof StorageError) || error.reason === 'refused') return error
  return new StorageError(error.reason, `${error.message} It is ${place} (${error.code ?? 'no code'}).`, error.code)
}

/** Each database is loaded only where it is used. */
export async function openEngine(options: StoreOptions): Promise<Engine> {
  if ('url' in options) return (await import('./postgres/engine.ts')).openPostgres(options)
  return (await import('./sqlite/engine.ts')).openSqlite(options)
}
