/** `omni alerts`: what operators were told of, and whether they can be reached. */

import type { AlertResource, TestedReceiver } from '../../contract/alerts.ts'
import { ask } from '../api.ts'
import type { Command } from '../command.ts'
import { plain, table, time } from '../table.ts'

export const alerts: readonly Command[] = [
  {
    usage: 'alerts list',
    help: 'what was told, the newest first, and who heard it',
    options: { '--json': 'for programs' },
    run: async ({ options }) => {
      const { data } = await ask<{ readonly data: readonly AlertResource[] }>('GET', '/_omni/alerts')
      const rows = data.map((alert) => [time(alert.at), alert.tenant ?? '', alert.receivers.map(stateOf).join(', '), alert.subject])
      console.log(options['--json'] ? JSON.stringify(data) : table([['WHEN', 'TENANT', 'TOLD', 'WHAT'], ...rows]))
      return 0
    },
  },
  {
    usage: 'alerts test',
    help: 'send a message to everybody who is told of alerts, and say who took it',
    options: { '--json': 'for programs' },
    run: async ({ options }) => {
      const { data } = await ask<{ readonly data: readonly TestedReceiver[] }>('POST', '/_omni/alerts/test')
      const lines = data.map(({ name, problem }) => (problem === null ? `✓ ${plain(name)}` : `✗ ${plain(name)}: ${plain(problem)}`))
      console.log(options['--json'] ? JSON.stringify(data) : [...lines, ...(await sayStale())].join('\n'))
      return data.every(({ problem }) => problem === null) ? 0 : 1
    },
  },
]

/** Nothing that was changed in the configuration is tested. */
async function sayStale(): Promise<readonly string[]> {
  const { waits_for_restart: waiting } = await ask<{ readonly waits_for_restart: readonly string[] }>('GET', '/_omni/status')
  return waiting.includes('alerts') ? ['These are those that the gateway started with: `alerts` was changed since, which counts from its next start.'] : []
}

function stateOf({ name, tries, told_at: toldAt, given_up: isGivenUp }: AlertResource['receivers'][number]): string {
  if (toldAt !== null) return name
  return isGivenUp ? `not ${name}` : `${name} after ${tries} ${tries === 1 ? 'try' : 'tries'}`
}
