/** `omni audit`: who did what through the control API. */

import type { ActionResource } from '../../contract/actions.ts'
import { ask } from '../api.ts'
import type { Command } from '../command.ts'
import { plain, table, time } from '../table.ts'

export const audit: readonly Command[] = [
  {
    usage: 'audit list',
    help: 'what was done through the control API, the newest first; the log of receipts vouches for it',
    options: { '--by <who>': 'by the admin key (`admin`), a user or a key', '--limit <n>': 'so many at most; 50 where absent', '--json': 'for programs' },
    run: async ({ options }) => {
      const query = new URLSearchParams({ limit: String(options['--limit'] ?? 50) })
      if (typeof options['--by'] === 'string') query.set('by', options['--by'])
      const { data } = await ask<{ readonly data: readonly ActionResource[] }>('GET', `/_omni/audit?${query.toString()}`)
      const rows = data.map(({ at, by, action, target, before, after }) => [
        time(at),
        plain(by),
        action,
        plain(target ?? ''),
        before === null ? '' : before === after ? 'nothing changed' : `${before.slice(0, 8)} → ${after?.slice(0, 8)}`,
      ])
      console.log(options['--json'] ? JSON.stringify(data) : table([['WHEN', 'BY', 'DID', 'TO', 'STATE'], ...rows]))
      return 0
    },
  },
]
