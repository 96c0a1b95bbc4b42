/** From what is configured and stored to the one value that the hot path reads: built whole, then swapped. */

import { now } from '../base/clock.ts'
import { knownModels } from '../catalog/models.ts'
import type { ConnectedProvider, Settings } from '../config/settings.ts'
import type { Caller, Snapshot } from '../gateway/snapshot.ts'
import { providers } from '../providers/index.ts'
import { hasAddress, type Provider } from '../providers/provider.ts'
import type { RoutingTable } from '../routing/resolve.ts'
import type { Chain, Connection } from '../routing/target.ts'
import type { ClientKey } from '../storage/store.ts'

export interface Published {
  readonly settings: Settings
  readonly keys: readonly ClientKey[]
  /** Secrets that were given to the running gateway, by provider id. */
  readonly secrets: ReadonlyMap<string, string>
  readonly hashKey: (token: string) => string
  readonly version: string
}

export function buildSnapshot({ settings, keys, secrets, hashKey, version }: Published): Snapshot {
  const { auth, limits, retry } = settings
  return {
    version,
    routing: buildRouting(settings, secrets),
    identify: keyring(keys, auth.mode === 'tokens' ? auth.tokens : [], hashKey),
    anonymous: auth.mode === 'off' ? { keyId: null, method: 'off' } : undefined,
    limits: { ...limits, attempts: retry.attempts, retryPause: retry.longestPause, attemptTime: retry.totalTime },
    metadataKeys: new Set(settings.metadata.keys),
    retries: retry.perTarget,
    strict: settings.strict,
    showsProviderMessages: settings.providerMessages,
    platformFeePercent: settings.platformFeePercent,
  }
}

/** Keys are looked up by their keyed hash: the time it takes tells nothing of them. Bounded by the keys that exist. */
function keyring(keys: readonly ClientKey[], tokens: readonly string[], hashKey: (token: string) => string): (token: string) => Caller | undefined {
  const callers = new Map<string, { readonly caller: Caller; readonly until: number }>()
  for (const { id, hash, revokedAt, expiresAt } of keys) {
    if (revokedAt === undefined) callers.set(hash, { caller: { keyId: id, method: 'key' }, until: expiresAt ?? Infinity })
  }
  for (const token of tokens) {
    const hash = hashKey(token)
    callers.set(hash, { caller: { keyId: `token_${hash.slice(0, 16)}`, method: 'token' }, until: Infinity })
  }
  // Hashing costs more than all the rest of knowing somebody. Bounded: only keys that are ours get in, and a revoked one leaves with the snapshot.
  const known = new Map<string, { readonly caller: Caller; readonly until: number }>()
  return (token) => {
    let found = known.get(token)
    if (found === undefined) {
      found = callers.get(hashKey(token))
      if (found === undefined) return undefined
      known.set(token, found)
    }
    return now() < found.until ? found.caller : undefined
  }
}

function buildRouting(settings: Settings, secrets: ReadonlyMap<string, string>): RoutingTable {
  const connections = connect(settings, secrets)
  const byName = new Map<string, Connection>()
  const listed = new Map<string, Connection[]>()
  for (const connection of connections) {
    byName.set(connection.name, connection)
    for (const model of connection.models) listed.set(model, [...(listed.get(model) ?? []), connection])
  }
  // An operator's own name for a connection comes before a prefix that a provider has by nature.
  for (const connection of connections) {
    if (connection.name !== connection.provider.id) continue
    for (const prefix of connection.provider.prefixes) if (!byName.has(prefix)) byName.set(prefix, connection)
  }
  return {
    connections: byName,
    aliases: new Map(Object.entries(settings.aliases)),
    chains: new Map(settings.chains.map((chain): [string, Chain] => [chain.name, chain])),
    listed,
    fallbackTo: byName.get(settings.defaultProvider),
    unconnected: hints(byName),
  }
}

function connect(settings: Settings, secrets: ReadonlyMap<string, string>): Connection[] {
  const connected = settings.providers.map(toConnection)
  for (const [id, secret] of secrets) {
    const provider = providers.find((one) => one.id === id)
    if (provider?.baseUrl === undefined || !hasAddress(provider) || connected.some(({ name }) => name === id)) continue
    connected.push(toConnection({ name: id, provider, baseUrl: provider.baseUrl, secret, models: [], deadlines: settings.deadlines, source: 'environment' }))
  }
  return connected
}

function toConnection({ name, provider, baseUrl, secret, region, models, deadlines }: ConnectedProvider): Connection {
  const url = baseUrl === undefined ? undefined : new URL(baseUrl)
  return {
    name,
    provider,
    origin: url?.origin ?? '',
    host: url?.host ?? '',
    basePath: url?.pathname.replace(/\/$/, '') ?? '',
    secret,
    region,
    models: models.length > 0 ? models : modelsOf(provider, baseUrl),
    deadlines,
    isCustom: baseUrl !== provider.baseUrl,
  }
}

/** What a server of the operator's own has, nobody knows; the catalogue speaks for the makers' own. */
function modelsOf(provider: Provider, baseUrl: string | undefined): readonly string[] {
  if (provider.models !== undefined) return provider.models
  return baseUrl === provider.baseUrl ? knownModels(provider.id) : []
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
