/** The table of prices as it is stored in `prices.json`, and the finding of a model in it. Made by `npm run generate`. */

import { readFileSync } from 'node:fs'

/** Pico-dollars for a token, where it depends on the size of the prompt: each holds for prompts of more tokens than it says, the last one that fits counts, for all tokens. */
export type Rate = number | readonly (readonly [moreThan: number, rate: number])[]

/** Pico-dollars (10⁻¹² dollars) for a token of each kind; `call` for the call itself. What is absent is unknown. */
export interface Price {
  readonly input?: Rate
  readonly output?: Rate
  readonly cacheRead?: Rate
  readonly cacheWrite?: Rate
  readonly cacheWriteHour?: Rate
  readonly audioInput?: Rate
  readonly audioOutput?: Rate
  readonly imageInput?: Rate
  readonly reasoning?: Rate
  readonly call?: Rate
}

/** The last period that holds counts: from a day on (milliseconds since 1970), or at some hours of each day (seconds since midnight UTC). */
export interface Period {
  readonly from?: number
  readonly daily?: readonly [start: number, end: number]
  readonly prices: Price
}

/** Any one of them is enough. All but `fits`, a regular expression, are in lower case and compared so. */
export interface Match {
  readonly is?: readonly string[]
  readonly starts?: readonly string[]
  readonly ends?: readonly string[]
  readonly has?: readonly string[]
  readonly fits?: readonly string[]
}

export interface PricedModel {
  readonly match: Match
  /** Tokens that prompt and answer may have together. */
  readonly context?: number
  readonly periods: readonly Period[]
}

export interface PriceTable {
  readonly version: string
  /** When the prices were true, as `2026-09-23`. */
  readonly date: string
  readonly providers: {
    readonly [id: string]: { readonly models: readonly PricedModel[]; /** Whose models it resells at their prices. */ readonly resells?: readonly string[] }
  }
}

export const table = JSON.parse(readFileSync(new URL('prices.json', import.meta.url), 'utf8')) as PriceTable

/** Finds by the first rule that fits, as the source does: exact names by a map, the few rules of other kinds in their order. */
interface Index {
  readonly exact: ReadonlyMap<string, number>
  readonly ruled: readonly { readonly at: number; readonly fits: (model: string, lower: string) => boolean }[]
}

/** One for each provider of the table. */
const indexes = new Map<string, Index>()

/** Names come from clients: beyond this many the cache begins anew. */
const mostCached = 2000
const longestName = 200
const cache = new Map<string, PricedModel | null>()

/** The model's entry, or null where the table does not know the provider or the model. */
export function findModel(provider: string, model: string): PricedModel | null {
  if (model.length > longestName || !Object.hasOwn(table.providers, provider)) return null
  const name = `${provider}/${model}`
  const known = cache.get(name)
  if (known !== undefined) return known
  if (cache.size >= mostCached) cache.clear()
  const found = search(provider, model)
  cache.set(name, found)
  return found
}

function search(provider: string, model: string): PricedModel | null {
  const dashed = model.replace(/-(20\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?=-|:|$)/g, '-$1-$2-$3')
  for (const name of dashed === model ? [model] : [model, dashed]) {
    for (const id of [provider, ...(table.providers[provider]!.resells ?? [])]) {
      const found = firstMatch(id, name)
      if (found) return found
    }
  }
  return null
}

function firstMatch(provider: string, model: string): PricedModel | undefined {
  const models = table.providers[provider]?.models
  if (models === undefined) return undefined
  const { exact, ruled } = indexOf(provider, models)
  const lower = model.toLowerCase()
  const named = exact.get(lower) ?? models.length
  const rule = ruled.find(({ at, fits }) => at < named && fits(model, lower))
  return models[rule?.at ?? named]
}

function indexOf(provider: string, models: readonly PricedModel[]): Index {
  const made = indexes.get(provider)
  if (made) return made
  const names = models.flatMap(({ match }, at) => (match.is ?? []).map((name) => [name, at] as const))
  // The first of two models with one name counts: a map keeps the last.
  const index = { exact: new Map(names.reverse()), ruled: models.flatMap(({ match }, at) => (isRuled(match) ? [{ at, fits: ruleOf(match) }] : [])) }
  indexes.set(provider, index)
  return index
}

const isRuled = ({ starts, ends, has, fits }: Match): boolean => (starts ?? ends ?? has ?? fits) !== undefined

function ruleOf({ starts = [], ends = [], has = [], fits = [] }: Match): (model: string, lower: string) => boolean {
  const patterns = fits.map((text) => new RegExp(text))
  return (model, lower) =>
    starts.some((text) => lower.startsWith(text) && !isNewer(text, lower)) ||
    ends.some((text) => lower.endsWith(text)) ||
    has.some((text) => lower.includes(text)) ||
    patterns.some((regex) => regex.test(model))
}

/** `claude-sonnet-5-5` is no kind of `claude-sonnet-5`, though it begins so; a date behind the name is no version. */
const isNewer = (start: string, model: string): boolean => /\d$/.test(start) && /^[-.]\d{1,2}(?:$|@|:|-[a-z]|-20\d\d)/.test(model.slice(start.length))
