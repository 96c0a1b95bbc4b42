/** `omni receipts export` and `reindex`: receipts for others, and the index built anew from the log. */

import { ask, askText, longMs } from '../api.ts'
import { Complaint, type Command } from '../command.ts'
import { filterFlags, queryOf } from '../receipt-filters.ts'

const formats = ['jsonl', 'csv', 'ocsf']

export const receiptsExport: readonly Command[] = [
  {
    usage: 'receipts export [id]',
    help: 'all receipts, or those that are meant, as lines of JSON, CSV or OCSF; of one id, its proof, for tools/verify_receipts.py or any other verifier',
    options: { '--format <name>': `${formats.join(', ')} (jsonl)`, ...filterFlags },
    run: async (given) => {
      const { values, options } = given
      const format = options['--format'] ?? 'jsonl'
      if (typeof format !== 'string' || !formats.includes(format)) throw new Complaint(`--format is one of ${formats.join(', ')}.`)
      const path = values.id === undefined ? `/_omni/reports${queryOf(given, { format })}` : `/_omni/reports/${encodeURIComponent(values.id)}/proof`
      await askText({ method: 'GET', path, into: process.stdout })
      return 0
    },
  },
  {
    usage: 'receipts rotate-key',
    help: 'sign from now on with another key, for which the present one vouches',
    run: async () => {
      const { key } = await ask<{ readonly key: string }>('POST', '/_omni/signing-key/rotate')
      console.log(`The log is signed by a new key. Its public half, for those who verify it elsewhere:\n${key}`)
      return 0
    },
  },
  {
    usage: 'receipts reindex',
    help: 'read the logs of this data directory from their beginning, and add to the index what it lacks',
    run: async () => {
      const { read } = JSON.parse(await askText({ method: 'POST', path: '/_omni/reports/reindex', within: longMs })) as { readonly read: number }
      console.log(`${read} entries were read: what the index lacked of them it has now.`)
      return 0
    },
  },
]
