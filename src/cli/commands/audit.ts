/** `omni audit`: who did what through the control API, and whether something is what was put there. */

import type { ActionResource, CheckedObject } from '../../contract/actions.ts'
import { ask } from '../api.ts'
import type { Command } from '../command.ts'
import { plain, table, time } from '../table.ts'
import { readWritten } from '../written-object.ts'

type Page = { readonly data: readonly ActionResource[]; readonly next_cursor: string | null }

const json = { '--json': 'for programs' } as const

export const audit: readonly Command[] = [
  {
    usage: 'audit list',
    help: 'what was done through the control API, the newest first; the log of receipts vouches for it',
    options: {
      '--by <who>': 'by the admin key (`admin`), a user or a key',
      '--kind <kind>': 'to one kind alone, as key, limit or chain',
      '--target <id>': 'to what has this id or name',
      '--from <time>': 'from this time on: 2026-11-21, 2026-11-21T10:00Z, or milliseconds since 1970',
      '--to <time>': 'before this time',
      '--limit <n>': 'so many at most; 50 where absent',
      '--cursor <id>': 'go on behind another page',
      ...json,
    },
    run: async ({ options }) => {
      const query = new URLSearchParams({ limit: String(options['--limit'] ?? 50) })
      for (const name of ['by', 'kind', 'target', 'from', 'to', 'cursor'] as const) {
        const said = options[`--${name}`]
        if (typeof said === 'string') query.set(name, said)
      }
      const { data, next_cursor: next } = await ask<Page>('GET', `/_omni/audit?${query.toString()}`)
      if (options['--json']) console.log(JSON.stringify(data))
      else console.log([listed(data), ...(next === null ? [] : [`More: --cursor ${next}`])].join('\n'))
      return 0
    },
  },
  {
    usage: 'audit check <kind> <file>',
    help: 'whether an object, as `GET` or `omni … show --json` gives it, is one that was put there: by whom, when, and by whom it was replaced',
    options: json,
    run: async ({ values, options }) => {
      const { value: object } = await readWritten(values.file ?? '-', 'The file holds the object, as JSON or YAML.')
      const { hash, data } = await ask<CheckedObject>('POST', '/_omni/audit/check', { kind: values.kind, object })
      if (options['--json']) console.log(JSON.stringify({ hash, data }))
      else console.log(data.length === 0 ? `No entry has it (${hash}).${values.kind === 'review' ? unaudited : ''}` : listed(data))
      return data.length === 0 ? 1 : 0
    },
  },
]

/** What changes by itself is no falsified object. */
const unaudited = ' Only decisions have entries: a review that nobody decided, that ran since, or whose time is over since, is in none.'

/** Of hashes the beginning: enough to see which are the same. */
const shownDigits = 12

function listed(entries: readonly ActionResource[]): string {
  const rows = entries.map(({ at, by, action, kind, target, before, after }) => {
    const [was, is] = [before, after].map((hash) => (kind === null ? '' : (hash?.slice(0, shownDigits) ?? 'none'))) as [string, string]
    return [time(at), plain(by), action, kind ?? '', plain(target ?? ''), was, is]
  })
  return table([['WHEN', 'BY', 'DID', 'KIND', 'ID', 'BEFORE', 'AFTER'], ...rows])
}
