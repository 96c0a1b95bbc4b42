/** What a call cost: the catalogue's prices on the tokens that were told. */

import { costOf, priceOf, priceTable } from '../catalog/catalog.ts'
import type { Usage } from '../canonical/chat.ts'
import type { ReceiptRecord } from './signals.ts'

/** Who answered, as far as money goes. */
export interface Billing {
  /** The provider's id in the price catalogue; null where it has no prices. */
  readonly catalog: string | null
  readonly isFree: boolean
  readonly feePercent: number
}

/** Whole nano-dollars, each rounded once. */
interface Cost {
  readonly provider: number
  readonly fee: number
  readonly total: number
}

/** Null where there is no price for what was used. The price is that of the time the call arrived. */
export function priceCall(
  { catalog, isFree, feePercent }: Billing,
  usage: Usage,
  { resolved_model: model, created_at: at }: Pick<ReceiptRecord, 'resolved_model' | 'created_at'>,
): Cost | null {
  if (isFree) return { provider: 0, fee: 0, total: 0 }
  const price = catalog === null || model === null ? null : priceOf(catalog, model, at)
  const provider = price === null ? null : costOf(price, usage)
  if (provider === null) return null
  const fee = Math.round((provider * feePercent) / 100)
  return { provider, fee, total: provider + fee }
}

/** Fills in the record's money; what is unknown stays null, never 0. */
export function settleCost(record: ReceiptRecord, usage: Usage, billing: Billing | undefined): void {
  if (billing === undefined) return
  const cost = priceCall(billing, usage, record)
  if (cost === null) {
    record.cost_availability = 'unknown_price'
    return
  }
  if (!billing.isFree) record.price_version = priceTable.version
  record.cost = cost.provider
  record.platform_fee = cost.fee
  record.total_cost = cost.total
  record.cost_availability = billing.isFree ? 'free' : record.usage_source === 'reported' ? 'known' : 'estimated'
}
