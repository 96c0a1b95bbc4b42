/** What a call costs by a price: exact in pico-dollars, rounded once to whole nano-dollars. */

import type { Price, Rate, Step } from './table.ts'

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
  /** Of both `cacheRead` and `audioInput`. */
  readonly audioRead?: number
  readonly audioOutput?: number
  readonly imageInput?: number
  readonly imageOutput?: number
}

/**
 * Whole nano-dollars, half of one rounded up; null where a token was used whose price is unknown, or none was counted.
 * Every token is billed once: what was read from a cache, written to one, spoken or drawn is not billed as text too.
 * Writes that live an hour have their own price where there is one (Anthropic: twice the input's, against 1.25 times for five minutes).
 * Searches and other things that a provider bills beside tokens and calls are not in it.
 */
export function costOf(price: Price, tokens: CountedTokens): number | null {
  if (tokens.input === undefined && tokens.output === undefined) return null
  let pico = 0
  let isKnown = true
  bill(price, tokens, (count, rate) => {
    if (rate === null) isKnown = false
    else pico += count * rate
  })
  if (!isKnown) return null
  // Nothing is negative: a sum that is exact was exact all the way.
  if (pico > mostExact) return exactCost(price, tokens)
  const up = pico + 500
  return (up - (up % 1000)) / 1000
}

function exactCost(price: Price, tokens: CountedTokens): number {
  let pico = 0n
  bill(price, tokens, (count, rate) => (pico += BigInt(count) * BigInt(rate!)))
  return Number((pico + 500n) / 1000n)
}

/** Room is left for the rounding. */
const mostExact = Number.MAX_SAFE_INTEGER - 500

/** Nano-dollars for plain tokens, to compare by: nothing is billed from it. Infinity where a price is unknown. */
export function roughCost(price: Price, input: number, output: number): number {
  const { input: inputRate = isOfCalls(price) ? 0 : undefined, output: outputRate, call = 0 } = price
  const rates = [rateAt(inputRate, input), outputRate === undefined ? 0 : rateAt(outputRate, input), rateAt(call, input)] as const
  if (rates.includes(null)) return Infinity
  return (input * rates[0]! + output * rates[1]! + rates[2]!) / 1000
}

/** Tells what was used, each with its price or null; nothing that was used is left out, and nothing else is told. */
function bill(price: Price, tokens: CountedTokens, tell: (count: number, rate: number | null) => void): void {
  const prompt = whole(tokens.input)
  const add = (count: number, rate: Rate | undefined): number => {
    if (count > 0) tell(count, rateAt(rate, prompt))
    return count
  }
  if (price.call !== undefined) add(1, price.call)
  if (isOfCalls(price)) return
  let left = prompt
  const take = (count: number, rate: Rate | undefined): void => void (left -= add(Math.min(count, left), rate))
  const written = whole(tokens.cacheWrite)
  const forAnHour = Math.min(whole(tokens.cacheWriteHour), written)
  const write = or(price.cacheWrite, price.input)
  take(written - forAnHour, write)
  take(forAnHour, or(price.cacheWriteHour, write))
  take(whole(tokens.cacheRead), or(price.cacheRead, price.input))
  // What came from the cache is billed as that, be it sound.
  take(Math.max(0, whole(tokens.audioInput) - whole(tokens.audioRead)), price.audioInput)
  // Vision models bill pictures as text; only those that say otherwise have a price for them.
  if (price.imageInput !== undefined) take(whole(tokens.imageInput), price.imageInput)
  add(left, price.input)
  const reasoned = price.reasoning === undefined ? 0 : add(whole(tokens.reasoning), price.reasoning)
  const spoken = add(whole(tokens.audioOutput), price.audioOutput)
  const drawn = price.imageOutput === undefined ? 0 : add(whole(tokens.imageOutput), price.imageOutput)
  // Pictures cost more than words: where they were not counted apart, nobody can say what the answer costs.
  const isMixed = price.imageOutput !== undefined && tokens.imageOutput === undefined
  add(whole(tokens.output) - reasoned - spoken - drawn, isMixed ? null : price.output)
}

/** Whoever says what a call costs, and nothing of tokens, bills no tokens. */
const isOfCalls = (price: Price): boolean => price.call !== undefined && Object.keys(price).length === 1

/** What has no price of its own has another's; what is known to be unknown has none. */
const or = (rate: Rate | undefined, other: Rate | undefined): Rate | undefined => (rate === undefined ? other : rate)

/** Providers have been seen to count in fractions, below zero and not at all. */
const whole = (count: number | undefined): number => (count !== undefined && count > 0 ? Math.min(Math.round(count), Number.MAX_SAFE_INTEGER) : 0)

export function rateAt(rate: Rate | undefined, prompt: number): number | null {
  if (typeof rate === 'number') return rate
  return rate?.findLast(([moreThan]) => prompt > moreThan || moreThan === 0)?.[1] ?? null
}

export const stepsOf = (rate: Rate): readonly Step[] => (rate === null || typeof rate === 'number' ? [[0, rate]] : rate)
