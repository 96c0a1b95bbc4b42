/** `omni receipts`: what each call did. */

import { setTimeout } from 'node:timers/promises'
import { now } from '../../base/clock.ts'
import type { ShownReceipt } from '../../contract/receipts.ts'
import { ask, askText } from '../api.ts'
import { Complaint, type Arguments, type Command } from '../command.ts'
import { filterFlags, queryOf } from '../receipt-filters.ts'
import { dollars, writePage } from '../receipt-page.ts'
import { plain, table, time } from '../table.ts'

type Receipt = Partial<ShownReceipt> & Pick<ShownReceipt, 'id'>
type Page = { readonly data: readonly Receipt[]; readonly next_cursor: string | null }

const json = { '--json': 'for programs: one receipt a line' }

export const receipts: readonly Command[] = [
  {
    usage: 'receipts list',
    help: 'the newest calls',
    options: { '--limit <n>': 'how many, 1 to 200 (20)', '--cursor <text>': 'go on behind another page', ...filterFlags, ...json },
    run: async (given) => {
      const { options } = given
      const { data, next_cursor: next } = await ask<Page>('GET', `/_omni/reports${queryOf(given, paging(options))}`)
      if (options['--json']) print(data.map((receipt) => JSON.stringify(receipt)))
      else print([table([columns, ...data.map(row)]), ...(next === null ? [] : [`More: --cursor ${next}`])])
      return 0
    },
  },
  {
    usage: 'receipts show <id>',
    help: 'one receipt as a page: who answered, tokens, money, time, what was changed, and what vouches for it',
    options: { '--json': 'for programs' },
    run: async ({ values, options }) => {
      const receipt = await ask<Receipt>('GET', `/_omni/reports/${encodeURIComponent(values.id ?? '')}`)
      console.log(options['--json'] ? JSON.stringify(receipt) : writePage(receipt))
      return 0
    },
  },
  {
    usage: 'receipts tail',
    help: 'calls as they end, until it is interrupted',
    options: { ...filterFlags, ...json },
    run: tail,
  },
  {
    usage: 'receipts summary',
    help: 'sums of calls: how many, tokens, money, time',
    options: {
      '--by <signals>': 'by these, as provider,resolved_model',
      '--per <period>': 'hour, day or total (total)',
      ...filterFlags,
      '--json': 'for programs',
    },
    run: async (given) => {
      const { options } = given
      const query = queryOf(given, { by: textOf(options, '--by'), per: textOf(options, '--per') })
      const text = await askText({ method: 'GET', path: `/_omni/reports/summary${query}` })
      console.log(options['--json'] ? text : summed(JSON.parse(text) as Summary))
      return 0
    },
  },
]

const print = (lines: readonly string[]): void => {
  if (lines.length > 0) console.log(lines.join('\n'))
}

function textOf(options: Arguments['options'], flag: string): string | undefined {
  const value = options[flag]
  return typeof value === 'string' ? value : undefined
}

const paging = (options: Arguments['options']) => ({ limit: textOf(options, '--limit') ?? '20', cursor: textOf(options, '--cursor') })

const columns = ['ID', 'TIME', 'MODEL', 'PROVIDER', 'STATUS', 'OUTCOME', 'TOKENS', 'COST', 'MS']

function row(receipt: Receipt): string[] {
  const { total_cost: cost, duration, created_at: at = null } = receipt
  const text = (name: keyof Receipt) => String(receipt[name] ?? '–')
  return [
    receipt.id,
    time(at),
    text('requested_model'),
    text('provider'),
    text('status'),
    text('outcome'),
    text('total_tokens'),
    cost === undefined || cost === null ? '–' : dollars(cost),
    duration === undefined ? '–' : (duration / 1e6).toFixed(0),
  ]
}

/** Milliseconds between two looks. */
const lookEvery = 1000
/** A call stands in the index a moment after it ended, and by when it began: so far back a look goes for those that took long. */
const lookBack = 15 * 60_000
/** Ids that were told, so that none is told twice. */
const mostSeen = 20_000

/** Never resolves by itself: whoever interrupts the command ends it. */
async function tail(given: Arguments): Promise<number> {
  const { options } = given
  const seen = new Set<string>()
  if (!options['--json']) console.log(columns.join('  '))
  for (let isFirst = true; ; isFirst = false) {
    const fresh = await readNew(given, seen)
    for (const { id } of fresh) seen.add(id)
    for (const id of seen) if (seen.size > mostSeen) seen.delete(id)
    if (!isFirst) print(fresh.map((receipt) => (options['--json'] ? JSON.stringify(receipt) : row(receipt).map(plain).join('  '))))
    await setTimeout(lookEvery)
  }
}

/** The oldest first: pages are read until one has something that was seen. */
async function readNew(given: Arguments, seen: ReadonlySet<string>): Promise<readonly Receipt[]> {
  const from = textOf(given.options, '--from') ?? String(now() - lookBack)
  const fresh: Receipt[] = []
  for (let cursor: string | undefined; ;) {
    const { data, next_cursor: next } = await ask<Page>('GET', `/_omni/reports${queryOf(given, { limit: '200', from, cursor })}`)
    const unseen = data.filter(({ id }) => !seen.has(id))
    fresh.push(...unseen)
    if (next === null || unseen.length < data.length || seen.size === 0 || fresh.length >= mostSeen / 2) return fresh.toReversed()
    cursor = next
  }
}

interface Summary {
  readonly data: readonly Readonly<Record<string, string | number | null>>[]
}

/** Money in dollars, durations in milliseconds, all else as it is. */
function summed({ data }: Summary): string {
  if (data.length === 0) throw new Complaint('No calls.')
  const names = Object.keys(data[0]!)
  const cell = (name: string, value: string | number | null | undefined) => {
    if (value === null || value === undefined) return '–'
    if (name === 'cost' || name === 'platform_fee') return dollars(BigInt(value))
    if (name === 'period') return time(Number(value))
    return name.startsWith('duration') ? (Number(value) / 1e6).toFixed(1) : String(value)
  }
  return table([names.map((name) => name.replaceAll('_', ' ').toUpperCase()), ...data.map((one) => names.map((name) => cell(name, one[name])))])
}
