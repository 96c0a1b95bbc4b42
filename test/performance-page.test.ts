/** The page about performance says of every lane and subject of the bench what it is. */

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { lanes } from '../bench/lanes.ts'

const page = readFileSync(new URL('../docs/performance.md', import.meta.url), 'utf8')

/** The names that open the rows of the table with this head. */
function namesUnder(head: string): readonly string[] {
  const [rows = ''] = page.slice(page.indexOf(head)).split('\n\n')
  return [...rows.matchAll(/^\| `([\w -]+)/gm)].map(([, name = '']) => name.trim())
}

test('every lane and every subject of the bench has its line on the page', () => {
  const [listed, told] = [namesUnder('| Lane | Asks |'), namesUnder('| Subject | Is |')]
  for (const { name, subjects } of lanes) {
    assert.ok(
      listed.some((one) => name === one || name.startsWith(`${one} `)),
      `lane ${name}`,
    )
    for (const subject of subjects) assert.ok(told.includes(subject), `subject ${subject}`)
  }
})
