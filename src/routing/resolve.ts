/** From the name that a client used to the targets to try: the rules of the contract, in their order. */

import { Failure } from '../canonical/failure.ts'
import type { Chain, Connection, Plan, RouteReason, Target } from './target.ts'

/** All that routing knows. Maps, not objects: their names come from clients. Bounded by the configuration. */
export interface RoutingTable {
  /** By name and by every prefix. */
  readonly connections: ReadonlyMap<string, Connection>
  readonly aliases: ReadonlyMap<string, string>
  readonly chains: ReadonlyMap<string, Chain>
  /** By bare model id: the connections that are known to have it. */
  readonly listed: ReadonlyMap<string, readonly Connection[]>
  readonly fallbackTo: Connection | undefined
  /** Prefixes of providers that exist but are not connected, and what would connect them. */
  readonly unconnected: ReadonlyMap<string, string>
}

/** What a client asked for. */
export interface Asked {
  readonly model: string
  readonly route?: string | undefined
  readonly provider?: string | undefined
  readonly fallbacks: readonly string[]
}

/** With the first; more would make one call of many. */
const mostTargets = 3

/** Throws `Failure` (`model_not_found`, `ambiguous_model`) where the name leads nowhere. */
export function resolve(asked: Asked, table: RoutingTable): Plan {
  const first = asked.route === undefined ? resolveModel(asked, table) : chainPlan(namedChain(asked.route, table), table)
  if (asked.fallbacks.length === 0) return first
  const more = asked.fallbacks.slice(0, mostTargets - 1).flatMap((model) => resolveName(model, table).targets)
  return { ...first, targets: [...first.targets, ...more].slice(0, Math.max(mostTargets, first.targets.length)) }
}

function namedChain(name: string, table: RoutingTable): Chain {
  const chain = table.chains.get(name)
  if (!chain) throw new Failure('model_not_found', 'There is no chain of the name that `omni_route` asks for.', { param: 'omni_route' })
  return chain
}

function resolveModel(asked: Asked, table: RoutingTable): Plan {
  if (asked.provider === undefined) return resolveName(asked.model, table)
  const connection = table.connections.get(asked.provider)
  if (!connection) throw notConnected(asked.provider, table, 'omni_provider')
  const slash = asked.model.indexOf('/')
  const isPrefixed = slash !== -1 && table.connections.get(asked.model.slice(0, slash)) === connection
  return one({ connection, model: isPrefixed ? asked.model.slice(slash + 1) : asked.model }, 'asked_provider')
}

/** Names were checked for circles when the configuration was loaded; the bound is for what was not. */
const mostHops = 8

function resolveName(name: string, table: RoutingTable, hops = 0): Plan {
  if (hops > mostHops) throw new Failure('model_not_found', 'The name leads through too many others.', { param: 'model' })
  const chain = table.chains.get(name)
  if (chain) return chainPlan(chain, table, hops)
  const alias = table.aliases.get(name)
  if (alias !== undefined) {
    const plan = resolveName(alias, table, hops + 1)
    return plan.chain ? plan : { ...plan, reason: 'alias' }
  }
  return prefixed(name, table) ?? bare(name, table)
}

function chainPlan(chain: Chain, table: RoutingTable, hops = 0): Plan {
  const targets = chain.targets.flatMap((name) => (name === chain.name ? [] : resolveName(name, table, hops + 1).targets))
  return { targets: targets.map((target) => hurried(target, chain)), reason: 'chain', chain }
}

/** The chain's own deadlines come before the provider's. */
function hurried(target: Target, { deadlines }: Chain): Target {
  for (const _ in deadlines) return { ...target, connection: { ...target.connection, deadlines: { ...target.connection.deadlines, ...deadlines } } }
  return target
}

/** `prefix/model`: the rest goes as it is, and to that provider alone. */
function prefixed(name: string, table: RoutingTable): Plan | undefined {
  const slash = name.indexOf('/')
  if (slash < 1) return undefined
  const prefix = name.slice(0, slash)
  const connection = table.connections.get(prefix)
  if (connection && slash + 1 < name.length) return one({ connection, model: name.slice(slash + 1) }, 'prefix')
  if (table.unconnected.has(prefix)) throw notConnected(prefix, table, 'model')
  return undefined
}

function bare(model: string, table: RoutingTable): Plan {
  const having = table.listed.get(model) ?? []
  const { fallbackTo } = table
  if (having.length === 1) return one({ connection: having[0]!, model }, 'only_provider')
  if (having.length > 1) {
    if (fallbackTo && having.includes(fallbackTo)) return one({ connection: fallbackTo, model }, 'default_provider')
    const choices = having.map((connection) => `${connection.name}/…`).join(', ')
    throw new Failure('ambiguous_model', `Several connected providers have this model: put one of these before its name: ${choices}.`, { param: 'model' })
  }
  if (fallbackTo?.isCustom) return one({ connection: fallbackTo, model }, 'default_provider')
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

function one(target: Target, reason: RouteReason): Plan {
  return { targets: [target], reason }
}
