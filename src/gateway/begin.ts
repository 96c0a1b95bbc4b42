/** The last step before a provider is asked: what it may cost there is set aside, and that the call goes there is written down, once, before the first byte of it. */

import type { Receipt } from '../receipts/receipt.ts'
import type { Target } from '../routing/target.ts'
import type { AnyCall } from './call.ts'
import type { Gateway } from './gateway.ts'

/** What is asked of whom, where that costs something. */
interface Asked {
  readonly call: AnyCall
  readonly target: Target
}

/** Rejects with `Failure` (`insufficient_quota`, …) where the money is not there, or (`receipts_unavailable`) where it cannot be written and must be. */
export async function begin(gateway: Gateway, receipt: Receipt, asked?: Asked): Promise<void> {
  const reserving = asked?.call.charge?.reserve(asked.call, asked.target)
  if (reserving !== undefined) await reserving
  if (!receipt.isIntended) {
    receipt.isIntended = true
    await gateway.intend(receipt)
  }
  receipt.beginAttempt()
}
