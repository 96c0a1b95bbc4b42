/** The kinds of values, from YAML and from text. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { count, duration, flag, list, number, several, size, type Kind } from './kinds.ts'

const read = <Value>(kind: Kind<Value>, value: unknown): Value | string => {
  const { data, error } = kind.safeParse(value)
  return error ? error.issues[0]!.message : data
}

const good: readonly (readonly [kind: Kind<unknown>, value: unknown, read: unknown])[] = [
  [count(0, 10), 7, 7],
  [count(0, 10), '7', 7],
  [number(0, 1), '0.5', 0.5],
  [flag(), 'yes', true],
  [flag(), '0', false],
  [flag(), true, true],
  [duration('1ms', '24h'), '10s', 10_000],
  [duration('1ms', '24h'), '1.5 min', 90_000],
  [duration('1ms', '24h'), 250, 250],
  [duration('1ms', '24h'), '250', 250],
  [duration('0ms', '24h'), '24h', 86_400_000],
  [size('1B', '1GiB'), '32MiB', 33_554_432],
  [size('1B', '1GiB'), '1kB', 1000],
  [size('1B', '1GiB'), 4096, 4096],
  [list('words', /^\w+$/, 3), 'a, b,,c', ['a', 'b', 'c']],
  [list('words', /^\w+$/, 3), ['a'], ['a']],
  [list('words', /^\w+$/, 3), '', []],
  [several(['a', 'b', 'c']), ['c', 'a', 'c'], ['a', 'c']],
  [several(['a', 'b', 'c']), 'b, a', ['a', 'b']],
  [several(['a', 'b', 'c']), [], []],
]

const bad: readonly (readonly [kind: Kind<unknown>, value: unknown])[] = [
  [count(0, 10), 11],
  [count(0, 10), 1.5],
  [count(0, 10), ''],
  [count(0, 10), null],
  [count(0, 10), '0x5'],
  [count(0, 10), '1e1'],
  [count(0, 10), [5]],
  [number(0, 1), '-1'],
  [flag(), 'maybe'],
  [flag(), 2],
  [duration('1ms', '24h'), '10 days'],
  [duration('1ms', '24h'), '0s'],
  [duration('1ms', '24h'), '25h'],
  [duration('1ms', '24h'), -1],
  [duration('1ms', '24h'), 'toString'],
  [size('1B', '1GiB'), '2GiB'],
  [size('1B', '1GiB'), '1TiB'],
  [list('words', /^\w+$/, 3), 'a b'],
  [list('words', /^\w+$/, 3), ['a', 1]],
  [list('words', /^\w+$/, 3), 'a,b,c,d'],
  [list('words', /^\w+$/, 3), { a: 1 }],
  [several(['a', 'b']), ['a', 'd']],
  [several(['a', 'b']), ['toString']],
  [several(['a', 'b']), { a: 1 }],
]

test('values are read from what YAML makes of them, and from the text of a variable', () => {
  for (const [kind, value, wanted] of good) assert.deepEqual(read(kind, value), wanted, JSON.stringify(value))
})

test('what is not of the kind is told what was wanted', () => {
  for (const [kind, value] of bad) assert.match(String(read(kind, value)), /^must be /, JSON.stringify(value))
})
