/** What the calls over one connection cost: the operator's own prices first, then those of the catalogue. */

import { isStandard, priceOf } from './catalog.ts'
import type { Catalogue, Price } from './table.ts'

/** A price that the operator knows better. In a tier that it does not name nothing is known. */
export interface OwnPrice {
  readonly price: Price
  readonly tiers: { readonly [tier: string]: Price }
}

/** The operator's prices for the models of a connection. `version` is what receipts say of them. */
export interface OwnPrices {
  readonly find: (model: string) => OwnPrice | undefined
  readonly version: string
}

export interface Quote {
  readonly price: Price
  readonly source: 'catalogue' | 'operator'
  readonly version: string
}

export class Tariff {
  readonly #catalogue: Catalogue
  /** The catalogue's name for whoever serves it; null where it has none. */
  readonly #provider: string | null
  readonly #own: OwnPrices | undefined

  constructor(catalogue: Catalogue, provider: string | null, own?: OwnPrices) {
    this.#catalogue = catalogue
    this.#provider = provider
    this.#own = own
  }

  /** `at` is in milliseconds since 1970; `tier` is null where the provider told none. Null where nobody knows the price. */
  quote(model: string, at: number, tier: string | null): Quote | null {
    const own = this.#own?.find(model)
    if (own !== undefined) {
      const price = isStandard(tier) ? own.price : Object.hasOwn(own.tiers, tier) ? own.tiers[tier]! : null
      return price && { price, source: 'operator', version: this.#own!.version }
    }
    const price = this.#provider === null ? null : priceOf(this.#catalogue, this.#provider, model, { at, tier })
    return price && { price, source: 'catalogue', version: this.#catalogue.stamp }
  }
}
