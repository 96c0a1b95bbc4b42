/** What an answer comes to, in tokens and money: asked for before its headers go and when the receipt closes, and reckoned again only where it has changed since. */

import type { Usage } from '../canonical/chat.ts'
import { priceCall, type Billing, type Cost, type Priced } from './price.ts'
import { countUsage, type CountedUsage, type Seen } from './usage.ts'

export class Reckoning {
  #told: Usage | undefined
  #seen: Seen | undefined
  #counted: CountedUsage | undefined
  #billing: Billing | undefined
  #usage: Usage | undefined
  #model: string | null = null
  #tier: string | null = null
  #cost: Cost | null = null

  count(told: Usage | undefined, seen: Seen): CountedUsage {
    if (this.#counted !== undefined && told === this.#told && isSame(seen, this.#seen!)) return this.#counted
    this.#told = told
    this.#seen = seen
    return (this.#counted = countUsage(told, seen))
  }

  /** `usage` is what was counted last; null where nobody knows the price. */
  price(billing: Billing, usage: Usage, priced: Priced): Cost | null {
    const { resolved_model: model, service_tier: tier } = priced
    if (billing === this.#billing && usage === this.#usage && model === this.#model && tier === this.#tier) return this.#cost
    this.#billing = billing
    this.#usage = usage
    this.#model = model
    this.#tier = tier
    return (this.#cost = priceCall(billing, usage, priced))
  }
}

const isSame = (one: Seen, other: Seen): boolean =>
  one.asked === other.asked &&
  one.isWeighed === other.isWeighed &&
  one.answered === other.answered &&
  one.hasFinished === other.hasFinished &&
  one.mostTold === other.mostTold
