/** Reads a table of prices that somebody gives: ours, or the file of genai-prices. All of it is checked before any of it counts. */

import { createHash } from 'node:crypto'
import { z } from 'zod'
import { Failure } from '../canonical/failure.ts'
import { convertModel, convertProvider, type SourceProvider } from '../catalog/genai.ts'
import { builtIn, parts, type PricedModel, type PriceTable } from '../catalog/table.ts'

/** Bytes of a table. The file of genai-prices has about one and a half million. */
export const mostTableBytes = 8 * 1024 * 1024

/** Ten thousand dollars for a million tokens, in pico-dollars for one; ten dollars for a call. */
const mostForToken = 10_000_000_000
const mostForCall = 10_000_000_000_000

function rateUpTo(most: number) {
  const rate = z.int().min(0).max(most).nullable()
  const isStair = (steps: readonly (readonly [number, unknown])[]) => steps[0]?.[0] === 0 && steps.every(([above], at) => at === 0 || above > steps[at - 1]![0])
  return z.union([
    rate,
    z
      .array(z.tuple([z.int().min(0), rate]))
      .max(16)
      .refine(isStair),
  ])
}

const price = z.strictObject(Object.fromEntries(parts.map((part) => [part, rateUpTo(part === 'call' ? mostForCall : mostForToken).optional()])))

/** Steps that a pattern may take at worst. Names come from clients and are at most 200 characters. */
const mostSteps = 1_000_000

/** No groups that repeat; each repetition or word that may be missing tries up to 200 ways, each group its alternatives, and all of them multiply. */
const isHarmless = (pattern: string): boolean => {
  const bare = pattern.replace(/\\./g, '_').replace(/\[[^\]]*\]/g, '_')
  const loose = bare.match(/[*+]|(?<!\()\?|\{\d*,/g)?.length ?? 0
  const groups = Math.max(1, bare.match(/\((?!\?<?[=!])/g)?.length ?? 0)
  const alternatives = bare.split('|').length - 1
  try {
    return !/\)[*+{]/.test(bare) && 200 ** loose * (alternatives / groups + 1) ** groups <= mostSteps && new RegExp(pattern) instanceof RegExp
  } catch {
    return false
  }
}

const words = z.array(z.string().min(1).max(300)).min(1).max(500)
const match = z
  .strictObject({ is: words, starts: words, ends: words, has: words, fits: words.refine((list) => list.every(isHarmless)) })
  .partial()
  .refine((found) => Object.keys(found).length > 0)

const second = z.int().min(0).max(86_400)
const period = z.strictObject({ from: z.int().optional(), daily: z.tuple([second, second]).optional(), prices: price })
const source = z.string().max(500)
const model = z.strictObject({ match, context: z.int().min(1).max(1e9).optional(), source: source.optional(), periods: z.array(period).min(1).max(50) })
const word = z.string().min(1).max(100)

const rule = z.strictObject({
  tiers: z.array(word).min(1).max(10),
  models: z.array(word).max(500).optional(),
  percent: z.number().min(0).max(10_000),
  upTo: z.int().min(1).optional(),
  untold: z.array(z.enum(parts)).optional(),
  source,
})

const provider = z.strictObject({
  tiers: z.array(rule).max(100).optional(),
  resells: z.array(word).max(10).optional(),
  models: z.array(model).max(5000),
})

const table = z.strictObject({
  version: z.string().regex(/^[\w.@/-]{1,64}$/),
  date: z.iso.date(),
  providers: z.record(z.string().regex(/^[\w.-]{1,64}$/), provider),
})

/** `date` is today's, for what has none of its own. Throws `Failure` with a sentence for the operator. */
export function readTable(value: unknown, date: string): PriceTable {
  const { data, error } = table.safeParse(Array.isArray(value) ? fromSource(value as readonly SourceProvider[], date) : value)
  if (error) throw refused(`at \`${where(error.issues[0]?.path ?? [])}\` it holds what no such table holds`)
  if (Object.keys(data.providers).length === 0) throw refused('it knows none of the providers')
  return data
}

/** The text is parsed first. */
export function parseTable(text: string, date: string): PriceTable {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw refused('it is not JSON', cause)
  }
  return readTable(value, date)
}

const refused = (why: string, cause?: unknown): Failure => new Failure('invalid_value', `This is no table of prices: ${why}.`, { cause })
const where = (path: readonly PropertyKey[]): string =>
  path
    .map((step) =>
      String(step)
        .replace(/[^\w.@/-]/g, '?')
        .slice(0, 64),
    )
    .join('.') || 'the top'

/** Only providers that the gateway knows; how their tiers are priced is not in the source, nor are prices that ours has from elsewhere. */
function fromSource(given: readonly SourceProvider[], date: string): PriceTable {
  const known = Object.entries(builtIn.table.providers)
  const wanted = new Set(known.flatMap(([id, { resells = [] }]) => [id, ...resells]))
  const found = given.filter((one) => typeof one?.id === 'string' && wanted.has(one.id) && Array.isArray(one.models))
  const digest = createHash('sha256').update(JSON.stringify(given)).digest('hex').slice(0, 8)
  const entries = found.map((one) => {
    const { tiers, models = [] } = builtIn.table.providers[one.id] ?? {}
    const others = models.filter((model) => model.source !== undefined)
    return [one.id, { ...(tiers && { tiers }), ...convertProvider(one, [...others, ...one.models.flatMap(converted)]) }]
  })
  return { version: `genai-prices@${digest}`, date, providers: Object.fromEntries(entries) as PriceTable['providers'] }
}

/** A model in a form that is new to us is left out; if the table before had it, the comparison tells. */
function converted(given: SourceProvider['models'][number]): readonly PricedModel[] {
  try {
    const found = model.safeParse(convertModel(given))
    return found.success ? [found.data] : []
  } catch {
    return []
  }
}
