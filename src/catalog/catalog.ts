/** The price of a model, by a table of prices: at a time, and in a tier of service. */

import { stepsOf } from './cost.ts'
import { builtIn, type Catalogue, type Period, type Price, type Step, type TierRule } from './table.ts'

const secondsOfDay = 86_400

/**
 * The price of a model at a time (milliseconds since 1970), in the tier that served it, or the standard one where the provider told none.
 * Null where nobody knows it: of another tier the standard price says nothing. `provider` is the catalogue's name for it.
 */
export function priceOf(
  catalogue: Catalogue,
  provider: string,
  model: string,
  { at, tier }: { readonly at: number; readonly tier: string | null },
): Price | null {
  const prices = periodOf(catalogue, provider, model, at)?.prices
  if (prices === undefined || (prices.input ?? prices.output) === undefined) return null
  if (isStandard(tier)) return prices
  const rule = catalogue.table.providers[provider]?.tiers?.find(({ tiers, models }) => tiers.includes(tier) && (models === undefined || names(models, model)))
  return rule === undefined ? null : shareOf(prices, rule)
}

/** The period whose prices hold for a model then; undefined where the table has none. */
export function periodOf(catalogue: Catalogue, provider: string, model: string, at: number): Period | undefined {
  return catalogue.find(provider, model)?.periods.findLast((period) => holds(period, at))
}

export const isStandard = (tier: string | null): tier is 'standard' | null => tier === null || tier === 'standard'

/** Whether one of the names is the model's, or what stands before its date. */
const names = (models: readonly string[], model: string): boolean => models.some((name) => model === name || model.startsWith(`${name}-20`))

function holds({ from, daily }: Period, at: number): boolean {
  if (from !== undefined) return at >= from
  if (daily === undefined) return true
  const [start, end] = daily
  const second = (at / 1000) % secondsOfDay
  return start <= end ? second >= start && second < end : second >= start || second < end
}

/** A share of every rate, in whole pico-dollars. */
function shareOf(price: Price, { percent, upTo, untold = [] }: TierRule): Price {
  const share = (rate: number | null): number | null => (rate === null ? null : Math.round((rate * percent) / 100))
  const bounded = (steps: readonly Step[]): readonly Step[] => (upTo === undefined ? steps : [...steps.filter(([moreThan]) => moreThan < upTo), [upTo, null]])
  const shared = Object.entries(price).map(([part, rate]) => [part, bounded(stepsOf(rate).map(([moreThan, each]) => [moreThan, share(each)]))])
  return Object.fromEntries([...shared, ...untold.map((part) => [part, null])]) as Price
}

/** Tokens that a model's prompt and answer may have together; undefined where nobody knows. */
export const contextOf = (provider: string, model: string): number | undefined => builtIn.find(provider, model)?.context
