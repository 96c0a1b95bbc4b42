/** Makes a table of prices out of the data of `genai-prices`, as its package and its file have it: https://github.com/pydantic/genai-prices (MIT). */

import type { Match, Part, Period, PricedModel, PricedProvider, Price, Rate } from './table.ts'

/** Dollars for a million tokens, or for a thousand calls; steps hold for prompts of more tokens than `start`. */
type SourcePrice = number | { readonly base: number; readonly tiers: readonly { readonly start: number; readonly price: number }[] }
type SourcePrices = { readonly [key: string]: SourcePrice | undefined }

type Logic =
  | { readonly and: readonly Logic[] }
  | { readonly or: readonly Logic[] }
  | { readonly equals: string }
  | { readonly starts_with: string }
  | { readonly ends_with: string }
  | { readonly contains: string }
  | { readonly regex: string }

type Constraint =
  | { readonly type: 'start_date'; readonly start_date: string }
  | { readonly type: 'time_of_date'; readonly start_time: string; readonly end_time: string }

interface SourcePeriod {
  readonly constraint?: Constraint | null | undefined
  readonly prices: SourcePrices
}

interface SourceModel {
  readonly id: string
  readonly match: Logic
  readonly context_window?: number | null | undefined
  readonly prices: SourcePrices | readonly SourcePeriod[]
}

export interface SourceProvider {
  readonly id: string
  readonly models: readonly SourceModel[]
  readonly fallback_model_providers?: readonly string[] | null | undefined
}

const perMillion = 1_000_000
const perThousand = 1_000_000_000

const keys: { readonly [key: string]: Part } = {
  input_mtok: 'input',
  output_mtok: 'output',
  cache_read_mtok: 'cacheRead',
  cache_write_mtok: 'cacheWrite',
  cache_write_1h_mtok: 'cacheWriteHour',
  input_audio_mtok: 'audioInput',
  output_audio_mtok: 'audioOutput',
  input_image_mtok: 'imageInput',
  output_image_mtok: 'imageOutput',
  output_reasoning_mtok: 'reasoning',
  requests_kcount: 'call',
}

/** Usage does not tell films from words in an answer: where they have a price of their own, the answer's is unknown. */
const untold = 'output_video_mtok'

function rateOf(price: SourcePrice, unit: number): Rate {
  const pico = (dollars: number) => Math.round(dollars * unit)
  return typeof price === 'number' ? pico(price) : [[0, pico(price.base)], ...price.tiers.map(({ start, price: above }) => [start, pico(above)] as const)]
}

function pricesOf(prices: SourcePrices): Price {
  const entries = Object.entries(keys).flatMap(([key, part]) => {
    const price = prices[key]
    return price === undefined || price === null ? [] : [[part, rateOf(price, part === 'call' ? perThousand : perMillion)] as const]
  })
  return { ...Object.fromEntries(entries), ...(prices[untold] !== undefined && { output: null }) }
}

/** Throws for conditions that are new to us. */
function periodOf({ constraint, prices: given }: SourcePeriod): Period {
  const prices = pricesOf(given)
  if (!constraint) return { prices }
  if (constraint.type === 'start_date') return { from: Date.parse(constraint.start_date), prices }
  if (constraint.type !== 'time_of_date') throw new TypeError('A price has a condition that is not known here.')
  const seconds = (time: string) => Date.parse(`1970-01-01T${time}`) / 1000
  return { daily: [seconds(constraint.start_time), seconds(constraint.end_time)], prices }
}

const literal = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

/** A condition as a pattern that holds anywhere in a name: several of them side by side are an `and`. */
function pattern(logic: Logic): string {
  if ('and' in logic) return logic.and.map(pattern).join('')
  if ('or' in logic) return `(?:${logic.or.map(pattern).join('|')})`
  if ('equals' in logic) return `(?=^${literal(logic.equals)}$)`
  if ('starts_with' in logic) return `(?=^${literal(logic.starts_with)})`
  if ('ends_with' in logic) return `(?=.*${literal(logic.ends_with)}$)`
  if ('contains' in logic) return `(?=.*${literal(logic.contains)})`
  return `(?=${logic.regex.startsWith('^') ? '' : '.*'}(?:${logic.regex}))`
}

function matchOf(logic: Logic): Match {
  const all = 'or' in logic ? logic.or : [logic]
  const found = {
    is: all.flatMap((one) => ('equals' in one ? [one.equals.toLowerCase()] : [])),
    starts: all.flatMap((one) => ('starts_with' in one ? [one.starts_with.toLowerCase()] : [])),
    ends: all.flatMap((one) => ('ends_with' in one ? [one.ends_with.toLowerCase()] : [])),
    has: all.flatMap((one) => ('contains' in one ? [one.contains.toLowerCase()] : [])),
    fits: all.flatMap((one) => ('regex' in one ? [one.regex] : 'and' in one || 'or' in one ? [`^${pattern(one)}`] : [])),
  }
  return Object.fromEntries(Object.entries(found).filter(([, list]) => list.length > 0))
}

/** Throws where it is not in the source's own form. What comes out is still to be checked. */
export function convertModel({ match, prices, context_window: context }: SourceModel): PricedModel {
  const periods = (Array.isArray(prices) ? (prices as readonly SourcePeriod[]) : [{ prices: prices as SourcePrices }]).map(periodOf)
  return { match: matchOf(match), ...(context === undefined || context === null ? {} : { context }), periods }
}

export function convertProvider({ fallback_model_providers: resells }: SourceProvider, models: readonly PricedModel[]): PricedProvider {
  return { ...(resells ? { resells } : {}), models }
}
