/** What is other in one table of prices than in another, so that a person can look before it is taken; and prices as people write them. */

import { priceOf } from './catalog.ts'
import { rateAt, stepsOf } from './cost.ts'
import { parts, type Catalogue, type Part, type PricedModel } from './table.ts'

/** Null where no price is known. */
export interface PriceChange {
  /** As `provider/model`, by the catalogue's name of the provider. */
  readonly model: string
  readonly part: Part
  /** For prompts of more tokens than this. */
  readonly above: number
  readonly from: number | null
  readonly to: number | null
}

export interface TableChanges {
  /** Names that have a price in one of them alone. */
  readonly added: readonly string[]
  readonly removed: readonly string[]
  readonly changed: readonly PriceChange[]
}

/** At a time: prices of other days and hours are not compared. */
export function compareTables(before: Catalogue, after: Catalogue, at: number): TableChanges {
  return {
    added: namesIn(after).filter((name) => isPriced(after, name, at) && !isPriced(before, name, at)),
    removed: namesIn(before).filter((name) => isPriced(before, name, at) && !isPriced(after, name, at)),
    changed: entriesIn(before).flatMap((name) => changesOf(name, [before, after], at)),
  }
}

const namesOf = ({ match: { is = [], starts = [], ends = [], has = [] } }: PricedModel): readonly string[] => [...is, ...starts, ...ends, ...has]
const all = (catalogue: Catalogue, pick: (model: PricedModel) => readonly string[]): readonly string[] =>
  Object.entries(catalogue.table.providers).flatMap(([id, { models }]) => models.flatMap((model) => pick(model).map((name) => `${id}/${name}`)))
const namesIn = (catalogue: Catalogue): readonly string[] => all(catalogue, namesOf)
/** One name for each entry. */
const entriesIn = (catalogue: Catalogue): readonly string[] => all(catalogue, (model) => namesOf(model).slice(0, 1))

function priceAt(catalogue: Catalogue, name: string, at: number) {
  const slash = name.indexOf('/')
  return priceOf(catalogue, name.slice(0, slash), name.slice(slash + 1), { at, tier: null })
}

const isPriced = (catalogue: Catalogue, name: string, at: number): boolean => priceAt(catalogue, name, at) !== null

function changesOf(model: string, [before, after]: readonly [Catalogue, Catalogue], at: number): readonly PriceChange[] {
  const [old, young] = [priceAt(before, model, at), priceAt(after, model, at)]
  if (old === null || young === null) return []
  return parts.flatMap((part) => {
    const bounds = new Set([old[part], young[part]].flatMap((rate) => (rate === undefined ? [] : stepsOf(rate).map(([moreThan]) => moreThan))))
    const steps = [...bounds].toSorted((one, other) => one - other)
    const changes = steps.map((above): PriceChange => ({ model, part, above, from: rateAt(old[part], above + 1), to: rateAt(young[part], above + 1) }))
    return changes.filter(({ from, to }) => from !== to)
  })
}

/** Exactly: for a million tokens, or for one call. */
export function dollarsOf(rate: number, part: Part): string {
  const decimals = part === 'call' ? 12 : 6
  const digits = String(rate).padStart(decimals + 1, '0')
  return `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`.replace(/\.?0+$/, '')
}
