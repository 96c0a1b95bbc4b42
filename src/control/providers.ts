/** `GET /_omni/providers`: who is connected, by which accounts and wires, and never by which secret. */

import type { Settings } from '../config/settings.ts'
import type { ProviderResource } from '../contract/providers.ts'
import type { RoutingTable } from '../routing/resolve.ts'
import type { Connection } from '../routing/target.ts'
import { ofInstallation, type ControlRoute } from './route.ts'

export const providers: readonly ControlRoute[] = [
  {
    method: 'GET',
    path: '/_omni/providers',
    ...ofInstallation('admin', 'operator'),
    run: async (_request, { snapshot, configured }) => {
      const { routing } = snapshot()
      // Under its prefixes a provider stands there again.
      const connections = new Set(routing.connections.values())
      return { body: { data: [...connections].map((connection) => show(connection, routing, configured())) } }
    },
  },
]

function show(connection: Connection, { accounts }: RoutingTable, { providers: configured }: Settings): ProviderResource {
  const { name, provider, origin, basePath, region, models, quota = 'model', concurrency } = connection
  const shared = accounts.get(name)
  return {
    name,
    kind: provider.id,
    source: configured.find((one) => one.name === name)?.source ?? 'stored',
    base_url: origin === '' ? null : `${origin}${basePath}`,
    region: region ?? null,
    wires: Object.keys(provider.speaks),
    accounts: (shared?.connections ?? [connection]).map(showAccount),
    strategy: shared?.strategy ?? 'priority',
    models: models.length,
    quota,
    concurrency: concurrency ?? null,
  }
}

function showAccount({ account = 'default', weight = 1, accountConcurrency }: Connection): ProviderResource['accounts'][number] {
  return { name: account, weight, concurrency: accountConcurrency ?? null }
}
