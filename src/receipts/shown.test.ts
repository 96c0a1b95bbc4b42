/** Pictures and documents in a prompt are not taken for text of their length. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Json } from '../base/json.ts'
import { shownBytes, shownIn } from './shown.ts'

const picture = `iVBORw0KGgo${'A1b+'.repeat(250_000)}`

test('a picture counts for one, however long it is, and wherever it stands', () => {
  const spellings: readonly Json[] = [
    { source: { type: 'base64', data: picture } },
    { image_url: { url: `data:image/png;base64,${picture}` } },
    [{ inlineData: { data: picture } }],
  ]
  for (const spelled of spellings) assert.ok(JSON.stringify(spelled).length - shownBytes(spelled) < 6600)
})

test('a document counts for a tenth', () => {
  const file = `JVBERi0x${'A1b+'.repeat(250_000)}`
  assert.ok(Math.abs(shownBytes({ data: file }) - file.length * 0.9) < 2)
})

test('words count all, long ones too', () => {
  assert.equal(shownBytes({ text: 'Hello there. '.repeat(100_000), short: 'QUJD', n: 1, none: null }), 0)
})

test('a short body is not looked through: nothing in it can count for much', () => {
  const body = { data: picture.slice(0, 30_000) }
  assert.deepEqual([shownIn(30_020, body), shownIn(40_000, body) > 20_000], [0, true])
})
