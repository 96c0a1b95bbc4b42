/** Values keep what they were: absent fields stay absent, and numbers that JavaScript cannot hold stay as they were spelled. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isObject, parseExact, present, writeCanonical, type Json } from './json.ts'

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

test('whatever is written as JSON is read back as the same, however it is spaced', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom('', ' ', '\r\n\t'), (value, space) =>
      assert.equal(JSON.stringify(parseExact(JSON.stringify(value, null, space))), JSON.stringify(value)),
    ),
  )
})

test('an escaped key is the key it says, also where V8 takes it for another that it has seen', () => {
  for (const [seen, text, key] of [
    ['{"e":[],"\\\\":2}', '{"e":1,"\\"":2}', '"'],
    ['{"g":[],"ab\\\\":2}', '{"g":1,"ab\\u0063":2}', 'abc'],
    ['{"n":[],"max_tok\\\\u0":2}', '{"n":1,"max_tok\\u0065ns":2}', 'max_tokens'],
  ] as const) {
    JSON.parse(seen)
    assert.deepEqual(Object.keys(parseExact(text) as object)[1], key)
  }
})

test('a key that names the prototype is a key like any other', () => {
  const read = parseExact('{"__proto__":{"x":12345678901234567890},"constructor":1}')
  assert.deepEqual(Object.keys(read as object), ['__proto__', 'constructor'])
  assert.equal((read as { x?: unknown }).x, undefined)
})

test('what is no JSON is refused', () => {
  for (const text of ['', '{', '{"a":1,}', '[1 2]', '01', '"\\x"', '{"a":1}}', 'NaN']) assert.throws(() => parseExact(text), SyntaxError, text)
})

test('small objects are written in canonical form', () => {
  assert.equal(writeCanonical({ b: [{ d: 1, c: null }], a: 'é\n', '10': true, '9': 1e21 }), '{"10":true,"9":1e+21,"a":"é\\n","b":[{"c":null,"d":1}]}')
})

test('a number past 2^53 keeps its spelling in canonical form, and is no object that looks like it', () => {
  const [number, object] = ['{"n":9007199254740993}', '{"n":{"rawJSON":"9007199254740993"}}'].map((text) => writeCanonical(parseExact(text) as Json))
  assert.equal(number, '{"n":9007199254740993}')
  assert.notEqual(object, number)
})
