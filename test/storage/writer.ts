/** A process that appends batches of five receipts to a file until it is stopped, and says a line for each that was stored. */

import { StorageError } from '../../src/storage/errors.ts'
import { openStore } from '../../src/storage/open.ts'
import { entry, placed } from './place.ts'

const store = await openStore({ file: process.argv[2]! })
try {
  for (;;) {
    await store.receipts.append(Array.from({ length: 5 }, () => entry({}, { ...placed(0), line: 'n'.repeat(2000) })))
    process.stdout.write('stored\n')
  }
} catch (error) {
  process.stdout.write(`${error instanceof StorageError ? error.reason : String(error)}\n`)
}
await store.close().catch(() => {})
