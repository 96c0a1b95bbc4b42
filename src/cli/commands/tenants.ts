/** `omni tenants`, `omni teams` and `omni agents`: who shares the gateway, and what each may use. */

import type { AgentResource } from '../../contract/agents.ts'
import type { TeamResource } from '../../contract/teams.ts'
import type { TenantResource } from '../../contract/tenants.ts'
import { ask } from '../api.ts'
import { Complaint, type Arguments, type Command } from '../command.ts'
import { change, listed, listStored, numbered, pathOf, removeStored, worded, type Saying } from '../stored.ts'
import { plain, table } from '../table.ts'

type Options = Arguments['options']
type Found = { readonly id: string; readonly version: number } & Partial<TenantResource & TeamResource & AgentResource>

/** What may be used, of tenants, teams, agents and keys alike. */
export const accessOptions = {
  '--models <names>': 'the models that it may use, with commas between and `*` for anything; `none` for none',
  '--providers <names>': 'the providers that it may use',
  '--surfaces <names>': 'the APIs that it may use, as openai-chat',
} as const

export const accessOf = (options: Options): object => ({
  models: namesIn(options['--models']),
  providers: namesIn(options['--providers']),
  surfaces: namesIn(options['--surfaces']),
})

/** What stands between commas. Nothing is a list too, of nothing: what is made shall not be open to all because a variable of a script was empty. */
export function namesIn(text: string | boolean | undefined): readonly string[] | undefined {
  if (typeof text !== 'string') return undefined
  return text.trim() === '' || text === 'none' ? [] : text.split(',').map((item) => item.trim())
}

/** The same of what is changed: nothing between the quotes takes back what was said. */
const listOf = (text: string | boolean | undefined): readonly string[] | null | undefined => (text === 'none' ? [] : listed(text))

interface Kind {
  readonly one: string
  readonly name: string
  readonly options: Readonly<Record<string, string>>
  readonly bodyOf: (options: Options) => Saying
  /** The column between id and name. */
  readonly owner: (found: Found) => string
}

const accessSaid = (options: Options): Saying => ({
  models: listOf(options['--models']),
  providers: listOf(options['--providers']),
  surfaces: listOf(options['--surfaces']),
})

const belonging = { '--tenant <id>': 'the tenant that it belongs to; `default` where absent', '--cost-center <name>': 'who pays' }
const belongingOf = (options: Options): Saying => ({ tenant: worded(options['--tenant']), cost_center: worded(options['--cost-center']) })

const kinds: readonly Kind[] = [
  {
    one: 'tenant',
    name: 'tenants',
    options: {
      '--regions <names>': 'where its calls may go',
      '--retention <days>': 'how long its receipts are kept',
      '--review <what>': 'what a reviewer sees of a held call: full or metadata',
      '--strict': 'refuse calls that would lose something on the way',
      '--no-strict': 'do not refuse them any more',
    },
    bodyOf: (options) => ({
      regions: listOf(options['--regions']),
      retention_days: numbered(options['--retention']),
      review: worded(options['--review']),
      strict: options['--strict'],
    }),
    owner: ({ regions }) => regions?.join(', ') ?? '',
  },
  { one: 'team', name: 'teams', options: belonging, bodyOf: belongingOf, owner: ({ tenant = '' }) => tenant },
  {
    one: 'agent',
    name: 'agents',
    options: { ...belonging, '--team <id>': 'the team that it belongs to' },
    bodyOf: (options) => ({ ...belongingOf(options), team: worded(options['--team']) }),
    owner: ({ tenant = '', team }) => (team === undefined ? tenant : `${tenant} / ${team}`),
  },
]

export const tenants: readonly Command[] = kinds.flatMap((kind) => [set(kind), list(kind), show(kind), remove(kind)])

function set({ one, name, options: own, bodyOf }: Kind): Command {
  return {
    usage: `${name} set <id>`,
    help: `make or change a ${one}: what is not said stays as it is, and an option with nothing between its quotes takes back what was said`,
    options: { '--name <name>': 'what people call it', ...own, ...accessOptions, '--replace <version>': 'the version that you saw', '--json': 'for programs' },
    run: async ({ values, options }) => {
      const body = { name: worded(options['--name']), ...bodyOf(options), ...accessSaid(options) }
      const { found, told } = await change<Found & { readonly tenant: string | null }>(name, values.id ?? '', () => body, options['--replace'])
      console.log(
        options['--json'] ? JSON.stringify(found) : `The ${one} ${plain(found.id)} is stored, at version ${found.version}, and counts at once. ${told}`,
      )
      return 0
    },
  }
}

function list({ name, owner }: Kind): Command {
  return {
    usage: `${name} list`,
    help: `all ${name}`,
    options: { '--json': 'for programs' },
    run: async ({ options }) => {
      const found = await listStored<Found & { readonly tenant: string | null }>(name)
      const rows = found.map((one) => [one.id, owner(one as Found), one.name ?? '', modelsOf(one as Found), String(one.version)])
      console.log(options['--json'] ? JSON.stringify(found) : table([['ID', name === 'tenants' ? 'REGIONS' : 'OF', 'NAME', 'MODELS', 'VERSION'], ...rows]))
      return 0
    },
  }
}

const modelsOf = ({ models }: Found): string => (models === undefined ? 'all' : models.length === 0 ? 'none' : models.join(', '))

function show({ one, name }: Kind): Command {
  return {
    usage: `${name} show <id>`,
    help: `one ${one}, as JSON`,
    run: async ({ values }) => {
      console.log(JSON.stringify(await ask<Found>('GET', pathOf(name, idOf(values))), null, 2))
      return 0
    },
  }
}

function remove({ one, name }: Kind): Command {
  return {
    usage: `${name} remove <id>`,
    help: `forget a ${one} to which nothing belongs any more`,
    run: async ({ values }) => {
      await removeStored(name, idOf(values))
      console.log(`The ${one} ${plain(idOf(values))} is gone.`)
      return 0
    },
  }
}

function idOf({ id }: Arguments['values']): string {
  if (id === undefined || id === '') throw new Complaint('Say which one, by its id.')
  return id
}
