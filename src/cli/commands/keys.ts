/** `omni keys`: clients' keys. */

import { now } from '../../base/clock.ts'
import { ask } from '../api.ts'
import { Complaint, type Command } from '../command.ts'
import { table, time } from '../table.ts'

interface Key {
  readonly id: string
  readonly name: string
  readonly prefix: string
  readonly created_at: number
  readonly expires_at: number | null
  readonly revoked_at: number | null
  readonly may_route: boolean
}

export const keys: readonly Command[] = [
  {
    usage: 'keys create <name>',
    help: 'make a key for a client; it is shown once',
    options: {
      '--expires <date>': 'when it ends, as 2027-01-31',
      '--no-routing': 'it may not say where its calls go, by `omni_route`, `omni_provider` and `extra.fallbacks`',
      '--json': 'for programs',
    },
    run: async ({ values, options }) => {
      const made = await ask<Key & { readonly key: string }>('POST', '/_omni/keys', {
        name: values.name,
        ...expiry(options['--expires']),
        ...(options['--no-routing'] === true && { may_route: false }),
      })
      console.log(
        options['--json'] ? JSON.stringify(made) : `${made.key}\n\nThis is the only time it is shown. It is called “${made.name}” and has the id ${made.id}.`,
      )
      return 0
    },
  },
  {
    usage: 'keys list',
    help: 'list the keys, without the keys themselves',
    options: { '--json': 'for programs' },
    run: async ({ options }) => {
      const { data } = await ask<{ readonly data: readonly Key[] }>('GET', '/_omni/keys')
      const rows = data.map((key) => [key.id, key.name, `${key.prefix}…`, time(key.created_at), key.may_route ? 'yes' : 'no', stateOf(key)])
      console.log(options['--json'] ? JSON.stringify(data) : table([['ID', 'NAME', 'KEY', 'MADE', 'ROUTES', 'STATE'], ...rows]))
      return 0
    },
  },
  {
    usage: 'keys revoke <id>',
    help: 'end a key at once, by its id or the shown beginning of the key',
    run: async ({ values }) => {
      const { data } = await ask<{ readonly data: readonly Key[] }>('GET', '/_omni/keys')
      const wanted = (values.id ?? '').replace(/…$/, '')
      const found = data.filter(({ id, prefix }) => id === wanted || prefix === wanted)
      if (found.length !== 1)
        throw new Complaint(found.length === 0 ? 'There is no such key: `omni keys list` shows the ids.' : 'Several keys begin like that: say the id.')
      await ask('DELETE', `/_omni/keys/${found[0]!.id}`)
      console.log(`“${found[0]!.name}” is revoked.`)
      return 0
    },
  },
]

function stateOf({ revoked_at: revoked, expires_at: expires }: Key): string {
  if (revoked !== null) return `revoked ${time(revoked)}`
  return expires === null ? 'active' : `until ${time(expires)}`
}

function expiry(date: string | boolean | undefined): { readonly expires_at?: number } {
  if (typeof date !== 'string') return {}
  const ms = Date.parse(date)
  if (Number.isNaN(ms)) throw new Complaint(`“${date}” is not a date: write it as 2027-01-31.`)
  if (ms <= now()) throw new Complaint(`${date} has passed.`)
  return { expires_at: ms }
}
