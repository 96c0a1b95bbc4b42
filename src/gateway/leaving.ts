/** What becomes of a provider's work when its client leaves: it ends at once, or its answer is read for what it cost. */

import { Failure } from '../canonical/failure.ts'
import type { AnyCall } from './call.ts'
import type { Client } from './client.ts'

/** Calls whose answers are read without a client; beyond that, who leaves ends the provider's work. */
const mostDrained = 1000
const drained = new Set<AnyCall>()

/** `giveUp` is called when nobody wants the answer any more; the last one counts, as with `onGone`. */
export function whenUnwanted(call: AnyCall, giveUp: () => void): void {
  call.client.onGone(() => {
    if (!mayDrain(call)) giveUp()
  })
}

/** When the process stops it waits for clients, and for nobody's counts. */
function mayDrain(call: AnyCall): boolean {
  if (call.snapshot.limits.abandoned !== 'drain' || call.client.interruption !== undefined) return false
  if (drained.size < mostDrained) drained.add(call)
  return drained.has(call)
}

/** The call is over, however it ended: whoever leaves from now on leaves nothing undone. */
export function endDraining(call: AnyCall): void {
  call.client.onGone(nothing)
  drained.delete(call)
}

const nothing = (): void => {}

/** For an answer that is whole. Throws `Failure` where nobody is there to take it. */
export function mustBeThere({ isGone }: Client): void {
  if (isGone) throw new Failure('client_closed', 'The client hung up.')
}
