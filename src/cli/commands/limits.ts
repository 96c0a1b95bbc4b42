/** `omni limits`: how much may be used in a stretch of time, or at once. */

import type { LimitResource, UsageResource } from '../../contract/limits.ts'
import { ask } from '../api.ts'
import { Complaint, type Arguments, type Command } from '../command.ts'
import { change, listed, listStored, pathOf, removeStored, said, worded, type Saying } from '../stored.ts'
import { plain, table } from '../table.ts'

/** Options that say which calls a limit or a budget is about. */
export const rangeOptions = {
  '--scope <scope>': 'whose calls: `all`, or `tenant:…`, `team:…`, `agent:…`, `user:…`, `key:…`',
  '--each <names>': 'what has one of its own: tenant, team, agent, user, key, model, provider or label:…, with commas between',
  '--models <names>': 'only calls to these models, with commas between and `*` for anything',
  '--providers <names>': 'only calls to these providers',
  '--tenant <id>': 'the tenant whose rule it is',
  '--replace <version>': 'the version that you saw; the newest where absent',
  '--json': 'for programs',
} as const

/** What is there `before` keeps its scope; a new one is about all. */
export const rangeOf = (options: Arguments['options'], before: object | undefined): Saying => ({
  tenant: worded(options['--tenant']),
  scope: worded(options['--scope'] ?? (before === undefined ? 'all' : undefined)),
  each: listed(options['--each']),
  models: listed(options['--models']),
  providers: listed(options['--providers']),
})

/** Exactly one of them says what is measured. */
const measures = { '--requests': 'requests', '--tokens': 'tokens', '--cost': 'cost', '--concurrency': 'concurrency' } as const
type Flag = keyof typeof measures

export const limits: readonly Command[] = [
  {
    usage: 'limits set <id>',
    help: 'make a limit, as `omni limits set calm --requests 60 --per 1m --each key`, or change what is said of one',
    options: {
      '--requests <n>': 'calls in a window; 0 suspends',
      '--tokens <n>': 'tokens in and out in a window',
      '--cost <dollars>': 'dollars in a window',
      '--concurrency <n>': 'calls at once',
      '--per <time>': 'the window: 30s, 1m, 12h, 7d',
      '--burst <n>': 'what may come at once, where that is more or less than in a window',
      '--queue <calls>': 'calls that may wait for it',
      '--queue-time <time>': 'how long they may wait',
      '--on-store-error <word>': '`allow` or `deny`: what becomes of calls while nobody knows how much is left',
      ...rangeOptions,
    },
    run: async ({ values, options }) => {
      const { found, told } = await change<LimitResource>('limits', values.id ?? '', (before) => bodyOf(options, before), options['--replace'])
      console.log(
        options['--json'] ? JSON.stringify(found) : `The limit ${plain(found.id)} is stored, at version ${found.version}, and counts at once. ${told}`,
      )
      return 0
    },
  },
  {
    usage: 'limits list',
    help: 'all limits',
    options: { '--json': 'for programs' },
    run: async ({ options }) => {
      const found = await listStored<LimitResource>('limits')
      const rows = found.map((one) => [one.id, one.tenant ?? '', ...rangeCells(one), amountOf(one), String(one.version)])
      console.log(options['--json'] ? JSON.stringify(found) : table([['ID', 'TENANT', 'SCOPE', 'EACH', 'ONLY', 'LIMIT', 'VERSION'], ...rows]))
      return 0
    },
  },
  {
    usage: 'limits show <id>',
    help: 'what is used of one now, as far as the gateway that is asked knows',
    options: { '--json': 'for programs' },
    run: async ({ values, options }) => {
      const path = pathOf('limits', values.id ?? '')
      const [found, usage] = await Promise.all([ask<LimitResource>('GET', path), ask<UsageResource>('GET', `${path}/usage`)])
      console.log(options['--json'] ? JSON.stringify({ ...found, usage }) : shown(found, usage))
      return 0
    },
  },
  {
    usage: 'limits remove <id>',
    help: 'forget a limit',
    run: async ({ values }) => {
      await removeStored('limits', values.id ?? '')
      console.log(`The limit ${plain(values.id ?? '')} is gone.`)
      return 0
    },
  },
]

function shown(found: LimitResource, { data, has_more: hasMore }: UsageResource): string {
  const rows = data.map(({ values, used, left, used_usd: usedMoney, left_usd: leftMoney }) => [
    ...found.each.map((name) => values[name] ?? ''),
    usedMoney === undefined ? String(used) : `$${usedMoney}`,
    leftMoney === undefined ? String(left) : `$${leftMoney}`,
  ])
  return [
    `${plain(found.id)}: ${amountOf(found)} for ${plain(found.scope)}`,
    '',
    rows.length === 0 ? 'Nothing is known to be used.' : table([[...found.each.map((name) => name.toUpperCase()), 'USED', 'LEFT'], ...rows]),
    ...(hasMore ? ['and more of which less is used'] : []),
  ].join('\n')
}

function bodyOf(options: Arguments['options'], before: LimitResource | undefined): Saying {
  const flags = (Object.keys(measures) as Flag[]).filter((flag) => options[flag] !== undefined)
  const [flag] = flags
  const measure = flag === undefined ? before?.measure : measures[flag]
  if (measure === undefined || flags.length > 1) throw new Complaint(`Say what is counted, by one of ${Object.keys(measures).join(', ')}.`)
  const isMoney = measure === 'cost'
  const valueOf = (name: string) => (isMoney ? worded(options[name]) : numberOf(name, options[name]))
  return {
    ...rangeOf(options, before),
    ...(measure !== before?.measure && forgotten(measure)),
    ...said({ measure, window: worded(options['--per']), on_store_error: worded(options['--on-store-error']), queue: queueOf(options, before) }),
    ...said({ [isMoney ? 'amount_usd' : 'amount']: flag && valueOf(flag), [isMoney ? 'burst_usd' : 'burst']: valueOf('--burst') }),
  }
}

/** What was said of another measure says nothing of this one. */
function forgotten(measure: LimitResource['measure']): Saying {
  return { amount: null, amount_usd: null, burst: null, burst_usd: null, ...(measure === 'concurrency' && { window: null }) }
}

function queueOf(options: Arguments['options'], before: LimitResource | undefined): object | null | undefined {
  const [calls, time] = [options['--queue'], options['--queue-time']]
  if (calls === undefined && time === undefined) return undefined
  if (calls === '') return null
  const kept = before?.queue.calls ? before.queue : { calls: 0, time: '10s' }
  return { calls: numberOf('--queue', calls) ?? kept.calls, time: time || kept.time }
}

function numberOf(flag: string, text: string | boolean | undefined): number | null | undefined {
  if (typeof text !== 'string') return undefined
  if (text === '') return null
  if (!/^\d+$/.test(text)) throw new Complaint(`${flag} is a whole number.`)
  return Number(text)
}

function amountOf({ measure, amount, amount_usd: money, window, burst, burst_usd: burstMoney }: LimitResource): string {
  const most = burstMoney === undefined ? burst : `$${burstMoney}`
  const what = money === undefined ? `${amount} ${measure === 'concurrency' ? 'at once' : measure}` : `$${money}`
  return `${what}${window === undefined ? '' : ` per ${window}`}${most === undefined ? '' : `, ${most} at once`}`
}

/** Scope, what has one of its own, and which calls alone. */
export function rangeCells({ scope, each, models = [], providers = [] }: Pick<LimitResource, 'scope' | 'each' | 'models' | 'providers'>): readonly string[] {
  return [scope, each.join(', '), [...models, ...providers].join(', ')]
}
