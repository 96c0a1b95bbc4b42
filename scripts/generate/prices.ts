/** Makes the table of prices out of `@pydantic/genai-prices`: https://github.com/pydantic/genai-prices (MIT). */

import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findProvider } from '@pydantic/genai-prices'
import type { ConditionalPrice, MatchLogic, ModelInfo, ModelPrice } from '@pydantic/genai-prices'
import type { Match, Period, PricedModel, PriceTable, Rate } from '../../src/catalog/table.ts'
import { providers } from '../../src/providers/index.ts'
import { catalogOf } from '../../src/providers/provider.ts'
import type { Page } from './page.ts'

/** The package does not say when its prices were true: a new version needs a new line. */
const published: { readonly [version: string]: string } = { '0.1.8': '2026-09-23' }

/** The source's prices are dollars for a million tokens, or for a thousand calls. */
const perMillion = 1_000_000
const perThousand = 1_000_000_000

const parts = {
  input_mtok: 'input',
  output_mtok: 'output',
  cache_read_mtok: 'cacheRead',
  cache_write_mtok: 'cacheWrite',
  cache_write_1h_mtok: 'cacheWriteHour',
  input_audio_mtok: 'audioInput',
  output_audio_mtok: 'audioOutput',
  input_image_mtok: 'imageInput',
  output_reasoning_mtok: 'reasoning',
  requests_kcount: 'call',
} as const

function rateOf(price: NonNullable<ModelPrice[string]>, unit: number): Rate {
  const pico = (dollars: number) => Math.round(dollars * unit)
  return typeof price === 'number' ? pico(price) : [[0, pico(price.base)], ...price.tiers.map(({ start, price: above }) => [start, pico(above)] as const)]
}

/** Usage does not tell pictures and films from words in an answer: where they have a price of their own, the answer's is unknown. */
const untold = ['output_image_mtok', 'output_video_mtok']

function pricesOf(price: ModelPrice): Period['prices'] {
  const isUntold = untold.some((key) => price[key] !== undefined)
  const known = Object.entries(parts).filter(([key, part]) => price[key] !== undefined && !(isUntold && part === 'output'))
  return Object.fromEntries(known.map(([key, part]) => [part, rateOf(price[key]!, part === 'call' ? perThousand : perMillion)]))
}

function periodOf({ constraint, prices }: ConditionalPrice): Period {
  if (constraint === undefined) return { prices: pricesOf(prices) }
  if (constraint.type === 'start_date') return { from: Date.parse(constraint.start_date), prices: pricesOf(prices) }
  const seconds = (time: string) => Date.parse(`1970-01-01T${time}`) / 1000
  return { daily: [seconds(constraint.start_time), seconds(constraint.end_time)], prices: pricesOf(prices) }
}

const literal = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

/** A condition as a pattern that holds anywhere in a name: several of them side by side are an `and`. */
function pattern(logic: MatchLogic): string {
  if ('and' in logic) return logic.and.map(pattern).join('')
  if ('or' in logic) return `(?:${logic.or.map(pattern).join('|')})`
  if ('equals' in logic) return `(?=^${literal(logic.equals)}$)`
  if ('starts_with' in logic) return `(?=^${literal(logic.starts_with)})`
  if ('ends_with' in logic) return `(?=.*${literal(logic.ends_with)}$)`
  if ('contains' in logic) return `(?=.*${literal(logic.contains)})`
  return `(?=${logic.regex.startsWith('^') ? '' : '.*'}(?:${logic.regex}))`
}

function matchOf(logic: MatchLogic): Match {
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

function modelOf({ match, prices, context_window: context }: ModelInfo): PricedModel {
  const periods = (Array.isArray(prices) ? prices : [{ prices }]).map(periodOf)
  return { match: matchOf(match), ...(context === undefined ? {} : { context }), periods }
}

function providerOf(id: string): PriceTable['providers'][string] {
  const found = findProvider({ providerId: id })
  if (!found) throw new Error(`The price catalogue has no provider ${id}: say \`catalog: null\` in its data.`)
  return { ...(found.fallback_model_providers ? { resells: found.fallback_model_providers } : {}), models: found.models.map(modelOf) }
}

function makeTable(): PriceTable {
  const manifest = join(dirname(fileURLToPath(import.meta.resolve('@pydantic/genai-prices'))), '../package.json')
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }
  const date = published[version]
  if (date === undefined) throw new Error(`Say in scripts/generate/prices.ts when version ${version} of the prices was published.`)
  const ids = [...new Set(providers.map(catalogOf).filter((id) => id !== null))].sort()
  return { version: `genai-prices@${version}`, date, providers: Object.fromEntries(ids.map((id) => [id, providerOf(id)])) }
}

/** One model a line, so that a new version of the source can be reviewed. */
function written({ version, date, providers: priced }: PriceTable): string {
  const lists = Object.entries(priced).map(([id, { resells, models }]) => {
    const lines = models.map((model) => `      ${JSON.stringify(model)}`).join(',\n')
    return `    ${JSON.stringify(id)}: {${resells ? ` "resells": ${JSON.stringify(resells)},` : ''} "models": [\n${lines}\n    ] }`
  })
  return `{\n  "version": ${JSON.stringify(version)},\n  "date": ${JSON.stringify(date)},\n  "providers": {\n${lists.join(',\n')}\n  }\n}\n`
}

export const pages: readonly Page[] = [{ path: 'src/catalog/prices.json', make: () => written(makeTable()) }]
