/** What a call cost: the prices of whoever answered, on the tokens that were told. */

import { costOf } from '../catalog/cost.ts'
import type { Quote, Tariff } from '../catalog/tariff.ts'
import type { Usage } from '../canonical/chat.ts'
import type { ReceiptRecord } from './signals.ts'

/** Who answered, as far as money goes. */
export interface Billing {
  /** Absent where nobody knows the prices. */
  readonly tariff?: Tariff | undefined
  readonly isFree: boolean
  /** A subscription pays: the call costs nothing, and what it would have cost is told. */
  readonly isCovered: boolean
  readonly feePercent: number
}

/** Whole nano-dollars, each rounded once. */
export interface Cost {
  readonly provider: number
  readonly fee: number
  readonly total: number
  /** By the table, where something else pays. */
  readonly list: number | null
  readonly quote: Quote | null
}

export type Priced = Pick<ReceiptRecord, 'resolved_model' | 'created_at' | 'service_tier'>

const nothing: Cost = { provider: 0, fee: 0, total: 0, list: null, quote: null }

/** Null where there is no price for what was used. The price is that of the time the call arrived, in the tier that served it. */
export function priceCall({ tariff, isFree, isCovered, feePercent }: Billing, usage: Usage, priced: Priced): Cost | null {
  if (isFree) return nothing
  const { resolved_model: model, created_at: at, service_tier: tier } = priced
  const quote = tariff === undefined || model === null ? null : tariff.quote(model, at, tier)
  const provider = quote === null ? null : costOf(quote.price, usage.billed ?? usage)
  if (isCovered) return provider === null ? nothing : { ...nothing, list: provider, quote }
  if (provider === null) return null
  const fee = Math.round((provider * feePercent) / 100)
  return { provider, fee, total: provider + fee, list: null, quote }
}

/** Fills in the record's money; what is unknown stays null, never 0. */
export function settleCost(record: ReceiptRecord, cost: Cost | null, billing: Billing | undefined): void {
  if (billing === undefined) return
  record.cost_availability = availabilityOf(cost, billing, record.usage_source)
  if (cost === null) return
  record.cost = cost.provider
  record.platform_fee = cost.fee
  record.total_cost = cost.total
  record.list_cost = cost.list
  record.price_version = cost.quote?.version ?? null
  record.price_source = cost.quote?.source ?? null
}

function availabilityOf(cost: Cost | null, { isFree, isCovered }: Billing, source: string): string {
  if (cost === null) return 'unknown_price'
  if (isFree) return 'free'
  if (isCovered) return 'subscription'
  return source === 'reported' ? 'known' : 'estimated'
}
