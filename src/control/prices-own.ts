/** The operator's own prices, as connections look them up. */

import { createHash } from 'node:crypto'
import { fits, wildcardsOf, writtenOut } from '../base/wildcard.ts'
import type { OwnPrice, OwnPrices } from '../catalog/tariff.ts'
import type { OperatorPrices } from '../config/prices.ts'
import { caseless } from '../policy/models.ts'

type Models = { readonly [pattern: string]: OwnPrice }

/** Gives those of a connection: what is said of the entry comes before what is said of the provider whose prices it has. Undefined where nothing is. */
export function ownPricesOf(prices: OperatorPrices): (entry: string, provider: string | undefined) => OwnPrices | undefined {
  const version = `operator@${createHash('sha256').update(JSON.stringify(prices)).digest('hex').slice(0, 8)}`
  return (entry, provider) => {
    const finders = [...new Set([entry, provider ?? entry])].flatMap((name) => (Object.hasOwn(prices, name) ? [finderOf(prices[name]!)] : []))
    if (finders.length === 0) return undefined
    return { version, find: remembering((model) => finders.map((find) => find(model)).find((found) => found !== undefined)) }
  }
}

/** A name without a `*` comes first, then the one that says most. In any case, as the catalogue finds them: no other spelling has another price. */
function finderOf(models: Models): (model: string) => OwnPrice | undefined {
  const prices = new Map(Object.entries(models).map(([pattern, price]) => [caseless(pattern), price]))
  const wildcards = wildcardsOf(Object.fromEntries(prices.keys().map((pattern) => [pattern, pattern])))
  return (asked) => {
    const model = caseless(asked)
    const found = wildcards.find((one) => fits(one, model))
    return prices.get(model) ?? (found && prices.get(writtenOut(found)))
  }
}

/** Names come from clients: beyond this many the memory begins anew. */
const mostRemembered = 2000

function remembering(find: (model: string) => OwnPrice | undefined): (model: string) => OwnPrice | undefined {
  const known = new Map<string, OwnPrice | undefined>()
  return (model) => {
    if (known.has(model)) return known.get(model)
    if (known.size >= mostRemembered) known.clear()
    const found = find(model)
    known.set(model, found)
    return found
  }
}
