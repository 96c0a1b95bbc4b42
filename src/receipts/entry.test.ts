/** Entries of the log, on one line each. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { entryKinds, erasedLine, leafOf, readEntry, writeEntry } from './entry.ts'
import { leafHash } from './merkle.ts'

describe('an entry', () => {
  test('is read as it was written, whatever its kind', () => {
    for (const kind of entryKinds) {
      const line = writeEntry(kind, '{"a":"b c"}')
      assert.deepEqual(readEntry(line), { is: 'whole', kind, salt: line.slice(0, 22), text: '{"a":"b c"}' })
    }
  })

  test('has a salt of its own, also past the end of a pool of them', () => {
    const salts = Array.from({ length: 2000 }, () => writeEntry('receipt', '{}').slice(0, 22))
    assert.equal(new Set(salts).size, salts.length)
    assert.ok(salts.every((salt) => /^[\w-]{21}[AQgw]$/.test(salt)))
  })

  test('[C75] that is erased has its leaf hash still, and nothing else', () => {
    const line = writeEntry('receipt', '{"id":"dec_1","requested_model":"a model of some name","user":"somebody"}')
    const erased = erasedLine(leafHash(line), line.length)
    assert.equal(erased.length, line.length)
    assert.match(erased, /^erased [0-9a-f]{64} +$/)
    assert.deepEqual(leafOf(Buffer.from(erased)), leafHash(line))
    assert.deepEqual(leafOf(Buffer.from(line)), leafHash(line))
  })

  test('is none in any other shape', () => {
    const line = writeEntry('receipt', '{"id":1}')
    const wrong = [
      '',
      ' ',
      '\0'.repeat(100),
      line.slice(1),
      line.slice(0, -1),
      line.replace('receipt', 'recipe'),
      line.replace(' receipt', '  receipt'),
      'erased abc',
      line.slice(23),
    ]
    for (const each of wrong) assert.equal(readEntry(each), undefined, each)
  })
})
