/** `omni audit`: who did what through the control API, and whether something is what was put there. */

import type { ActionResource, CheckedObject } from '../../contract/actions.ts'
import { ask } from '../api.ts'
import type { Command } from '../command.ts'
import { plain, table, time } from '../table.ts'
import { readWritten } from '../written-object.ts'

const json = { '--json': 'for programs' } as const

export const audit: readonly Command[] = [
  {
    usage: 'audit list',
    help: 'what was done through the control API, the newest first; the log of receipts vouches for it',
    options: {
      '--by <who>': 'by the admin key (`admin`), a user or a key',
      '--kind <kind>': 'to one kind alone, as key, limit or chain',
      '--target <id>': 'to what has this id or name',
      '--limit <n>': 'so many at most; 50 where absent',
      ...json,
    },
    run: async ({ options }) => {
      const query = new URLSearchParams({ limit: String(options['--limit'] ?? 50) })
      for (const name of ['by', 'kind', 'target'] as const) {
        const said = options[`--${name}`]
        if (typeof said === 'string') query.set(name, said)
      }
      const { data } = await ask<{ readonly data: readonly ActionResource[] }>('GET', `/_omni/audit?${query.toString()}`)
      console.log(options['--json'] ? JSON.stringify(data) : listed(data))
      return 0
    },
  },
  {
    usage: 'audit check <kind> <file>',
    help: 'whether an object, as `GET` or `omni … show` gives it, is one that was put there: by whom, when, and by whom it was replaced',
    options: json,
    run: async ({ values, options }) => {
      const { value: object } = await readWritten(values.file ?? '-', 'The file holds the object, as JSON or YAML.')
      const { hash, data } = await ask<CheckedObject>('POST', '/_omni/audit/check', { kind: values.kind, object })
      if (options['--json']) console.log(JSON.stringify({ hash, data }))
      else console.log(data.length === 0 ? `No entry has it (${hash}).` : listed(data))
      return data.length === 0 ? 1 : 0
    },
  },
]

/** Of hashes the beginning: enough to see which are the same. */
const shownDigits = 12

function listed(entries: readonly ActionResource[]): string {
  const rows = entries.map(({ at, by, action, kind, target, before, after }) => {
    const [was, is] = [before, after].map((hash) => (kind === null ? '' : (hash?.slice(0, shownDigits) ?? 'none'))) as [string, string]
    return [time(at), plain(by), action, kind ?? '', plain(target ?? ''), was, is]
  })
  return table([['WHEN', 'BY', 'DID', 'KIND', 'ID', 'BEFORE', 'AFTER'], ...rows])
}
