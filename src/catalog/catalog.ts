/** What a call costs, by a table of prices: exact in pico-dollars, rounded once to whole nano-dollars. */

import { builtIn, type Catalogue, type Period, type Price, type Rate, type Step, type TierRule } from './table.ts'

export type { Price } from './table.ts'

/**
 * Tokens as a provider counted them: `input` counts cached, written, audio and image tokens in, `output` counts audio, images and reasoning in,
 * `cacheWrite` counts `cacheWriteHour` in.
 */
export interface CountedTokens {
  readonly input?: number
  readonly output?: number
  readonly cacheRead?: number
  readonly cacheWrite?: number
  readonly cacheWriteHour?: number
  readonly reasoning?: number
  readonly audioInput?: number
  readonly audioOutput?: number
  readonly imageInput?: number
  readonly imageOutput?: number
}

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

export const stepsOf = (rate: Rate): readonly Step[] => (rate === null || typeof rate === 'number' ? [[0, rate]] : rate)

/** Tokens that a model's prompt and answer may have together; undefined where nobody knows. */
export const contextOf = (provider: string, model: string): number | undefined => builtIn.find(provider, model)?.context

/**
 * Whole nano-dollars, half of one rounded up; null where a token was used whose price is unknown, or none was counted.
 * Every token is billed once: what was read from a cache, written to one, spoken or drawn is not billed as text too.
 * Writes that live an hour have their own price where there is one (Anthropic: twice the input's, against 1.25 times for five minutes).
 * Searches and other things that a provider bills beside tokens and calls are not in it.
 */
export function costOf(price: Price, tokens: CountedTokens): number | null {
  if (tokens.input === undefined && tokens.output === undefined) return null
  const prompt = whole(tokens.input)
  const bill = linesOf(price, tokens)
  let pico = 0
  for (const [count, rate] of bill) {
    const each = rateAt(rate, prompt)
    if (each === null) return null
    pico += count * each
  }
  // Nothing is negative: a sum that is exact was exact all the way.
  if (pico > mostExact) return Number((bill.reduce((sum, [count, rate]) => sum + BigInt(count) * BigInt(rateAt(rate, prompt)!), 0n) + 500n) / 1000n)
  const up = pico + 500
  return (up - (up % 1000)) / 1000
}

/** Room is left for the rounding. */
const mostExact = Number.MAX_SAFE_INTEGER - 500

/** Nano-dollars for plain tokens, to compare by: nothing is billed from it. Infinity where a price is unknown. */
export function roughCost({ input: inputRate, output: outputRate, call = 0 }: Price, input: number, output: number): number {
  const rates = [rateAt(inputRate, input), outputRate === undefined ? 0 : rateAt(outputRate, input), rateAt(call, input)] as const
  if (rates.includes(null)) return Infinity
  return (input * rates[0]! + output * rates[1]! + rates[2]!) / 1000
}

type Line = readonly [count: number, rate: Rate | undefined]

/** What was used, each with its price; nothing that was used is left out, and nothing else is in. */
function linesOf(price: Price, tokens: CountedTokens): readonly Line[] {
  const bill: Line[] = price.call === undefined ? [] : [[1, price.call]]
  const add = (count: number, rate: Rate | undefined): number => {
    if (count > 0) bill.push([count, rate])
    return count
  }
  const written = whole(tokens.cacheWrite)
  const forAnHour = Math.min(whole(tokens.cacheWriteHour), written)
  const write = price.cacheWrite === undefined ? price.input : price.cacheWrite
  add(written - forAnHour, write)
  const apart =
    add(whole(tokens.cacheRead), price.cacheRead === undefined ? price.input : price.cacheRead) +
    add(whole(tokens.audioInput), price.audioInput) +
    // Vision models bill pictures as text; only those that say otherwise have a price for them.
    add(price.imageInput === undefined ? 0 : whole(tokens.imageInput), price.imageInput) +
    written
  add(forAnHour, price.cacheWriteHour === undefined ? write : price.cacheWriteHour)
  add(whole(tokens.input) - apart, price.input)
  const reasoned = price.reasoning === undefined ? 0 : add(whole(tokens.reasoning), price.reasoning)
  const spoken = add(whole(tokens.audioOutput), price.audioOutput)
  const drawn = price.imageOutput === undefined ? 0 : add(whole(tokens.imageOutput), price.imageOutput)
  // Pictures cost more than words: where they were not counted apart, nobody can say what the answer costs.
  const isMixed = price.imageOutput !== undefined && tokens.imageOutput === undefined
  add(whole(tokens.output) - reasoned - spoken - drawn, isMixed ? null : price.output)
  return bill
}

/** Providers have been seen to count in fractions, below zero and not at all. */
const whole = (count: number | undefined): number => (count !== undefined && count > 0 ? Math.min(Math.round(count), Number.MAX_SAFE_INTEGER) : 0)

export function rateAt(rate: Rate | undefined, prompt: number): number | null {
  if (typeof rate === 'number') return rate
  return rate?.findLast(([moreThan]) => prompt > moreThan || moreThan === 0)?.[1] ?? null
}
