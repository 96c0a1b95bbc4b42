/** `omni receipts hold`, `release`, `erase`, `forget` and `epochs`: what is kept of people, and how it goes. */

import { ask, askText, longMs } from '../api.ts'
import { Complaint, type Arguments, type Command } from '../command.ts'
import { table, time } from '../table.ts'

interface Hold {
  readonly tenant: string
  readonly since: number
  readonly by: string
}

interface Epoch {
  readonly epoch: string
  readonly destroyed: boolean
}

interface Erasure {
  readonly found: number
  readonly waiting?: number
  readonly epochs_searched: number
  readonly epochs_destroyed: number
}

const ofTenant = { '--tenant <id>': 'whose (default)' } as const

export const privacy: readonly Command[] = [
  {
    usage: 'receipts holds',
    help: 'tenants whose receipts are kept, whatever the time',
    options: { '--json': 'for programs' },
    run: async ({ options }) => {
      const { data } = await ask<{ readonly data: readonly Hold[] }>('GET', '/_omni/holds')
      console.log(
        options['--json'] ? JSON.stringify(data) : table([['TENANT', 'SINCE', 'BY'], ...data.map(({ tenant, since, by }) => [tenant, time(since), by])]),
      )
      return 0
    },
  },
  {
    usage: 'receipts hold <tenant>',
    help: 'keep all that there is of a tenant until it is released',
    run: async ({ values }) => {
      const { tenant, since } = await ask<Hold>('PUT', `/_omni/holds/${encodeURIComponent(values.tenant ?? '')}`)
      console.log(`Nothing of ${tenant} is removed since ${time(since)}. \`omni receipts release ${tenant}\` ends that.`)
      return 0
    },
  },
  {
    usage: 'receipts release <tenant>',
    help: 'end a hold: what is past its time goes within the hour',
    run: async ({ values }) => {
      const { tenant } = await ask<Hold>('DELETE', `/_omni/holds/${encodeURIComponent(values.tenant ?? '')}`)
      console.log(`${tenant} is not held any more. What is past its time goes within the hour.`)
      return 0
    },
  },
  {
    usage: 'receipts erase',
    help: 'erase what is kept of one end user',
    options: {
      '--user <id>': 'as clients name it in `x-omni-user-id`',
      ...ofTenant,
      '--yes': 'erase; without it, only say how much there is',
      '--json': 'for programs',
    },
    run: async ({ options }) => {
      const user = text(options, '--user')
      if (user === undefined) throw new Complaint('Say whom: `omni receipts erase --user <id>`.')
      const isDry = options['--yes'] !== true
      const body = { user, tenant: text(options, '--tenant') ?? 'default', dry_run: isDry }
      const told = JSON.parse(await askText({ method: 'POST', path: '/_omni/erasures', body, within: longMs })) as Erasure
      console.log(options['--json'] ? JSON.stringify(told) : sentencesOf(told, isDry))
      return 0
    },
  },
  {
    usage: 'receipts epochs',
    help: 'the epochs of a tenant, and whether their keys live',
    options: { ...ofTenant, '--json': 'for programs' },
    run: async ({ options }) => {
      const tenant = text(options, '--tenant') ?? 'default'
      const { data } = await ask<{ readonly data: readonly Epoch[] }>('GET', `/_omni/epochs?tenant=${encodeURIComponent(tenant)}`)
      const rows = data.map(({ epoch, destroyed }) => [epoch, destroyed ? 'destroyed' : 'lives'])
      console.log(options['--json'] ? JSON.stringify(data) : table([['EPOCH', 'KEY'], ...rows]))
      return 0
    },
  },
  {
    usage: 'receipts forget',
    help: 'destroy the key of an epoch: nobody can tell any more whom its receipts are about, or what was said',
    options: { ...ofTenant, '--epoch <name>': 'as `omni receipts epochs` shows it', '--yes': 'destroy it; there is no way back' },
    run: async ({ options }) => {
      const [tenant, epoch] = [text(options, '--tenant') ?? 'default', text(options, '--epoch')]
      if (epoch === undefined) throw new Complaint('Say which: `omni receipts epochs` lists them.')
      if (options['--yes'] !== true) throw new Complaint(`The key of ${epoch} would be destroyed, and there is no way back. Say it again with --yes.`)
      await ask('DELETE', `/_omni/epochs/${encodeURIComponent(tenant)}/${encodeURIComponent(epoch)}`)
      console.log(`The key of ${epoch} is destroyed. A copy of it in a backup would undo that.`)
      return 0
    },
  },
]

function text(options: Arguments['options'], name: string): string | undefined {
  const value = options[name]
  return typeof value === 'string' ? value : undefined
}

function sentencesOf({ found, waiting = 0, epochs_searched: searched, epochs_destroyed: destroyed }: Erasure, isDry: boolean): string {
  const what = `${found} receipt${found === 1 ? '' : 's'} in ${searched} epoch${searched === 1 ? '' : 's'}`
  const lines = [isDry ? `There are ${what}. Say it again with --yes to erase them.` : `${what} erased.`]
  if (waiting > 0)
    lines.push(`${waiting} still stand in logs, under way or another process’s to erase: they go within minutes, and nobody finds them by the index.`)
  if (destroyed > 0) lines.push(`The keys of ${destroyed} other epochs are destroyed: whom their receipts are about can be found by nobody.`)
  return lines.join('\n')
}
