/** What a call costs, by the table of prices: exact in pico-dollars, rounded once to whole nano-dollars. */

import { findModel, table, type Period, type Price, type Rate } from './table.ts'

export type { Price } from './table.ts'

/** What receipts say of the prices that they were made with. */
export const priceTable: { readonly version: string; readonly date: string } = { version: table.version, date: table.date }

/**
 * Tokens as a provider counted them: `input` counts cached, written, audio and image tokens in, `output` counts audio and reasoning in,
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
}

const secondsOfDay = 86_400

/** The price of a model at a time (milliseconds since 1970); null where nobody knows it. `provider` is the catalogue's name for it. */
export function priceOf(provider: string, model: string, at: number): Price | null {
  const prices = findModel(provider, model)?.periods.findLast((period) => holds(period, at))?.prices
  return prices && (prices.input ?? prices.output) !== undefined ? prices : null
}

function holds({ from, daily }: Period, at: number): boolean {
  if (from !== undefined) return at >= from
  if (daily === undefined) return true
  const [start, end] = daily
  const second = (at / 1000) % secondsOfDay
  return start <= end ? second >= start && second < end : second >= start || second < end
}

/** Tokens that a model's prompt and answer may have together; undefined where nobody knows. */
export const contextOf = (provider: string, model: string): number | undefined => findModel(provider, model)?.context

/**
 * Whole nano-dollars, half of one rounded up; null where a token was used whose price is unknown, or none was counted.
 * Every token is billed once: what was read from a cache, written to one, spoken or drawn is not billed as text too.
 * Writes that live an hour have their own price where there is one (Anthropic: twice the input's, against 1.25 times for five minutes).
 * Searches and other things that a provider bills beside tokens and calls are not in it.
 */
export function costOf(price: Price, tokens: CountedTokens): number | null {
  if (tokens.input === undefined && tokens.output === undefined) return null
  const prompt = whole(tokens.input)
  let pico = BigInt(price.call === undefined ? 0 : rateAt(price.call, prompt))
  for (const [count, rate] of [...inputParts(price, tokens), ...outputParts(price, tokens)]) {
    if (count === 0) continue
    if (rate === undefined) return null
    pico += BigInt(count) * BigInt(rateAt(rate, prompt))
  }
  return Number((pico + 500n) / 1000n)
}

/** Nano-dollars for plain tokens, to compare by: nothing is billed from it. Infinity where a price is unknown. */
export function roughCost({ input: inputRate, output: outputRate, call = 0 }: Price, input: number, output: number): number {
  if (inputRate === undefined) return Infinity
  return (input * rateAt(inputRate, input) + output * (outputRate === undefined ? 0 : rateAt(outputRate, input)) + rateAt(call, input)) / 1000
}

type Part = readonly [count: number, rate: Rate | undefined]

function inputParts(price: Price, tokens: CountedTokens): readonly Part[] {
  const read = whole(tokens.cacheRead)
  const written = whole(tokens.cacheWrite)
  const writtenForAnHour = Math.min(whole(tokens.cacheWriteHour), written)
  const audio = whole(tokens.audioInput)
  // Vision models bill pictures as text; only those that say otherwise have a price for them.
  const image = price.imageInput === undefined ? 0 : whole(tokens.imageInput)
  const write = price.cacheWrite ?? price.input
  return [
    [Math.max(0, whole(tokens.input) - read - written - audio - image), price.input],
    [read, price.cacheRead ?? price.input],
    [written - writtenForAnHour, write],
    [writtenForAnHour, price.cacheWriteHour ?? write],
    [audio, price.audioInput],
    [image, price.imageInput],
  ]
}

function outputParts(price: Price, tokens: CountedTokens): readonly Part[] {
  const audio = whole(tokens.audioOutput)
  const reasoning = price.reasoning === undefined ? 0 : whole(tokens.reasoning)
  return [
    [Math.max(0, whole(tokens.output) - audio - reasoning), price.output],
    [audio, price.audioOutput],
    [reasoning, price.reasoning],
  ]
}

/** Providers have been seen to count in fractions, below zero and not at all. */
const whole = (count: number | undefined): number => (count !== undefined && count > 0 ? Math.min(Math.round(count), Number.MAX_SAFE_INTEGER) : 0)

function rateAt(rate: Rate, prompt: number): number {
  return typeof rate === 'number' ? rate : rate.findLast(([moreThan]) => prompt > moreThan || moreThan === 0)![1]
}
