/** From the name that a client used to the targets to try: the rules of the contract, in their order. */

import { widen, type Wildcard } from '../base/wildcard.ts'
import { Failure } from '../canonical/failure.ts'
import type { Health } from './health.ts'
import { Group, Leaf, plainTerms, type LeafTerms, type Member, type Missing } from './leaf.ts'
import type { Plan, RouteReason } from './plan.ts'
import type { StrategyName } from './strategies/index.ts'
import { idOf, type Chain, type ChainTarget, type Connection, type Target } from './target.ts'

/** All that routing knows. Maps, not objects: their names come from clients. Bounded by the configuration. */
export interface RoutingTable {
  /** By name and by every prefix. Of a provider with several accounts the first. */
  readonly connections: ReadonlyMap<string, Connection>
  /** By name: the accounts of providers that have several, and who of them is asked first. */
  readonly accounts: ReadonlyMap<string, { readonly strategy: StrategyName; readonly connections: readonly Connection[] }>
  readonly aliases: ReadonlyMap<string, string>
  /** Aliases for many names: the longest fixed part first. */
  readonly wildcards: readonly Wildcard[]
  readonly chains: ReadonlyMap<string, Chain>
  /** By bare model id: the connections that are known to have it. */
  readonly listed: ReadonlyMap<string, readonly Connection[]>
  readonly fallbackTo: Connection | undefined
  /** Prefixes of providers that exist but are not connected, and what would connect them. */
  readonly unconnected: ReadonlyMap<string, string>
  readonly health: Health
  /** What names led to. Bounded by `mostKnown`, beside the chains. */
  readonly known: Map<string, Plan>
  /** 2000 where absent. */
  readonly mostKnown?: number
}

/** What a client asked for. */
export interface Asked {
  readonly model: string
  readonly route?: string | undefined
  readonly provider?: string | undefined
  readonly fallbacks: readonly string[]
}

/** The connection of an id, as `idOf` makes it; undefined where it is no more. */
export function connectionOf(id: string, { connections, accounts }: RoutingTable): Connection | undefined {
  const name = id.split('@', 1)[0]!
  const known = accounts.get(name)?.connections ?? [connections.get(name)]
  return known.find((one) => one !== undefined && idOf(one) === id)
}

/** With the first; more would make one call of many. */
const mostTargets = 3
/** Any client can invent names: then the memory of all but chains begins anew. */
const usuallyKnown = 2000

/** Throws `Failure` (`model_not_found`, `ambiguous_model`) where the name leads nowhere. */
export function resolve(asked: Asked, table: RoutingTable): Plan {
  const first = asked.route === undefined ? resolveModel(asked, table) : planOfChain(asked.route, table)
  if (asked.fallbacks.length === 0) return first
  const more = asked.fallbacks.slice(0, mostTargets - 1).map((model) => resolveName(model, table).root)
  const allowed = new Set(first.root.leaves.map(modelOf))
  for (const leaf of more.flatMap(({ leaves }) => leaves)) if (allowed.size < mostTargets) allowed.add(modelOf(leaf))
  return { ...first, root: new Group([first.root, ...more], 'priority'), allows: (target) => allowed.has(modelOf({ target })) }
}

/** Whatever the account: it is one target with several ways in. */
const modelOf = ({ target: { connection, model } }: Pick<Leaf, 'target'>): string => `${connection.name}/${model}`

function planOfChain(name: string, table: RoutingTable): Plan {
  if (table.chains.has(name)) return resolveName(name, table)
  throw new Failure('model_not_found', 'There is no chain of the name that `omni_route` asks for.', { param: 'omni_route' })
}

function resolveModel({ model, provider }: Asked, table: RoutingTable): Plan {
  if (provider === undefined) return resolveName(model, table)
  return remember(`${provider}\n${model}`, table, () => {
    const connection = table.connections.get(provider)
    if (!connection) throw notConnected(provider, table, 'omni_provider')
    const slash = model.indexOf('/')
    const isPrefixed = slash !== -1 && table.connections.get(model.slice(0, slash)) === connection
    return planOf({ connection, model: isPrefixed ? model.slice(slash + 1) : model, reason: 'asked_provider' }, table)
  })
}

function resolveName(name: string, table: RoutingTable): Plan {
  return remember(name, table, () => {
    const found = follow(name, table)
    return 'chain' in found ? { root: groupOf(found.chain, table), reason: 'chain', chain: found.chain } : planOf(found, table)
  })
}

function remember(name: string, { known, chains, mostKnown = usuallyKnown }: RoutingTable, make: () => Plan): Plan {
  const before = known.get(name)
  if (before !== undefined) return before
  const plan = make()
  if (known.size >= mostKnown + chains.size) for (const one of known.keys()) if (!chains.has(one)) known.delete(one)
  known.set(name, plan)
  return plan
}

function planOf({ reason, ...target }: Found, table: RoutingTable): Plan {
  const member = leavesOf(target, table, noWay)
  return { root: member.kind === 'group' ? member : new Group([member], 'priority'), reason }
}

/** Where a name ends: at a chain, or at a model of a provider. */
type Found = Target & { readonly reason: RouteReason }
type End = Found | { readonly chain: Chain }

/** Names were checked for circles when the configuration was loaded; the bound is for what was not. */
const mostHops = 8

function follow(name: string, table: RoutingTable, hops = 0): End {
  if (hops > mostHops) throw new Failure('model_not_found', 'The name leads through too many others.', { param: 'model' })
  const chain = table.chains.get(name)
  if (chain) return { chain }
  const alias = nameBehind(name, table)
  if (alias === undefined || alias === name) return prefixed(name, table) ?? bare(name, table)
  const end = follow(alias, table, hops + 1)
  return 'chain' in end ? end : { ...end, reason: 'alias' }
}

/** What the name stands for, where it stands for another. */
export function nameBehind(name: string, table: RoutingTable): string | undefined {
  return table.chains.has(name) ? undefined : (table.aliases.get(name) ?? widen(name, table.wildcards))
}

/** What the chains on the way down to a target say of it. */
interface Way {
  readonly terms: LeafTerms
  readonly account?: string | undefined
  /** The outermost chain's last: it has the last word. */
  readonly deadlines: readonly Chain['deadlines'][]
  /** The chains themselves: none is entered twice. */
  readonly trail: readonly string[]
}

const noWay: Way = { terms: plainTerms, deadlines: [], trail: [] }

/** What leads nowhere now, as a provider whose key is not stored yet, is left out; `explain` says so. */
function groupOf(chain: Chain, table: RoutingTable, way = noWay): Group {
  const missing: Missing[] = []
  const members = chain.targets.flatMap((target) => {
    try {
      return memberOf(target, chain, table, way)
    } catch (error) {
      if (!(error instanceof Failure)) throw error
      missing.push({ model: target.model, failure: error })
      return []
    }
  })
  return new Group(members, chain.strategy, { weight: way.terms.weight, missing })
}

function memberOf(target: ChainTarget, { name, deadlines }: Chain, table: RoutingTable, way: Way): Member {
  const { model, account = way.account, weight, concurrency, context = way.terms.context, lacks } = target
  const terms = { weight, concurrency, context, lacks: lacks | way.terms.lacks, isKept: true }
  const inner = { terms, account, deadlines: [deadlines, ...way.deadlines], trail: [...way.trail, name] }
  const end = follow(model, table)
  if (!('chain' in end)) return leavesOf(end, table, inner)
  if (inner.trail.includes(end.chain.name)) throw new Failure('model_not_found', 'The chain leads back to itself.', { param: 'model' })
  return groupOf(end.chain, table, inner)
}

/** A target at each of its provider's accounts. */
function leavesOf({ connection, model }: Target, table: RoutingTable, { terms, account, deadlines }: Way): Member {
  const shared = table.accounts.get(connection.name)
  const wanted = (shared?.connections ?? [connection]).filter((one) => account === undefined || one.account === account)
  if (wanted.length === 0) throw new Failure('model_not_found', 'The provider has no account of that name.', { param: 'model' })
  const leaf = (one: Connection, weight: number) => new Leaf({ connection: hurried(one, deadlines), model }, { ...terms, weight }, table.health)
  if (wanted.length === 1) return leaf(wanted[0]!, terms.weight)
  const leaves = (of: readonly Connection[]) => of.map((one) => leaf(one, one.weight ?? 1))
  const common = wanted.filter(({ owner }) => owner === undefined)
  const among = new Group(leaves(common), shared?.strategy ?? 'priority', { weight: terms.weight })
  if (common.length === wanted.length) return among
  // What the caller brought comes first, whatever the strategy among those that are everybody's.
  const own = leaves(wanted.filter(({ owner }) => owner !== undefined))
  return new Group(common.length === 0 ? own : [...own, among], 'priority', { weight: terms.weight })
}

/** A chain's own deadlines come before the provider's. */
function hurried(connection: Connection, deadlines: Way['deadlines']): Connection {
  const said = Object.assign({}, ...deadlines) as Chain['deadlines']
  for (const _ in said) return { ...connection, deadlines: { ...connection.deadlines, ...said } }
  return connection
}

/** `prefix/model`: the rest goes as it is, and to that provider alone. */
function prefixed(name: string, table: RoutingTable): Found | undefined {
  const slash = name.indexOf('/')
  if (slash < 1) return undefined
  const prefix = name.slice(0, slash)
  const connection = table.connections.get(prefix)
  if (connection && slash + 1 < name.length) return { connection, model: name.slice(slash + 1), reason: 'prefix' }
  if (table.unconnected.has(prefix)) throw notConnected(prefix, table, 'model')
  return undefined
}

function bare(model: string, table: RoutingTable): Found {
  const having = table.listed.get(model) ?? []
  const { fallbackTo } = table
  if (having.length === 1) return { connection: having[0]!, model, reason: 'only_provider' }
  if (having.length > 1) {
    if (fallbackTo && having.includes(fallbackTo)) return { connection: fallbackTo, model, reason: 'default_provider' }
    const choices = having.map((connection) => `${connection.name}/…`).join(', ')
    throw new Failure('ambiguous_model', `Several connected providers have this model: put one of these before its name: ${choices}.`, { param: 'model' })
  }
  if (fallbackTo?.isCustom) return { connection: fallbackTo, model, reason: 'default_provider' }
  if (model.includes('/'))
    throw new Failure(
      'model_not_found',
      'What stands before `/` in the model’s name is no connected provider, and no connected provider lists the whole name. `GET /v1/models` lists what can be called.',
      { param: 'model' },
    )
  throw new Failure(
    'model_not_found',
    'No connected provider is known to have this model. `GET /v1/models` lists what can be called; `provider/model` asks a provider for any id.',
    { param: 'model' },
  )
}

function notConnected(prefix: string, table: RoutingTable, param: string): Failure {
  const how = table.unconnected.get(prefix)
  return new Failure('model_not_found', how ?? 'There is no connected provider of that name.', { param })
}
