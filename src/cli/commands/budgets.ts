/** `omni budgets`: how much money may be spent in a period, and what was spent of it. */

import type { BudgetResource, SpendingResource } from '../../contract/budgets.ts'
import { ask } from '../api.ts'
import { Complaint, type Arguments, type Command } from '../command.ts'
import { change, listed, listStored, numbered, pathOf, removeStored, worded, type Saying } from '../stored.ts'
import { plain, table, time } from '../table.ts'
import { rangeCells, rangeOf, rangeOptions } from './limits.ts'

export const budgets: readonly Command[] = [
  {
    usage: 'budgets set <id>',
    help: 'make a budget, as `omni budgets set team-ml --scope team:ml --amount 100 --per month --alert 50,80,95`, or change what is said of one',
    options: {
      '--amount <dollars>': 'dollars in a period; 0 suspends',
      '--per <period>': 'day, week, month or total',
      '--time-zone <name>': 'where days, weeks and months begin at midnight, as Europe/Berlin; UTC where absent',
      '--alert <percents>': 'somebody is told when so much is spent, with commas between; `none` for nobody',
      '--status <status>': '402 or 429: how a call is refused when nothing is left',
      '--unpriced <word>': '`refuse` or `allow`: what becomes of calls whose price nobody knows',
      ...rangeOptions,
    },
    run: async ({ values, options }) => {
      const { found, told } = await change<BudgetResource>('budgets', values.id ?? '', (before) => bodyOf(options, before), options['--replace'])
      console.log(
        options['--json'] ? JSON.stringify(found) : `The budget ${plain(found.id)} is stored, at version ${found.version}, and counts at once. ${told}`,
      )
      return 0
    },
  },
  {
    usage: 'budgets list',
    help: 'all budgets',
    options: { '--json': 'for programs' },
    run: async ({ options }) => {
      const found = await listStored<BudgetResource>('budgets')
      const rows = found.map((one) => [one.id, one.tenant ?? '', ...rangeCells(one), amountOf(one), one.alerts.join(', '), String(one.version)])
      console.log(options['--json'] ? JSON.stringify(found) : table([['ID', 'TENANT', 'SCOPE', 'EACH', 'ONLY', 'BUDGET', 'ALERTS %', 'VERSION'], ...rows]))
      return 0
    },
  },
  {
    usage: 'budgets show <id>',
    help: 'what was spent of one in this period, and what is left',
    options: { '--json': 'for programs' },
    run: async ({ values, options }) => {
      const path = pathOf('budgets', values.id ?? '')
      const [budget, spending] = await Promise.all([ask<BudgetResource>('GET', path), ask<SpendingResource>('GET', `${path}/spending`)])
      console.log(options['--json'] ? JSON.stringify({ ...budget, spending }) : shown(budget, spending))
      return 0
    },
  },
  {
    usage: 'budgets remove <id>',
    help: 'forget a budget; one of this id that is made again goes on with what was spent',
    run: async ({ values }) => {
      await removeStored('budgets', values.id ?? '')
      console.log(`The budget ${plain(values.id ?? '')} is gone.`)
      return 0
    },
  },
]

function bodyOf(options: Arguments['options'], before: BudgetResource | undefined): Saying {
  const alerts = options['--alert'] === 'none' ? [] : numbersIn(options['--alert'])
  if (alerts?.some(Number.isNaN)) throw new Complaint('--alert takes percents with commas between, as 50,80,95.')
  return {
    ...rangeOf(options, before),
    amount_usd: worded(options['--amount']),
    period: worded(options['--per']),
    time_zone: worded(options['--time-zone']),
    alerts,
    status: numbered(options['--status']),
    unpriced: worded(options['--unpriced']),
  }
}

function numbersIn(text: string | boolean | undefined): readonly number[] | null | undefined {
  const items = listed(text)
  return items === null ? null : items?.map((item) => Number(item.replace(/%$/, '')))
}

const amountOf = ({ amount_usd: amount, period, time_zone: zone }: BudgetResource): string =>
  period === 'total' ? `$${amount} in all` : `$${amount} per ${period} (${zone})`

function shown(budget: BudgetResource, { from, to, has_more: hasMore, data }: SpendingResource): string {
  const { id, scope, period, time_zone: zone } = budget
  const span = period === 'total' ? '' : `, ${time(from, zone)} to ${time(to, zone)} ${zone}`
  const names = Object.keys(data[0]?.values ?? {})
  const rows = data.map((row) => [...names.map((name) => row.values[name] ?? ''), `$${row.spent_usd}`, `$${row.reserved_usd}`, `$${row.left_usd}`])
  const head = [...names.map((name) => name.toUpperCase()), 'SPENT', 'RESERVED', 'LEFT']
  return [
    `${plain(id)}: ${amountOf(budget)} for ${plain(scope)}${span}`,
    '',
    rows.length === 0 ? 'Nothing was spent.' : table([head, ...rows]),
    ...(hasMore ? ['and more of which less was spent'] : []),
  ].join('\n')
}
