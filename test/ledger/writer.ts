/** A process that writes to a log until it is stopped: intents, then their receipts in batches, or intents alone. It says a line for each batch. */

import { LogError } from '../../src/ledger/errors.ts'
import { openLog } from '../../src/ledger/open.ts'
import { intentOf, optionsOf, receipts } from './options.ts'

const [folder = '', size = '40', what = 'receipts'] = process.argv.slice(2)
const log = await openLog(optionsOf(folder))
process.stdout.write(`${log.id} ${log.size}\n`)
const count = (): number => (what === 'receipts' ? log.size : log.openCalls.size)
for (let batch = 0; ; batch += 1) {
  const entries = receipts(Number(size), `dec_${log.size}_${batch}`)
  try {
    await Promise.all(entries.map(({ closes = '' }) => log.intend(closes, intentOf(closes))))
    if (what === 'receipts') await log.append(entries)
    process.stdout.write(`${count()}\n`)
  } catch (error) {
    process.stdout.write(`${error instanceof LogError ? error.reason : String(error)} ${count()}\n`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
