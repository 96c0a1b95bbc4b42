/** Whom this installation is connected to: what is configured, with the secrets that were given to the running gateway. */

import type { Catalogue } from '../catalog/table.ts'
import { Tariff } from '../catalog/tariff.ts'
import { modelsOf } from '../config/directory.ts'
import type { AccountSettings, ConnectedProvider, Settings } from '../config/settings.ts'
import type { Scope } from '../policy/scope.ts'
import { providers } from '../providers/index.ts'
import { catalogOf, hasAddress, type Provider } from '../providers/provider.ts'
import type { Connection } from '../routing/target.ts'
import { ownPricesOf } from './prices-own.ts'

/** A provider's secret that the store keeps, opened. */
export interface StoredSecret {
  /** The name of a connection, or the id of a provider. */
  readonly provider: string
  /** Whose calls it serves; `all` where everybody's. */
  readonly owner: Scope
  readonly secret: string
}

export interface Connecting {
  readonly settings: Settings
  readonly secrets: readonly StoredSecret[]
  readonly hashKey: (token: string) => string
  readonly catalogue: Catalogue
}

/** A provider with all of its accounts. */
export interface Entry {
  readonly provider: ConnectedProvider
  readonly connections: readonly [Connection, ...Connection[]]
}

/** A provider with the one account of it that serves nobody but its owner. */
export interface OwnEntry {
  readonly owner: Scope
  readonly provider: ConnectedProvider
  readonly connection: Connection
}

export function connect({ settings, secrets, hashKey, catalogue }: Connecting): { readonly shared: readonly Entry[]; readonly own: readonly OwnEntry[] } {
  const terms: Terms = { hashKey, catalogue, ownPrices: ownPricesOf(settings.prices) }
  const stored = secrets.flatMap(({ provider: id, owner, secret }): readonly ConnectedProvider[] => {
    const isOther = owner === 'all' && !settings.providers.some(({ name }) => name === id)
    return isOther ? byItsData(id, settings, [accountOf('default', secret)]) : []
  })
  const shared = [...settings.providers, ...stored]
  return {
    shared: shared.map((provider) => ({ provider, connections: toConnections(provider, terms) })),
    own: secrets.flatMap(({ provider: name, owner, secret }) => {
      if (owner === 'all') return []
      const accounts = [accountOf(owner, secret)]
      const known = shared.find((one) => one.name === name)
      return (known === undefined ? byItsData(name, settings, accounts) : [{ ...known, accounts }]).map((provider) => toOwn(provider, owner, terms))
    }),
  }
}

const accountOf = (name: string, secret: string): AccountSettings => ({ name, secret, weight: 1 })

/** A provider that nothing is configured of; none where that would not do. */
function byItsData(id: string, { deadlines, upstream }: Settings, accounts: readonly AccountSettings[]): readonly ConnectedProvider[] {
  const provider = providers.find((one) => one.id === id)
  if (provider?.baseUrl === undefined || !hasAddress(provider)) return []
  const terms = { strategy: 'priority', concurrency: upstream.connections, source: 'environment', models: [], deadlines } as const
  return [{ ...terms, name: id, provider, pricedAs: id, baseUrl: provider.baseUrl, accounts }]
}

/** Its account has a name even where there is no other: what is learnt of it is nobody else's. A quota that many share would tell them of each other; a grant it needs none. */
function toOwn(provider: ConnectedProvider, owner: Scope, terms: Terms): OwnEntry {
  const [{ quota, isSponsored: _, ...connection }] = toConnections(provider, terms)
  const ownQuota = quota === undefined || quota === 'model' ? {} : { quota: 'account' }
  return { owner, provider, connection: { ...connection, account: owner, owner, ...ownQuota } }
}

interface Terms extends Pick<Connecting, 'hashKey' | 'catalogue'> {
  readonly ownPrices: ReturnType<typeof ownPricesOf>
}

function toConnections(entry: ConnectedProvider, { hashKey, catalogue, ownPrices }: Terms): Entry['connections'] {
  const { name, provider, pricedAs, baseUrl, region, deadlines, accounts, concurrency, isSponsored, quota = provider.quota } = entry
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
    ...(isSponsored && { isSponsored }),
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

function ofAccount({ name, secret, weight, concurrency }: AccountSettings, isOneOfMany: boolean, hashKey: Connecting['hashKey']) {
  return {
    secret,
    weight,
    ...(isOneOfMany && { account: name }),
    ...(secret !== undefined && { secretMark: hashKey(secret).slice(0, 8) }),
    ...(concurrency !== undefined && { accountConcurrency: concurrency }),
  }
}
