/** `omni users`: people, what they may do, and the token by which each is known. */

import type { TokenResource, UserResource } from '../../contract/users.ts'
import { ask } from '../api.ts'
import type { Command } from '../command.ts'
import { readDate } from '../dates.ts'
import { change, listed, listStored, pathOf, removeStored, said, worded } from '../stored.ts'
import { plain, table } from '../table.ts'

export const users: readonly Command[] = [
  {
    usage: 'users set <id>',
    help: 'make or change a user: what is not said stays as it is, and an option with nothing between its quotes takes it back; a change ends their sessions',
    options: {
      '--name <name>': 'what people call them; the id where absent',
      '--email <address>': 'where they are written to',
      '--tenant <id>': 'the tenant that they belong to; without one they are the installation’s own',
      '--roles <names>': 'what they may do: owner, admin, operator, auditor, finance, viewer, with commas between',
      '--replace <version>': 'the version that you saw',
      '--json': 'for programs',
    },
    run: async ({ values: { id = '' }, options }) => {
      const fresh = { name: id, roles: ['viewer'] }
      const fields = { email: worded(options['--email']), tenant: worded(options['--tenant']) }
      const body = { ...fields, ...said({ name: options['--name'] || undefined, roles: options['--roles'] === '' ? [] : listed(options['--roles']) }) }
      const { found, told } = await change<UserResource>('users', id, (before) => ({ ...(before === undefined && fresh), ...body }), options['--replace'])
      const hint = found.version === 1 ? ` \`omni users token ${plain(id)}\` makes the token that they are known by.` : ''
      console.log(options['--json'] ? JSON.stringify(found) : `The user ${plain(id)} is stored, at version ${found.version}. ${told}${hint}`)
      return 0
    },
  },
  {
    usage: 'users token <id>',
    help: 'make a token for a user, in the place of the one before; it is shown once',
    options: { '--expires <date>': 'the last day that it counts, as 2027-01-31 (UTC), or a time as 2027-01-31T12:00Z', '--json': 'for programs' },
    run: async ({ values: { id = '' }, options }) => {
      const made = await ask<TokenResource>('POST', `${pathOf('users', id)}/token`, said({ expires_at: readDate(options['--expires']) }))
      console.log(
        options['--json'] ? JSON.stringify(made) : `${made.token}\n\nThis is the only time it is shown. It is ${plain(id)}’s, and ended the one before.`,
      )
      return 0
    },
  },
  {
    usage: 'users list',
    help: 'all users',
    options: { '--json': 'for programs' },
    run: async ({ options }) => {
      const found = await listStored<UserResource>('users')
      const rows = found.map(({ id, tenant, roles, name, email = '' }) => [id, tenant ?? '', roles.join(', '), name, email])
      console.log(options['--json'] ? JSON.stringify(found) : table([['ID', 'TENANT', 'ROLES', 'NAME', 'E-MAIL'], ...rows]))
      return 0
    },
  },
  {
    usage: 'users remove <id>',
    help: 'end a user, with token and sessions; the id is not given again',
    run: async ({ values: { id = '' } }) => {
      await removeStored('users', id)
      console.log(`The user ${plain(id)} is gone.`)
      return 0
    },
  },
]
