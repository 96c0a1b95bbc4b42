/** `omni keys`: clients' keys. */

import { now } from '../../base/clock.ts'
import type { KeyPage, KeyResource } from '../../contract/keys.ts'
import { ask, askForOne } from '../api.ts'
import { Complaint, type Arguments, type Command } from '../command.ts'
import { readDate } from '../dates.ts'
import { pathOf, said } from '../stored.ts'
import { table, time } from '../table.ts'
import { accessOf, accessOptions, namesIn } from './tenants.ts'

const json = { '--json': 'for programs' } as const

export const keys: readonly Command[] = [
  {
    usage: 'keys create <name>',
    help: 'make a key for a client; it is shown once',
    options: {
      '--expires <date>': 'the last day that it counts, as 2027-01-31 (UTC), or a time as 2027-01-31T12:00Z',
      '--no-routing': 'it may not say where its calls go, by `omni_route`, `omni_provider` and `extra.fallbacks`',
      '--tenant <id>': 'the tenant that it belongs to; `default` where absent',
      '--team <id>': 'the team that it belongs to',
      '--agent <id>': 'the agent that calls with it',
      '--user <id>': 'whose key it is',
      '--environment <name>': 'as production or staging',
      '--cost-center <name>': 'who pays',
      ...accessOptions,
      '--addresses <networks>': 'where its calls may come from, as 10.0.0.0/8, with commas between',
      '--strict': 'refuse calls that would lose something on the way',
      '--metadata <pairs>': 'metadata of calls that send none of that name, as team=search,env=prod',
      ...json,
    },
    run: async ({ values, options }) => {
      const made = await ask<KeyResource>('POST', '/_omni/keys', { name: values.name, ...termsOf(options) })
      console.log(options['--json'] ? JSON.stringify(made) : toldOnce(made))
      return 0
    },
  },
  {
    usage: 'keys list',
    help: 'list the keys, without the keys themselves',
    options: json,
    run: async ({ options }) => {
      const data = await readAll()
      const rows = data.map((key) => [key.id, key.name, `${key.prefix}…`, placeOf(key), time(key.created_at), key.may_route ? 'yes' : 'no', stateOf(key)])
      console.log(options['--json'] ? JSON.stringify(data) : table([['ID', 'NAME', 'KEY', 'OF', 'MADE', 'ROUTES', 'STATE'], ...rows]))
      return 0
    },
  },
  {
    usage: 'keys show <id>',
    help: 'all that was said of a key, as JSON',
    run: async ({ values }) => {
      console.log(JSON.stringify(await find(values.id), null, 2))
      return 0
    },
  },
  {
    usage: 'keys rotate <id>',
    help: 'give a key another secret; it is shown once',
    options: { '--overlap <time>': 'how long the secret before counts too, as 1h; not at all where absent', ...json },
    run: async ({ values, options }) => {
      const { id } = await find(values.id)
      const made = await ask<KeyResource>('POST', `${pathOf('keys', id)}/rotate`, said({ overlap: options['--overlap'] }))
      const until = made.previous_until !== null && options['--overlap'] !== undefined ? ` The one before ends ${time(made.previous_until)}.` : ''
      console.log(options['--json'] ? JSON.stringify(made) : `${toldOnce(made)}${until}`)
      return 0
    },
  },
  {
    usage: 'keys revoke <id>',
    help: 'end a key at once, by its id or the shown beginning of the key',
    run: async ({ values }) => {
      const { id, name } = await find(values.id)
      await ask('DELETE', pathOf('keys', id))
      console.log(`“${name}” is revoked.`)
      return 0
    },
  },
]

async function readAll(filter: Readonly<Record<string, string>> = {}): Promise<readonly KeyResource[]> {
  const keys: KeyResource[] = []
  for (let cursor: string | null | undefined; cursor !== null;) {
    const query = new URLSearchParams({ ...filter, ...(cursor !== undefined && { cursor }) })
    const page: KeyPage = await ask('GET', `/_omni/keys?${query.toString()}`)
    keys.push(...page.data)
    cursor = page.next_cursor
  }
  return keys
}

/** By its id, or its shown beginning. */
async function find(id = ''): Promise<KeyResource> {
  const wanted = id.replace(/…$/, '')
  const named = wanted === '' ? undefined : await askForOne<KeyResource>(pathOf('keys', wanted))
  const [found, ...others] = named === undefined ? await readAll({ prefix: wanted }) : [named]
  if (found === undefined) throw new Complaint('There is no such key: `omni keys list` shows the ids.')
  if (others.length > 0) throw new Complaint('Several keys begin like that: say the id.')
  return found
}

function termsOf(options: Arguments['options']): object {
  return said({
    expires_at: readDate(options['--expires']),
    may_route: options['--no-routing'] === true ? false : undefined,
    tenant: options['--tenant'],
    team: options['--team'],
    agent: options['--agent'],
    user: options['--user'],
    environment: options['--environment'],
    cost_center: options['--cost-center'],
    ...accessOf(options),
    addresses: namesIn(options['--addresses']),
    strict: options['--strict'],
    metadata: pairsIn(options['--metadata']),
  })
}

function pairsIn(text: string | boolean | undefined): object | undefined {
  const pairs = namesIn(text)?.map((pair) => pair.split('='))
  if (pairs?.some((pair) => pair.length !== 2)) throw new Complaint('Metadata is written as team=search,env=prod.')
  return pairs && Object.fromEntries(pairs)
}

const toldOnce = ({ key, name, id }: KeyResource): string => `${key}\n\nThis is the only time it is shown. It is called “${name}” and has the id ${id}.`

const placeOf = ({ tenant, team, agent }: KeyResource): string => [tenant, team, agent].filter((id) => id !== undefined).join(' / ')

function stateOf({ revoked_at: revoked, expires_at: expires, previous_until: overlap }: KeyResource): string {
  if (revoked !== null) return `revoked ${time(revoked)}`
  if (expires !== null && expires <= now()) return `expired ${time(expires)}`
  const state = expires === null ? 'active' : `until ${time(expires)}`
  return overlap !== null && overlap > now() ? `${state}, and its secret before until ${time(overlap)}` : state
}
