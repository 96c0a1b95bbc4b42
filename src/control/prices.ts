/** Prices: which table is in use, what a model costs by it, and the taking of a newer one. Nothing is fetched unless somebody asks. */

import { now } from '../base/clock.ts'
import { Failure } from '../canonical/failure.ts'
import { periodOf } from '../catalog/catalog.ts'
import { compareTables, dollarsOf, type PriceChange } from '../catalog/compare.ts'
import { stepsOf } from '../catalog/cost.ts'
import { Catalogue, parts, type Price, type PriceTable } from '../catalog/table.ts'
import { Tariff } from '../catalog/tariff.ts'
import { pricedTiers, type OperatorPrices } from '../config/prices.ts'
import type { ModelPriceResource, PriceTableResource, RefreshedPrices } from '../contract/prices.ts'
import { providers } from '../providers/index.ts'
import { catalogOf } from '../providers/provider.ts'
import type { RoutingTable } from '../routing/resolve.ts'
import type { Control } from './control.ts'
import { ownPricesOf } from './prices-own.ts'
import { dayOf } from './prices-stored.ts'
import { mostTableBytes, parseTable, readTable } from './prices-table.ts'
import { ofInstallation, type ControlAnswer, type ControlRequest, type ControlRoute } from './route.ts'

/** A table, or where it is. */
const given = {
  type: 'object',
  additionalProperties: false,
  properties: { url: { type: 'string', maxLength: 2000 }, table: { anyOf: [{ type: 'object' }, { type: 'array' }] } },
  oneOf: [{ required: ['url'] }, { required: ['table'] }],
}

export const prices: readonly ControlRoute[] = [
  { method: 'GET', path: '/_omni/prices', ...ofInstallation('admin', 'operator', 'finance'), run: async (_request, control) => ({ body: showTable(control) }) },
  {
    method: 'GET',
    path: '/_omni/prices/models/*',
    ...ofInstallation('admin', 'operator', 'finance'),
    run: async ({ params }, control) => ({ body: showModel(params['*'] ?? '', control) }),
  },
  { method: 'POST', path: '/_omni/prices/changes', ...ofInstallation('admin', 'finance'), bodyLimit: mostTableBytes, body: given, run: compare },
  { method: 'POST', path: '/_omni/prices', ...ofInstallation('admin', 'finance'), action: 'prices_stored', bodyLimit: mostTableBytes, body: given, run: take },
]

const countModels = ({ table }: Catalogue): number => Object.values(table.providers).reduce((sum, { models }) => sum + models.length, 0)

function showTable({ prices: stored, snapshot }: Control): PriceTableResource {
  const { catalogue } = snapshot()
  const { version, date } = catalogue.table
  return { version, date, source: catalogue.isBuiltIn ? 'built_in' : 'stored', problem: stored.problem ?? null, models: countModels(catalogue) }
}

/** Tells what a table would change, and changes nothing. */
async function compare(request: ControlRequest, control: Control): Promise<{ readonly body: RefreshedPrices }> {
  return { body: changesBy(await readGiven(request, control), control) }
}

async function take(request: ControlRequest, control: Control): Promise<ControlAnswer> {
  const table = await readGiven(request, control)
  const before = control.snapshot().catalogue.table
  const body = { ...changesBy(table, control), taken: true }
  control.prices.write(table)
  control.tell('a table of prices was taken', { version: table.version, date: table.date, added: body.added.length, removed: body.removed.length })
  return { body, changes: [{ kind: 'prices', id: table.version, before, after: table }] }
}

/** The table is checked whole. Whom the gateway asks over the network, those say alone who run it. */
async function readGiven({ body, viewer }: ControlRequest, { fetchPrices }: Control): Promise<PriceTable> {
  const { url, table } = body as { readonly url?: string; readonly table?: unknown }
  if (url !== undefined && viewer.role === 'user' && !viewer.roles.some((role) => role === 'owner' || role === 'admin'))
    throw new Failure('insufficient_scope', 'Only owners and admins may have a table fetched: send it whole.', { param: 'url' })
  return url === undefined ? readTable(table, dayOf(now())) : parseTable(await fetchPrices(url), dayOf(now()))
}

function changesBy(table: PriceTable, { snapshot }: Control): RefreshedPrices {
  const after = new Catalogue(table)
  const { added, removed, changed } = compareTables(snapshot().catalogue, after, now())
  const { version, date } = table
  return { version, date, models: countModels(after), taken: false, added: [...added], removed: [...removed], changed: changed.map(showChange) }
}

function showChange({ from, to, part, ...change }: PriceChange): RefreshedPrices['changed'][number] {
  return { ...change, part, from: from === null ? null : dollarsOf(from, part), to: to === null ? null : dollarsOf(to, part) }
}

/** `name` is `provider/model`; one that is not connected is shown by the catalogue. */
function showModel(name: string, { snapshot, configured }: Control): ModelPriceResource {
  const [owner = '', ...rest] = name.split('/')
  const model = rest.join('/')
  const { catalogue, routing } = snapshot()
  const { tariff, catalog, entry, covered } = ownerOf(owner, routing) ?? strangerOf(owner, catalogue, configured().prices)
  if (model === '' || tariff === undefined) throw new Failure('not_found', 'There is nobody of this name to have prices: say the model as `provider/model`.')
  const at = now()
  const quote = tariff.quote(model, at, null)
  return {
    provider: entry,
    model,
    source: quote?.source ?? null,
    version: quote?.version ?? null,
    since: (quote?.source === 'catalogue' && periodOf(catalogue, catalog ?? '', model, at)?.from) || null,
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

function ownerOf(name: string, routing: RoutingTable): PriceOwner | undefined {
  const connection = routing.connections.get(name)
  if (connection === undefined) return undefined
  const accounts = routing.accounts.get(connection.name)?.connections ?? [connection]
  const covered = accounts.flatMap(({ isCovered = false, account = 'default' }) => (isCovered ? [account] : []))
  const { catalog = null, tariff } = connection
  return { entry: connection.name, catalog, covered, ...(tariff && { tariff }) }
}

/** One that is not connected. */
function strangerOf(name: string, catalogue: Catalogue, own: OperatorPrices): PriceOwner {
  const provider = providers.find(({ id, prefixes }) => id === name || prefixes.includes(name))
  if (provider === undefined) return { entry: name, covered: [] }
  const catalog = catalogOf(provider)
  return { entry: provider.id, catalog, covered: [], tariff: new Tariff(catalogue, catalog, ownPricesOf(own)(provider.id, undefined)) }
}

function ratesOf(price: Price): ModelPriceResource['tiers'][number]['rates'] {
  return parts.flatMap((part) => {
    const rate = price[part]
    return rate === undefined ? [] : stepsOf(rate).map(([above, each]) => ({ part, above, dollars: each === null ? null : dollarsOf(each, part) }))
  })
}
