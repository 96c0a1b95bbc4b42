/** Values keep what they were: absent fields stay absent, and numbers that JavaScript cannot hold stay as they were spelled. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isObject, parseExact, present } from './json.ts'

test('undefined fields are left out, and nothing else is', () => {
  assert.deepEqual(present({ a: undefined, b: null, c: 0, d: '', e: false, f: [] }), { b: null, c: 0, d: '', e: false, f: [] })
})

test('an object is neither null nor a list', () => {
  assert.deepEqual([{}, { a: 1 }, Object.create(null), null, [], 'a', 1, undefined].map(isObject), [true, true, true, false, false, false, false, false])
})

const kept = [
  '9007199254740993',
  '-9007199254740993',
  '123456789012345678901234567890',
  '1e400',
  '-1E+400',
  '1e30',
  '123456789012345678e2',
  '12345678901234567890.0',
]

test('a number past 2^53 is written back as it was spelled, wherever it stands', () => {
  for (const number of kept) {
    const text = `{"seed":${number},"list":[${number},{"":${number}}],"plain":1}`
    assert.equal(JSON.stringify(parseExact(text)), text)
  }
})

test('what JavaScript holds is plain', () => {
  assert.deepEqual(parseExact('{"a":9007199254740991,"b":-1.5,"c":1e3,"d":0.1,"e":"9007199254740993"}'), {
    a: 9007199254740991,
    b: -1.5,
    c: 1000,
    d: 0.1,
    e: '9007199254740993',
  })
})

test('any JSON parses to the same values as ever', () => {
  fc.assert(fc.property(fc.json(), (text) => assert.equal(JSON.stringify(parseExact(text)), JSON.stringify(JSON.parse(text)))))
})
