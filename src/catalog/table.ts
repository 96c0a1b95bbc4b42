/** The table of prices as it is stored in `prices.json`, and the finding of a model in it. The built-in one is made by `npm run generate`. */

import { readFileSync } from 'node:fs'

/** What is billed apart: tokens of a kind, and the call itself. */
export const parts = [
  'input',
  'output',
  'cacheRead',
  'cacheWrite',
  'cacheWriteHour',
  'audioInput',
  'audioOutput',
  'imageInput',
  'imageOutput',
  'reasoning',
  'call',
] as const
export type Part = (typeof parts)[number]

/** Holds for prompts of more tokens than it says, for all of their tokens; the last that fits counts. */
export type Step = readonly [moreThan: number, rate: number | null]

/** Pico-dollars (10⁻¹² dollars) for one, or steps by the size of the prompt. Null where it is billed and nobody tells at what price. */
export type Rate = number | null | readonly Step[]

/** What is absent has no price of its own, or none that is known. */
export type Price = { readonly [part in Part]?: Rate }

/** What tiers of service cost, where their vendor has a rule for it: a share of the standard price. */
export interface TierRule {
  /** Words of the signal `service_tier`. */
  readonly tiers: readonly string[]
  /** Models that it holds for, and their dated forms; all of the provider's where absent. */
  readonly models?: readonly string[]
  readonly percent: number
  /** Prompts of more tokens have no price in it. */
  readonly upTo?: number
  /** Parts that the rule says nothing of. */
  readonly untold?: readonly Part[]
  /** Where it was read. */
  readonly source: string
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
  /** Where its prices were read, if not where the table is from. */
  readonly source?: string
  readonly periods: readonly Period[]
}

export interface PricedProvider {
  readonly models: readonly PricedModel[]
  /** Whose models it resells at their prices. */
  readonly resells?: readonly string[]
  /** The first that fits counts. They hold for its own service, and not for those that resell its models. */
  readonly tiers?: readonly TierRule[]
}

export interface PriceTable {
  readonly version: string
  /** When the prices were true, as `2026-09-23`. */
  readonly date: string
  readonly providers: { readonly [id: string]: PricedProvider }
}

/** Finds by the first rule that fits, as the source does: exact names by a map, the few rules of other kinds in their order. */
interface Index {
  readonly exact: ReadonlyMap<string, number>
  readonly ruled: readonly { readonly at: number; readonly fits: (model: string, lower: string) => boolean }[]
}

/** Names come from clients: beyond this many of one provider those found begin anew. */
const mostFound = 500
const longestName = 200

/** A table that can be looked into. */
export class Catalogue {
  readonly table: PriceTable
  /** What receipts say of it: its version, and the day on which its prices were true. */
  readonly stamp: string
  readonly isBuiltIn: boolean
  /** One for each provider of the table. */
  readonly #indexes = new Map<string, Index>()
  /** By provider and model, since a name made of both costs more than finding it; bounded by the providers and `mostFound`. */
  readonly #found = new Map<string, Map<string, PricedModel | null>>()

  constructor(table: PriceTable, isBuiltIn = false) {
    this.table = table
    this.isBuiltIn = isBuiltIn
    this.stamp = `${table.version}+${table.date}`
  }

  /** The model's entry, or null where the table does not know the provider or the model. */
  find(provider: string, model: string): PricedModel | null {
    const found = this.#found.get(provider) ?? this.#begin(provider)
    if (found === undefined || model.length > longestName) return null
    const known = found.get(model)
    if (known !== undefined) return known
    if (found.size >= mostFound) found.clear()
    const entry = this.#search(provider, model)
    found.set(model, entry)
    return entry
  }

  /** Undefined where the table does not know the provider. */
  #begin(provider: string): Map<string, PricedModel | null> | undefined {
    if (!Object.hasOwn(this.table.providers, provider)) return undefined
    const found = new Map<string, PricedModel | null>()
    this.#found.set(provider, found)
    return found
  }

  #search(provider: string, model: string): PricedModel | null {
    const dashed = model.replace(/-(20\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?=-|:|$)/g, '-$1-$2-$3')
    for (const name of dashed === model ? [model] : [model, dashed]) {
      for (const id of [provider, ...(this.table.providers[provider]!.resells ?? [])]) {
        const found = this.#firstMatch(id, name)
        if (found) return found
      }
    }
    return null
  }

  #firstMatch(provider: string, model: string): PricedModel | undefined {
    const models = Object.hasOwn(this.table.providers, provider) ? this.table.providers[provider]!.models : undefined
    if (models === undefined) return undefined
    const { exact, ruled } = this.#indexOf(provider, models)
    const lower = model.toLowerCase()
    const named = exact.get(lower) ?? models.length
    const rule = ruled.find(({ at, fits }) => at < named && fits(model, lower))
    return models[rule?.at ?? named]
  }

  #indexOf(provider: string, models: readonly PricedModel[]): Index {
    const made = this.#indexes.get(provider)
    if (made) return made
    const names = models.flatMap(({ match }, at) => (match.is ?? []).map((name) => [name, at] as const))
    // The first of two models with one name counts: a map keeps the last.
    const index = { exact: new Map(names.reverse()), ruled: models.flatMap(({ match }, at) => (isRuled(match) ? [{ at, fits: ruleOf(match) }] : [])) }
    this.#indexes.set(provider, index)
    return index
  }
}

/** The table that the gateway comes with. */
export const builtIn = new Catalogue(JSON.parse(readFileSync(new URL('prices.json', import.meta.url), 'utf8')) as PriceTable, true)

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
