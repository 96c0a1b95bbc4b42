/** The last step before a provider is asked: that the call goes there is written down, once, before the first byte of it. */

import type { Receipt } from '../receipts/receipt.ts'
import type { Gateway } from './gateway.ts'

/** Rejects with `Failure` (`receipts_unavailable`) where it cannot be written and must be. */
export async function begin(gateway: Gateway, receipt: Receipt): Promise<void> {
  if (!receipt.isIntended) {
    receipt.isIntended = true
    await gateway.intend(receipt)
  }
  receipt.beginAttempt()
}
