/** From what is configured and stored to the one value that the hot path reads: built whole, then swapped. */

import { isWildcard, wildcardsOf } from '../base/wildcard.ts'
import { bitsOf } from '../catalog/abilities.ts'
import type { Catalogue } from '../catalog/table.ts'
import { Tariff } from '../catalog/tariff.ts'
import { modelsOf } from '../config/directory.ts'
import type { AccountSettings, ChainSettings, ConnectedProvider, Settings } from '../config/settings.ts'
import type { Snapshot } from '../gateway/snapshot.ts'
import { providers } from '../providers/index.ts'
import { catalogOf, hasAddress, type Provider } from '../providers/provider.ts'
import type { Health } from '../routing/health.ts'
import { placesOf } from '../routing/place.ts'
import { resolve, type RoutingTable } from '../routing/resolve.ts'
import type { Chain, Connection } from '../routing/target.ts'
import type { ClientKey, StoredObject } from '../storage/store.ts'
import { edgesOf } from './addresses.ts'
import { keyring } from './callers.ts'
import { ownPricesOf } from './prices-own.ts'

/** Milliseconds. */
const day = 86_400_000

export interface Published {
  readonly settings: Settings
  readonly keys: readonly ClientKey[]
  /** What governs calls, as it is stored. */
  readonly objects: readonly StoredObject[]
  /** Secrets that were given to the running gateway, by provider id. */
  readonly secrets: ReadonlyMap<string, string>
  readonly hashKey: (token: string) => string
  readonly version: string
  readonly catalogue: Catalogue
  /** It goes on from one snapshot to the next. */
  readonly health: Health
}

export function buildSnapshot(published: Published): Snapshot {
  const { settings, version } = published
  const { identify, anonymous } = keyring(published)
  const { limits, retry, queue } = settings
  return {
    version,
    catalogue: published.catalogue,
    routing: buildRouting(published),
    identify,
    anonymous,
    edges: edgesOf(published.objects),
    limits: { ...limits, attempts: retry.attempts, retryPause: retry.longestPause, attemptTime: retry.totalTime, queueTime: queue.time },
    metadataKeys: new Set(settings.metadata.keys),
    retries: retry.perTarget,
    retryShare: retry.budget / 100,
    retryFloor: retry.budgetFloor,
    strict: settings.strict,
    showsProviderMessages: settings.providerMessages,
    platformFeePercent: settings.platformFeePercent,
    receipts: { isRequired: settings.receipts.required, retention: settings.receipts.retentionDays * day, content: settings.receipts.content },
  }
}

function buildRouting({ settings, secrets, hashKey, health, catalogue }: Published): RoutingTable {
  health.terms = { ...settings.health, queueSize: settings.queue.size }
  health.beginAnew()
  const entries = connect(settings, { secrets, hashKey, catalogue })
  const table: RoutingTable = { ...tableOf(entries, settings), health, known: new Map() }
  // Whoever asks first need not wait for it, and limits hold from the beginning.
  for (const name of table.chains.keys()) resolve({ model: name, route: name, fallbacks: [] }, table)
  health.forgetAllBut(placesOf(entries.flatMap(({ connections }) => connections)))
  return table
}

/** A provider with all of its accounts. */
interface Entry {
  readonly provider: ConnectedProvider
  readonly connections: readonly [Connection, ...Connection[]]
}

function tableOf(entries: readonly Entry[], settings: Settings): Omit<RoutingTable, 'health' | 'known'> {
  const byName = new Map<string, Connection>()
  const listed = new Map<string, Connection[]>()
  const firsts = entries.map(({ connections }) => connections[0])
  for (const connection of firsts) {
    byName.set(connection.name, connection)
    for (const model of connection.models) listed.set(model, [...(listed.get(model) ?? []), connection])
  }
  // An operator's own name for a connection comes before a prefix that a provider has by nature.
  for (const connection of firsts) {
    if (connection.name !== connection.provider.id) continue
    for (const prefix of connection.provider.prefixes) if (!byName.has(prefix)) byName.set(prefix, connection)
  }
  const shared = entries.filter(({ connections }) => connections.length > 1)
  return {
    connections: byName,
    accounts: new Map(shared.map(({ provider: { name, strategy }, connections }) => [name, { strategy, connections }])),
    aliases: new Map(Object.entries(settings.aliases).filter(([alias]) => !isWildcard(alias))),
    wildcards: wildcardsOf(settings.aliases),
    chains: new Map(settings.chains.map((chain) => [chain.name, toChain(chain)])),
    listed,
    fallbackTo: byName.get(settings.defaultProvider),
    unconnected: hints(byName),
  }
}

function toChain(chain: ChainSettings): Chain {
  return { ...chain, targets: chain.targets.map((target) => ({ ...target, lacks: bitsOf(target.lacks) })) }
}

function connect(settings: Settings, { secrets, ...priced }: Pick<Published, 'secrets' | 'hashKey' | 'catalogue'>): readonly Entry[] {
  const terms = { ...priced, ownPrices: ownPricesOf(settings.prices) }
  const stored = [...secrets].flatMap(([id, secret]): ConnectedProvider[] => {
    const provider = providers.find((one) => one.id === id)
    if (provider?.baseUrl === undefined || !hasAddress(provider) || settings.providers.some(({ name }) => name === id)) return []
    const accounts = [{ name: 'default', secret, weight: 1 }]
    const { deadlines, upstream } = settings
    const shared = { strategy: 'priority', concurrency: upstream.connections, source: 'environment', models: [], deadlines } as const
    return [{ ...shared, name: id, provider, pricedAs: id, baseUrl: provider.baseUrl, accounts }]
  })
  return [...settings.providers, ...stored].map((provider) => ({ provider, connections: toConnections(provider, terms) }))
}

interface Terms extends Pick<Published, 'hashKey' | 'catalogue'> {
  readonly ownPrices: ReturnType<typeof ownPricesOf>
}

function toConnections(entry: ConnectedProvider, { hashKey, catalogue, ownPrices }: Terms): Entry['connections'] {
  const { name, provider, pricedAs, baseUrl, region, deadlines, accounts, concurrency, quota = provider.quota } = entry
  const url = baseUrl === undefined ? undefined : new URL(baseUrl)
  const all = {
    name,
    provider,
    catalog: catalogOf(provider),
    tariff: new Tariff(catalogue, catalogOf(provider), ownPrices(name, pricedAs)),
    origin: url?.origin ?? '',
    host: url?.host ?? '',
    basePath: url?.pathname.replace(/\/$/, '') ?? '',
    region,
    models: modelsOf(entry),
    deadlines,
    isCustom: baseUrl !== provider.baseUrl,
    concurrency,
    ...(quota !== undefined && { quota }),
  }
  const [first, ...others] = accounts.map((account) => ({
    ...all,
    ...ofAccount(account, accounts.length > 1, hashKey),
    ...(isPaid(account, provider) && { isCovered: true }),
  }))
  return [first!, ...others]
}

const isPaid = ({ isCovered = false }: AccountSettings, { substrate }: Provider): boolean => isCovered || substrate === 'subscription'

function ofAccount({ name, secret, weight, concurrency }: AccountSettings, isOneOfMany: boolean, hashKey: Published['hashKey']) {
  return {
    secret,
    weight,
    ...(isOneOfMany && { account: name }),
    ...(secret !== undefined && { secretMark: hashKey(secret).slice(0, 8) }),
    ...(concurrency !== undefined && { accountConcurrency: concurrency }),
  }
}

function hints(connections: ReadonlyMap<string, Connection>): ReadonlyMap<string, string> {
  const missing = new Map<string, string>()
  for (const provider of providers) {
    const { name, prefixes, auth, id } = provider
    const variable = auth.scheme === 'none' ? undefined : auth.env.at(-1)
    const how = variable === undefined ? '' : ` Set ${variable}${hasAddress(provider) ? `, or run \`omni connect ${id}\`` : ''}.`
    for (const prefix of prefixes) if (!connections.has(prefix)) missing.set(prefix, `${name} is not connected.${how}`)
  }
  return missing
}
