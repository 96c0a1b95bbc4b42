/** `omni review`: calls that are held for a person. */

import { now } from '../../base/clock.ts'
import { milliseconds } from '../../contract/durations.ts'
import { denial, reviewStates, type ReviewPage, type ReviewResource } from '../../contract/reviews.ts'
import { ask } from '../api.ts'
import { Complaint, type Arguments, type Command } from '../command.ts'
import { plain, table, time } from '../table.ts'

export const review: readonly Command[] = [
  {
    usage: 'review list',
    help: 'calls that wait for a decision, the newest first',
    options: { '--state <state>': `another state: ${reviewStates.join(', ')}`, '--all': 'whatever their state', '--json': 'for programs' },
    run: async ({ options }) => {
      const query = options['--all'] ? '' : `&state=${encodeURIComponent(String(options['--state'] ?? 'pending'))}`
      const { data } = await ask<ReviewPage>('GET', `/_omni/reviews?limit=200${query}`)
      console.log(options['--json'] ? JSON.stringify(data) : table([['ID', 'STATE', 'TENANT', 'KEY', 'MODEL', 'AT MOST', 'RULE', 'UNTIL'], ...data.map(row)]))
      return 0
    },
  },
  {
    usage: 'review show <id>',
    help: 'who asks what, and why it is held; to have looked is noted',
    options: { '--json': 'for programs' },
    run: async ({ values, options }) => {
      const found = await ask<ReviewResource>('GET', pathOf(values.id))
      console.log(options['--json'] ? JSON.stringify(found) : written(found))
      return 0
    },
  },
  {
    usage: 'review approve <id>',
    help: 'let it run, once unless told otherwise',
    options: {
      '--uses <n>': 'how often',
      '--for <time>': 'how long that counts, as `2h`; any number of times unless `--uses` is given',
      '--budget <dollars>': 'what each run may cost beyond what its budgets have left',
    },
    run: async ({ values, options }) => {
      const found = await ask<ReviewResource>('POST', `${pathOf(values.id)}/approve`, readApproval(options))
      console.log(`Approved: it may run ${found.uses === null ? 'any number of times' : `${found.uses}×`} until ${time(found.until)}.`)
      return 0
    },
  },
  {
    usage: 'review deny <id>',
    help: 'refuse it',
    options: { '--reason <reason>': denial.shape.reason.options.join(', ') },
    run: async ({ values, options }) => {
      const found = await ask<ReviewResource>('POST', `${pathOf(values.id)}/deny`, { reason: options['--reason'] ?? 'not_allowed' })
      console.log(`Denied, and so is the same call until ${time(found.until)}.`)
      return 0
    },
  },
]

const pathOf = (id = ''): string => `/_omni/reviews/${encodeURIComponent(id)}`

function readApproval(options: Arguments['options']): object {
  const { '--uses': uses, '--for': span, '--budget': budget } = options
  const ms = span === undefined ? undefined : milliseconds(String(span))
  if (Number.isNaN(ms)) throw new Complaint('`--for` is a time, as `30m`, `2h` or `1d`.')
  return {
    ...(uses !== undefined && { uses: Number(uses) }),
    ...(ms !== undefined && { until: now() + ms }),
    ...(budget !== undefined && { budget_usd: String(budget) }),
  }
}

function row({ id, state, tenant, key, model, estimate_usd: estimate, rule, until }: ReviewResource): string[] {
  return [id, state, tenant, key ?? '–', model, estimate === null ? 'unknown' : `$${estimate}`, rule, time(until)]
}

const unshown: { readonly [state in ReviewResource['content_state']]: string } = {
  kept: 'What it asks is shown to those who may decide.',
  erased: 'What it asked is erased.',
  withheld: 'What it asks is not kept: the tenant wants reviews by metadata alone.',
  too_large: 'What it asks is not kept: it is larger than 4 MiB.',
}

function written(found: ReviewResource): string {
  const { content, content_state: kept, created_at: created, until, decided_at: decided, ...told } = found
  const times = { asked: time(created), until: time(until), decided: decided === null ? null : time(decided) }
  const lines = Object.entries({ ...told, ...times }).flatMap(([name, value]) => (value === null ? [] : [[`${name.replaceAll('_', ' ')}:`, String(value)]]))
  return `${table(lines)}\n\n${content === undefined ? unshown[kept] : indented(content)}`
}

/** Line by line: none of it may move the cursor. */
function indented(content: string): string {
  return JSON.stringify(JSON.parse(content), null, 2).split('\n').map(plain).join('\n')
}
