/** `omni invitations`: codes for sponsored models, each good once. */

import type { InvitationResource } from '../../contract/invitations.ts'
import { ask, askText } from '../api.ts'
import { Complaint, type Command } from '../command.ts'
import { readDate } from '../dates.ts'
import { pathOf, said } from '../stored.ts'
import { plain, table, time } from '../table.ts'
import { namesIn } from './tenants.ts'

export const invitations: readonly Command[] = [
  {
    usage: 'invitations create',
    help: 'make a code for sponsored models; it is shown once, and good once',
    options: {
      '--models <names>': 'the models that it opens, with commas between and `*` for anything',
      '--budget <dollars>': 'all that may be spent by it',
      '--expires <date>': 'the last day of the code, and of what it opened, as 2027-01-31 (UTC), or a time as 2027-01-31T12:00Z',
      '--tenant <id>': 'whose keys alone may redeem it',
      '--json': 'for programs',
    },
    run: async ({ options }) => {
      const expires = readDate(options['--expires'])
      if (expires === undefined || options['--budget'] === undefined || options['--models'] === undefined)
        throw new Complaint('Say --models, --budget and --expires: nobody is invited without an end.')
      const body = said({ models: namesIn(options['--models']), budget_usd: options['--budget'], expires_at: expires, tenant: options['--tenant'] })
      const made = await ask<InvitationResource>('POST', '/_omni/invitations', body)
      console.log(options['--json'] ? JSON.stringify(made) : `${made.code}\n\nThis is the only time it is shown. The invitation has the id ${made.id}.`)
      return 0
    },
  },
  {
    usage: 'invitations list',
    help: 'all invitations, without their codes',
    options: { '--json': 'for programs' },
    run: async ({ options }) => {
      const { data } = await ask<{ readonly data: readonly InvitationResource[] }>('GET', '/_omni/invitations')
      const rows = data.map((one) => [one.id, one.models.join(', '), `$${one.budget_usd}`, time(one.expires_at), one.redeemed_by ?? '', one.state])
      console.log(options['--json'] ? JSON.stringify(data) : table([['ID', 'MODELS', 'BUDGET', 'UNTIL', 'REDEEMED BY', 'STATE'], ...rows]))
      return 0
    },
  },
  {
    usage: 'invitations revoke <id>',
    help: 'end an invitation, and what was opened by it',
    run: async ({ values: { id = '' } }) => {
      await ask('DELETE', pathOf('invitations', id))
      console.log(`The invitation ${plain(id)} is revoked.`)
      return 0
    },
  },
  {
    usage: 'invitations redeem <code>',
    help: 'open its models to a key',
    options: { '--key <key>': 'the whole key that shall use them' },
    run: async ({ values: { code = '' }, options }) => {
      const key = options['--key']
      if (typeof key !== 'string') throw new Complaint('Say the key that shall use it, by --key.')
      const text = await askText({ method: 'POST', path: '/_omni/invitations/redeem', body: { code }, key })
      const {
        models,
        budget_usd: budget,
        until,
      } = JSON.parse(text) as { readonly models: readonly string[]; readonly budget_usd: string; readonly until: number }
      console.log(`The key may use ${models.map(plain).join(', ')} until ${time(until)}, for $${plain(budget)} in all.`)
      return 0
    },
  },
]
