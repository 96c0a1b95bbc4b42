/** `omni limits`: how much may be used in a stretch of time, or at once. */

import type { LimitResource } from '../../contract/limits.ts'
import { Complaint, type Arguments, type Command } from '../command.ts'
import { listed, listStored, removeStored, said, store } from '../stored.ts'
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

export const rangeOf = (options: Arguments['options']): object => ({
  tenant: options['--tenant'],
  scope: options['--scope'] ?? 'all',
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
    help: 'store a limit, as `omni limits set calm --requests 60 --per 1m --each key`',
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
      const found = await store<LimitResource>('limits', values.id ?? '', bodyOf(options), options['--replace'])
      console.log(options['--json'] ? JSON.stringify(found) : `The limit ${plain(found.id)} is stored, at version ${found.version}, and counts at once.`)
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
    usage: 'limits remove <id>',
    help: 'forget a limit',
    run: async ({ values }) => {
      await removeStored('limits', values.id ?? '')
      console.log(`The limit ${plain(values.id ?? '')} is gone.`)
      return 0
    },
  },
]

function bodyOf(options: Arguments['options']): object {
  const flags = (Object.keys(measures) as Flag[]).filter((flag) => options[flag] !== undefined)
  const [flag] = flags
  if (flag === undefined || flags.length > 1) throw new Complaint(`Say what is counted, by one of ${Object.keys(measures).join(', ')}.`)
  const isMoney = flag === '--cost'
  const number = (name: string) => numberOf(name, options[name])
  return said({
    ...rangeOf(options),
    measure: measures[flag],
    [isMoney ? 'amount_usd' : 'amount']: isMoney ? options[flag] : number(flag),
    window: options['--per'],
    [isMoney ? 'burst_usd' : 'burst']: isMoney ? options['--burst'] : number('--burst'),
    ...(options['--queue'] !== undefined && { queue: { calls: number('--queue'), time: options['--queue-time'] ?? '10s' } }),
    on_store_error: options['--on-store-error'],
  })
}

function numberOf(flag: string, text: string | boolean | undefined): number | undefined {
  if (typeof text !== 'string') return undefined
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
