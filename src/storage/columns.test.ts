/** The columns of signals. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addedColumns, filledColumns } from './columns.ts'

test('every receipt has its first columns once, whether or not the signals name them', () => {
  const status = { name: 'status', kind: 'count' } as const
  assert.deepEqual(addedColumns([{ name: 'id', kind: 'id' }, status]), [status])
  assert.deepEqual(
    filledColumns([status]).map(({ name }) => name),
    ['id', 'created_at', 'key_id', 'status'],
  )
})

test('a signal whose name is no plain word never reaches SQL', () => {
  for (const name of ['body', 'a"b', 'A', '1a', '', 'a b', 'é', 'a'.repeat(64)]) assert.throws(() => addedColumns([{ name, kind: 'count' }]), TypeError)
})
