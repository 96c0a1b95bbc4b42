/** Whom a call would be paid to, were it to go there. */

import type { Billing } from '../receipts/price.ts'
import type { Connection } from '../routing/target.ts'
import type { Snapshot } from './snapshot.ts'

export function billingOf({ tariff, isCovered = false, origin }: Connection, { platformFeePercent: feePercent }: Snapshot): Billing {
  return { tariff, isFree: origin === '', isCovered, feePercent }
}
