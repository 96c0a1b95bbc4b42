/** `omni receipts`: what each call did. */

import { ask } from '../api.ts'
import type { Command } from '../command.ts'
import { table, time } from '../table.ts'

type Receipt = Readonly<Record<string, unknown>>

export const receipts: readonly Command[] = [
  {
    usage: 'receipts list',
    help: 'the newest calls',
    options: { '--limit <n>': 'how many, 1 to 200 (20)', '--json': 'for programs: one receipt a line' },
    run: async ({ options }) => {
      const { data } = await ask<{ readonly data: readonly Receipt[] }>('GET', `/_omni/reports?limit=${String(options['--limit'] ?? 20)}`)
      if (options['--json']) console.log(data.map((receipt) => JSON.stringify(receipt)).join('\n'))
      else console.log(table([['ID', 'TIME', 'MODEL', 'PROVIDER', 'STATUS', 'OUTCOME', 'TOKENS', 'COST $', 'MS'], ...data.map(row)]))
      return 0
    },
  },
  {
    usage: 'receipts show <id>',
    help: 'everything that one receipt tells',
    options: { '--json': 'for programs' },
    run: async ({ values, options }) => {
      const receipt = await ask<Receipt>('GET', `/_omni/reports/${encodeURIComponent(values.id ?? '')}`)
      const rows = Object.entries(receipt)
        .filter(([, value]) => value !== null)
        .map(([name, value]) => [name, typeof value === 'object' ? JSON.stringify(value) : String(value)])
      console.log(options['--json'] ? JSON.stringify(receipt) : table(rows))
      return 0
    },
  },
]

function row(receipt: Receipt): string[] {
  const text = (name: string) => String(receipt[name] ?? '–')
  const cost = receipt.total_cost
  return [
    text('id'),
    time(Number(receipt.created_at)),
    text('requested_model'),
    text('provider'),
    text('status'),
    text('outcome'),
    text('total_tokens'),
    typeof cost === 'number' ? (cost / 1e9).toFixed(6) : '–',
    (Number(receipt.duration) / 1e6).toFixed(0),
  ]
}
