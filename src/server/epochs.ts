/** The epoch of a call, which goes on without one where its key cannot be had: that is told in the log. */

import { monotonic } from '../base/clock.ts'
import type { Gateway } from '../gateway/gateway.ts'
import type { EpochKeys } from '../storage/epoch-keys.ts'
import type { Log } from '../telemetry/log.ts'

/** Milliseconds between two such lines, and between two tries: each would hold up all calls. */
const quietMs = 10_000

export function openEpochs(epochs: EpochKeys, log: Log): Gateway['epochOf'] {
  let quietUntil = 0
  return (tenant, at) => {
    if (monotonic() < quietUntil) return undefined
    try {
      return epochs.at(tenant, at)
    } catch (error) {
      quietUntil = monotonic() + quietMs
      log.tell('error', 'the key of this epoch cannot be used: receipts tell of no user and no digest', {
        problem: error instanceof Error ? error.message : 'unknown',
      })
      return undefined
    }
  }
}
