/** Cells of CSV. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cell } from './report-export.ts'

test('[C41] a text that a spreadsheet would run gets an apostrophe before it, and quotes', () => {
  for (const text of ['=cmd()', '+1', '-1', '@sum', '\tx', '\rx']) assert.equal(cell(text), `"'${text}"`)
  assert.deepEqual([cell(-1), cell(true), cell('a=b'), cell('')], ['-1', 'true', 'a=b', ''])
})

test('a cell is quoted where it has to be, and nothing is empty', () => {
  assert.deepEqual([cell('a"b'), cell('a,b'), cell('a\nb'), cell(null)], ['"a""b"', '"a,b"', '"a\nb"', ''])
  assert.equal(cell({ team: 'red' }), '"{""team"":""red""}"')
})
