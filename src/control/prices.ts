/** Prices: which table is in use, what a model costs by it, and the taking of a newer one. Nothing is fetched unless somebody asks. */

import { now } from '../base/clock.ts'
import { Failure } from '../canonical/failure.ts'
import { periodOf, stepsOf, type Price } from '../catalog/catalog.ts'
import { compareTables, dollarsOf, type PriceChange } from '../catalog/compare.ts'
import { Catalogue, parts } from '../catalog/table.ts'
import { Tariff } from '../catalog/tariff.ts'
import { pricedTiers } from '../config/prices.ts'
import type { ModelPriceResource, PriceTableResource, RefreshedPrices } from '../contract/prices.ts'
import type { Snapshot } from '../gateway/snapshot.ts'
import { providers } from '../providers/index.ts'
import { catalogOf } from '../providers/provider.ts'
import type { Control } from './control.ts'
import { dayOf } from './prices-stored.ts'
import { mostTableBytes, parseTable, readTable } from './prices-table.ts'
import type { ControlRequest, ControlRoute } from './route.ts'

export const prices: readonly ControlRoute[] = [
  { method: 'GET', path: '/_omni/prices', access: 'admin', run: async (_request, control) => ({ body: showTable(control) }) },
  {
    method: 'GET',
    path: '/_omni/prices/*',
    access: 'admin',
    run: async ({ params }, { snapshot }) => ({ body: showModel(params['*'] ?? '', snapshot()) }),
  },
  {
    method: 'POST',
    path: '/_omni/prices',
    access: 'admin',
    bodyLimit: mostTableBytes,
    body: {
      type: 'object',
      additionalProperties: false,
      properties: { url: { type: 'string', maxLength: 2000 }, table: { type: ['object', 'array'] }, take: { type: 'boolean' } },
      oneOf: [{ required: ['url'] }, { required: ['table'] }],
    },
    run: async (request, control) => ({ body: await refresh(request, control) }),
  },
]

const countModels = ({ table }: Catalogue): number => Object.values(table.providers).reduce((sum, { models }) => sum + models.length, 0)

function showTable({ prices: stored, snapshot }: Control): PriceTableResource {
  const { catalogue } = snapshot()
  const { version, date } = catalogue.table
  return { version, date, source: catalogue.isBuiltIn ? 'built_in' : 'stored', problem: stored.problem ?? null, models: countModels(catalogue) }
}

/** Checks the table whole, tells what it changes, and takes it where that was asked. */
async function refresh({ body }: ControlRequest, control: Control): Promise<RefreshedPrices> {
  const { url, table: given, take = false } = body as { readonly url?: string; readonly table?: unknown; readonly take?: boolean }
  const at = now()
  const table = url === undefined ? readTable(given, dayOf(at)) : parseTable(await control.fetchPrices(url), dayOf(at))
  const after = new Catalogue(table)
  const { added, removed, changed } = compareTables(control.snapshot().catalogue, after, at)
  if (take) {
    control.prices.write(table)
    await control.publish()
    control.tell('a table of prices was taken', { version: table.version, date: table.date, added: added.length, removed: removed.length })
  }
  const { version, date } = table
  return { version, date, models: countModels(after), taken: take, added: [...added], removed: [...removed], changed: changed.map(showChange) }
}

function showChange({ from, to, part, ...change }: PriceChange): RefreshedPrices['changed'][number] {
  return { ...change, part, from: from === null ? null : dollarsOf(from, part), to: to === null ? null : dollarsOf(to, part) }
}

/** `name` is `provider/model`; one that is not connected is shown by the catalogue. */
function showModel(name: string, snapshot: Snapshot): ModelPriceResource {
  const [owner = '', ...rest] = name.split('/')
  const model = rest.join('/')
  const { tariff, catalog, entry, covered } = ownerOf(owner, snapshot)
  if (model === '' || tariff === undefined) throw new Failure('not_found', 'Say it as `provider/model`: there is no such provider.')
  const at = now()
  const quote = tariff.quote(model, at, null)
  return {
    provider: entry,
    model,
    source: quote?.source ?? null,
    version: quote?.version ?? null,
    since: (quote?.source === 'catalogue' && periodOf(snapshot.catalogue, catalog ?? '', model, at)?.from) || null,
    covered,
    tiers: ['standard', ...pricedTiers].flatMap((tier) => {
      const price = tariff.quote(model, at, tier)?.price
      return price === undefined ? [] : [{ tier, rates: ratesOf(price) }]
    }),
  }
}

interface PriceOwner {
  readonly entry: string
  readonly catalog?: string | null
  readonly tariff?: Tariff
  readonly covered: string[]
}

function ownerOf(name: string, { routing, catalogue }: Snapshot): PriceOwner {
  const connection = routing.connections.get(name)
  if (connection !== undefined) {
    const accounts = routing.accounts.get(connection.name)?.connections ?? [connection]
    const covered = accounts.flatMap(({ isCovered = false, account = 'default' }) => (isCovered ? [account] : []))
    const { catalog = null, tariff } = connection
    return { entry: connection.name, catalog, covered, ...(tariff && { tariff }) }
  }
  const provider = providers.find(({ id, prefixes }) => id === name || prefixes.includes(name))
  const catalog = provider ? catalogOf(provider) : null
  return { entry: name, catalog, covered: [], ...(provider && { tariff: new Tariff(catalogue, catalog) }) }
}

function ratesOf(price: Price): ModelPriceResource['tiers'][number]['rates'] {
  return parts.flatMap((part) => {
    const rate = price[part]
    return rate === undefined ? [] : stepsOf(rate).map(([above, each]) => ({ part, above, dollars: each === null ? null : dollarsOf(each, part) }))
  })
}
