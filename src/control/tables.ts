/** The tables by which calls are routed: everybody's, and one for each set of owners who brought credentials of their own. */

import { isWildcard, wildcardsOf } from '../base/wildcard.ts'
import { bitsOf } from '../catalog/abilities.ts'
import type { ChainSettings, Settings } from '../config/settings.ts'
import { holdings, type Holder, type Holding, type Scope } from '../policy/scope.ts'
import { providers } from '../providers/index.ts'
import { hasAddress } from '../providers/provider.ts'
import type { Health } from '../routing/health.ts'
import { placesOf } from '../routing/place.ts'
import { resolve, type RoutingTable } from '../routing/resolve.ts'
import type { Chain, Connection } from '../routing/target.ts'
import { connect, type Connecting, type Entry, type OwnEntry } from './connections.ts'

export interface Tables {
  /** Of all who have no credentials of their own. */
  readonly shared: RoutingTable
  /** Gives the table of somebody who has; undefined for all others. It is made when it is first asked for. */
  readonly ownOf: (holder: Holder) => (() => RoutingTable) | undefined
}

/** Tables of owners that are kept; beyond these the oldest is made anew when it is needed. */
const mostTables = 1000
/** Names that each of them remembers beside its chains. */
const mostKnown = 100

/** `health` goes on from one snapshot to the next. */
export function buildTables(connecting: Connecting & { readonly health: Health }): Tables {
  const { settings, health } = connecting
  health.terms = { ...settings.health, queueSize: settings.queue.size }
  health.beginAnew()
  const { shared: entries, own } = connect(connecting)
  const shared: RoutingTable = { ...tableOf(entries, settings), health, known: new Map() }
  // Whoever asks first need not wait for it, and limits hold from the beginning.
  for (const name of shared.chains.keys()) resolve({ model: name, route: name, fallbacks: [] }, shared)
  health.forgetAllBut(placesOf([...entries.flatMap(({ connections }) => connections), ...own.map(({ connection }) => connection)]))
  const made = new Map<string, RoutingTable>()
  const table = (theirs: readonly OwnEntry[], name: string): RoutingTable => {
    const before = made.get(name)
    if (before !== undefined) return before
    if (made.size >= mostTables) made.delete(made.keys().next().value!)
    const next = { ...tableOf(withOwn(entries, theirs), settings), health, known: new Map(), mostKnown }
    made.set(name, next)
    return next
  }
  const byOwner = Map.groupBy(own, ({ owner }) => owner)
  const ownOf = (holder: Holder) => {
    const owners = narrowestFirst.flatMap((holding) => scopeOf(holding, holder) ?? []).filter((owner) => byOwner.has(owner))
    if (owners.length === 0) return undefined
    const theirs = owners.flatMap((owner) => byOwner.get(owner)!)
    return () => table(theirs, owners.join())
  }
  return { shared, ownOf }
}

const narrowestFirst = holdings.toReversed()

function scopeOf(holding: Holding, holder: Holder): Scope | undefined {
  const id = holder[holding]
  return id === undefined || id === null ? undefined : `${holding}:${id}`
}

/** What somebody brought comes before what is everybody's. */
function withOwn(shared: readonly Entry[], own: readonly OwnEntry[]): readonly Entry[] {
  const left = Map.groupBy(own, ({ provider }) => provider.name)
  const joined = shared.map(({ provider, connections }): Entry => {
    const [first, ...more] = [...connectionsOf(left.get(provider.name) ?? []), ...connections]
    left.delete(provider.name)
    return { provider, connections: [first!, ...more] }
  })
  const others = [...left.values()].map((theirs): Entry => {
    const [first, ...more] = connectionsOf(theirs)
    return { provider: theirs[0]!.provider, connections: [first!, ...more] }
  })
  return [...joined, ...others]
}

const connectionsOf = (own: readonly OwnEntry[]): readonly Connection[] => own.map(({ connection }) => connection)

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
  const several = entries.filter(({ connections }) => connections.length > 1)
  return {
    connections: byName,
    accounts: new Map(several.map(({ provider: { name, strategy }, connections }) => [name, { strategy, connections }])),
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
