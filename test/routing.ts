/** Routing tables for tests: empty ones, to be filled with what the test is about. */

import { Health } from '../src/routing/health.ts'
import type { RoutingTable } from '../src/routing/resolve.ts'
import type { HealthTerms } from '../src/routing/standing.ts'
import type { Chain, ChainTarget } from '../src/routing/target.ts'

/** The configuration's defaults. */
export const healthTerms: HealthTerms = { failures: 3, window: 100, ejection: 5000, longestEjection: 300_000, panic: true, queueSize: 100 }

export function routingTable(fields: Partial<RoutingTable> = {}): RoutingTable {
  return {
    connections: new Map(),
    accounts: new Map(),
    aliases: new Map(),
    wildcards: [],
    chains: new Map(),
    listed: new Map(),
    fallbackTo: undefined,
    unconnected: new Map(),
    health: new Health(healthTerms),
    known: new Map(),
    ...fields,
  }
}

/** Targets may be said by name alone. */
export function chainOf(name: string, targets: readonly (string | (Partial<ChainTarget> & { readonly model: string }))[], fields: Partial<Chain> = {}): Chain {
  const lines = targets.map((target) => ({ weight: 1, lacks: 0, ...(typeof target === 'string' ? { model: target } : target) }))
  return { name, strategy: 'priority', targets: lines, retries: 1, strict: false, providerMessages: false, deadlines: {}, alsoOn: [], ...fields }
}
