/** Prices that the operator knows better than the catalogue: by provider or entry, and by model. */

import { z } from 'zod'
import { hint } from '../base/nearest.ts'
import type { OwnPrice } from '../catalog/tariff.ts'
import { parts, type Part } from '../catalog/table.ts'
import { providers } from '../providers/index.ts'
import { dollars, optional } from './kinds.ts'
import { aliasName, name, names } from './names.ts'
import type { Report } from './problems.ts'

/** A table of its own for each name: patterns of models, with their prices. */
export type OperatorPrices = { readonly [name: string]: { readonly [pattern: string]: OwnPrice } }

/** What each is the price of; one that is left out has none of its own, or is unknown. */
const meanings: { readonly [part in Part]: string } = {
  input: 'Tokens in.',
  output: 'Tokens out.',
  cacheRead: 'Tokens in that came from a cache; those of `input` where absent.',
  cacheWrite: 'Tokens in that were written to a cache; those of `input` where absent.',
  cacheWriteHour: 'Written ones that live an hour; those of `cacheWrite` where absent.',
  audioInput: 'Tokens in that were sound.',
  audioOutput: 'Tokens out that were sound.',
  imageInput: 'Tokens in that were pictures; those of `input` where absent.',
  imageOutput: 'Tokens out that were pictures; those of `output` where absent.',
  reasoning: 'Tokens out that were reasoning; those of `output` where absent.',
  call: 'The call itself, in dollars; alone it is all that a call costs.',
}

/** Tokens are priced in whole pico-dollars, which are six decimals of a dollar for a million; a call may have all twelve. */
const kindOf = (part: Part) => (part === 'call' ? dollars(12, 1000) : dollars(6, 10_000))

const shape = Object.fromEntries(parts.map((part) => [part, optional(kindOf(part), meanings[part])])) as { [part in Part]: z.ZodOptional<z.ZodType<number>> }

/** Words of the signal `service_tier`, but for the standard one. */
export const pricedTiers = ['batch', 'fast', 'flex', 'priority', 'scale'] as const

const tier = z.enum(pricedTiers, { error: `is no tier of service: ${pricedTiers.join(', ')}` })
const model = z.strictObject({ ...shape, tiers: z.partialRecord(tier, z.strictObject(shape)).prefault({}) })

export const pricesSchema = z
  .record(names('letters, digits and `. _ -`', name), z.record(names('letters, digits, `. _ : @ / -` and one `*`', aliasName), model))
  .prefault({})

/** Paths that are reported are relative to `prices`. */
export function readPrices(given: z.output<typeof pricesSchema>, entries: readonly string[], { problem }: Report): OperatorPrices {
  const known = [...new Set([...entries, ...providers.map(({ id }) => id)])]
  const tables = Object.entries(given).map(([owner, models]) => {
    if (!known.includes(owner)) problem([owner], `is no entry of \`providers\`, and no provider that the gateway knows.${hint(owner, known)}`)
    return [owner, Object.fromEntries(Object.entries(models).map(([pattern, terms]) => [pattern, readModel([owner, pattern], terms, problem)]))]
  })
  return Object.fromEntries(tables) as OperatorPrices
}

function readModel(path: readonly [owner: string, pattern: string], { tiers, ...price }: z.output<typeof model>, problem: Report['problem']): OwnPrice {
  if (path[1].split('*').length > 2) problem(path, 'has more than one `*`.')
  for (const [where, one] of [[path, price] as const, ...Object.entries(tiers).map(([word, each]) => [[...path, 'tiers', word], each] as const)]) {
    if (Object.keys(one ?? {}).length === 0) problem(where, `holds no price: say one of ${parts.join(', ')}.`)
  }
  return { price, tiers }
}
