/** What a call cost: the catalogue's prices on the tokens that were told. */

import { costOf, priceOf, priceTable } from '../catalog/catalog.ts'
import type { Usage } from '../canonical/chat.ts'
import type { ReceiptRecord } from './signals.ts'

/** What `settleCost` needs to know of who answered. */
export interface Billing {
  /** The provider's id in the price catalogue; null where it has no prices. */
  readonly catalog: string | null
  readonly isFree: boolean
  readonly feePercent: number
}

/** Fills in the record's money: whole nano-dollars, rounded once; what is unknown stays null. */
export function settleCost(record: ReceiptRecord, usage: Usage | undefined, billing: Billing | undefined): void {
  if (billing === undefined) return
  if (billing.isFree) return fill(record, 0, billing.feePercent, 'free')
  if (usage === undefined || (usage.input === undefined && usage.output === undefined)) return
  const price = billing.catalog === null || record.resolved_model === null ? null : priceOf(billing.catalog, record.resolved_model, record.created_at)
  if (price === null) {
    record.cost_availability = 'unknown_price'
    return
  }
  record.price_version = priceTable.version
  fill(record, costOf(price, usage), billing.feePercent, record.usage_source === 'reported' ? 'known' : 'estimated')
}

function fill(record: ReceiptRecord, cost: number | null, feePercent: number, availability: string): void {
  if (cost === null) return
  record.cost = cost
  record.platform_fee = Math.round((cost * feePercent) / 100)
  record.total_cost = cost + record.platform_fee
  record.cost_availability = availability
}
