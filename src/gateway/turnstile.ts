/** Calls of one client key that may be under way at once: the others wait for their turn, and too many are refused at once. */

import { monotonic } from '../base/clock.ts'
import { Failure } from '../canonical/failure.ts'
import type { Receipt } from '../receipts/receipt.ts'
import type { Standing } from '../routing/standing.ts'
import type { Client } from './client.ts'
import type { Caller, Snapshot } from './snapshot.ts'

/** Clients that were refused may come back so soon, in milliseconds. */
const comeBackIn = 1000

/** A call that was let in. `undefined` where there is no limit. */
export type Pass = { leave(): void } | undefined

/** For keys that have a limit: resolves when it is the call's turn. Throws `Failure` (`key_queue_full`) where too many wait before it, or its time is up. */
export async function enter(caller: Caller, client: Client, { limits, routing }: Snapshot, receipt: Receipt): Promise<Pass> {
  const { keyConcurrency, keyQueue, queueTime } = limits
  const place = routing.health.place(`key:${caller.keyId ?? 'everyone'}`)
  place.limit = keyConcurrency
  const time = monotonic()
  if (!place.isIn(time)) {
    const waiting = place.queue('', time + queueTime, keyQueue)
    if (waiting !== undefined) client.onGone(() => waiting.end(false))
    const isLet = await waiting?.isGranted
    receipt.time.queued(monotonic() - time)
    if (client.isGone) throw giveUp(place, isLet === true, new Failure('client_closed', 'The client hung up.'))
    if (isLet !== true) throw full()
    place.unreserve()
  }
  place.begin(monotonic())
  return { leave: () => place.end(monotonic()) }
}

/** Room that was kept for somebody who has left is the next one's. */
function giveUp(place: Standing, wasLet: boolean, failure: Failure): Failure {
  if (wasLet) place.unreserve()
  place.admit(monotonic())
  return failure
}

function full(): Failure {
  return new Failure('key_queue_full', 'Your key has as many calls under way as it may have, and too many wait for their turn.', { retryAfterMs: comeBackIn })
}
