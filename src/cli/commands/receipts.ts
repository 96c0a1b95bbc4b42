/** `omni receipts`: what each call did. */

import type { AttemptRecord } from '../../contract/receipts.ts'
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
      console.log(options['--json'] ? JSON.stringify(receipt) : written(receipt))
      return 0
    },
  },
]

/** A line for each signal, and the attempts as a table of their own behind them. */
function written({ attempts, ...receipt }: Receipt): string {
  const signals = Object.entries(receipt)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => [name, typeof value === 'object' ? JSON.stringify(value) : String(value)])
  const tried = attempts as readonly AttemptRecord[]
  if (tried.length === 0) return table(signals)
  return [table(signals), '', table([['AT MS', 'TOOK MS', 'PROVIDER', 'ACCOUNT', 'MODEL', 'STATUS', 'REASON'], ...tried.map(attemptRow)])].join('\n')
}

/** Receipts of older versions know less of an attempt. */
function attemptRow({ at, ms, provider, account, model, status, reason }: Partial<AttemptRecord>): string[] {
  return [at, ms, provider, account, model, status, reason].map((value) => String(value ?? '–'))
}

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
