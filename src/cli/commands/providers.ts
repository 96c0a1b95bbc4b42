/** `omni providers`: who is connected, and how they fare. */

import type { PlaceResource, ProviderResource } from '../../contract/providers.ts'
import { ask } from '../api.ts'
import type { Command } from '../command.ts'
import { table, time } from '../table.ts'

export const providers: readonly Command[] = [
  {
    usage: 'providers list',
    help: 'who is connected, and by which accounts',
    options: { '--json': 'for programs' },
    run: async ({ options }) => {
      const { data } = await ask<{ readonly data: readonly ProviderResource[] }>('GET', '/_omni/providers')
      const rows = data.map((one) => [
        one.name,
        one.kind,
        one.source,
        one.accounts.map(({ name }) => name).join(', '),
        one.accounts.length > 1 ? one.strategy : '–',
        String(one.models),
        one.wires.join(', '),
        one.base_url ?? '–',
      ])
      console.log(options['--json'] ? JSON.stringify(data) : table([['NAME', 'KIND', 'SOURCE', 'ACCOUNTS', 'STRATEGY', 'MODELS', 'WIRES', 'AT'], ...rows]))
      return 0
    },
  },
  {
    usage: 'providers health',
    help: 'how every place fares that calls went to: providers, accounts, targets, quotas',
    options: { '--reset <place>': 'trust this one again, now', '--reset-all': 'trust all of them again', '--json': 'for programs' },
    run: async ({ options }) => {
      const place = options['--reset']
      if (place !== undefined || options['--reset-all'] === true) {
        const { reset } = await ask<{ readonly reset: number }>('POST', '/_omni/providers/health/reset', place === undefined ? {} : { place })
        console.log(reset === 1 ? 'One place is trusted again.' : `${reset} places are trusted again.`)
        return 0
      }
      const { data } = await ask<{ readonly data: readonly PlaceResource[] }>('GET', '/_omni/providers/health')
      console.log(options['--json'] ? JSON.stringify(data) : table([headings, ...data.map(row)]))
      return 0
    },
  },
]

const headings = ['PLACE', 'STATE', 'REASON', 'UNTIL', 'CALLS', 'OF', 'WAITING', 'FAILURES', 'EJECTIONS', 'MS', 'ERRORS']

function row(place: PlaceResource): string[] {
  return [
    place.place,
    place.state.replace('_', ' '),
    place.reason ?? '–',
    place.until === null ? '–' : time(place.until),
    String(place.in_flight),
    place.limit === null ? '–' : String(place.limit),
    String(place.waiting),
    String(place.failures),
    String(place.ejections),
    place.latency_ms === null ? '–' : String(place.latency_ms),
    `${Math.round(place.error_share * 100)} %`,
  ]
}
