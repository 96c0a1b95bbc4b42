/** The writer of SQLite's index. */

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { openStore } from '../open.ts'
import { newSums, ReceiptWriter } from './receipts.ts'

test('adding up reads what is new, and not what was added up before', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'omni-index-'))
  try {
    const file = join(folder, 'omni.db')
    await (await openStore({ file })).close()
    const database = new DatabaseSync(file)
    // Makes the temporary table that the sums go to.
    assert.ok(new ReceiptWriter(database))
    const plan = database.prepare(`explain query plan ${newSums}`).all()
    assert.match(String(plan[0]?.['detail']), /^SEARCH receipts USING INTEGER PRIMARY KEY \(rowid>\?\)$/)
    database.close()
  } finally {
    rmSync(folder, { recursive: true })
  }
})
